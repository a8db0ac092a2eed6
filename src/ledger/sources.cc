// What people say about sources.
#include "ledger/deciders.h"

namespace holdfast::ledger {

Outcome change_source_epoch(const Context& context, const ChangeSourceEpoch& command) {
    const State& state = context.state;
    if (!code_allowed(command.source)) return refused(Refusal::code_not_allowed);
    // An announcement that is itself a number of the source would be before and after itself.
    const bool numbers_itself =
        command.envelope.source_seq != 0 && command.envelope.source == command.source;
    if (command.first < 1 || numbers_itself) return refused(Refusal::value_out_of_range);
    const std::uint32_t known = state.names.find(command.source);
    if (known == kNoId && state.names.size() >= state.limits.source_names_max)
        return refused(Refusal::table_full);
    const SourcePosition at = state.sources.position(NameId{known});
    if (command.epoch < at.epoch) return refused(Refusal::stale_source_epoch);
    // In the epoch that it is in, numbers that were recorded must not be taken again.
    if (command.epoch == at.epoch && command.first <= at.seq)
        return refused(Refusal::value_out_of_range);

    Entry entry(state, context.stamp, &command.envelope, context.writer);
    const std::uint32_t source = entry.subject(command.source);
    FactWriter& fact = entry.begin(FactType::source_epoch_changed);
    entry.envelope_fields();
    fact.value(FieldTag::source_epoch,
               SourceEpochField{
                   .epoch = command.epoch,
                   .first = command.first,
                   .source = source,
                   .flags = kEpochAnnounced | (command.announced_only ? kEpochAnnouncedOnly : 0)});
    fact.text(FieldTag::code, command.source);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
