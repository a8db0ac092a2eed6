// What people say about sources: which epoch they are in, what of theirs will not come, and which
// one is believed.
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

Outcome give_up_sequence(const Context& context, const GiveUpSequence& command) {
    const State& state = context.state;
    const NameId source{state.names.find(command.source)};
    const SourceRow* row = state.sources.find(source);
    if (row == nullptr) return refused(Refusal::unknown_source);
    // What is itself a number of the source would close the gap that it may come to fill.
    const bool numbers_itself =
        command.envelope.source_seq != 0 && command.envelope.source == command.source;
    const bool misses = !row->gaps.empty() && row->gaps.front().first <= command.last;
    if (numbers_itself || !misses || command.last > row->position.seq)
        return refused(Refusal::value_out_of_range);

    Entry entry(state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::source_sequence_given_up);
    entry.envelope_fields();
    fact.value(FieldTag::source_gap, SourceGapField{.epoch = row->position.epoch,
                                                    .first = row->gaps.front().first,
                                                    .last = command.last,
                                                    .source = source.raw});
    entry.end();
    return entry.finish();
}

Outcome change_authority(const Context& context, const ChangeAuthority& command) {
    const State& state = context.state;
    if (command.type != FactType{} && !is_event(command.type))
        return refused(Refusal::value_out_of_range);
    if (command.names_location && command.location.raw >= state.locations.size())
        return refused(Refusal::unknown_location);
    const AuthorityScope scope{command.type,
                               command.names_location ? command.location : kNoLocation};
    NameId source = kNoName;
    if (!command.source.empty()) {
        // A name that has never spoken is a typing error that would silence everybody else.
        source = NameId{state.names.find(command.source)};
        if (state.sources.find(source) == nullptr) return refused(Refusal::unknown_source);
        if (state.authority.size() >= authority_rows_max && !state.authority.contains(scope))
            return refused(Refusal::table_full);
    }
    Entry entry(state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::authority_changed);
    entry.envelope_fields();
    fact.value(FieldTag::authority, AuthorityField{.type = static_cast<std::uint16_t>(scope.type),
                                                   .location = scope.location.raw,
                                                   .source = source.raw});
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
