// A small retailer for the properties: items, locations in one pool, one channel, and the ledger
// that keeps them. Every step asserts the ledger's invariants.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "ledger/availability.h"
#include "ledger/ledger.h"

namespace holdfast::properties {

inline constexpr std::uint32_t kItems = 2;
inline constexpr std::uint32_t kLocations = 3;
inline constexpr ChannelId kWeb{0};
inline constexpr SkuId kShoe{0};

/// One movement of stock at one position.
struct Move {
    FactType type = FactType::stock_adjusted;
    SkuId sku;
    LocationId at;
    Units quantity = 0;

    /// What it adds to the shelf; counts depend on the shelf and are no such move.
    [[nodiscard]] Units delta() const { return type == FactType::pos_sale ? -quantity : quantity; }
};
std::ostream& operator<<(std::ostream& out, const Move& move);

/// Adjustments, receipts, sales, voids and returns of a few units.
rc::Gen<Move> any_move();
rc::Gen<std::vector<Move>> any_moves();
/// A quantity of one line.
rc::Gen<Units> any_units();
/// Levels of one item, one for each location; some below zero.
rc::Gen<std::vector<Units>> any_shelves();

/// What the ledger answered; a step of the set-up need not look.
struct Answer : ledger::Outcome {};

class Shop {
  public:
    explicit Shop(bool splits = true, ledger::Limits limits = {});

    /// Decides, applies and checks the invariants. Problems stay readable until the next call.
    Answer run(const Command& command);
    /// run(), which must have an effect.
    Answer must(const Command& command);

    Answer move(const Move& move, const Envelope& envelope = {});
    Answer count(SkuId sku, LocationId at, Units units);
    /// Counts the item at each location; below zero by selling.
    void fill(SkuId sku, std::span<const Units> shelves);
    Answer policy(PolicyKind kind, SkuId sku, LocationId at, std::int64_t value);
    Answer hold(Units quantity, std::string_view order = {});
    Answer hold(std::span<const Line> lines, bool partial = false);
    Answer step(ReservationStep step, std::uint64_t hold, std::span<const Line> lines = {});
    /// An order that was sold elsewhere: held by force.
    Answer sold(Units quantity, std::string_view order);
    Answer order_event(FactType type, std::string_view order, std::span<const Line> lines,
                       LocationId at = kNoLocation);
    void open(LocationId at, bool enabled);
    void splits(bool allowed);
    void pool(std::span<const LocationId> locations);
    void pass(Microseconds time) { now_ += time; }

    [[nodiscard]] const ledger::State& state() const { return *state_; }
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const {
        return state_->positions.level(sku, at, bucket);
    }
    /// S - R - A at the position.
    [[nodiscard]] Units free(SkuId sku, LocationId at) const;
    [[nodiscard]] Units sum(SkuId sku, Bucket bucket) const;
    [[nodiscard]] Units ats(SkuId sku = kShoe) const {
        return ledger::available_to_sell(*state_, kWeb, sku).units;
    }
    [[nodiscard]] std::vector<Units> levels() const;  ///< every bucket of every position
    [[nodiscard]] const std::vector<std::byte>& facts() const { return facts_; }
    /// Cases that the last effect raised.
    [[nodiscard]] std::vector<CaseKind> raised() const;

  private:
    std::unique_ptr<ledger::State> state_;
    Instant now_;
    Arena arena_;
    std::vector<std::byte> entry_;
    std::vector<std::byte> facts_;
};

/// All locations, in order.
std::vector<LocationId> all_locations();

}  // namespace holdfast::properties
