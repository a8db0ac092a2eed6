// What people may do to cases: docs/api/cases.md, "What people do".
#include <algorithm>
#include <set>

#include "case_twin.h"

namespace holdfast::case_twin {
namespace {

bool printable(std::string_view text, std::string_view but_for) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        const bool control = static_cast<unsigned char>(c) < 32 || c == 127;
        return !control || but_for.find(c) != std::string_view::npos;
    });
}

Refusal refusal_of(const TwinCase* row, CaseAction action) {
    if (row == nullptr) return Refusal::unknown_case;
    if (action == CaseAction::resolve || action == CaseAction::snooze)
        return row->live() ? Refusal::none : Refusal::case_already_resolved;
    if (action == CaseAction::reopen && row->state == CaseState::open)
        return Refusal::case_already_open;
    return Refusal::none;
}

Refusal refusal_of(const ActOnCases& c, Instant now) {
    if (c.cases.empty()) return Refusal::no_lines;
    if (c.cases.size() > 500) return Refusal::too_many_lines;
    if (std::set<CaseId>(c.cases.begin(), c.cases.end()).size() < c.cases.size())
        return Refusal::duplicate_line;
    if (c.assignee.size() > assignee_bytes_max || !printable(c.assignee, ""))
        return Refusal::code_not_allowed;
    if (c.comment.size() > 1000 || !printable(c.comment, "\n\t"))
        return Refusal::value_out_of_range;
    if (c.action == CaseAction::comment && c.comment.empty()) return Refusal::comment_required;
    const bool in_time = c.wake_at > now && c.wake_at - now <= std::chrono::hours(24 * 90);
    if (c.action == CaseAction::snooze && !in_time) return Refusal::wake_time_out_of_range;
    if (c.action == CaseAction::resolve && c.resolution == CaseResolution::cause_removed)
        return Refusal::value_out_of_range;  // the hub's own word
    return Refusal::none;
}

}  // namespace

Verdict CaseTwin::decide(const ActOnCases& c, Instant now) const {
    Verdict verdict;
    verdict.refusal = refusal_of(c, now);
    if (verdict.refusal != Refusal::none) return verdict;
    for (std::uint32_t i = 0; i < c.cases.size(); ++i) {
        const Refusal refusal = refusal_of(find(c.cases[i].raw), c.action);
        if (refusal == Refusal::none)
            verdict.ids.push_back(c.cases[i].raw);
        else
            verdict.problems.emplace_back(i, refusal);
    }
    const bool all = verdict.problems.empty();
    if (verdict.ids.empty() || (!all && !c.partial)) {
        verdict.refusal = verdict.problems.front().second;
        return verdict;
    }
    std::size_t texts = 0;
    for (const TwinCase& row : cases)
        for (const TwinStep& step : first_and_newest(row.history, kStepsKept))
            texts += step.text.size();
    const std::size_t more = c.comment.size() + c.assignee.size();
    if (more != 0 && texts + more * verdict.ids.size() > bounds_.text_bytes) {
        verdict.refusal = Refusal::table_full;
        verdict.problems.clear();
    }
    return verdict;
}

std::vector<std::uint64_t> CaseTwin::due(const WakeCases& c, Instant now) const {
    std::vector<std::pair<Instant, std::uint64_t>> snoozed;
    for (const TwinCase& row : cases)
        if (row.state == CaseState::snoozed && row.wake_at <= now)
            snoozed.emplace_back(row.wake_at, row.id);
    std::sort(snoozed.begin(), snoozed.end());
    std::vector<std::uint64_t> ids;
    for (const auto& [at, id] : snoozed)
        if (ids.size() < c.cases_max && ids.size() < 500) ids.push_back(id);
    return ids;
}

}  // namespace holdfast::case_twin
