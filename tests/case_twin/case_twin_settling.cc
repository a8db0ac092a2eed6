// Facts that settle a case by what they are: docs/api/cases.md, "Kinds", the last column.
#include <algorithm>

#include "case_twin.h"

namespace holdfast::case_twin {

bool CaseTwin::settles(const FactView& fact, const TwinCase& row, const ledger::Twin& ledger) {
    if (row.about.kind == CaseKind::node_silent)
        return fact.type() == FactType::node_online &&
               fact.field_as<EntityField>(FieldTag::entity)->id == row.about.location.raw;
    if (row.about.kind == CaseKind::event_without_cause) {
        if (row.opened_by != FactType::parked_overdue || fact.type() != FactType::parked_settled ||
            fact.text(FieldTag::order) != row.about.order)
            return false;
        const auto waiting = ledger.parked.find(row.about.order);
        return waiting == ledger.parked.end() ||
               std::none_of(waiting->second.begin(), waiting->second.end(),
                            [](const ledger::TwinParked& event) { return event.told; });
    }
    if (row.about.kind != CaseKind::sequence_gap || row.about.source >= ledger.names.size())
        return false;
    const auto source = ledger.sources.find(ledger.names[row.about.source]);
    if (source == ledger.sources.end()) return false;
    for (const auto& gap : source->second.gaps())
        if (gap.overdue) return false;
    const auto number = fact.field_as<SourcePositionField>(FieldTag::source_position);
    const bool came_late = number && fact.header().source == row.about.source &&
                           number->seq < source->second.highest();
    const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap);
    const bool given_up =
        fact.type() == FactType::source_sequence_given_up && gap->source == row.about.source;
    const auto epoch = fact.field_as<SourceEpochField>(FieldTag::source_epoch);
    const bool announced =
        epoch && epoch->source == row.about.source && (epoch->flags & kEpochAnnounced) != 0;
    return came_late || given_up || announced;
}

void CaseTwin::settle(const FactView& fact, const ledger::Twin& ledger) {
    for (TwinCase& row : cases)
        if (row.live() && settles(fact, row, ledger)) remove_cause(row, fact);
}

}  // namespace holdfast::case_twin
