#include "cli/history_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "cli/client_commands.h"
#include "cli/console.h"
#include "cli/hub_call.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

using boost::json::object;

std::string query_of(std::string path,
                     const std::vector<std::pair<std::string_view, std::string>>& params) {
    char separator = '?';
    for (const auto& [name, value] : params) {
        if (value.empty()) continue;
        path += fmt::format("{}{}={}", separator, name, url_encoded(value));
        separator = '&';
    }
    return path;
}

/// "stock.counted 0-906 2026-11-24T06:07:00Z, wms, document C-7"
std::string fact_text(const object& fact) {
    std::string text = fmt::format("{} {} {}", member_text(fact, "type"), member_text(fact, "seq"),
                                   member_text(fact, "recorded_at"));
    const std::string happened = member_text(fact, "occurred_at");
    if (!happened.empty()) text += ", happened " + happened;
    for (const char* name : {"source", "order", "document", "reservation", "reason", "actor"}) {
        const std::string value = member_text(fact, name);
        if (!value.empty()) text += fmt::format(", {} {}", name, value);
    }
    return text;
}

std::string scope_text(const object& scope) {
    std::string text;
    for (const char* name : {"sku", "location", "group"}) {
        const std::string value = member_text(scope, name);
        if (!value.empty()) text += fmt::format(" {} {}", name, value);
    }
    return text.empty() ? " everything" : text;
}

/// Prints the tree with every quantity inside the one that uses it, each once in full.
class TreeText {
  public:
    explicit TreeText(const object& answer) : quantities_(member_rows(answer, "quantities")) {}

    std::string render() {
        // Those that another one is made of are told inside it.
        std::set<std::string> inner;
        for (const object& quantity : quantities_)
            for (const object& input : member_rows(quantity, "inputs"))
                inner.insert(member_text(input, "name"));
        for (auto it = quantities_.rbegin(); it != quantities_.rend(); ++it)
            if (!inner.contains(member_text(*it, "name"))) add(*it, 0);
        std::size_t width = 0;
        for (const Row& row : rows_) width = std::max(width, row.label.size());
        std::string text;
        for (const Row& row : rows_)
            text += fmt::format("{:<{}}  {:>12}   {}\n", row.label, width, row.value, row.why);
        return text;
    }

  private:
    struct Row {
        std::string label;
        std::string value;
        std::string why;
    };
    static constexpr std::size_t kDepthMax = 16;

    const object* quantity(const std::string& name) const {
        const auto it = std::ranges::find_if(
            quantities_, [&](const object& q) { return member_text(q, "name") == name; });
        return it == quantities_.end() ? nullptr : &*it;
    }

    void add(const object& node, std::size_t depth) {
        const std::string name = member_text(node, "name");
        std::string label = std::string(2 * depth, ' ') + name;
        for (const char* of : {"sku", "location", "group"}) {
            const std::string code = member_text(node, of);
            if (!code.empty()) label += fmt::format(" {}", code);
        }
        std::string value = member_text(node, "value");
        if ((name == "change" || name == "late") && !value.starts_with('-')) value.insert(0, "+");
        if (value == "null") value = "-";
        std::string why = member_text(node, "formula");
        if (const auto* scope = node.if_contains("scope"))
            why = "for" + scope_text(scope->as_object()) + "; ";
        const std::string due = member_text(node, "due");
        if (!due.empty()) why += due + ": ";
        const std::string facts = member_text(node, "facts");
        if (!facts.empty()) why += facts + " facts, the newest: ";
        if (const auto* fact = node.if_contains("fact")) why += fact_text(fact->as_object());
        const std::string until = member_text(node, "until");
        if (!until.empty())
            why += (name == "late" ? ", seen by the count of " : ", due until ") + until;
        const bool elsewhere = !node.contains("formula") && !node.contains("fact");
        const object* whole = elsewhere ? quantity(name) : nullptr;
        if (whole != nullptr) why = member_text(*whole, "formula");
        const bool told = whole != nullptr && !told_.insert(name).second;
        if (told) why += "  (above)";
        rows_.push_back({std::move(label), std::move(value), std::move(why)});
        if (told || depth == kDepthMax) return;
        if (whole == nullptr && depth == 0) told_.insert(name);
        for (const object& input : member_rows(whole == nullptr ? node : *whole, "inputs")) {
            // A bucket that was always empty has nothing to say.
            const std::string of = member_text(input, "name");
            const bool silent = (of == "earlier" || of == "recorded") && !input.contains("fact");
            if (!silent) add(input, depth + 1);
        }
    }

