// Goal: at every moment, explanations have the ledger's own numbers. They share no code: one
// derives from history, the other keeps sums. Method: random commands of the whole domain, drawn as
// for the ledger's twin. The facts go into a read model; every position and every channel is
// explained now, and moments of the past against the numbers that the ledger had then.
#include "explain/ledger_check.h"

#include <map>

#include "ledger/ledger.h"
#include "ledger/twin_commands.h"
#include "readmodel/test_directory.h"

namespace holdfast::explain {
namespace {

class LedgerCheckTest : public readmodel::ReadModelTest {
  protected:
    /// What the ledger said of everything at a seq.
    struct Snapshot {
        std::vector<Request> requests;
        std::vector<LedgerNumbers> numbers;
    };

    void run(std::uint64_t seed, std::uint64_t commands) {
        ledger::State state(seed);
        ledger::Twin twin(ledger::Limits{});
        ledger::CommandStream stream(seed);
        store_ = open("seed-" + std::to_string(seed) + ".sqlite");
        std::map<std::uint64_t, Snapshot> past;
        for (std::uint64_t i = 0; i < commands; ++i) {
            const ledger::DrawnCommand& drawn = stream.next(twin);
            decide(state, drawn.command, drawn.now);
            (void)twin.apply(drawn.command, drawn.now);
            if (i % 100 == 60) make_kit(state, twin, drawn.now, static_cast<std::int64_t>(i / 100));
            if (i % 50 == 49) past[state.seq] = snapshot(state);
        }
        past[state.seq] = snapshot(state);
        auto reader = readmodel::Reader::open(store_->path());
        ASSERT_TRUE(reader);
        ASSERT_TRUE((*reader)->begin());
        for (const auto& [seq, then] : past) {
            if (seq < (*reader)->cursor().first_seq) continue;  // no longer kept
            Moment moment(**reader, seq);
            for (std::size_t i = 0; i < then.requests.size(); ++i)
                compare(explain(moment, then.requests[i]), then.numbers[i], seed);
            if (HasFailure()) break;
        }
        ASSERT_TRUE((*reader)->end());
        store_.reset();
    }

    void decide(ledger::State& state, const Command& command, Instant now) {
        Arena arena;
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        (void)ledger::decide(state, command, {now, state.seq + 1}, arena, writer);
        if (bytes.empty()) return;
        store_->projection().begin(kLogId);
        ASSERT_TRUE(for_each_fact(bytes, [&](const FactView& fact) -> Result<void> {
            ledger::apply(state, fact);
            store_->projection().apply(fact);
            return {};
        }));
        ASSERT_TRUE(store_->projection().commit());
    }

    /// Random commands make few kits: here is one, made of something else each time.
    void make_kit(ledger::State& state, ledger::Twin& twin, Instant now, std::int64_t units) {
        const KitComponent components[] = {{.sku = SkuId{0}, .quantity = 1},
                                           {.sku = SkuId{1}, .quantity = 1 + units}};
        const UpsertItem kit{.code = "kit-0", .components = components, .sets_components = true};
        decide(state, kit, now);
        (void)twin.apply(kit, now);
        state.kits.for_each([&](SkuId, const ledger::KitRow&) { ++kits_; });
    }

    static Snapshot snapshot(const ledger::State& state) {
        Snapshot snapshot;
        for (std::uint32_t sku = 0; sku < state.items.size(); ++sku) {
            for (std::uint32_t channel = 0; channel < state.channels.size(); ++channel) {
                add(snapshot, state, {.sku = SkuId{sku}, .channel = ChannelId{channel}});
                for (std::uint32_t at = 0; at < state.locations.size(); ++at)
                    add(snapshot, state,
                        {.sku = SkuId{sku},
                         .location = LocationId{at},
                         .channel = ChannelId{channel},
                         .pool = false,
                         .facts_per_bucket = 2});
            }
        }
        return snapshot;
    }
    static void add(Snapshot& snapshot, const ledger::State& state, const Request& request) {
        snapshot.requests.push_back(request);
        snapshot.numbers.push_back(numbers_of(state, request));
    }
    static void compare(const Explanation& explained, const LedgerNumbers& numbers,
                        std::uint64_t seed) {
        for (const Difference& d : differences(explained, numbers))
            ADD_FAILURE() << "seed " << seed << ", seq " << explained.seq << ", sku "
                          << explained.of.sku.raw << " at " << explained.of.location.raw
                          << " for channel " << explained.of.channel.raw << ": " << d.name
                          << " explained as " << d.explained << ", the ledger says " << d.ledger;
    }

    std::unique_ptr<readmodel::Store> store_;
    int kits_ = 0;
};

TEST_F(LedgerCheckTest, ExplanationsHaveTheLedgersNumbersNowAndThen) {
    for (std::uint64_t seed = 1; seed <= 6 && !HasFailure(); ++seed) run(seed, 400);
    EXPECT_GT(kits_, 6) << "kits are tried";
}

}  // namespace
}  // namespace holdfast::explain
