// A slow and obvious second opinion of the retailer's stock, built from the journal's facts alone:
// sums of postings in maps. It shares no code with the ledger, so that it cannot share its
// mistakes. It asks of each fact whether the hub was allowed to record it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "canonical/fact.h"
#include "ledger/state.h"
#include "simulation/coverage.h"
#include "simulation/request.h"

namespace holdfast::simulation {

/// What the world knows of a fact and the hub does not say. Times are the world's own, which no
/// clock fault touches.
struct FactContext {
    const Request* request = nullptr;  ///< null for facts of the hub's own
    Microseconds decided_after{};      ///< not decided before
    Microseconds handed_over{};        ///< to the journal; so decided before
    /// How far wall clocks were moved with the hub's or a person's consent, summed without sign:
    /// what a deadline may be off. At `decided_after`, and now.
    Microseconds clock_moved_before{};
    Microseconds clock_moved{};
};

class StockModel {
  public:
    explicit StockModel(Coverage& coverage) : coverage_(coverage) {}

    void apply(const FactView& fact, const FactContext& context);
    /// The first fact that should not be, in words; empty while all is well.
    [[nodiscard]] const std::string& fault() const { return fault_; }

    /// The first difference to a state of the ledger.
    [[nodiscard]] std::optional<std::string> difference(const ledger::State& state) const;
    [[nodiscard]] Units available_to_sell(ChannelId channel, SkuId sku) const;
    /// Unconfirmed holds that should have ended at that time of the world.
    [[nodiscard]] std::size_t holds_overdue(Microseconds now) const;
    /// Whether a fact recorded this key already, and with which body.
    [[nodiscard]] std::optional<std::uint64_t> body_of_key(const Hash128& key) const;
    [[nodiscard]] bool source_recorded(std::string_view source, std::uint64_t epoch,
                                       std::uint64_t seq) const;

  private:
    struct Cell {
        std::array<Units, 16> level{};
        [[nodiscard]] Units at(Bucket b) const { return level[static_cast<std::size_t>(b)]; }
        [[nodiscard]] Units free() const {
            return at(Bucket::sellable) - at(Bucket::reserved) - at(Bucket::allocated);
        }
    };
    struct Part {
        std::uint64_t line = 0;
        SkuId sku;
        LocationId location;
        std::map<Bucket, Units> units;
        [[nodiscard]] Units at(Bucket b) const {
            const auto row = units.find(b);
            return row == units.end() ? 0 : row->second;
        }
        [[nodiscard]] bool open() const {
            return at(Bucket::reserved) != 0 || at(Bucket::allocated) != 0 ||
                   at(Bucket::backordered) != 0;
        }
    };
    struct Hold {
        ChannelId channel = kNoChannel;
        std::vector<Part> parts;
        std::string order;
        std::int64_t expires_at = 0;  ///< log time
        bool confirmed = false;
        FactType ended_by{};
        // The last grant of time to live, in the world's time.
        Microseconds granted_after{};
        Microseconds granted_before{};
        Microseconds time_to_live{};
        Microseconds clock_moved{};
    };
    struct Pool {
        std::vector<LocationId> locations;
        [[nodiscard]] bool contains(LocationId at) const;
    };
    struct Channel {
        PoolId pool = kNoPool;
        bool splits = true;
    };
    using CellKey = std::pair<SkuId, LocationId>;
    using ScopeKey = std::tuple<std::uint8_t, std::uint32_t, std::uint32_t>;

    void fail(const FactView& fact, std::string what);
    void apply_order(const FactView& fact);
    void apply_postings(const FactView& fact);
    void apply_keys(const FactView& fact);
    void apply_reference_data(const FactView& fact);
    void apply_code(const FactView& fact, std::size_t table, std::uint32_t id);
    void apply_to_hold(const FactView& fact, const FactContext& context);
    void apply_parts(const FactView& fact, Hold& hold);
    void check_grant(const FactView& fact, const FactContext& context);
    void check_end(const FactView& fact, const FactContext& context, const Hold& hold);
    void claim_order(const FactView& fact, std::uint64_t id, Hold& hold);
    void count(const FactView& fact, const FactContext& context);
    [[nodiscard]] std::int64_t policy(PolicyKind kind, SkuId sku, LocationId at) const;
    [[nodiscard]] Units promisable(const CellKey& key, const Cell& cell) const;
    [[nodiscard]] const Pool* pool_of(ChannelId channel) const;
    [[nodiscard]] std::optional<std::string> difference(std::uint64_t id, const Hold& hold,
                                                        const ledger::State& state) const;

    Coverage& coverage_;
    std::string fault_;
    std::uint64_t seq_ = 0;
    Instant log_time_{};
    std::map<CellKey, Cell> cells_;
    std::map<std::uint64_t, Hold> holds_;
    std::map<ScopeKey, std::int64_t> policies_;
    std::vector<bool> enabled_;
    std::vector<Pool> pools_;
    std::vector<Channel> channels_;
    std::array<std::vector<std::string>, 5> codes_;  // items, locations, channels, pools, names
    std::unordered_map<std::string, std::uint64_t> orders_;
    std::unordered_map<Hash128, std::uint64_t> transport_keys_;  // to body hash
    std::unordered_map<Hash128, std::uint64_t> semantic_keys_;
    /// By source: epoch and number of all that it was heard with.
    std::map<std::uint32_t, std::set<std::pair<std::uint64_t, std::uint64_t>>> sources_;
    std::unordered_set<std::uint64_t> requests_;
};

}  // namespace holdfast::simulation
