// Events that came before their cause: a shipment, a pickup or a cancellation of an order that
// nobody has told of yet. What happened is recorded at once; what it means for the order's promise
// waits here until the order comes. Bounded; told once when it waits too long, forgotten later.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast::ledger {

/// After so long without the order a case is raised.
inline constexpr Microseconds parked_patience = std::chrono::hours(24);
/// What a case was raised for is kept so long: an order that comes even later still settles it.
inline constexpr Microseconds parked_kept = std::chrono::hours(24 * 45);
/// Lines that wait for one order at most, so that settling them fits the order's entry.
inline constexpr std::size_t parked_lines_per_order_max = lines_per_request_max;

struct ParkedLine {
    std::uint64_t line = 0;             ///< the event's own number; 0 = it gave none
    SkuId sku = kNoSku;                 ///< of a cancellation: kNoSku where it gave none
    LocationId location = kNoLocation;  ///< where it left
    Units units = 0;
    friend bool operator==(const ParkedLine&, const ParkedLine&) = default;
};

struct ParkedEvent {
    std::uint64_t seq = 0;  ///< of its fact
    FactType type{};
    std::uint64_t order_hash = 0;
    std::string order;
    std::uint64_t document_hash = 0;  ///< of the shipment or pickup; 0 = it gave none
    ChannelId channel = kNoChannel;   ///< the order's, where the event told
    std::int64_t parked_at = 0;       ///< log time
    bool told = false;                ///< a case was raised
    /// A cancellation without lines is one of everything.
    std::vector<ParkedLine> lines;
    /// What it counts for in the bounds.
    [[nodiscard]] std::size_t size() const { return lines.empty() ? 1 : lines.size(); }
    /// Whether an order of this channel is the one it waits for: who speaks for one channel says
    /// nothing about the orders of another.
    [[nodiscard]] bool waits_for(ChannelId of_order) const {
        return channel == kNoChannel || channel == of_order;
    }
};

class ParkedTable {
  public:
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Lines of all events together.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// The seqs of what waits for an order, in the order in which it came; null where nothing does.
    [[nodiscard]] const std::vector<std::uint64_t>* of_order(std::uint64_t order_hash) const {
        const auto it = by_order_.find(order_hash);
        return it == by_order_.end() ? nullptr : &it->second;
    }
    [[nodiscard]] std::size_t size_of_order(std::uint64_t order_hash) const;
    /// Those of the goods that left with this document; null where none wait.
    [[nodiscard]] const std::vector<std::uint64_t>* of_document(std::uint64_t document_hash) const {
        const auto it = by_document_.find(document_hash);
        return it == by_document_.end() ? nullptr : &it->second;
    }
    /// The event of a fact that waits; it is known.
    [[nodiscard]] const ParkedEvent& at(std::uint64_t seq) const { return rows_.at(seq); }
    [[nodiscard]] const std::map<std::uint64_t, ParkedEvent>& rows() const { return rows_; }
    /// Seqs of events that no case was raised for, the oldest first.
    [[nodiscard]] const std::set<std::uint64_t>& untold() const { return untold_; }
    [[nodiscard]] Instant next_overdue() const {
        return untold_.empty()
                   ? Instant::max()
                   : instant_from_raw(rows_.at(*untold_.begin()).parked_at) + parked_patience;
    }

    // Changes, by apply and checkpoint loading only.
    void park(ParkedEvent event);
    void tell(std::uint64_t seq);
    /// The order came, or the goods came back.
    void settle(std::uint64_t seq) { erase(seq); }
    /// Forgets what was told of and is too old at `now`.
    void advance(Instant now);

  private:
    void erase(std::uint64_t seq);

    std::map<std::uint64_t, ParkedEvent> rows_;
    FlatMap<std::uint64_t, std::vector<std::uint64_t>> by_order_;
    FlatMap<std::uint64_t, std::vector<std::uint64_t>> by_document_;
    std::set<std::uint64_t> untold_;
    std::size_t size_ = 0;
};

}  // namespace holdfast::ledger
