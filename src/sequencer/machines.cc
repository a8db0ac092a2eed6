#include "sequencer/machines.h"

#include <algorithm>

#include "cases/cases.h"
#include "ledger/ledger.h"
#include "ledger/replay.h"

namespace holdfast::sequencer {
namespace {

/// The ledger's numbers in the cases' words.
class Levels final : public cases::LedgerView {
  public:
    explicit Levels(const ledger::State& state) : state_(state) {}
    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const override {
        return state_.positions.level(sku, at, bucket);
    }
    [[nodiscard]] Units promised(ReservationId id, SkuId sku, LocationId at) const override {
        const ledger::Reservation* reservation = state_.reservations.find(id);
        if (reservation == nullptr) return 0;
        Units units = 0;
        for (const ledger::Part& part : state_.reservations.parts(*reservation)) {
            if (part.sku != sku || part.location != at) continue;
            const ledger::PartCounts counts = state_.reservations.counts(part);
            units += counts.reserved + counts.allocated;
        }
        return units;
    }
    [[nodiscard]] LocationId lane_ends_at(std::uint32_t lane) const override {
        return lane < state_.lanes.size() ? state_.lanes.lane(lane).destination : kNoLocation;
    }
    [[nodiscard]] cases::NumbersOfSource numbers_of(NameId source) const override {
        return {.highest = state_.sources.position(source).seq,
                .misses_overdue = state_.sources.misses_overdue(source)};
    }
    [[nodiscard]] bool overdue_for(std::string_view order) const override {
        const auto* seqs = state_.parked.of_order(state_.order_hash(order));
        return seqs != nullptr && std::ranges::any_of(*seqs, [&](std::uint64_t seq) {
                   return state_.parked.at(seq).told;
               });
    }

  private:
    const ledger::State& state_;
};

}  // namespace

Machines Machines::empty(std::uint64_t seed, const ledger::Limits& limits) {
    return {.ledger = std::make_unique<ledger::State>(seed, limits),
            .cases = std::make_unique<cases::State>(seed)};
}

Outcome Machines::decide(const Command& command, const Stamp& stamp, Arena& arena,
                         FactWriter& facts) const {
    if (!cases::is_ours(command)) return ledger::decide(*ledger, command, stamp, arena, facts);
    if (const Envelope* envelope = envelope_of(command))
        if (const auto known = ledger::settled_before(*ledger, *envelope, stamp.now)) return *known;
    return cases::decide(*cases, command, stamp, ledger::names_of(*ledger), arena, facts);
}

void Machines::apply(const FactView& fact) {
    ledger::apply(*ledger, fact);
    cases::apply(*cases, fact, Levels(*ledger));
}

Result<void> Machines::replay(ByteSpan body) {
    const Levels levels(*ledger);
    return ledger::replay(*ledger, body,
                          [&](const FactView& fact) { cases::apply(*cases, fact, levels); });
}

}  // namespace holdfast::sequencer
