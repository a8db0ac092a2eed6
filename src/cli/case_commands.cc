#include "cli/case_commands.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "base/rfc3339.h"
#include "cli/case_text.h"
#include "cli/console.h"
#include "cli/hub_call.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

using boost::json::object;
using http::JsonWriter;

std::string path_of(const std::string& id) { return "/v1/cases/" + url_encoded(id); }

Attempt<HubAnswer> read_case(HttpClient& client, const std::string& id) {
    HttpRequest request;
    request.path = path_of(id);
    return call_hub(client, request, fmt::format("{} cannot be shown", id));
}

/// What people do to cases: the word of the routes, the word for what was done, and how its own
/// members are written.
struct Act {
    std::string_view action;
    std::string_view done;
    std::function<void(JsonWriter&)> members;
};

HttpRequest request_of(const CaseOptions& options, const Act& act) {
    const bool one = options.cases.size() == 1;
    HttpRequest request;
    request.method = "POST";
    request.path =
        one ? fmt::format("{}/{}", path_of(options.cases.front()), act.action) : "/v1/cases:bulk";
    request.idempotency_key = random_key();
    JsonWriter json(request.body);
    json.begin_object();
    if (!one) {
        json.member("action", act.action).key("cases").begin_array();
        for (const std::string& id : options.cases) json.value(id);
        json.end_array();
    }
    if (act.members) act.members(json);
    if (!options.comment.empty()) json.member("comment", options.comment);
    json.end_object();
    return request;
}

int act_on(HttpClient& client, const CaseOptions& options, const Act& act) {
    const bool one = options.cases.size() == 1;
    const std::string what = one ? options.cases.front() : "the cases";
    const auto answer = call_hub(client, request_of(options, act),
                                 fmt::format("{} could not be {}", what, act.done));
    if (!answer) return complain(answer.error());
    std::string text;
    if (one) {
        text = fmt::format("{} {}  seq {}\n", act.done, options.cases.front(),
                           member_text(answer->body, "seq"));
    }
    for (const object& row : member_rows(answer->body, "results")) {
        const std::string code = member_text(row, "code");
        const std::string id = member_text(row, "id");
        text += code.empty() ? fmt::format("{} {}\n", act.done, id)
                             : fmt::format("not {} {}: {}\n", act.done, id, code);
    }
    print_answer(options.client, *answer, text);
    const std::string aside = member_text(answer->body, "not_applied");
    return aside.empty() || aside == "0" ? kExitOk : kExitConflict;
}

int act_on(const CaseOptions& options, const Act& act) {
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return complain(client.error());
    return act_on(*client, options, act);
}

/// Every suggestion of this action: one for each bucket that is to be put right.
std::vector<object> suggestions_for(const object& row, const std::string& action) {
    std::vector<object> found;
    for (object& suggestion : member_rows(row, "suggestions"))
        if (member_text(suggestion, "action") == action) found.push_back(std::move(suggestion));
    return found;
}

std::string actions_of(const object& row) {
    std::string actions;
    for (const object& suggestion : member_rows(row, "suggestions")) {
        actions += actions.empty() ? "" : ", ";
        actions += member_text(suggestion, "action");
    }
    return actions;
}

/// Sends what the hub proposed, as it proposed it.
Attempt<HubAnswer> send(HttpClient& client, const object& suggestion) {
    const object& proposed = suggestion.at("request").as_object();
    const std::string type = member_text(proposed, "content_type");
    const std::string method = member_text(proposed, "method");
    HttpRequest request;
    request.method = method;
    request.path = member_text(proposed, "path");
    request.content_type = type;
    request.body = boost::json::serialize(proposed.at("body"));
    request.idempotency_key = random_key();
    return call_hub(client, request,
                    fmt::format("'{}' was not done", member_text(suggestion, "title")));
}

/// What would refuse the suggestion now; empty where nothing would.
std::string refusal_in(const object& suggestion) {
    const auto* preview = suggestion.if_contains("preview");
    if (preview == nullptr || !preview->is_object()) return {};
    return member_text(preview->get_object(), "code");
}

int show_dry_run(const CaseOptions& options, const std::vector<object>& chosen) {
    std::string text;
    boost::json::array all;
    for (const object& suggestion : chosen) {
        text += suggestion_text(suggestion);
        all.emplace_back(suggestion);
    }
    print_data(options.client.json
                   ? boost::json::serialize(object{{"suggestions", std::move(all)}}) + "\n"
                   : text);
    say("nothing was sent (--dry-run)");
    return kExitOk;
}

/// After the suggestion: a case whose cause is gone resolved itself, any other is resolved by hand.
int finish_resolve(HttpClient& client, const CaseOptions& options, const Act& act) {
    const std::string& id = options.cases.front();
    const auto after = read_case(client, id);
    if (!after) return complain(after.error());
    if (member_text(after->body, "state") != "resolved") return act_on(client, options, act);
    if (!options.comment.empty()) {
        const Act comment{.action = "comment", .done = "commented", .members = {}};
        const auto said =
            call_hub(client, request_of(options, comment), "the comment was not kept");
        if (!said) return complain(said.error());
    }
    print_answer(
        options.client, *after,
        fmt::format("resolved {} as {}  seq {}\n", id, member_text(after->body, "resolution"),
                    member_text(after->body, "seq")));
    return kExitOk;
}

