// What the ledger's tables take in memory: bytes of a position, of an open reservation and of its
// further lines, of the indexes beside them. Real commands, decided and applied; two figures each:
// what the table says that it holds, and what the process grew by.
//
//   memory_bench [--positions 10000000] [--reservations 1000000]
//
// Each row runs in a process of its own, so that no row profits from what another has freed.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "os/huge_pages.h"

namespace holdfast::ledger {
namespace {

constexpr std::uint64_t kSeed = 42;

/// Resident bytes of this process.
std::uint64_t resident() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    unsigned long long size = 0, pages = 0;
    if (file == nullptr || std::fscanf(file, "%llu %llu", &size, &pages) != 2) return 0;
    std::fclose(file);
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

struct Ledger {
    State state{kSeed};
    Arena arena;
    std::vector<std::byte> facts;
    Instant now = instant_from_raw(1'700'000'000'000'000);

    void run(const Command& command) {
        arena.reset();
        facts.clear();
        FactWriter writer(facts);
        now += Microseconds{1};
        const Outcome outcome =
            decide(state, command, {.now = now, .next_seq = state.seq + 1}, arena, writer);
        if (outcome.kind != Outcome::Kind::recorded) {
            fmt::print(stderr, "a command was refused: {}\n", name(outcome.refusal));
            std::exit(1);
        }
        for (ByteSpan rest = facts; !rest.empty();
             rest = rest.subspan(FactView::trusted(rest).size()))
            apply(state, FactView::trusted(rest));
    }
    void add_codes(std::uint32_t skus, std::uint32_t locations) {
        std::vector<LocationId> pool;
        for (std::uint32_t l = 0; l < locations; ++l) {
            const std::string code = fmt::format("L{:04}", l);
            run(UpsertLocation{.code = code});
            pool.push_back(LocationId{l});
        }
        run(UpsertPool{.code = "all", .locations = pool});
        run(UpsertChannel{.code = "web", .pool = PoolId{0}});
        for (std::uint32_t s = 0; s < skus; ++s) {
            const std::string code = fmt::format("SKU-{:08}", s);
            run(UpsertItem{.code = code});
        }
    }
    /// Counts every SKU at every location: SKU by SKU, or location by location.
    void add_positions(std::uint32_t skus, std::uint32_t locations, bool by_location) {
        std::vector<Line> lines;
        const std::uint64_t positions = std::uint64_t{skus} * locations;
        for (std::uint64_t i = 0; i < positions; ++i) {
            const std::uint64_t sku = by_location ? i % skus : i / locations;
            const std::uint64_t location = by_location ? i / skus : i % locations;
            lines.push_back({.sku = SkuId{static_cast<std::uint32_t>(sku)},
                             .location = LocationId{static_cast<std::uint32_t>(location)},
                             .names_location = true,
                             .quantity = 1'000'000});
            if (lines.size() < lines_per_request_max && i + 1 < positions) continue;
            run(RecordEvent{.type = FactType::stock_counted, .lines = lines});
            lines.clear();
        }
    }
    void reserve(std::uint64_t n, std::uint32_t lines_each, std::uint32_t skus, bool ordered) {
        std::vector<Line> lines(lines_each);
        for (std::uint32_t l = 0; l < lines_each; ++l)
            lines[l] = {.sku = SkuId{static_cast<std::uint32_t>((n * 7919 + l) % skus)},
                        .location = LocationId{0},
                        .names_location = true,
                        .quantity = 1};
        ReserveStock command{.channel = ChannelId{0}, .lines = lines};
        const std::uint64_t key[2] = {n, kSeed};
        command.envelope.transport = {.key = hash128(std::as_bytes(std::span(key))),
                                      .body_hash = n};
        run(command);
        if (!ordered) return;
        const std::string order = fmt::format("W-{:09}", n);
        run(StepReservation{.step = ReservationStep::confirm,
                            .reservation = ReservationId{state.seq},
                            .order = order});
    }
};

void print_row(const std::string& what, std::uint64_t count, std::uint64_t table,
               std::uint64_t process) {
    const auto each = [&](std::uint64_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(count);
    };
    fmt::print("| {} | {} | {:.1f} | {:.1f} |\n", what, count, each(table), each(process));
    std::fflush(stdout);
}

void positions_row(std::uint64_t positions, std::uint32_t locations, bool by_location) {
    Ledger ledger;
    const auto skus = static_cast<std::uint32_t>(positions / locations);
    ledger.add_codes(skus, locations);
    const std::uint64_t before = resident();
    ledger.add_positions(skus, locations, by_location);
    print_row(fmt::format("position, {} locations a SKU, filled {}", locations,
                          by_location ? "location by location" : "SKU by SKU"),
              ledger.state.positions.size(), ledger.state.positions.bytes(), resident() - before);
}

void codes_row(std::uint64_t positions) {
    Ledger ledger;
    const std::uint64_t before = resident();
    ledger.add_codes(static_cast<std::uint32_t>(positions), 1);
    print_row("code of an item, with its index", positions, ledger.state.items.bytes(),
              resident() - before);
}

void reservations_row(std::uint64_t reservations, std::uint32_t lines, bool ordered) {
    constexpr std::uint32_t kSkus = 100'000;
    Ledger ledger;
    ledger.add_codes(kSkus, 1);
    ledger.add_positions(kSkus, 1, false);
    const std::uint64_t before = resident();
    for (std::uint64_t n = 1; n <= reservations; ++n) ledger.reserve(n, lines, kSkus, ordered);
    const std::uint64_t grown = resident() - before;
    const ReservationTable::Bytes bytes = ledger.state.reservations.bytes();
    const std::uint64_t keys = ledger.state.transport_keys.bytes();
    const std::uint64_t table = bytes.rows + bytes.parts + bytes.counts + bytes.deadlines +
                                bytes.index + bytes.index_by_order;
    print_row(fmt::format("{} reservation of {} line{}", ordered ? "confirmed" : "held", lines,
                          lines == 1 ? "" : "s"),
              reservations, table, grown - std::min(grown, keys));
    if (lines != 1) return;
    print_row("- of these: row", reservations, bytes.rows, bytes.rows);
    print_row("- its part", reservations, bytes.parts, bytes.parts);
    print_row("- index by id", reservations, bytes.index, bytes.index);
    if (ordered)
        print_row("- index by order", reservations, bytes.index_by_order, bytes.index_by_order);
    else
        print_row("- deadline", reservations, bytes.deadlines, bytes.deadlines);
    print_row("idempotency key, apart", reservations, keys, keys);
}

/// In a child, whose memory is its own.
template <class Row>
void apart(Row&& row) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        row();
        std::fflush(stdout);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) std::exit(1);
}

}  // namespace
}  // namespace holdfast::ledger

int main(int argc, char** argv) {
    using namespace holdfast::ledger;
    std::uint64_t positions = 10'000'000, reservations = 1'000'000;
    CLI::App app("Bytes of the ledger's tables");
    app.add_option("--positions", positions)->check(CLI::Range(1'000ULL, 100'000'000ULL));
    app.add_option("--reservations", reservations)->check(CLI::Range(1'000ULL, 50'000'000ULL));
    CLI11_PARSE(app, argc, argv);
    // As the hub does: large tables on huge pages.
    std::pmr::set_default_resource(holdfast::os::huge_page_resource());
    fmt::print(
        "| what | how many | bytes each, table | bytes each, resident |\n|---|---:|---:|---:|\n");
    for (const std::uint32_t locations : {1U, 10U, 204U})
        for (const bool by_location : {false, true})
            if (locations != 1 || !by_location)
                apart([&] { positions_row(positions, locations, by_location); });
    apart([&] { codes_row(positions); });
    for (const bool ordered : {false, true})
        apart([&] { reservations_row(reservations, 1, ordered); });
    for (const std::uint32_t lines : {2U, 5U, 20U})
        apart([&] { reservations_row(reservations, lines, false); });
    return 0;
}
