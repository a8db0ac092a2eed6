// The twin of the cases machine: a second, slow and obvious one of lists, for tests only. It shares
// no code with src/cases and is written from docs/api/cases.md, so that a disagreement between the
// two points at a bug in one of them. It must never be linked into the product.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/instant.h"
#include "canonical/command.h"
#include "canonical/fact.h"
#include "ledger/twin.h"

namespace holdfast::case_twin {

struct TwinStep {
    std::uint64_t seq = 0;
    Instant at{};
    CaseStep step = CaseStep::opened;
    std::uint32_t actor = kNoId;
    std::optional<CaseResolution> resolution;
    std::string text;
};

/// What two raises must have in common to be one case.
struct TwinSubject {
    CaseKind kind{};
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    ChannelId channel = kNoChannel;
    std::uint32_t source = kNoId;
    std::uint64_t reservation = 0;
    std::string order;
    std::string document;
    /// Order and document do not count where the reservation, which stands for them, is known.
    [[nodiscard]] bool same_as(const TwinSubject& other) const;
};

struct TwinCase {
    std::uint64_t id = 0;
    TwinSubject about;
    CaseState state = CaseState::open;
    std::optional<CaseResolution> resolution;
    std::vector<std::uint64_t> facts;  ///< all that raised it
    std::uint64_t count = 0;
    std::uint32_t regressed = 0;
    FactType opened_by{};
    Instant opened_at{}, raised_at{}, wake_at{}, resolved_at{};
    std::uint64_t seq = 0;
    Units units = 0, units_peak = 0, units_when_snoozed = 0;
    std::int64_t money = 0;
    std::string assignee;
    std::vector<TwinStep> history;  ///< all of it
    [[nodiscard]] bool live() const { return state != CaseState::resolved; }
};

/// What is kept of a list that has its bound: the first one and the newest ones.
template <class T>
std::vector<T> first_and_newest(const std::vector<T>& all, std::size_t most) {
    if (all.size() <= most) return all;
    std::vector<T> kept{all.front()};
    kept.insert(kept.end(), all.end() - static_cast<std::ptrdiff_t>(most - 1), all.end());
    return kept;
}
inline constexpr std::size_t kFactsKept = 16;
inline constexpr std::size_t kStepsKept = 32;

struct Bounds {
    std::size_t cases = 100'000;
    std::size_t text_bytes = 256 * 1024 * 1024;
};

/// What comes of a command about cases.
struct Verdict {
    Refusal refusal = Refusal::none;
    std::vector<std::pair<std::uint32_t, Refusal>> problems;  ///< which case, from 0, and why
    std::vector<std::uint64_t> ids;                           ///< that it is done to
};

/// One thing that a fact which raises a kind of case is about.
struct TwinFinding {
    TwinSubject about;
    Units units = 0;
};

class CaseTwin {
  public:
    explicit CaseTwin(Bounds bounds = {}) : bounds_(bounds) {}

    [[nodiscard]] Verdict decide(const ActOnCases& command, Instant now) const;
    /// The snoozed cases whose time has come, the earliest first.
    [[nodiscard]] std::vector<std::uint64_t> due(const WakeCases& command, Instant now) const;
    /// Facts one by one, in order; the ledger's twin has them all already.
    void apply(const FactView& fact, const ledger::Twin& ledger);

    [[nodiscard]] const TwinCase* find(std::uint64_t id) const;
    /// Live cases in the order of the queue.
    [[nodiscard]] std::vector<std::uint64_t> queue() const;

    std::vector<TwinCase> cases;  ///< those that are remembered, the oldest first
    std::map<SkuId, std::int64_t> unit_values;
    std::uint64_t not_opened = 0;

  private:
    void move_stock(const FactView& fact);
    void learn_value(const FactView& fact);
    void act(const FactView& fact);
    void act_on(TwinCase& row, const FactView& fact);
    void follow(const FactView& fact);
    void settle(const FactView& fact, const ledger::Twin& ledger);
    /// Whether the fact is what the case waits for.
    [[nodiscard]] static bool settles(const FactView& fact, const TwinCase& row,
                                      const ledger::Twin& ledger);
    void raise(const FactView& fact);
    void join(TwinCase& row, const TwinFinding& finding, const FactView& fact);
    void forget_old(Instant now);
    bool make_room();

    [[nodiscard]] std::vector<TwinFinding> findings(CaseKind kind, const FactView& fact) const;
    /// Units at risk by the levels; nothing where they do not tell.
    [[nodiscard]] std::optional<Units> told_by_levels(const TwinSubject& about) const;
    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const;
    /// Where the units of a posting are: goods on their way count where they go.
    [[nodiscard]] std::optional<LocationId> place_of(Place place) const;
    void put_at_risk(TwinCase& row, Units units) const;
    static void resolve(TwinCase& row, CaseResolution why, Instant at);
    /// A later fact removed what the case was about.
    static void remove_cause(TwinCase& row, const FactView& fact);
    static void wake(TwinCase& row);

    Bounds bounds_;
    std::map<std::tuple<SkuId, LocationId, Bucket>, Units> levels_;
    std::map<std::tuple<std::uint64_t, SkuId, LocationId>, Units> promised_;  // by reservation
    std::map<std::uint32_t, LocationId> lane_ends_;
};

}  // namespace holdfast::case_twin
