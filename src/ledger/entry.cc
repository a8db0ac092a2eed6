#include "ledger/entry.h"

namespace holdfast::ledger {

void Entry::tell_new_epoch(const State& state, const Envelope& envelope) {
    const SourcePosition at{.epoch = envelope.source_epoch, .seq = envelope.source_seq};
    if (state.sources.verdict(NameId{source()}, at) != SourceVerdict::new_epoch) return;
    FactWriter& fact = begin_before(FactType::source_epoch_changed);
    fact.value(FieldTag::source_epoch, SourceEpochField{.epoch = at.epoch, .source = source()});
    fact.value(FieldTag::raises, CaseKind::source_epoch_unannounced);
    end();
}

}  // namespace holdfast::ledger
