#include "cases/settling.h"

namespace holdfast::cases {

std::optional<Settling> awaited_by(const Case& row) {
    switch (row.subject.kind) {
        case CaseKind::node_silent: return Settling{row.subject.kind, row.subject.location.raw, {}};
        case CaseKind::sequence_gap: return Settling{row.subject.kind, row.subject.source.raw, {}};
        case CaseKind::event_without_cause:
            // Goods for which there was no room to wait are not counted when their order comes.
            if (row.opened_by != FactType::parked_overdue) return std::nullopt;
            return Settling{row.subject.kind, kNoId, row.subject.order};
        default: return std::nullopt;
    }
}

std::vector<Settling> settled_by(const FactView& fact, const LedgerView& ledger) {
    std::vector<Settling> settled;
    const auto numbers_of = [&](std::uint32_t source) {
        if (!ledger.numbers_of(NameId{source}).misses_overdue)
            settled.push_back({CaseKind::sequence_gap, source, {}});
    };
    switch (fact.type()) {
        case FactType::node_online:
            if (const auto node = fact.field_as<EntityField>(FieldTag::entity))
                settled.push_back({CaseKind::node_silent, node->id, {}});
            break;
        case FactType::source_sequence_given_up:
            if (const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap))
                numbers_of(gap->source);
            break;
        case FactType::source_epoch_changed:
            // One that nobody announced gives nothing up: what is missing is still asked for.
            if (const auto epoch = fact.field_as<SourceEpochField>(FieldTag::source_epoch);
                epoch && (epoch->flags & kEpochAnnounced) != 0)
                numbers_of(epoch->source);
            break;
        case FactType::parked_settled:
            if (const auto order = fact.text(FieldTag::order); !ledger.overdue_for(order))
                settled.push_back({CaseKind::event_without_cause, kNoId, std::string(order)});
            break;
        default: break;
    }
    const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position);
    if (at && at->seq < ledger.numbers_of(NameId{fact.header().source}).highest)
        numbers_of(fact.header().source);
    return settled;
}

}  // namespace holdfast::cases