    std::vector<object> quantities_;
    std::set<std::string> told_;
    std::vector<Row> rows_;
};

std::string title_of(const object& answer) {
    std::string title = member_text(answer, "sku");
    const std::string location = member_text(answer, "location");
    const std::string channel = member_text(answer, "channel");
    if (!location.empty()) title += " @ " + location;
    if (!channel.empty()) title += " for " + channel;
    const std::string business_time = member_text(answer, "business_time");
    if (!business_time.empty())
        return title + fmt::format(
                           ", as it was at {}: what was recorded by then (up to {}), and "
                           "what came late (up to {})",
                           business_time, member_text(answer, "recorded_seq"),
                           member_text(answer, "as_of_seq"));
    title += fmt::format(", as of {}", member_text(answer, "as_of_seq"));
    const std::string at = member_text(answer, "as_of");
    return at.empty() ? title : title + " " + at;
}

std::string ledger_text(const object& answer) {
    const auto* ledger = answer.if_contains("ledger");
    if (ledger == nullptr) return {};
    if (member_text(ledger->as_object(), "agrees") == "true") return "\nthe ledger says the same\n";
    std::string text = "\nTHE LEDGER SAYS OTHERWISE; please report this:\n";
    for (const object& row : member_rows(ledger->as_object(), "differences"))
        text += fmt::format("  {}: explained {}, ledger {}\n", member_text(row, "name"),
                            member_text(row, "explained"), member_text(row, "ledger"));
    return text;
}

std::string wish_text(const object& change) {
    const std::string kind = member_text(change, "kind");
    const std::string units = member_text(change, "units");
    if (kind == "any_location") return "leave the location out";
    if (kind == "another_location") return "name " + member_text(change, "location");
    if (kind == "fewer_units") return "ask for " + units;
    if (kind == "allow_split") return "let the channel split";
    if (kind == "wait_for_supply")
        return fmt::format("wait until {}: {} are expected", member_text(change, "due"), units);
    if (kind != "named_locations") return kind;
    std::string text = "split it:";
    for (const object& part : member_rows(change, "split"))
        text +=
            fmt::format(" {} at {}", member_text(part, "quantity"), member_text(part, "location"));
    return text;
}

std::string failing_text(const object& line) {
    std::string text =
        fmt::format("{} {}: {}, {} wanted, {} to be had\n", member_text(line, "pointer"),
                    member_text(line, "sku"), member_text(line, "code"),
                    member_text(line, "requested"), member_text(line, "available_to_sell"));
    for (const object& place : member_rows(line, "places")) {
        text += fmt::format(
            "  {}: promisable {} = sellable {} - reserved {} - allocated {} - safety "
            "stock {} - buffer {}\n",
            member_text(place, "location"), member_text(place, "promisable"),
            member_text(place, "sellable"), member_text(place, "reserved"),
            member_text(place, "allocated"), member_text(place, "safety_stock"),
            member_text(place, "buffer"));
        for (const object& holder : member_rows(place, "holders")) {
            const std::string order = member_text(holder, "order");
            text += fmt::format("    {} {} by {}{}{}\n", member_text(holder, "units"),
                                member_text(holder, "bucket"), member_text(holder, "reservation"),
                                order.empty() ? "" : ", order ", order);
        }
    }
    for (const object& change : member_rows(line, "changes"))
        text += "  would pass: " + wish_text(change) + "\n";
    return text;
}

std::string change_text(const object& change) {
    std::string where = member_text(change, "location");
    if (where.empty()) where = member_text(change, "place");
    const std::string delta = member_text(change, "delta");
    return fmt::format("    {} {} {} {}{} = {}", member_text(change, "sku"), where,
                       member_text(change, "bucket"), delta.starts_with('-') ? "" : "+", delta,
                       member_text(change, "balance"));
}

}  // namespace

