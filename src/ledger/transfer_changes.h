// The change of one transfer by one fact: its parts as they were and as they become. The postings
// are what is between the two, at most one per part and bucket, so that the largest transfer fits
// one fact. Internal to the ledger.
#pragma once

#include "ledger/movement.h"

namespace holdfast::ledger {

/// Parts of one transfer at most.
inline constexpr std::size_t transfer_parts_max = lines_per_request_max;

class TransferChanges {
  public:
    struct Row {
        std::uint64_t line = 0;
        SkuId sku;
        LocationId location;
        PartCounts before;
        PartCounts now;
        Units back_from_loss = 0;  ///< of those that `now` has received
    };
    /// `transfer` is nullptr for one that nobody told of before.
    TransferChanges(const Context& context, const Reservation* transfer, LocationId destination);

    [[nodiscard]] std::span<Row> rows() { return rows_.view(); }
    [[nodiscard]] LocationId destination() const { return destination_; }
    [[nodiscard]] bool fits() const { return rows_.size() <= transfer_parts_max; }
    /// Whether some part has the number and the SKU of the line; a line without a number has none.
    [[nodiscard]] bool has_number(const Line& line) const;
    /// Whether the row may serve the line: the same SKU and, where the transfer knows the line's
    /// number, the same number.
    [[nodiscard]] static bool serves(const Row& row, const Line& line, bool by_number) {
        return row.sku == line.sku && (!by_number || row.line == line.line);
    }
    /// The row of the line's goods that left from there, made where there is none.
    Row& row_from(const Line& line, std::uint64_t number, bool by_number, LocationId source);

    /// Lanes that must be numbered first; false when there are too many.
    [[nodiscard]] bool number_lanes();
    /// Adds what changed to the movement. After the movement's own postings, and once.
    void post_to(Movement& movement);
    /// The reservation's fields: parts of postings, lines of new parts, new lanes.
    void write_fields(FactWriter& fact) const;

  private:
    [[nodiscard]] std::uint32_t lane_of(const Row& row) const;

    const Context& context_;
    const Reservation* transfer_;
    LocationId destination_;
    std::size_t known_;  // rows before the new ones
    ArenaList<Row> rows_;
    ArenaList<LaneField> new_lanes_;
    ArenaMap<std::uint32_t> new_lane_from_;  // source -> number + 1
    ArenaList<std::uint32_t> part_of_posting_;
};

}  // namespace holdfast::ledger
