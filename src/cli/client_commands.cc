#include "cli/client_commands.h"

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/hub_call.h"
#include "cli/order_rows.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

void add_lines(std::string& text, const HubAnswer& answer) {
    TextTable lines({"LINE", "SKU", "LOCATION", "QUANTITY"});
    for (const auto& line : member_rows(answer.body, "lines")) {
        lines.row({member_text(line, "line"), member_text(line, "sku"),
                   member_text(line, "location"), member_text(line, "quantity")});
    }
    text += lines.render();
    const auto refused = member_rows(answer.body, "refused_lines");
    if (refused.empty()) return;
    TextTable aside({"REFUSED", "WHY", "REQUESTED", "AVAILABLE"});
    for (const auto& line : refused) {
        aside.row({member_text(line, "sku"), member_text(line, "code"),
                   member_text(line, "requested"), member_text(line, "available_to_sell")});
    }
    text += aside.render();
}

std::string key_or_random(const std::string& key) { return key.empty() ? random_key() : key; }

std::string with_query(std::string path,
                       const std::vector<std::pair<std::string, std::string>>& q) {
    char separator = '?';
    for (const auto& [name, value] : q) {
        if (value.empty()) continue;
        path += fmt::format("{}{}={}", separator, name, url_encoded(value));
        separator = '&';
    }
    return path;
}

int finish(const ClientOptions& options, const Attempt<HubAnswer>& answer,
           const std::string& first_line) {
    if (!answer) return complain(answer.error());
    print_answer(options, *answer, first_line);
    return kExitOk;
}

int step(const StepOptions& options, std::string_view action, std::string body,
         std::string_view done) {
    HttpRequest request;
    request.method = "POST";
    request.path = fmt::format("/v1/reservations/{}/{}", url_encoded(options.reservation), action);
    request.body = std::move(body);
    request.idempotency_key = key_or_random(options.key);
    const auto answer = call_hub(options.client, request,
                                 fmt::format("{} did not {}", options.reservation, action));
    return finish(options.client, answer,
                  answer ? fmt::format("{} {}  seq {}\n", done, options.reservation,
                                       member_text(answer->body, "seq"))
                         : "");
}

}  // namespace

Attempt<LineText> parse_line(const std::string& text) {
    LineText line;
    std::string_view rest = text;
    const auto wrong = [&text](const char* why) {
        return trouble(kExitUsage, fmt::format("'{}' is no line", text), why,
                       "write SKU, SKU=QUANTITY or SKU@LOCATION=QUANTITY");
    };
    const std::size_t equals = rest.rfind('=');
    if (equals != std::string_view::npos) {
        const auto quantity = whole_number(rest.substr(equals + 1));
        if (!quantity || *quantity < 1) return wrong("the quantity is a whole number above 0");
        line.quantity = *quantity;
        rest = rest.substr(0, equals);
    }
    const std::size_t at = rest.rfind('@');
    if (at != std::string_view::npos) {
        line.location = rest.substr(at + 1);
        if (line.location.empty()) return wrong("the location is empty");
        rest = rest.substr(0, at);
    }
    line.sku = rest;
    if (line.sku.empty()) return wrong("the SKU is empty");
    return line;
}

int reserve(const ReserveOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object().member("channel", options.channel);
    if (!options.order.empty()) json.member("order", options.order);
    if (options.partial) json.member("partial", true);
    if (options.time_to_live_s > 0) json.member("time_to_live_seconds", options.time_to_live_s);
    json.key("lines").begin_array();
    for (const std::string& text : options.lines) {
        const Attempt<LineText> line = parse_line(text);
        if (!line) return complain(line.error());
        json.begin_object().member("sku", line->sku);
        if (!line->location.empty()) json.member("location", line->location);
        json.member("quantity", line->quantity).end_object();
    }
    json.end_array().end_object();
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/reservations";
    request.body = std::move(body);
    request.idempotency_key = key_or_random(options.key);
    auto answer = call_hub(options.client, request, "nothing was reserved");
    if (!answer) {
        Trouble& trouble = answer.error();
        if (trouble.exit_code == kExitConflict && trouble.next.empty())
            trouble.next = fmt::format("holdfast why-not {} --channel {}",
                                       fmt::join(options.lines, " "), options.channel);
        return complain(trouble);
    }
    std::string text = fmt::format(
        "{} {}  until {}  seq {}{}\n", member_text(answer->body, "status"),
        member_text(answer->body, "id"), member_text(answer->body, "expires_at"),
        member_text(answer->body, "seq"), answer->reply.replayed ? "  (answered before)" : "");
    add_lines(text, *answer);
    print_answer(options.client, *answer, text);
    return kExitOk;
}

int confirm(const StepOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object();
    if (!options.order.empty()) json.member("order", options.order);
    json.end_object();
    return step(options, "confirm", std::move(body), "confirmed");
}

int release(const StepOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object();
    if (!options.reason.empty()) json.member("reason", options.reason);
    if (!options.line_units.empty()) json.key("lines").begin_array();
    for (const std::string& text : options.line_units) {
        const std::size_t equals = text.find('=');
        const auto line = whole_number(std::string_view(text).substr(0, equals));
        const auto units = equals == std::string::npos
                               ? std::nullopt
                               : whole_number(std::string_view(text).substr(equals + 1));
        if (!line || !units || *line < 1 || *units < 1) {
            return complain({kExitUsage, fmt::format("'{}' is not LINE=QUANTITY", text),
                             "both are whole numbers above 0", "--line 1=2"});
        }
        json.begin_object().member("line", *line).member("quantity", *units).end_object();
    }
    if (!options.line_units.empty()) json.end_array();
    json.end_object();
    return step(options, "release", std::move(body), "released");
}

