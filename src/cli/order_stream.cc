#include "cli/order_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/rfc3339.h"
#include "http/json_writer.h"

namespace holdfast::cli {

OrderStream::OrderStream(EventSink on_event, UnmatchedSink on_unmatched)
    : on_event_(std::move(on_event)), on_unmatched_(std::move(on_unmatched)) {}

void OrderStream::add(const OrderRow& row) {
    if (row.kind == RowKind::malformed_row) return;
    const bool same = group_.rows > 0 && group_.invoice == row.invoice;
    if (!same || group_.rows >= kRowsPerOrderMax) end_group();
    if (group_.rows == 0) {
        group_.invoice = row.invoice;
        group_.time = row.time;
    }
    ++group_.rows;
    group_.last_row = row.number;
    if (row.kind != RowKind::sale && row.kind != RowKind::cancellation) return;
    group_.cancels = row.kind == RowKind::cancellation;
    group_.lines.push_back(
        {row.number, std::string(row.stock_code), row.quantity, std::string(row.location)});
    group_.customers.emplace_back(row.customer);
}

void OrderStream::finish() { end_group(); }

void OrderStream::end_group() {
    if (!group_.lines.empty()) {
        if (group_.cancels) {
            emit_cancellations();
        } else {
            emit_order();
        }
    }
    group_ = Group{};
}

std::string OrderStream::next_order_name(const std::string& invoice) {
    const std::uint32_t part = ++parts_of_invoice_[invoice];
    return part == 1 ? invoice : fmt::format("{}.{}", invoice, part);
}

void OrderStream::emit_order() {
    OrderEvent event;
    event.order = next_order_name(group_.invoice);
    event.time = rfc3339_of(group_.time);
    event.sequence = group_.last_row * kSequencePerRow;
    const auto order = static_cast<std::uint32_t>(orders_.size());
    orders_.push_back(event.order);
    for (std::size_t i = 0; i < group_.lines.size(); ++i) {
        const OrderEvent::Line& line = group_.lines[i];
        matcher_.add_sale(group_.customers[i], line.sku, line.row, order, line.units);
    }
    event.lines = std::move(group_.lines);
    on_event_(std::move(event));
}

void OrderStream::emit_cancellations() {
    // Orders in the sequence in which they were made: any fixed order will do, and this one is
    // the same whatever the hub answered.
    std::map<std::uint32_t, OrderEvent> by_order;
    for (std::size_t i = 0; i < group_.lines.size(); ++i) {
        const OrderEvent::Line& asked = group_.lines[i];
        std::int64_t unmatched = asked.units;
        for (const CancelledShare& share :
             matcher_.cancel(group_.customers[i], asked.sku, asked.units)) {
            unmatched -= share.units;
            OrderEvent& event = by_order[share.order];
            event.shares.push_back({asked.row, share.sale_row, share.units});
            // Two rows of one cancellation may take from the same line: one line, their sum.
            const auto same = std::find_if(
                event.lines.begin(), event.lines.end(),
                [&share](const OrderEvent::Line& line) { return line.row == share.sale_row; });
            if (same != event.lines.end()) {
                same->units += share.units;
            } else {
                event.lines.push_back({share.sale_row, asked.sku, share.units, ""});
            }
        }
        if (unmatched > 0) on_unmatched_(asked.row, unmatched);
    }
    std::uint64_t part = 0;
    for (auto& [order, event] : by_order) {
        event.type = OrderEvent::Type::cancelled;
        event.order = orders_[order];
        event.document = group_.invoice;
        event.time = rfc3339_of(group_.time);
        // At most kRowsPerOrderMax rows with a few orders each; a row that takes from more orders
        // than there are numbers would need a customer with a million open orders.
        event.sequence = group_.last_row * kSequencePerRow + std::min(part++, kSequencePerRow - 1);
        on_event_(std::move(event));
    }
}

std::string render_event(const OrderEvent& event, const EventContext& context) {
    const bool created = event.type == OrderEvent::Type::created;
    std::string text;
    http::JsonWriter json(text);
    const std::string sequence = std::to_string(event.sequence);
    json.begin_object()
        .member("specversion", "1.0")
        .member("id", sequence)
        .member("source", context.source)
        .member("type", created ? "order.created" : "order.cancelled");
    if (!event.time.empty()) json.member("time", event.time);
    json.member("sequence", sequence).key("data").begin_object();
    json.member("channel", context.channel).member("order", event.order);
    if (created) json.member("partial", true);
    if (!event.document.empty()) json.member("document", event.document);
    json.key("lines").begin_array();
    for (const OrderEvent::Line& line : event.lines) {
        json.begin_object().member("line", line.row).member("sku", line.sku);
        if (!line.location.empty()) json.member("location", line.location);
        json.member("quantity", line.units).end_object();
    }
    json.end_array().end_object().end_object();
    return text;
}

std::string rfc3339_of(std::string_view text) {
    std::string time(text);
    constexpr std::size_t kDateLength = 10;
    if (time.size() > kDateLength && time[kDateLength] == ' ') time[kDateLength] = 'T';
    if (parse_rfc3339(time)) return time;
    time += 'Z';
    return parse_rfc3339(time) ? time : std::string();
}

}  // namespace holdfast::cli
