#include <algorithm>

#include "base/check.h"
#include "cases/cases.h"

namespace holdfast::cases {
namespace {

bool control_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}
bool comment_allowed(std::string_view text) {
    return text.size() <= comment_bytes_max && std::ranges::none_of(text, [](char c) {
               return control_character(c) && c != '\n' && c != '\t';
           });
}
bool assignee_allowed(std::string_view text) {
    return text.size() <= assignee_bytes_max && std::ranges::none_of(text, control_character);
}

/// What is wrong with the command whatever its cases are.
Refusal refusal_of(const ActOnCases& command, const Stamp& stamp, Arena& arena) {
    if (command.cases.empty()) return Refusal::no_lines;
    if (command.cases.size() > cases_per_command_max) return Refusal::too_many_lines;
    const std::span<CaseId> sorted = arena.array<CaseId>(command.cases.size());
    std::ranges::copy(command.cases, sorted.begin());
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) return Refusal::duplicate_line;
    if (!assignee_allowed(command.assignee)) return Refusal::code_not_allowed;
    if (!comment_allowed(command.comment)) return Refusal::value_out_of_range;
    switch (command.action) {
        case CaseAction::comment:
            return command.comment.empty() ? Refusal::comment_required : Refusal::none;
        case CaseAction::snooze:
            return command.wake_at <= stamp.now || command.wake_at > stamp.now + snooze_max
                       ? Refusal::wake_time_out_of_range
                       : Refusal::none;
        case CaseAction::resolve:
            return command.resolution == CaseResolution::cause_removed ? Refusal::value_out_of_range
                                                                       : Refusal::none;
        case CaseAction::assign:
        case CaseAction::reopen: break;
    }
    return Refusal::none;
}

Refusal refusal_of(const Case* row, CaseAction action) {
    if (row == nullptr) return Refusal::unknown_case;
    const bool ends = action == CaseAction::snooze || action == CaseAction::resolve;
    if (ends && !row->live()) return Refusal::case_already_resolved;
    if (action == CaseAction::reopen && row->state == CaseState::open)
        return Refusal::case_already_open;
    return Refusal::none;
}

Outcome act(const State& state, const ActOnCases& command, const Stamp& stamp,
            const NameBook& names, Arena& arena, FactWriter& writer) {
    if (const Refusal r = refusal_of(command, stamp, arena); r != Refusal::none) return refused(r);
    const std::span<std::uint64_t> ids = arena.array<std::uint64_t>(command.cases.size());
    const std::span<LineProblem> problems = arena.array<LineProblem>(command.cases.size());
    std::size_t id_count = 0, problem_count = 0;
    for (std::uint32_t i = 0; i < command.cases.size(); ++i) {
        const Refusal r = refusal_of(state.table.find(command.cases[i]), command.action);
        if (r == Refusal::none)
            ids[id_count++] = command.cases[i].raw;
        else
            problems[problem_count++] = {.line_index = i, .refusal = r};
    }
    if (id_count == 0 || (problem_count != 0 && !command.partial)) {
        Outcome outcome = refused(problems.front().refusal);
        outcome.problems = problems.first(problem_count);
        return outcome;
    }
    const std::size_t text = command.comment.size() + command.assignee.size();
    if (text != 0 && state.table.texts_bytes() + text * id_count > state.limits.texts_bytes_max)
        return refused(Refusal::table_full);

    Entry entry(names, stamp, &command.envelope, writer);
    FactWriter& fact = entry.begin(fact_type_of(command.action));
    entry.envelope_fields();
    fact.list<std::uint64_t>(FieldTag::case_ids, ids.first(id_count));
    if (problem_count != 0) {
        const std::span<RefusedCase> rows = arena.array<RefusedCase>(problem_count);
        for (std::size_t i = 0; i < problem_count; ++i)
            rows[i] = {.id = command.cases[problems[i].line_index].raw,
                       .refusal = static_cast<std::uint16_t>(problems[i].refusal),
                       .index = problems[i].line_index};
        fact.list<RefusedCase>(FieldTag::refused_cases, rows);
    }
    if (command.action == CaseAction::assign) fact.text(FieldTag::assignee, command.assignee);
    if (command.action == CaseAction::snooze)
        fact.value(FieldTag::wake_at, to_raw(command.wake_at));
    if (command.action == CaseAction::resolve)
        fact.value(FieldTag::case_resolution, static_cast<std::uint8_t>(command.resolution));
    fact.text(FieldTag::comment, command.comment);
    entry.end();
    return entry.finish();
}

Outcome wake(const State& state, const WakeCases& command, const Stamp& stamp,
             const NameBook& names, Arena& arena, FactWriter& writer) {
    const std::vector<CaseId> due =
        state.table.due(stamp.now, std::min<std::size_t>(command.cases_max, cases_per_command_max));
    if (due.empty()) return {};
    Envelope envelope;
    envelope.actor = "snooze";
    if (!names_fit(names, envelope)) envelope.actor = {};
    Entry entry(names, stamp, &envelope, writer);
    FactWriter& fact = entry.begin(FactType::case_woken);
    const std::span<std::uint64_t> ids = arena.array<std::uint64_t>(due.size());
    for (std::size_t i = 0; i < due.size(); ++i) ids[i] = due[i].raw;
    fact.list<std::uint64_t>(FieldTag::case_ids, ids);
    entry.end();
    return entry.finish();
}

}  // namespace

bool is_ours(const Command& command) {
    return std::holds_alternative<ActOnCases>(command) ||
           std::holds_alternative<WakeCases>(command);
}

Outcome decide(const State& state, const Command& command, const Stamp& stamp,
               const NameBook& names, Arena& arena, FactWriter& facts) {
    HOLDFAST_CHECK(stamp.next_seq == state.seq + 1, "facts are decided on the state before them");
    HOLDFAST_CHECK(stamp.now >= state.log_time, "log time never goes back");
    if (const auto* acts = std::get_if<ActOnCases>(&command))
        return act(state, *acts, stamp, names, arena, facts);
    const auto* wakes = std::get_if<WakeCases>(&command);
    HOLDFAST_CHECK(wakes != nullptr, "only commands about cases are decided here");
    return wake(state, *wakes, stamp, names, arena, facts);
}

}  // namespace holdfast::cases
