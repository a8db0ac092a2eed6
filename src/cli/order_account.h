// The books of one import: every row of the file ends in exactly one class, and the classes add up
// to the rows read. Knows nothing of HTTP or files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/event_sender.h"
#include "cli/order_stream.h"

namespace holdfast::cli {

/// Rows, and units without a sign.
struct RowsUnits {
    std::uint64_t rows = 0;
    std::uint64_t units = 0;
    RowsUnits& operator+=(const RowsUnits& other) {
        rows += other.rows;
        units += other.units;
        return *this;
    }
    friend bool operator==(const RowsUnits&, const RowsUnits&) = default;
};

/// What became of the rows. A sale line that was cancelled in part stands in `held` as a row; its
/// cancelled units stand in `cancelled`.
struct OrderTotals {
    RowsUnits read;
    RowsUnits held;
    RowsUnits cancelled;  ///< sale lines that were held and then wholly taken back
    std::map<std::string, RowsUnits> refused;  ///< by the hub's reason
    RowsUnits cancellation_applied;            ///< cancellation rows that took something back
    std::map<std::string, RowsUnits> set_aside;
    RowsUnits duplicate;  ///< recorded by an earlier run, or by an attempt whose answer was lost

    std::uint64_t orders = 0;  ///< order.created events
    std::uint64_t orders_held = 0;
    std::uint64_t orders_held_in_part = 0;
    std::uint64_t orders_refused = 0;
    std::uint64_t orders_duplicate = 0;
    std::uint64_t cancellations = 0;  ///< order.cancelled events
    std::uint64_t cancellations_applied = 0;
    std::uint64_t cancellations_refused = 0;
    std::uint64_t cancellations_duplicate = 0;

    [[nodiscard]] RowsUnits sum() const;
    [[nodiscard]] bool adds_up() const { return sum() == read; }
    [[nodiscard]] std::uint64_t recorded() const {
        return orders_held + orders_held_in_part + cancellations_applied;
    }
};

class OrderAccount {
  public:
    /// A row as it was read; numbers come without gaps from 1.
    void row(const OrderRow& row);
    /// Units of a cancellation row that no sale in the file accounts for.
    void unmatched(std::uint64_t row, std::int64_t units);
    /// What the hub decided about an event of rows that were read before.
    void settled(const OrderEvent& event, const EventOutcome& outcome);

    [[nodiscard]] OrderTotals totals() const;
    /// For progress: lines refused so far.
    [[nodiscard]] std::uint64_t lines_refused() const { return lines_refused_; }

  private:
    enum class State : std::uint8_t { open, held, refused, duplicate };
    /// 40 bytes a row; an import keeps them all, because a later row may cancel an early one.
    struct Row {
        std::int64_t units = 0;
        std::int64_t cancelled = 0;  // sale: taken back; cancellation: units that took effect
        std::int64_t unmatched = 0;  // cancellation only, as is the next
        std::int64_t repeated = 0;   // units recorded by an earlier attempt
        RowKind kind = RowKind::malformed_row;
        State state = State::open;
        std::uint16_t reason = 0;  // index of reasons_
    };
    [[nodiscard]] Row& at(std::uint64_t number) { return rows_[number - 1]; }
    std::uint16_t reason(const std::string& code);
    void order_settled(const OrderEvent& event, const EventOutcome& outcome);
    void cancellation_settled(const OrderEvent& event, const EventOutcome& outcome);

    std::vector<Row> rows_;
    std::vector<std::string> reasons_;
    OrderTotals events_;  // the counters of events only
    std::uint64_t lines_refused_ = 0;
};

struct ReportHeader {
    std::string file;
    std::string source;
    std::uint64_t resumed_from = 0;
    double seconds = 0;
};
/// A table for a person; its first line answers the question.
std::string report_text(const OrderTotals& totals, const ReportHeader& header);
/// One JSON object on one line.
std::string report_json(const OrderTotals& totals, const ReportHeader& header);

}  // namespace holdfast::cli