int resolve_with(const CaseOptions& options, const Act& act) {
    if (options.cases.size() != 1)
        return complain({kExitUsage, "a suggestion is for one case", "several were named",
                         "holdfast cases resolve CASE --with ACTION"});
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return complain(client.error());
    const std::string& id = options.cases.front();
    const auto row = read_case(*client, id);
    if (!row) return complain(row.error());
    const std::vector<object> chosen = suggestions_for(row->body, options.with);
    if (chosen.empty()) {
        const std::string actions = actions_of(row->body);
        return complain(
            {kExitNotFound, fmt::format("'{}' is not suggested for {}", options.with, id),
             actions.empty() ? "nothing is: the case is " + member_text(row->body, "state")
                             : "suggested are " + actions,
             "holdfast cases show " + id});
    }
    if (options.dry_run) return show_dry_run(options, chosen);
    for (const object& suggestion : chosen) {
        const std::string refusal = refusal_in(suggestion);
        if (refusal.empty()) continue;
        return complain({kExitConflict,
                         fmt::format("'{}' was not done", member_text(suggestion, "title")),
                         refusal, "holdfast cases show " + id});
    }
    for (const object& suggestion : chosen) {
        const auto sent = send(*client, suggestion);
        if (!sent) return complain(sent.error());
        if (!options.client.json) print_data(suggestion_text(suggestion));
    }
    return finish_resolve(*client, options, act);
}

/// When a snooze ends; trouble unless exactly one of the two flags says it.
Attempt<Instant> wake_time(const CaseOptions& options) {
    if (options.until.empty() == (options.for_s == 0))
        return trouble(kExitUsage, "a snooze says how long", "one of --for and --until",
                       "holdfast cases snooze CASE --for 8h");
    if (options.until.empty())
        return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now()) +
               std::chrono::seconds(options.for_s);
    const Result<Instant> until = parse_rfc3339(options.until);
    if (!until)
        return trouble(kExitUsage, fmt::format("'{}' is no time", options.until), "",
                       "--until 2026-11-24T06:07:00Z");
    return *until;
}

}  // namespace

int case_list(const CaseListOptions& options) {
    HttpRequest request;
    request.path = fmt::format("/v1/cases?limit={}", options.limit);
    for (const auto& [name, value] :
         std::initializer_list<std::pair<std::string_view, const std::string&>>{
             {"state", options.state},
             {"kind", options.kind},
             {"sku", options.sku},
             {"location", options.location},
             {"assignee", options.assignee},
             {"order", options.order},
             {"cursor", options.cursor}})
        if (!value.empty()) request.path += fmt::format("&{}={}", name, url_encoded(value));
    if (options.nobodys) request.path += "&assignee=";
    const auto answer = call_hub(options.client, request, "cases cannot be listed");
    if (!answer) return complain(answer.error());
    const std::vector<object> rows = member_rows(answer->body, "data");
    const bool more = member_text(answer->body, "has_more") == "true";
    print_answer(options.client, *answer, rows.empty() && !more ? "" : case_table(rows));
    if (options.client.json) return kExitOk;
    if (more) say("there is more: --cursor " + member_text(answer->body, "next_cursor"));
    if (rows.empty() && !more) say("no cases");
    return kExitOk;
}

int case_show(const CaseOptions& options) {
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return complain(client.error());
    const auto answer = read_case(*client, options.cases.front());
    if (!answer) return complain(answer.error());
    print_answer(options.client, *answer, case_page(answer->body));
    return kExitOk;
}

int case_assign(const CaseOptions& options) {
    if (options.assignee.empty() != options.nobody)
        return complain({kExitUsage, "assign says to whom", "one of --to and --nobody",
                         "holdfast cases assign CASE --to mira"});
    return act_on(options,
                  {.action = "assign", .done = "assigned", .members = [&](JsonWriter& json) {
                       json.key("assignee");
                       if (options.nobody)
                           json.null();
                       else
                           json.value(options.assignee);
                   }});
}

int case_snooze(const CaseOptions& options) {
    const Attempt<Instant> until = wake_time(options);
    if (!until) return complain(until.error());
    return act_on(options, {.action = "snooze",
                            .done = "snoozed",
                            .members = [&](JsonWriter& json) { json.member("wake_at", *until); }});
}

int case_resolve(const CaseOptions& options) {
    const Act act{.action = "resolve", .done = "resolved", .members = [&](JsonWriter& json) {
                      json.member("resolution", options.resolution.empty()
                                                    ? std::string("corrected")
                                                    : options.resolution);
                  }};
    if (!options.with.empty()) return resolve_with(options, act);
    if (options.dry_run)
        return complain({kExitUsage, "there is nothing to try", "--dry-run is for --with",
                         "holdfast cases resolve CASE --with ACTION --dry-run"});
    return act_on(options, act);
}

int case_reopen(const CaseOptions& options) {
    return act_on(options, {.action = "reopen", .done = "reopened", .members = {}});
}

int case_comment(const CaseOptions& options) {
    return act_on(options, {.action = "comment", .done = "commented", .members = {}});
}

}  // namespace holdfast::cli