int explain(const ExplainOptions& options) {
    HttpRequest request;
    if (options.location.empty()) {
        if (!options.at_business_time.empty())
            return complain({kExitUsage, "a business time is asked of one location", "",
                             "holdfast explain SKU LOCATION --at-business-time T"});
        if (options.channel.empty())
            return complain({kExitUsage, "explain needs a location or a channel", "",
                             "holdfast explain SKU LOCATION, or SKU --channel C"});
        request.path =
            query_of("/v1/availability/explain",
                     {{"channel", options.channel}, {"sku", options.sku}, {"at", options.at}});
    } else {
        request.path = query_of(fmt::format("/v1/positions/{}/{}/explain", url_encoded(options.sku),
                                            url_encoded(options.location)),
                                {{"channel", options.channel},
                                 {"at", options.at},
                                 {"at_business_time", options.at_business_time},
                                 {"facts", fmt::to_string(options.facts)}});
    }
    const auto answer =
        call_hub(options.client, request, fmt::format("{} cannot be explained", options.sku));
    if (!answer) return complain(answer.error());
    if (options.client.json) {
        print_data(answer->reply.body + "\n");
        return kExitOk;
    }
    print_data(title_of(answer->body) + "\n\n" + TreeText(answer->body).render() +
               ledger_text(answer->body));
    return kExitOk;
}

int timeline(const TimelineOptions& options) {
    if (options.order.empty() == options.sku.empty())
        return complain({kExitUsage, "timeline is of a SKU or of an order", "",
                         "holdfast timeline SKU [LOCATION], or --order O"});
    HttpRequest request;
    const std::string path =
        !options.order.empty() ? fmt::format("/v1/orders/{}/timeline", url_encoded(options.order))
        : options.location.empty()
            ? fmt::format("/v1/items/{}/timeline", url_encoded(options.sku))
            : fmt::format("/v1/positions/{}/{}/timeline", url_encoded(options.sku),
                          url_encoded(options.location));
    request.path =
        query_of(path, {{"before", options.before}, {"limit", fmt::to_string(options.limit)}});
    const auto answer = call_hub(options.client, request, "there is no timeline of it");
    if (!answer) return complain(answer.error());
    if (options.client.json) {
        print_data(answer->reply.body + "\n");
        return kExitOk;
    }
    std::string text;
    for (const object& entry : member_rows(answer->body, "data")) {
        text += fact_text(entry) + "\n";
        for (const object& change : member_rows(entry, "changes"))
            text += change_text(change) + "\n";
        if (entry.contains("more_changes")) text += "    ... and more\n";
    }
    if (text.empty()) text = "nothing happened\n";
    print_data(text);
    const std::string before = member_text(answer->body, "next_before");
    if (member_text(answer->body, "has_more") == "true") say("there is more: --before " + before);
    return kExitOk;
}

int why_not(const WhyNotOptions& options) {
    std::string body;
    http::JsonWriter json(body);
    json.begin_object().member("channel", options.channel).key("lines").begin_array();
    for (const std::string& text : options.lines) {
        const auto line = parse_line(text);
        if (!line) return complain(line.error());
        json.begin_object().member("sku", line->sku).member("quantity", line->quantity);
        if (!line->location.empty()) json.member("location", line->location);
        json.end_object();
    }
    json.end_array().end_object();
    HttpRequest request;
    request.method = "POST";
    request.path = "/v1/reservations:why-not";
    request.body = body;
    const auto answer = call_hub(options.client, request, "the hub cannot say why");
    if (!answer) return complain(answer.error());
    const bool held = member_text(answer->body, "would_hold") == "true";
    if (options.client.json) {
        print_data(answer->reply.body + "\n");
        return held ? kExitOk : kExitConflict;
    }
    std::string text = held ? "it would be held\n"
                            : "it would be refused: " + member_text(answer->body, "code") + "\n";
    for (const object& line : member_rows(answer->body, "lines")) text += "\n" + failing_text(line);
    if (member_text(answer->body, "partial_would_hold") == "true")
        text += "\nwith --partial the other lines would be held\n";
    print_data(text);
    return held ? kExitOk : kExitConflict;
}

}  // namespace holdfast::cli
