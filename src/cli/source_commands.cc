#include "cli/source_commands.h"

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/hub_call.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

using boost::json::object;

constexpr std::string_view kPageOfAll = "limit=1000";

/// "2-4, 7"; "-" where nothing is missing.
std::string gaps_text(const object& source) {
    std::string text;
    for (const object& gap : member_rows(source, "gaps")) {
        const std::string first = member_text(gap, "first_sequence");
        const std::string last = member_text(gap, "last_sequence");
        text += text.empty() ? "" : ", ";
        text += first == last ? first : fmt::format("{}-{}", first, last);
    }
    return text.empty() ? "-" : text;
}

TextTable source_table() { return TextTable({"SOURCE", "EPOCH", "SEQUENCE", "MISSING", "HEARD"}); }
void add_source(TextTable& table, const object& row) {
    table.row({member_text(row, "source"), member_text(row, "epoch"), member_text(row, "sequence"),
               gaps_text(row), member_text(row, "heard_at")});
}

/// Says so on standard error where a list goes on behind its first page.
void tell_of_more(const HubAnswer& answer) {
    if (member_text(answer.body, "has_more") == "true")
        say("there are more: use --json and cursor");
}

/// The request keeps no copy of the method: it must be one that lasts.
HttpRequest change(std::string_view method, std::string path, std::string body) {
    HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    return request;
}

int finish(const ClientOptions& options, const Attempt<HubAnswer>& answer, std::string done) {
    if (!answer) return complain(answer.error());
    print_answer(options, *answer,
                 fmt::format("{}  seq {}\n", done, member_text(answer->body, "seq")));
    return kExitOk;
}

}  // namespace

int source_list(const SourceOptions& options) {
    HttpRequest request;
    request.path = fmt::format("/v1/sources?{}", kPageOfAll);
    const auto answer = call_hub(options.client, request, "sources cannot be listed");
    if (!answer) return complain(answer.error());
    TextTable table = source_table();
    for (const object& row : member_rows(answer->body, "data")) add_source(table, row);
    print_answer(options.client, *answer, table.render());
    tell_of_more(*answer);
    return kExitOk;
}

int source_show(const SourceOptions& options) {
    HttpRequest request;
    request.path = "/v1/sources/" + url_encoded(options.source);
    const auto answer = call_hub(options.client, request, options.source + " is not shown");
    if (!answer) return complain(answer.error());
    TextTable table = source_table();
    add_source(table, answer->body);
    print_answer(options.client, *answer, table.render());
    return kExitOk;
}

int source_epoch(const SourceOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object()
        .member("epoch", options.epoch)
        .member("first_sequence", fmt::format("{}", options.first))
        .member("announced_only", options.announced_only);
    if (!options.reason.empty()) json.member("reason", options.reason);
    json.end_object();
    const auto answer =
        call_hub(options.client,
                 change("PUT", fmt::format("/v1/sources/{}/epoch", url_encoded(options.source)),
                        std::move(body)),
                 fmt::format("the epoch of {} was not announced", options.source));
    return finish(options.client, answer,
                  fmt::format("{} begins epoch {}", options.source, options.epoch));
}

int source_give_up(const SourceOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object().member("last_sequence", fmt::format("{}", options.last));
    if (!options.reason.empty()) json.member("reason", options.reason);
    json.end_object();
    HttpRequest request =
        change("POST", fmt::format("/v1/sources/{}/give-up", url_encoded(options.source)),
               std::move(body));
    request.idempotency_key = options.key.empty() ? random_key() : options.key;
    const auto answer = call_hub(options.client, request,
                                 fmt::format("nothing of {} was given up", options.source));
    return finish(options.client, answer,
                  fmt::format("{}: nothing is awaited up to {}", options.source, options.last));
}

int authority_list(const AuthorityOptions& options) {
    HttpRequest request;
    request.path = fmt::format("/v1/authority?{}", kPageOfAll);
    const auto answer = call_hub(options.client, request, "authority cannot be listed");
    if (!answer) return complain(answer.error());
    TextTable table({"TYPE", "LOCATION", "SOURCE", "SINCE"});
    for (const object& row : member_rows(answer->body, "data")) {
        const std::string type = member_text(row, "type");
        const std::string location = member_text(row, "location");
        table.row({type.empty() ? "(all)" : type, location.empty() ? "(all)" : location,
                   member_text(row, "source"), member_text(row, "seq")});
    }
    print_answer(options.client, *answer, table.render());
    tell_of_more(*answer);
    return kExitOk;
}

int authority_set(const AuthorityOptions& options) {
    if (options.nobody != options.source.empty()) {
        return complain({kExitUsage, "who is to be believed?",
                         "one of SOURCE and --nobody is needed, and not both",
                         "holdfast authority set wms --type stock.counted"});
    }
    std::string body;
    http::JsonWriter json(body);
    json.begin_object();
    if (!options.type.empty()) json.member("type", options.type);
    if (!options.location.empty()) json.member("location", options.location);
    json.key("source");
    if (options.nobody) {
        json.null();
    } else {
        json.value(options.source);
    }
    if (!options.reason.empty()) json.member("reason", options.reason);
    json.end_object();
    const auto answer = call_hub(options.client, change("PUT", "/v1/authority", std::move(body)),
                                 "the authority was not changed");
    return finish(options.client, answer,
                  options.nobody ? "the row is gone" : options.source + " is believed");
}

int parked(const ParkedOptions& options) {
    HttpRequest request;
    request.path = fmt::format("/v1/parked-events?limit={}", options.limit);
    if (!options.order.empty()) request.path += "&order=" + url_encoded(options.order);
    const auto answer = call_hub(options.client, request, "parked events cannot be listed");
    if (!answer) return complain(answer.error());
    TextTable table({"ORDER", "TYPE", "SINCE", "OVERDUE", "LINES"});
    for (const object& row : member_rows(answer->body, "data")) {
        std::string lines;
        for (const object& line : member_rows(row, "lines")) {
            const std::string sku = member_text(line, "sku");
            lines += lines.empty() ? "" : ", ";
            lines += fmt::format("{} x{}", sku.empty() ? "line " + member_text(line, "line") : sku,
                                 member_text(line, "quantity"));
        }
        table.row({member_text(row, "order"), member_text(row, "type"),
                   member_text(row, "recorded_at"), member_text(row, "overdue"),
                   lines.empty() ? "everything" : lines});
    }
    print_answer(options.client, *answer, table.render());
    tell_of_more(*answer);
    return kExitOk;
}

}  // namespace holdfast::cli