int availability(const AvailabilityOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object().member("channel", options.channel).key("items").begin_array();
    for (const std::string& sku : options.skus) {
        json.begin_object().member("sku", sku);
        if (!options.location.empty()) json.member("location", options.location);
        json.end_object();
    }
    json.end_array().end_object();
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/availability/query";
    request.body = std::move(body);
    const auto answer = call_hub(options.client, request, "availability is not known");
    if (!answer) return complain(answer.error());
    TextTable table({"SKU", "LOCATION", "AVAILABLE_TO_SELL"});
    for (const auto& row : member_rows(answer->body, "data")) {
        const std::string location = member_text(row, "location");
        table.row({member_text(row, "sku"), location.empty() ? "(pool)" : location,
                   member_text(row, "available_to_sell")});
    }
    print_answer(options.client, *answer, table.render());
    return kExitOk;
}

int position(const PositionOptions& options) {
    HttpRequest request;
    const bool one = !options.location.empty();
    request.path = one ? fmt::format("/v1/positions/{}/{}", url_encoded(options.sku),
                                     url_encoded(options.location))
                       : with_query("/v1/positions", {{"sku", options.sku}, {"limit", "1000"}});
    const auto answer =
        call_hub(options.client, request, fmt::format("no position of {}", options.sku));
    if (!answer) return complain(answer.error());
    if (one) {
        TextTable table({fmt::format("{} @ {}", options.sku, options.location), "UNITS"});
        for (const auto& member : answer->body) {
            if (member.value().is_number()) {
                table.row({std::string(member.key()), boost::json::serialize(member.value())});
            }
        }
        print_answer(options.client, *answer, table.render());
        return kExitOk;
    }
    TextTable table({"LOCATION", "ON_HAND", "RESERVED", "ALLOCATED", "AVAILABLE_TO_SELL"});
    for (const auto& row : member_rows(answer->body, "data")) {
        table.row({member_text(row, "location"), member_text(row, "on_hand"),
                   member_text(row, "reserved"), member_text(row, "allocated"),
                   member_text(row, "available_to_sell")});
    }
    print_answer(options.client, *answer, table.render());
    return kExitOk;
}

int status(const StatusOptions& options) {
    HttpRequest request;
    std::string include = options.state_hash ? "state_hash" : "";
    if (options.check) include += include.empty() ? "invariants" : ",invariants";
    request.path = with_query("/v1/status", {{"include", include}});
    const auto answer = call_hub(options.client, request, "the hub tells no status");
    if (!answer) return complain(answer.error());
    const auto& body = answer->body;
    std::string text =
        fmt::format("hub {}  {}  seq {}  durable {}  expiry {}\n", options.client.url,
                    member_text(body, "version"), member_text(body, "seq"),
                    member_text(body, "durable_seq"), member_text(body, "expiry"));
    for (const char* section : {"counts", "counters", "journal", "read_model"}) {
        const auto* found = body.if_contains(section);
        if (found == nullptr || !found->is_object()) continue;
        TextTable table({section, ""});
        for (const auto& member : found->get_object()) {
            table.row({std::string(member.key()), member_text(found->get_object(), member.key())});
        }
        text += "\n" + table.render();
    }
    const std::string invariants = member_text(body, "invariants");
    for (const char* name : {"state_hash", "invariants"}) {
        const std::string value = member_text(body, name);
        if (!value.empty()) text += fmt::format("\n{} {}\n", name, value);
    }
    print_answer(options.client, *answer, text);
    return invariants.empty() || invariants == "ok" ? kExitOk : kExitProblems;
}

int key_create(const KeyOptions& options) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/api-keys";
    http::JsonWriter json(request.body);
    json.begin_object().member("title", options.title).key("scopes").begin_array();
    for (const std::string& scope : options.scopes) json.value(scope);
    json.end_array();
    if (!options.source.empty()) json.member("source", options.source);
    json.end_object();
    const auto answer = call_hub(options.client, request, "no key was made");
    if (answer) say("this is shown once; keep it as a secret");
    return finish(options.client, answer,
                  answer ? member_text(answer->body, "key") + "\n" : std::string());
}

int key_list(const KeyOptions& options) {
    HttpRequest request;
    request.path = "/v1/api-keys?limit=1000";
    const auto answer = call_hub(options.client, request, "keys cannot be listed");
    if (!answer) return complain(answer.error());
    TextTable table({"ID", "TITLE", "SCOPES", "SOURCE", "CREATED", "REVOKED"});
    for (const auto& row : member_rows(answer->body, "data")) {
        table.row({member_text(row, "id"), member_text(row, "title"), member_text(row, "scopes"),
                   member_text(row, "source"), member_text(row, "created_at"),
                   member_text(row, "revoked")});
    }
    print_answer(options.client, *answer, table.render());
    return kExitOk;
}

int key_revoke(const KeyOptions& options) {
    HttpRequest request;
    request.method = "DELETE";
    request.path = "/v1/api-keys/" + url_encoded(options.id);
    const auto answer = call_hub(options.client, request, options.id + " was not revoked");
    if (!answer) return complain(answer.error());
    print_data(options.client.json ? fmt::format("{{\"id\":\"{}\",\"revoked\":true}}\n", options.id)
                                   : fmt::format("revoked {}\n", options.id));
    return kExitOk;
}

}  // namespace holdfast::cli
