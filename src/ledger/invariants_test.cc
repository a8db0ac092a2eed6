// Goal: a state that is not possible is seen and named. Method: a rich state from random commands,
// broken in one place at a time by the calls that apply alone may make.
#include <gmock/gmock.h>

#include <functional>

#include "ledger/checkpoint_codec.h"
#include "ledger/ledger.h"
#include "ledger/twin_commands.h"

namespace holdfast::ledger {
namespace {

using testing::HasSubstr;

/// A random history that has something in every table which the cases below need.
std::vector<std::byte> rich_body() {
    State state(7);
    Twin twin;
    CommandStream stream(3);
    Arena arena;
    for (int i = 0; i < 1500; ++i) {
        const DrawnCommand& drawn = stream.next(twin);
        (void)twin.apply(drawn.command, drawn.now);
        std::vector<std::byte> facts;
        FactWriter writer(facts);
        (void)decide(state, drawn.command, {drawn.now, state.seq + 1}, arena, writer);
        (void)for_each_fact(facts, [&](const FactView& fact) -> Result<void> {
            apply(state, fact);
            return {};
        });
        arena.reset();
    }
    std::vector<std::byte> bytes;
    encode_state(state, bytes);
    return bytes;
}

class Invariants : public testing::Test {
  protected:
    static std::unique_ptr<State> fresh() {
        static const std::vector<std::byte> body = rich_body();
        auto state = decode_state(body, 7, {});
        EXPECT_TRUE(state);
        return std::move(*state);
    }
    /// What is said of the state once it was broken.
    static std::string broken(const std::function<void(State&)>& change) {
        const auto state = fresh();
        EXPECT_FALSE(state->check_invariants()) << "it is whole before";
        change(*state);
        return state->check_invariants().value_or("nothing");
    }
    static std::string broken_counts(const std::function<void(PartCounts&)>& change) {
        return broken([&](State& state) {
            ReservationId open{0};
            state.reservations.for_each([&](const Reservation& r) {
                if (!r.ended() && r.kind == PromiseKind::order && r.part_count > 0) open = r.id;
            });
            ASSERT_NE(open.raw, 0U);
            const Reservation& r = *state.reservations.find(open);
            Part& part = state.reservations.parts_mutable(r).front();
            PartCounts counts = state.reservations.counts(part);
            change(counts);
            state.reservations.set_counts(part, counts);
        });
    }
    static std::string broken_position(const std::function<void(Position&, RareBuckets&)>& change) {
        return broken([&](State& state) {
            bool first = true;
            state.positions.for_each([&](Position& p) {
                if (!std::exchange(first, false)) return;
                RareBuckets rare = state.positions.rare(p.sku, p.location);
                change(p, rare);
                state.positions.set_rare(p.sku, p.location, rare);
            });
        });
    }
    static std::string broken_source(const std::function<void(SourceRow&)>& change) {
        return broken([&](State& state) {
            ASSERT_FALSE(state.sources.rows().empty());
            const auto& [source, row] = *state.sources.rows().begin();
            SourceRow wrong = {.position = {.epoch = 1, .seq = 100}, .numbered = true};
            change(wrong);
            state.sources.restore(source, wrong);
        });
    }
};

TEST_F(Invariants, CountsOfAPromiseBalance) {
    EXPECT_THAT(broken_counts([](PartCounts& c) { c.shipped = -1; }), HasSubstr("below zero"));
    EXPECT_THAT(broken_counts([](PartCounts& c) { c.created += 1; }), HasSubstr("created"));
    EXPECT_THAT(broken_counts([](PartCounts& c) { c.picked = c.allocated + 1; }),
                HasSubstr("more picked than allocated"));
    EXPECT_THAT(broken_counts([](PartCounts& c) { c.cancel_pending = c.allocated + 1; }),
                HasSubstr("more to cancel than allocated"));
    EXPECT_THAT(broken_counts([](PartCounts& c) { c.erp_held = c.reserved + c.allocated + 1; }),
                HasSubstr("the ERP holds more"));
}

TEST_F(Invariants, APromiseIsOpenAsLongAsOneOfItsPartsIs) {
    EXPECT_THAT(broken([](State& state) {
                    state.reservations.for_each([&](const Reservation& r) {
                        if (r.ended() || !r.confirmed) return;
                        state.reservations.find_mutable(r.id)->expires_at = 1;
                    });
                }),
                HasSubstr("is confirmed and would expire"));
    EXPECT_THAT(broken([](State& state) {
                    state.reservations.for_each([&](const Reservation& r) {
                        if (!r.ended())
                            state.reservations.find_mutable(r.id)->ended_by =
                                FactType::reservation_released;
                    });
                }),
                HasSubstr("open parts but is ended"));
}

TEST_F(Invariants, PositionsHoldWhatTheirLinesHold) {
    EXPECT_THAT(broken_position([](Position& p, RareBuckets&) { p.reserved = -1; }),
                HasSubstr("reserved"));
    EXPECT_THAT(broken_position([](Position& p, RareBuckets&) { p.allocated += 1; }),
                HasSubstr("allocated"));
    EXPECT_THAT(broken_position([](Position&, RareBuckets& rare) { rare.picked += 1; }),
                HasSubstr("picked"));
    EXPECT_THAT(broken_position([](Position&, RareBuckets& rare) { rare.backordered += 1; }),
                HasSubstr("backordered"));
    EXPECT_THAT(broken_position([](Position&, RareBuckets& rare) { rare.erp_held += 1; }),
                HasSubstr("erp_held"));
    EXPECT_THAT(broken_position([](Position&, RareBuckets& rare) { rare.inbound += 1; }),
                HasSubstr("inbound"));
    EXPECT_THAT(broken_position([](Position&, RareBuckets& rare) { rare.in_transit += 1; }),
                HasSubstr("in_transit"));
    EXPECT_THAT(broken_position([](Position& p, RareBuckets&) { p.buffer = 1; }),
                HasSubstr("stale"));
}

TEST_F(Invariants, LanesAndExpectedSupplyFollowFromDocuments) {
    EXPECT_THAT(broken([](State& state) { state.lanes.add(SkuId{0}, 0, 1'000); }),
                HasSubstr("lane"));
    EXPECT_THAT(broken([](State& state) { state.expected.add({SkuId{0}, LocationId{0}, 5}, 1); }),
                HasSubstr("expected supply"));
}

TEST_F(Invariants, AQuotaIsUsedOnlyWhereThereIsOne) {
    EXPECT_THAT(broken([](State& state) {
                    state.quotas.add_used({GroupId{0}, ChannelId{77}, SkuId{0}}, 1);
                }),
                HasSubstr("counted where no quota is"));
}

TEST_F(Invariants, GapsOfASourceAreApartAndBelowItsHighestNumber) {
    EXPECT_EQ(broken_source([](SourceRow&) {}), "nothing");
    EXPECT_THAT(broken_source([](SourceRow& row) { row.gaps = {{3, 5, 0}, {5, 9, 0}}; }),
                HasSubstr("overlap"));
    EXPECT_THAT(broken_source([](SourceRow& row) { row.gaps = {{5, 4, 0}}; }), HasSubstr("empty"));
    EXPECT_THAT(broken_source([](SourceRow& row) { row.gaps = {{5, 200, 0}}; }),
                HasSubstr("above its highest number"));
    EXPECT_THAT(broken_source([](SourceRow& row) {
                    row.numbered = false;
                    row.gaps = {{5, 6, 0}};
                }),
                HasSubstr("before its first number"));
    EXPECT_THAT(broken_source([](SourceRow& row) {
                    for (std::uint64_t i = 0; i <= source_gaps_max; ++i)
                        row.gaps.push_back({i * 3 + 1, i * 3 + 1, 0});
                    row.position.seq = 10'000;
                }),
                HasSubstr("more gaps than its bound"));
}

TEST_F(Invariants, KitsAreMadeOfWhatIsNoKit) {
    const auto nested = [](State& state) {
        const SkuId sku{0};
        state.kits.add_recipe({.kit = sku, .components = {{.sku = sku, .units = 1}}});
        state.kits.set(sku, {.recipe = state.kits.recipes()});
    };
    EXPECT_THAT(broken(nested), HasSubstr("which is a kit"));
    // A checkpoint that says so is refused: nobody could count such kits.
    const auto state = fresh();
    nested(*state);
    std::vector<std::byte> bytes;
    encode_state(*state, bytes);
    EXPECT_FALSE(decode_state(bytes, 7, {}));
}

TEST_F(Invariants, ALineOfAKitHoldsItsComponents) {
    const auto all_parts = [](State& state, const std::function<void(Part&)>& change) {
        state.kits.add_recipe({.kit = SkuId{0}, .components = {{.sku = SkuId{1}, .units = 1}}});
        state.reservations.for_each([&](const Reservation& r) {
            for (Part& part : state.reservations.parts_mutable(r)) change(part);
        });
    };
    EXPECT_THAT(broken([&](State& state) {
                    all_parts(state, [&](Part& part) {
                        if (part.sku != SkuId{1}) part.recipe = state.kits.recipes();
                    });
                }),
                HasSubstr("has no SKU"));
    EXPECT_THAT(broken([&](State& state) {
                    all_parts(state, [&](Part& part) { part.recipe = state.kits.recipes() + 1; });
                }),
                HasSubstr("has no recipe"));
}

}  // namespace
}  // namespace holdfast::ledger
