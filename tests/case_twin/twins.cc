#include "twins.h"

#include <fmt/format.h>

#include "ledger/twin_compare.h"

namespace holdfast::case_twin {

sequencer::Machines make_machines(std::uint64_t seed, const AllLimits& limits) {
    return {.ledger = std::make_unique<ledger::State>(seed, limits.ledger),
            .cases = std::make_unique<cases::State>(seed, limits.cases)};
}

ledger::TwinOutcome Twins::decide(const Command& command, Instant now) {
    verdict_.reset();
    action_.reset();
    if (const auto* acts = std::get_if<ActOnCases>(&command)) return act(*acts, now);
    if (const auto* wakes = std::get_if<WakeCases>(&command)) return wake(*wakes, now);
    return ledger_.apply(command, now);
}

ledger::TwinOutcome Twins::act(const ActOnCases& command, Instant now) {
    if (auto seen = ledger_.settled(command.envelope, now)) return *seen;
    Verdict verdict = cases_.decide(command, now);
    if (verdict.refusal != Refusal::none) {
        ledger::TwinOutcome outcome = ledger::twin_refused(verdict.refusal);
        for (const auto& [index, refusal] : verdict.problems)
            outcome.problems.push_back({index, refusal, 0});
        return outcome;
    }
    FactType type = FactType::case_commented;
    switch (command.action) {
        case CaseAction::assign: type = FactType::case_assigned; break;
        case CaseAction::snooze: type = FactType::case_snoozed; break;
        case CaseAction::resolve: type = FactType::case_resolved; break;
        case CaseAction::reopen: type = FactType::case_reopened; break;
        case CaseAction::comment: break;
    }
    verdict_ = std::move(verdict);
    action_ = command;
    return ledger_.record_of_another(type, command.envelope, now);
}

ledger::TwinOutcome Twins::wake(const WakeCases& command, Instant now) {
    Verdict verdict{.refusal = Refusal::none, .problems = {}, .ids = cases_.due(command, now)};
    if (verdict.ids.empty()) return {};
    verdict_ = std::move(verdict);
    Envelope envelope;
    envelope.actor = "snooze";
    return ledger_.record_of_another(FactType::case_woken, envelope, now);
}

std::optional<std::string> Twins::compare_action(const FactView& fact) const {
    const auto ids = fact.field(FieldTag::case_ids);
    std::vector<std::uint64_t> told;
    for (std::size_t i = 0; ids && i < ids->size() / sizeof(std::uint64_t); ++i)
        told.push_back(fact.item<std::uint64_t>(ids, i, 0));
    if (told != verdict_->ids)
        return fmt::format("cases of the fact: {}, twin {}", fmt::join(told, " "),
                           fmt::join(verdict_->ids, " "));
    const auto refused = fact.field(FieldTag::refused_cases);
    std::vector<std::pair<std::uint32_t, Refusal>> aside;
    for (std::size_t i = 0; refused && i < refused->size() / sizeof(RefusedCase); ++i) {
        const auto row = fact.item<RefusedCase>(refused, i, {});
        aside.emplace_back(row.index, static_cast<Refusal>(row.refusal));
        if (!action_ || row.index >= action_->cases.size() ||
            action_->cases[row.index].raw != row.id)
            return "a case that was set aside is not the one that stood there";
    }
    if (aside != verdict_->problems) return "the cases that were set aside differ";
    if (!action_) return std::nullopt;
    const bool snoozes = action_->action == CaseAction::snooze;
    const bool resolves = action_->action == CaseAction::resolve;
    const bool assigns = action_->action == CaseAction::assign;
    if (fact.text(FieldTag::comment) != action_->comment) return "the comment differs";
    if (assigns && fact.text(FieldTag::assignee) != action_->assignee)
        return "the assignee differs";
    if (snoozes && fact.field_as<std::int64_t>(FieldTag::wake_at) != to_raw(action_->wake_at))
        return "the time to wake differs";
    if (resolves && fact.field_as<std::uint8_t>(FieldTag::case_resolution) !=
                        static_cast<std::uint8_t>(action_->resolution))
        return "the resolution differs";
    return std::nullopt;
}

std::optional<std::string> Twins::take(const Outcome& outcome, ByteSpan entry,
                                       const ledger::TwinOutcome& expected) {
    if (auto d = ledger::first_difference(outcome, entry, expected)) return d;
    if (verdict_)
        if (auto d = compare_action(FactView::trusted(entry.subspan(outcome.answer_offset))))
            return d;
    const Result<void> read = for_each_fact(entry, [&](const FactView& fact) -> Result<void> {
        cases_.apply(fact, ledger_);
        return {};
    });
    if (!read) return "facts do not parse: " + to_string(read.error());
    return std::nullopt;
}

std::optional<std::string> Twins::difference(const sequencer::Machines& machines) const {
    if (auto d = ledger::first_difference(*machines.ledger, ledger_)) return d;
    return case_difference(*machines.cases, cases_);
}

}  // namespace holdfast::case_twin
