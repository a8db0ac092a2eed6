// Statements about what people do to cases.
#include "command_reader.h"

namespace holdfast::stories {

/// "case 1, case 2": the story's own numbers, or "a case that nobody opened".
bool CommandReader::read_case_list(ReadCommand& out) {
    do {
        if (words_.eat("a case that nobody opened")) {
            out.cases.push_back(CaseId{1});
            continue;
        }
        if (!words_.eat("case")) return false;
        const auto number = words_.take_number();
        if (!number || *number < 1 || static_cast<std::size_t>(*number) > names_.cases.size())
            return false;
        out.cases.push_back(names_.cases[static_cast<std::size_t>(*number) - 1]);
    } while (words_.eat(","));
    return true;
}

/// "assign case 1 to mira", "snooze case 1 for 8 hours", "resolve case 1 as accepted", "reopen
/// case 1", "comment on case 1 saying ...".
bool CommandReader::read_cases(ReadCommand& out) {
    ActOnCases c;
    if (words_.eat("assign")) {
        c.action = CaseAction::assign;
        if (!read_case_list(out) || !words_.eat("to")) return false;
        if (!words_.eat("nobody")) c.assignee = keep(out, words_.take());
    } else if (words_.eat("snooze")) {
        c.action = CaseAction::snooze;
        if (!read_case_list(out) || !words_.eat("for")) return false;
        const auto length = take_duration(words_);
        if (!length) return false;
        c.wake_at = names_.now + *length;
    } else if (words_.eat("resolve")) {
        c.action = CaseAction::resolve;
        if (!read_case_list(out) || !words_.eat("as")) return false;
        const auto resolution = case_resolution_from(words_.take());
        if (!resolution) return false;
        c.resolution = *resolution;
    } else if (words_.eat("reopen")) {
        c.action = CaseAction::reopen;
        if (!read_case_list(out)) return false;
    } else if (words_.eat("comment on")) {
        c.action = CaseAction::comment;
        if (!read_case_list(out)) return false;
    } else {
        return false;
    }
    out.command = c;
    return true;
}

}  // namespace holdfast::stories
