// What holds of every history: facts are all there is, and a state is nothing but their sum.
#include "history.h"
#include "ledger/checkpoint_codec.h"
#include "ledger/replay.h"
#include "ledger/reservation_table.h"
#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::State;

History any_history() {
    History history(*rc::gen::arbitrary<std::uint64_t>());
    history.run(*between<std::uint64_t>(1, 80));
    return history;
}

std::unique_ptr<State> reloaded(const State& state) {
    std::vector<std::byte> bytes;
    ledger::encode_state(state, bytes);
    auto again = ledger::decode_state(bytes, state.seed, state.limits);
    RC_ASSERT(again.has_value());
    return std::move(*again);
}

/// Entries from..to as one body.
std::vector<std::byte> body_of(const History& history, std::size_t from, std::size_t to) {
    std::vector<std::byte> body;
    for (std::size_t i = from; i < to; ++i)
        body.insert(body.end(), history.entries()[i].begin(), history.entries()[i].end());
    return body;
}

void replay_cut_anywhere() {
    const History history = any_history();
    const std::size_t cut = *between<std::size_t>(0, history.entries().size() + 1);
    State first(history.hash_seed());
    RC_ASSERT(ledger::replay(first, body_of(history, 0, cut)).has_value());
    const std::unique_ptr<State> second = reloaded(first);
    RC_ASSERT(second->state_hash() == first.state_hash());
    RC_ASSERT(ledger::replay(*second, body_of(history, cut, history.entries().size())).has_value());
    RC_ASSERT(second->state_hash() == history.state().state_hash());
    RC_ASSERT(!second->check_invariants());
}

/// Batches of any size, some of them read twice, as after a crash.
void replay_in_any_batches() {
    const History history = any_history();
    State state(history.hash_seed());
    std::size_t at = 0;
    while (at < history.entries().size()) {
        const std::size_t to = *between<std::size_t>(at + 1, history.entries().size() + 1);
        const std::size_t from = *between<std::size_t>(0, at + 1);
        RC_ASSERT(ledger::replay(state, body_of(history, from, to)).has_value());
        at = to;
    }
    RC_ASSERT(state.state_hash() == history.state().state_hash());
}

void a_gap_is_refused() {
    const History history = any_history();
    RC_PRE(history.entries().size() > 1);
    const std::size_t lost = *between<std::size_t>(0, history.entries().size() - 1);
    State state(history.hash_seed());
    RC_ASSERT(ledger::replay(state, body_of(history, 0, lost)).has_value());
    const auto rest = body_of(history, lost + 1, history.entries().size());
    RC_ASSERT(!ledger::replay(state, rest).has_value());
}

void refusals_change_nothing() {
    History history(*rc::gen::arbitrary<std::uint64_t>());
    for (std::uint64_t left = *between<std::uint64_t>(1, 60); left > 0; --left) {
        const Hash128 before = history.state().state_hash();
        const std::size_t effects = history.entries().size();
        history.run(1);
        if (history.entries().size() == effects) RC_ASSERT(history.state().state_hash() == before);
    }
}

void levels_are_sums_of_postings() {
    const History history = any_history();
    std::map<std::tuple<SkuId, LocationId, Bucket>, Units> sums;
    for (const auto& entry : history.entries()) {
        const auto read = for_each_fact(entry, [&](const FactView& fact) -> Result<void> {
            for (std::size_t i = 0; i < fact.posting_count(); ++i) {
                const Posting p = fact.posting(i);
                if (p.place.kind() == PlaceKind::location)
                    sums[{p.sku, p.place.location(), p.bucket}] += p.delta;
            }
            return {};
        });
        RC_ASSERT(read.has_value());
    }
    for (const auto& [where, sum] : sums)
        RC_ASSERT(history.state().positions.level(std::get<0>(where), std::get<1>(where),
                                                  std::get<2>(where)) == sum);
}

/// A hub that came back from a checkpoint decides as if it had never been away.
void a_reloaded_state_decides_alike() {
    History history = any_history();
    const std::unique_ptr<State> one = reloaded(history.state());
    const std::unique_ptr<State> other = reloaded(*one);
    for (int i = 0; i < 20; ++i) {
        const ledger::DrawnCommand& drawn = history.draw();
        RC_ASSERT(History::decide_on(*one, drawn.command, drawn.now) ==
                  History::decide_on(*other, drawn.command, drawn.now));
    }
    RC_ASSERT(one->state_hash() == other->state_hash());
}

void an_entry_has_one_end() {
    const History history = any_history();
    std::uint64_t seq = 0;
    for (const auto& entry : history.entries()) {
        std::size_t left = entry.size();
        const auto read = for_each_fact(entry, [&](const FactView& fact) -> Result<void> {
            left -= fact.size();
            RC_ASSERT(fact.last_of_entry() == (left == 0));
            RC_ASSERT(fact.seq() == ++seq);
            return {};
        });
        RC_ASSERT(read.has_value());
    }
}

/// Two hubs with secrets of their own, told the same: they agree on what a retailer sees.
void two_hubs_agree() {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto commands = *between<std::uint64_t>(1, 80);
    History one(seed, 1), other(seed, 2);
    one.run(commands);
    other.run(commands);
    RC_ASSERT(one.state().stock_hash() == other.state().stock_hash());
    RC_ASSERT(one.without_effect() == other.without_effect());
}

void ended_holds_stay_readable() {
    Shop shop;
    shop.count(kShoe, LocationId{0}, 9);
    shop.pass(std::chrono::hours(*between(0, 500)));
    const Answer held = shop.hold(*any_units() % 9 + 1, "A-1");
    shop.step(ReservationStep::release, held.seq);
    const Instant ended = shop.now();
    shop.pass(std::chrono::hours(*between(0, 400)));
    shop.must(UpsertItem{.code = "ANOTHER"});  // forgetting happens with the facts
    const bool there = shop.state().reservations.find(ReservationId{held.seq}) != nullptr;
    const Microseconds length = ledger::ended_reservation_generation;
    if (shop.now() - ended <= length * (ledger::ended_reservation_generations - 1))
        RC_ASSERT(there);
    if (shop.now() - ended >= length * ledger::ended_reservation_generations) RC_ASSERT(!there);
    // Its order number is free again with it, and not earlier.
    RC_ASSERT((shop.hold(1, "A-1").kind == ledger::Outcome::Kind::recorded) == !there);
}

}  // namespace

void check_histories(Properties& p) {
    p.check("a replay that is cut anywhere, with a checkpoint between, gives the same state",
            replay_cut_anywhere);
    p.check("a replay in any batches, some read twice, gives the same state",
            replay_in_any_batches);
    p.check("a replay refuses a gap", a_gap_is_refused);
    p.check("a command without effect changes nothing", refusals_change_nothing);
    p.check("every level is the sum of its postings", levels_are_sums_of_postings);
    p.check("a state from a checkpoint decides the same bytes", a_reloaded_state_decides_alike);
    p.check("an entry has one end, and seqs have no gap", an_entry_has_one_end);
    p.check("two hubs that were told the same agree on the stock", two_hubs_agree);
    p.check("ended holds stay readable for a week and are forgotten in eleven days",
            ended_holds_stay_readable);
}

}  // namespace holdfast::properties
