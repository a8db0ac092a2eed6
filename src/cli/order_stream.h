// Turns rows in file order into events for the hub: one order.created per invoice, and for a
// cancellation invoice one order.cancelled per order that it takes lines from.
//
// An invoice with more rows than a request may have lines, or one that goes on after another
// invoice began, becomes several orders: 573585, 573585.2, 573585.3.
//
// `sequence` of an event is row_number * kSequencePerRow + part: the row is the invoice's last, and
// the part tells apart the orders that one cancellation invoice touches. It grows with the file, so
// that a hub which has seen a sequence has seen all before it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/cancellation_matcher.h"
#include "cli/order_rows.h"

namespace holdfast::cli {

inline constexpr std::size_t kRowsPerOrderMax = 2000;
inline constexpr std::uint64_t kSequencePerRow = 1'000'000;

struct OrderEvent {
    enum class Type : std::uint8_t { created, cancelled };
    struct Line {
        std::uint64_t row = 0;  ///< the sale's row in the file; also its line number at the hub
        std::string sku;
        std::int64_t units = 0;
        std::string location;
    };
    /// Which row asked for which cancelled units.
    struct Share {
        std::uint64_t cancelling_row = 0;
        std::uint64_t sale_row = 0;
        std::int64_t units = 0;
    };
    Type type = Type::created;
    std::uint64_t sequence = 0;
    std::string order;
    std::string document;  ///< cancelled: the cancellation invoice
    std::string time;      ///< RFC 3339, or empty
    std::vector<Line> lines;
    std::vector<Share> shares;  ///< cancelled only
};

class OrderStream {
  public:
    using EventSink = std::function<void(OrderEvent&&)>;
    /// A cancellation row's units that no earlier sale accounts for.
    using UnmatchedSink = std::function<void(std::uint64_t row, std::int64_t units)>;

    OrderStream(EventSink on_event, UnmatchedSink on_unmatched);

    /// The next row, in file order. Rows that are neither sale nor cancellation only move the
    /// invoice's end.
    void add(const OrderRow& row);
    /// After the last row.
    void finish();

  private:
    struct Group {
        std::string invoice;
        std::string time;
        bool cancels = false;
        std::uint64_t last_row = 0;
        std::size_t rows = 0;
        std::vector<OrderEvent::Line> lines;
        std::vector<std::string> customers;  // of each line
    };
    void end_group();
    void emit_order();
    void emit_cancellations();
    [[nodiscard]] std::string next_order_name(const std::string& invoice);

    EventSink on_event_;
    UnmatchedSink on_unmatched_;
    Group group_;
    std::unordered_map<std::string, std::uint32_t> parts_of_invoice_;
    std::vector<std::string> orders_;  // by the number that the matcher keeps
    CancellationMatcher matcher_;
};

/// The event as one CloudEvent on one line, without the line end.
struct EventContext {
    std::string source;
    std::string channel;
};
std::string render_event(const OrderEvent& event, const EventContext& context);

/// "2010-12-01T08:26:00" or with a blank, a zone or a fraction, as RFC 3339; empty when it is no
/// time. A time without a zone is taken as UTC.
std::string rfc3339_of(std::string_view text);

}  // namespace holdfast::cli
