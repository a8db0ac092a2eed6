// Grants or refuses a hold.
#include <optional>

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {
namespace {

/// The hold that a cart had before, given back in the same entry.
class Replaced {
  public:
    Replaced(const Context& context, const Reservation& hold)
        : hold_(hold), changes_(context.state, hold, context.arena), returned_(context.arena) {
        for (std::size_t i = 0; i < changes_.parts().size(); ++i) {
            const Part& part = changes_.parts()[i];
            returned_[position_key(part.sku, part.location.raw)] += changes_.now(i).reserved;
            changes_.take_promised(i, level_max);
        }
        changes_.settle();
    }
    [[nodiscard]] const ReturnedUnits& returned() const { return returned_; }
    void write(Entry& entry) const {
        FactWriter& fact = entry.begin_before(FactType::reservation_released);
        changes_.write_postings(fact);
        changes_.write_fields(fact, hold_.id);
        entry.end();
    }

  private:
    const Reservation& hold_;
    ReservationChanges changes_;
    ReturnedUnits returned_;
};

}  // namespace

Outcome reserve(const Context& context, const ReserveStock& command) {
    const State& state = context.state;
    if (command.lines.empty()) return refused(Refusal::no_lines);
    if (command.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (command.channel.raw >= state.channels.size()) return refused(Refusal::unknown_channel);
    const std::optional<Instant> expires_at = deadline(context.stamp.now, command.time_to_live);
    if (!expires_at) return refused(Refusal::time_to_live_out_of_range);
    const Reservation* before =
        command.names_replaced ? state.reservations.find(command.replaced) : nullptr;
    if (command.names_replaced && (before == nullptr || before->channel != command.channel))
        return refused(Refusal::unknown_reservation);
    if (before != nullptr && before->confirmed)
        return refused(Refusal::reservation_already_confirmed);
    if (order_taken(state, command.order, command.channel,
                    before != nullptr ? before->id : ReservationId{}))
        return refused(Refusal::order_already_exists);
    if (state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);

    // One that has ended gives nothing back, and the cart is held anew.
    std::optional<Replaced> replaced;
    if (before != nullptr && !before->ended()) replaced.emplace(context, *before);
    const Plan plan = plan_lines(state, command.channel, command.lines, context.arena,
                                 replaced ? &replaced->returned() : nullptr);
    if (plan.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
    const bool held = plan.problems.empty() || (command.partial && !plan.parts.empty());
    if (!held) return refused_lines(plan.problems);

    Entry entry(state, context.stamp, &command.envelope, context.writer);
    if (replaced) replaced->write(entry);
    FactWriter& fact = entry.begin(FactType::reservation_created);
    post_new_parts(fact, plan.parts);
    entry.envelope_fields();
    fact.value(FieldTag::channel, command.channel.raw);
    fact.value(FieldTag::expires_at, to_raw(*expires_at));
    new_part_fields(fact, context, plan.parts, plan.problems);
    fact.text(FieldTag::order, command.order);
    if (replaced) fact.value(FieldTag::replaces, before->id.raw);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
