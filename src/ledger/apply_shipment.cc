#include "ledger/apply_shipment.h"

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {
namespace {

void remember(State& state, const FactView& fact, std::uint64_t document) {
    ShippedChange change;
    change.reservation = fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0);
    const auto parts = fact.field(FieldTag::part_of_posting);
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() != PlaceKind::location) continue;
        change.sku = posting.sku;
        change.location = posting.place.location();
        change.bucket = static_cast<std::uint8_t>(posting.bucket);
        change.part = fact.item<std::uint32_t>(parts, i, kNoPart);
        // That a count had seen the goods gone is not undone: they come back to the shelf.
        if (change.part == kNoPart && posting.delta > 0) continue;
        change.delta = posting.delta;
        state.shipments.add(document, change, fact.recorded_at());
    }
    const auto pending = fact.field(FieldTag::pending_changes);
    const std::size_t pending_count = pending ? pending->size() / sizeof(PendingChange) : 0;
    for (std::size_t i = 0; i < pending_count; ++i) {
        const auto mark = fact.item<PendingChange>(pending, i, {});
        change.sku = kNoSku;
        change.location = kNoLocation;
        change.bucket = 0;
        change.part = mark.part;
        change.delta = mark.delta;
        state.shipments.add(document, change, fact.recorded_at());
    }
}

}  // namespace

void apply_to_shipments(State& state, const FactView& fact) {
    const FactType type = fact.type();
    if (type == FactType::shipment_posted || type == FactType::pickup_completed) {
        const std::string_view document = fact.text(FieldTag::document);
        if (!document.empty())
            remember(state, fact, state.document_hash(DocumentKind::shipment, document));
    } else if (type == FactType::shipment_voided) {
        state.shipments.drop(
            state.document_hash(DocumentKind::shipment, fact.text(FieldTag::reference)),
            fact.field_as<std::uint64_t>(FieldTag::shipped_for)
                .value_or(fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0)));
    }
}

}  // namespace holdfast::ledger
