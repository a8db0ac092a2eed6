#include "cli/case_text.h"

#include <fmt/format.h>

#include <charconv>

#include "cli/console.h"
#include "cli/hub_call.h"

namespace holdfast::cli {
namespace {

using boost::json::object;

/// "45 s", "12 min", "5 h", "3 d": how long somebody has been waiting, and no digit more.
std::string age_text(const object& row) {
    const std::string text = member_text(row, "age_seconds");
    std::uint64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min", seconds / 60);
    if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / (24 * 3600));
}

std::string step_text(const object& entry) {
    std::string text =
        fmt::format("  {}  {}", member_text(entry, "at"), member_text(entry, "step"));
    const std::string step = member_text(entry, "step");
    const std::string assignee = member_text(entry, "assignee");
    if (step == "assigned") text += assignee.empty() ? " to nobody" : " to " + assignee;
    const std::string resolution = member_text(entry, "resolution");
    if (!resolution.empty()) text += " as " + resolution;
    const std::string actor = member_text(entry, "actor");
    if (!actor.empty()) text += " by " + actor;
    const std::string comment = member_text(entry, "comment");
    if (!comment.empty()) text += ": " + comment;
    return text + "\n";
}

const object& inner(const object& outer, std::string_view name) {
    static const object kNone;
    const auto* found = outer.if_contains(name);
    return found != nullptr && found->is_object() ? found->get_object() : kNone;
}

std::string state_text(const object& row) {
    std::string text = member_text(row, "state");
    const std::string resolution = member_text(row, "resolution");
    if (!resolution.empty()) text += " as " + resolution;
    const std::string wake_at = member_text(row, "wake_at");
    if (!wake_at.empty()) text += " until " + wake_at;
    return text;
}

}  // namespace

std::string case_table(const std::vector<object>& cases) {
    TextTable table({"CASE", "KIND", "UNITS", "MONEY", "AGE", "ASSIGNEE", "WHAT HAPPENED"});
    for (const object& row : cases) {
        const std::string assignee = member_text(row, "assignee");
        table.row({member_text(row, "id"), member_text(row, "kind"),
                   member_text(row, "units_at_risk"), member_text(row, "money_at_risk"),
                   age_text(row), assignee.empty() ? "-" : assignee, member_text(row, "summary")});
    }
    return table.render();
}

std::string suggestion_text(const object& suggestion) {
    std::string text = fmt::format("  {:<10}{}\n", member_text(suggestion, "action"),
                                   member_text(suggestion, "title"));
    const object& preview = inner(suggestion, "preview");
    if (member_text(preview, "outcome") == "refused")
        return text + fmt::format("{:12}would be refused: {}\n", "", member_text(preview, "code"));
    for (const object& change : member_rows(preview, "changes"))
        text += fmt::format("{:12}{} at {}: {} {} -> {}\n", "", member_text(change, "sku"),
                            member_text(change, "location"), member_text(change, "bucket"),
                            member_text(change, "before"), member_text(change, "after"));
    return text;
}

std::string case_page(const object& row) {
    const std::string id = member_text(row, "id");
    std::string text = fmt::format("{}  {}  {}\n{}\n\n", id, member_text(row, "kind"),
                                   state_text(row), member_text(row, "summary"));
    for (const char* name : {"sku", "location", "channel", "source", "order", "document",
                             "reservation", "assignee", "units_at_risk", "units_at_risk_max",
                             "money_at_risk", "count", "regressed", "opened_by", "opened_at"}) {
        const std::string value = member_text(row, name);
        if (!value.empty()) text += fmt::format("  {:<18}{}\n", name, value);
    }
    text += fmt::format("  {:<18}{}\n", "age", age_text(row));
    std::string seqs;
    for (const object& fact : member_rows(row, "facts")) seqs += " " + member_text(fact, "seq");
    text += fmt::format("  {:<17}{}\n", "facts", seqs);
    text += "\nhistory\n";
    for (const object& entry : member_rows(row, "history")) text += step_text(entry);
    const std::string dropped = member_text(row, "history_dropped");
    if (dropped != "0") text += fmt::format("  ({} more between them)\n", dropped);
    const std::vector<object> suggestions = member_rows(row, "suggestions");
    if (suggestions.empty()) return text;
    text += "\nwhat can be done\n";
    for (const object& suggestion : suggestions) text += suggestion_text(suggestion);
    return text + fmt::format("\nholdfast cases resolve {} --with {}\n", id,
                              member_text(suggestions.front(), "action"));
}

}  // namespace holdfast::cli
