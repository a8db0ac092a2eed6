// Grants or refuses a hold.
#include "ledger/deciders.h"

namespace holdfast::ledger {

Outcome reserve(const Context& context, const ReserveStock& command) {
    const State& state = context.state;
    if (command.lines.empty()) return refused(Refusal::no_lines);
    if (command.lines.size() > lines_per_request_max) return refused(Refusal::too_many_lines);
    if (command.channel.raw >= state.channels.size()) return refused(Refusal::unknown_channel);
    const std::optional<Instant> expires_at = deadline(context.stamp.now, command.time_to_live);
    if (!expires_at) return refused(Refusal::time_to_live_out_of_range);
    if (order_taken(state, command.order, ReservationId{}))
        return refused(Refusal::order_already_exists);
    if (state.reservations.size() >= state.limits.reservations_max)
        return refused(Refusal::table_full);

    const Plan plan = plan_lines(state, command.channel, command.lines, context.arena);
    if (plan.parts.size() > parts_per_reservation_max) return refused(Refusal::too_many_lines);
    const bool held = plan.problems.empty() || (command.partial && !plan.parts.empty());
    if (!held) return refused_lines(plan.problems);

    Entry entry(state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::reservation_created);
    post_new_parts(fact, plan.parts);
    entry.envelope_fields();
    fact.value(FieldTag::channel, command.channel.raw);
    fact.value(FieldTag::expires_at, to_raw(*expires_at));
    new_part_fields(fact, context, plan.parts, plan.problems);
    fact.text(FieldTag::order, command.order);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
