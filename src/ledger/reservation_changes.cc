#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

Units ReservationChanges::settle() {
    Units pending_gone = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const PartCounts& now = now_[i];
        const Units promised = now.reserved + now.allocated;
        if (now.picked > now.allocated) take(i, Bucket::picked, now.picked - now.allocated);
        if (now.erp_held > promised) take(i, Bucket::erp_held, now.erp_held - promised);
        if (now.cancel_pending > now.allocated) {
            const Units gone = now.cancel_pending - now.allocated;
            mark_cancelled(i, -gone);
            pending_gone += gone;
        }
    }
    return pending_gone;
}

std::span<const std::uint32_t> ReservationChanges::parts_of_line(std::uint64_t line) {
    if (by_line_.empty()) {
        by_line_ = arena_.array<std::uint32_t>(parts_.size());
        for (std::uint32_t i = 0; i < parts_.size(); ++i) by_line_[i] = i;
        std::sort(by_line_.begin(), by_line_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return parts_[a].line != parts_[b].line ? parts_[a].line < parts_[b].line : a < b;
        });
    }
    const auto first = std::partition_point(by_line_.begin(), by_line_.end(),
                                            [&](auto i) { return parts_[i].line < line; });
    const auto last =
        std::partition_point(first, by_line_.end(), [&](auto i) { return parts_[i].line == line; });
    return {first, last};
}

ReservationChanges ReservationChanges::following() const {
    HOLDFAST_CHECK(new_lines_.empty(), "only a change without new parts goes on in another fact");
    return {*this, Following{}};
}

Outcome write_change(const Context& context, const Envelope& envelope, FactType type,
                     const Reservation& reservation, const ReservationChanges& changes,
                     std::string_view order, std::span<const CaseKind> raises) {
    Entry entry(context.state, context.stamp, &envelope, context.writer);
    FactWriter& fact = entry.begin(type);
    changes.write_postings(fact);
    entry.envelope_fields();
    changes.write_fields(fact, reservation.id);
    fact.text(FieldTag::order, order);
    raise(fact, raises);
    entry.end();
    return entry.finish();
}

FactWriter& write_order_fact(Entry& entry, FactType type, const RecordEvent& event,
                             const Reservation* reservation, const ReservationChanges& changes) {
    FactWriter& fact = entry.begin(type);
    changes.write_postings(fact);
    entry.envelope_fields();
    if (reservation != nullptr) changes.write_fields(fact, reservation->id);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    return fact;
}

}  // namespace holdfast::ledger
