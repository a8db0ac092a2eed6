// Micro-benchmarks of the ledger: one decision with its facts, the addition of a fact, and replay.
// Rows state positions and locations per SKU. Run: ./dev bench --micro, or the program itself.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>

#include "ledger/availability.h"
#include "ledger/ledger.h"
#include "ledger/replay.h"
#include "os/huge_pages.h"

namespace holdfast::ledger {
namespace {

constexpr std::uint64_t kSeed = 42;

/// A retailer with `skus` items at `locations` places, plenty on every shelf.
class Retailer {
  public:
    Retailer(std::uint32_t skus, std::uint32_t locations) : skus_(skus), locations_(locations) {
        std::vector<LocationId> pool;
        for (std::uint32_t l = 0; l < locations; ++l) {
            (void)run(UpsertLocation{.code = code("L", l)});
            pool.push_back(LocationId{l});
        }
        (void)run(UpsertPool{.code = "all", .locations = pool});
        (void)run(UpsertChannel{.code = "web", .pool = PoolId{0}});
        std::vector<Line> lines;
        for (std::uint32_t s = 0; s < skus; ++s) {
            (void)run(UpsertItem{.code = code("SKU-", s)});
            for (std::uint32_t l = 0; l < locations; ++l) {
                lines.push_back({.sku = SkuId{s},
                                 .location = LocationId{l},
                                 .names_location = true,
                                 .quantity = quantity_max});
                if (lines.size() == lines_per_request_max) count(lines);
            }
        }
        count(lines);
    }
    Outcome run(const Command& command) {
        arena_.reset();
        facts_.clear();
        FactWriter writer(facts_);
        now_ += Microseconds{1};
        const Outcome outcome =
            decide(state_, command, {.now = now_, .next_seq = state_.seq + 1}, arena_, writer);
        for (ByteSpan rest = facts_; !rest.empty();
             rest = rest.subspan(FactView::trusted(rest).size()))
            apply(state_, FactView::trusted(rest));
        return outcome;
    }
    ReserveStock reservation(std::uint64_t n, Line& line) {
        random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
        line = {.sku = SkuId{static_cast<std::uint32_t>((random_ >> 33) % skus_)},
                .location = LocationId{0},
                .names_location = locations_ == 1,
                .quantity = 1};
        ReserveStock command{.channel = ChannelId{0}, .lines = {&line, 1}};
        const std::uint64_t key[2] = {n, kSeed};
        command.envelope.transport = {.key = hash128(std::as_bytes(std::span(key))),
                                      .body_hash = n};
        return command;
    }
    State& state() { return state_; }
    const std::vector<std::byte>& facts() const { return facts_; }

  private:
    static std::string code(const char* prefix, std::uint32_t n) {
        return prefix + std::to_string(n);
    }
    void count(std::vector<Line>& lines) {
        if (!lines.empty()) (void)run(RecordEvent{.type = FactType::stock_counted, .lines = lines});
        lines.clear();
    }
    std::uint32_t skus_;
    std::uint32_t locations_;
    State state_{kSeed, {.reservations_expected = 1'000'000}};
    Arena arena_;
    std::vector<std::byte> facts_;
    Instant now_ = instant_from_raw(1'700'000'000'000'000);
    std::uint64_t random_ = kSeed;
};

/// One reservation of one unit: decided, written as facts, applied.
void BM_DecideAndApply(benchmark::State& bench) {
    Retailer retailer(static_cast<std::uint32_t>(bench.range(0)),
                      static_cast<std::uint32_t>(bench.range(1)));
    std::uint64_t n = 0;
    Line line;
    for (auto _ : bench) {
        const Outcome outcome = retailer.run(retailer.reservation(++n, line));
        if (outcome.kind != Outcome::Kind::recorded) bench.SkipWithError("not granted");
    }
    bench.SetItemsProcessed(static_cast<std::int64_t>(n));
}
BENCHMARK(BM_DecideAndApply)
    ->ArgNames({"skus", "locations_per_sku"})
    ->Args({1, 1})
    ->Args({100'000, 1})
    ->Args({100'000, 10})
    ->Args({5'000, 204});

/// A refusal for lack of stock: what a hot SKU costs once it is sold out.
void BM_Refuse(benchmark::State& bench) {
    Retailer retailer(1, 1);
    Line line{.sku = SkuId{0}, .quantity = quantity_max};
    ReserveStock command{.channel = ChannelId{0}, .lines = {&line, 1}};
    if (retailer.run(command).kind != Outcome::Kind::recorded) bench.SkipWithError("not granted");
    for (auto _ : bench) {
        const Outcome outcome = retailer.run(command);
        if (outcome.kind != Outcome::Kind::refused) bench.SkipWithError("granted twice");
    }
    bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(BM_Refuse);

/// Replay: parse and apply the facts of one-line reservations, as recovery does.
void BM_Replay(benchmark::State& bench) {
    constexpr std::uint64_t kFacts = 500'000;
    Retailer writer(100'000, 1);
    std::vector<std::byte> history;
    Line line;
    for (std::uint64_t n = 1; n <= kFacts; ++n) {
        (void)writer.run(writer.reservation(n, line));
        history.insert(history.end(), writer.facts().begin(), writer.facts().end());
    }
    for (auto _ : bench) {
        bench.PauseTiming();
        auto reader = std::make_unique<Retailer>(100'000, 1);
        bench.ResumeTiming();
        const Result<void> done = replay(reader->state(), history);
        if (!done) bench.SkipWithError("history does not parse");
        bench.PauseTiming();
        reader.reset();
        bench.ResumeTiming();
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(kFacts));
    bench.SetBytesProcessed(bench.iterations() * static_cast<std::int64_t>(history.size()));
}
BENCHMARK(BM_Replay)->Unit(benchmark::kMillisecond);

/// ATS of one SKU on a channel, by locations per SKU.
void BM_AvailableToSell(benchmark::State& bench) {
    const auto locations = static_cast<std::uint32_t>(bench.range(0));
    Retailer retailer(1'000'000 / locations / 10 + 1, locations);
    std::uint32_t sku = 0;
    for (auto _ : bench) {
        sku = (sku + 7919) % retailer.state().items.size();
        benchmark::DoNotOptimize(available_to_sell(retailer.state(), ChannelId{0}, SkuId{sku}));
    }
}
BENCHMARK(BM_AvailableToSell)->ArgName("locations_per_sku")->Arg(1)->Arg(10)->Arg(204);

}  // namespace
}  // namespace holdfast::ledger

// As the hub does: large tables on huge pages.
int main(int argc, char** argv) {
    std::pmr::set_default_resource(holdfast::os::huge_page_resource());
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
