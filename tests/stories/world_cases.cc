// What a story expects of its cases.
#include <fmt/format.h>

#include <algorithm>

#include "world.h"

namespace holdfast::stories {

void World::name_new_cases() {
    for (const auto& [id, row] : machines_.cases->table.rows())
        if (std::ranges::find(cases_, row.id) == cases_.end()) cases_.push_back(row.id);
}

/// "case 1  is negative_sellable of SHOE at STORE", "case 1  is snoozed  units 3  count 2", "case 1
/// is resolved as accepted", "case 1  tells opened, assigned", "case 1  is forgotten".
std::optional<Fault> World::case_is(Words words) {
    const auto number = words.take_number();
    if (!number || *number < 1 || static_cast<std::size_t>(*number) > cases_.size())
        return Fault{fmt::format("case {}", number.value_or(0)),
                     fmt::format("{} cases were opened", cases_.size())};
    const cases::Case* row =
        machines_.cases->table.find(cases_[static_cast<std::size_t>(*number) - 1]);
    if (words.eat("is forgotten"))
        return row == nullptr ? std::nullopt : std::optional<Fault>({"forgotten", "known"});
    if (row == nullptr) return Fault{words.rest(), "forgotten"};
    const std::string expected = words.rest();
    std::string got;
    const auto say = [&](std::string_view word, const auto& value) {
        got += fmt::format("{}{} {}", got.empty() ? "" : " ", word, value);
    };
    const cases::Subject& about = row->subject;
    while (!words.done()) {
        const std::string what = words.take();
        if (what == "tells") {
            std::string steps;
            for (const cases::HistoryEntry& entry : row->history)
                steps += fmt::format("{}{}", steps.empty() ? "" : " , ", name(entry.step));
            say(what, steps);
            break;
        }
        const std::string value = words.take();
        if (what == "is") {
            const bool says_state = case_state_from(value).has_value();
            say(what, says_state ? name(row->state) : name(about.kind));
        } else if (what == "as") {
            say(what, row->resolution ? name(*row->resolution) : "nothing");
        } else if (what == "of") {
            say(what, state_->items.code(about.sku.raw));
        } else if (what == "at") {
            say(what, state_->locations.code(about.location.raw));
        } else if (what == "for") {
            say(what, state_->channels.code(about.channel.raw));
        } else if (what == "from") {
            say(what, about.source == kNoName ? "nobody" : state_->names.code(about.source.raw));
        } else if (what == "order") {
            say(what, about.order);
        } else if (what == "document") {
            say(what, about.document);
        } else if (what == "units") {
            say(what, row->units);
        } else if (what == "money") {
            say(what, row->money);
        } else if (what == "count") {
            say(what, row->count);
        } else if (what == "regressed") {
            say(what, row->regressed);
        } else if (what == "with") {
            say(what, row->assignee.empty() ? "nobody" : row->assignee);
        } else {
            return Fault{"a word about a case", what};
        }
    }
    return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
}

/// "the work list is case 2, case 1", "the work list is empty".
std::optional<Fault> World::queue_is(Words words) const {
    const std::string expected = words.rest();
    std::string got;
    for (const cases::QueueKey& place : machines_.cases->table.live()) {
        const auto number = std::ranges::find(cases_, place.id) - cases_.begin() + 1;
        got += fmt::format("{}case {}", got.empty() ? "" : " , ", number);
    }
    if (got.empty()) got = "empty";
    return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
}

}  // namespace holdfast::stories
