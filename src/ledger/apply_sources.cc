#include "ledger/apply_sources.h"

#include "base/check.h"

namespace holdfast::ledger {

void apply_to_sources(State& state, const FactView& fact) {
    switch (fact.type()) {
        case FactType::source_epoch_changed: {
            const auto field = fact.field_as<SourceEpochField>(FieldTag::source_epoch);
            HOLDFAST_CHECK(field.has_value(), "a new epoch carries its number");
            const NameId source{field->source};
            if ((field->flags & kEpochAnnounced) != 0)
                state.sources.announce(source, field->epoch, field->first,
                                       (field->flags & kEpochAnnouncedOnly) != 0);
            else
                state.sources.begin_epoch(source, field->epoch);
            break;
        }
        case FactType::source_gap_overdue: {
            const auto field = fact.field_as<SourceGapField>(FieldTag::source_gap);
            HOLDFAST_CHECK(field.has_value(), "an overdue gap carries its numbers");
            state.sources.tell(NameId{field->source}, field->first);
            break;
        }
        case FactType::source_sequence_given_up: {
            const auto field = fact.field_as<SourceGapField>(FieldTag::source_gap);
            HOLDFAST_CHECK(field.has_value(), "numbers that are given up are named");
            state.sources.give_up(NameId{field->source}, field->last);
            break;
        }
        case FactType::authority_changed: {
            const auto field = fact.field_as<AuthorityField>(FieldTag::authority);
            HOLDFAST_CHECK(field.has_value(), "a change of authority carries its row");
            state.authority.put({static_cast<FactType>(field->type), LocationId{field->location}},
                                {.source = NameId{field->source}, .seq = fact.seq()});
            break;
        }
        default: break;
    }
}

}  // namespace holdfast::ledger
