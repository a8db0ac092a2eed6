// What a retailer decides about its stock: policy rows, and whether a node is heard of.
#include "ledger/deciders.h"

namespace holdfast::ledger {
namespace {

/// Whether the scope and the value are of the kind.
Refusal policy_refusal(const SetPolicy& command) {
    const bool of_group = command.kind == PolicyKind::group_safety_stock;
    if (of_group ? command.names_location : command.names_group) return Refusal::value_out_of_range;
    if (command.kind == PolicyKind::quota)
        return Refusal::value_out_of_range;  // has its own command
    const std::int64_t most = command.kind == PolicyKind::enabled ? 1 : policy_value_max;
    return command.value > most ? Refusal::value_out_of_range : Refusal::none;
}

}  // namespace

Outcome set_policy(const Context& context, const SetPolicy& command) {
    const State& state = context.state;
    if (command.names_sku && command.sku.raw >= state.items.size())
        return refused(Refusal::unknown_sku);
    if (command.names_location && command.location.raw >= state.locations.size())
        return refused(Refusal::unknown_location);
    if (command.names_group && command.group.raw >= state.groups.size())
        return refused(Refusal::unknown_group);
    if (const Refusal refusal = policy_refusal(command); refusal != Refusal::none)
        return refused(refusal);
    // It would never be looked at: what is sold of a kit follows from its components.
    if (command.value >= 0 && command.names_sku && state.kits.sold_by(command.sku) != 0)
        return refused(Refusal::kit_not_allowed);
    const std::uint32_t place = command.names_group      ? command.group.raw
                                : command.names_location ? command.location.raw
                                                         : kNoId;
    Entry entry(state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::policy_changed);
    entry.envelope_fields();
    fact.value(FieldTag::policy, PolicyField{.kind = static_cast<std::uint8_t>(command.kind),
                                             .sku = command.names_sku ? command.sku.raw : kNoId,
                                             .location = place,
                                             .value = command.value});
    entry.end();
    return entry.finish();
}

Outcome set_node_status(const Context& context, const SetNodeStatus& command) {
    if (command.location.raw >= context.state.locations.size())
        return refused(Refusal::unknown_location);
    if (command.since > context.stamp.now || command.since < Instant{})
        return refused(Refusal::value_out_of_range);
    const Instant since = command.since == Instant{} ? context.stamp.now : command.since;
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(command.online ? FactType::node_online : FactType::node_offline);
    entry.envelope_fields();
    fact.value(FieldTag::entity, EntityField{.id = command.location.raw});
    fact.value(FieldTag::since, to_raw(since));
    if (!command.online) fact.value(FieldTag::raises, CaseKind::node_silent);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
