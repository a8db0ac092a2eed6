// The books of an import as a table and as JSON.
#include <fmt/format.h>

#include "cli/console.h"
#include "cli/order_account.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

void add(TextTable& table, std::string label, const RowsUnits& some) {
    table.row({std::move(label), grouped(some.rows), grouped(some.units)});
}

void write(http::JsonWriter& json, std::string_view key, const RowsUnits& some) {
    json.key(key).begin_object().member("rows", some.rows).member("units", some.units);
    json.end_object();
}

void write(http::JsonWriter& json, std::string_view key,
           const std::map<std::string, RowsUnits>& by_reason) {
    json.key(key).begin_object();
    for (const auto& [reason, some] : by_reason) write(json, reason, some);
    json.end_object();
}

}  // namespace

std::string report_text(const OrderTotals& t, const ReportHeader& header) {
    const std::uint64_t rate =
        header.seconds > 0
            ? static_cast<std::uint64_t>(static_cast<double>(t.read.rows) / header.seconds)
            : t.read.rows;
    std::string text;
    if (t.recorded() == 0) {
        text += fmt::format("nothing changed: {} rows read, {} recorded before, none new\n",
                            grouped(t.read.rows), grouped(t.duplicate.rows));
    } else {
        text += fmt::format("imported {} rows in {:.1f} s ({}/s): {} held, {} duplicate\n",
                            grouped(t.read.rows), header.seconds, grouped(rate),
                            grouped(t.held.rows), grouped(t.duplicate.rows));
    }
    if (header.resumed_from > 0) {
        text +=
            fmt::format("went on behind row {}\n", grouped(header.resumed_from / kSequencePerRow));
    }
    TextTable table({"ROWS OF THE FILE", "ROWS", "UNITS"});
    add(table, "held", t.held);
    add(table, "cancelled after being held", t.cancelled);
    for (const auto& [reason, some] : t.refused) add(table, "refused: " + reason, some);
    add(table, "cancellation applied", t.cancellation_applied);
    for (const auto& [reason, some] : t.set_aside) add(table, "set aside: " + reason, some);
    add(table, "duplicate", t.duplicate);
    add(table, "sum", t.sum());
    add(table, "read", t.read);
    text += "\n" + table.render();
    TextTable events({"EVENTS", "SENT", "RECORDED", "IN PART", "REFUSED", "DUPLICATE"});
    events.row({"orders", grouped(t.orders), grouped(t.orders_held + t.orders_held_in_part),
                grouped(t.orders_held_in_part), grouped(t.orders_refused),
                grouped(t.orders_duplicate)});
    events.row({"cancellations", grouped(t.cancellations), grouped(t.cancellations_applied), "0",
                grouped(t.cancellations_refused), grouped(t.cancellations_duplicate)});
    text += "\n" + events.render();
    text += t.adds_up() ? "\nthe classes add up to the rows read\n"
                        : "\nTHE CLASSES DO NOT ADD UP TO THE ROWS READ\n";
    return text;
}

std::string report_json(const OrderTotals& t, const ReportHeader& header) {
    std::string text;
    http::JsonWriter json(text);
    json.begin_object().member("file", header.file).member("source", header.source);
    json.member("changed", t.recorded() > 0).member("adds_up", t.adds_up());
    json.member("resumed_from", header.resumed_from);
    json.member("milliseconds", static_cast<std::int64_t>(header.seconds * 1000));
    write(json, "read", t.read);
    write(json, "sum", t.sum());
    write(json, "held", t.held);
    write(json, "cancelled", t.cancelled);
    write(json, "refused", t.refused);
    write(json, "cancellation_applied", t.cancellation_applied);
    write(json, "set_aside", t.set_aside);
    write(json, "duplicate", t.duplicate);
    json.key("orders")
        .begin_object()
        .member("sent", t.orders)
        .member("held", t.orders_held)
        .member("held_in_part", t.orders_held_in_part)
        .member("refused", t.orders_refused)
        .member("duplicate", t.orders_duplicate)
        .end_object();
    json.key("cancellations")
        .begin_object()
        .member("sent", t.cancellations)
        .member("applied", t.cancellations_applied)
        .member("refused", t.cancellations_refused)
        .member("duplicate", t.cancellations_duplicate)
        .end_object();
    json.end_object();
    return text + "\n";
}

}  // namespace holdfast::cli
