// Goal: the containers under the ledger's tables keep what they were given while they grow, shrink
// and give memory back, and hold no more memory than they say. Method: random use beside the
// standard containers, and counted bytes.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory_resource>
#include <set>

#include "base/block_vector.h"
#include "base/hash.h"
#include "base/sharded_table.h"
#include "base/span_heap.h"

namespace holdfast {
namespace {

/// A sequence of numbers that looks random and never changes.
class Dice {
  public:
    std::uint64_t below(std::uint64_t n) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state_ >> 33) % n;
    }

  private:
    std::uint64_t state_ = 42;
};

/// Counts what is held.
class CountingResource final : public std::pmr::memory_resource {
  public:
    std::size_t held = 0;

  private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        held += bytes;
        return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
        held -= bytes;
        std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

class Tables : public testing::Test {
  protected:
    Tables() { before_ = std::pmr::set_default_resource(&counting_); }
    ~Tables() override {
        std::pmr::set_default_resource(before_);
        EXPECT_EQ(counting_.held, 0u) << "something was not given back";
    }
    CountingResource counting_;
    std::pmr::memory_resource* before_;
    Dice dice_;
};

struct Row {
    std::uint64_t owner = 0;
    std::uint64_t number = 0;
};

TEST_F(Tables, ABlockVectorKeepsItsRowsWhileItGrows) {
    BlockVector<Row> rows;
    for (std::uint64_t i = 0; i < 3; ++i) rows.push_back({1, i});
    EXPECT_LT(rows.bytes(), 8'000u) << "a small table is small";
    for (std::uint64_t i = 3; i < BlockVector<Row>::kBlockRows; ++i) rows.push_back({1, i});
    const Row* first = &rows[0];
    for (std::uint64_t i = rows.size(); i < 300'000; ++i) rows.push_back({1, i});
    EXPECT_EQ(&rows[0], first) << "only the first block ever moves";
    for (std::uint64_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i].number, i);
    EXPECT_EQ(rows.bytes(), counting_.held);
    EXPECT_LT(rows.bytes(), 300'000 * sizeof(Row) + 2 * 1024 * 1024 + 1);
    while (rows.size() > 7) rows.pop_back();
    rows.grow_to(9);
    EXPECT_EQ(rows[6].number, 6u);
    EXPECT_EQ(rows[8].owner, 0u) << "new rows are default values, whatever stood there";
    while (rows.size() < 600) rows.push_back(rows[6]);
    EXPECT_EQ(rows[599].number, 6u);
    while (rows.size() > 9) rows.pop_back();
    BlockVector<Row> moved = std::move(rows);
    EXPECT_EQ(moved.size(), 9u);
    EXPECT_TRUE(rows.empty());
}

/// Runs in a heap beside their contents in a map.
struct Runs {
    struct Run {
        std::uint32_t offset = 0, rows = 0, capacity = 0;
    };
    SpanHeap<Row> heap;
    std::map<std::uint64_t, Run> runs;

    void append(std::uint64_t owner) {
        Run& run = runs[owner];
        if (run.rows == run.capacity) {
            const std::uint32_t wanted = SpanHeap<Row>::capacity_for(run.rows + 1);
            run.offset = heap.enlarge(run.offset, run.rows, run.capacity, wanted);
            run.capacity = wanted;
        }
        heap.at(run.offset)[run.rows] = {owner, run.rows};
        ++run.rows;
    }
    void remove(std::uint64_t owner) {
        const Run run = runs.at(owner);
        heap.release(run.offset, run.capacity);
        runs.erase(owner);
    }
    void verify() const {
        std::set<std::uint32_t> taken;
        for (const auto& [owner, run] : runs)
            for (std::uint32_t i = 0; i < run.rows; ++i) {
                ASSERT_EQ(heap.at(run.offset)[i].owner, owner);
                ASSERT_EQ(heap.at(run.offset)[i].number, i);
                ASSERT_TRUE(taken.insert(run.offset + i).second) << "two runs share a row";
            }
    }
};

TEST_F(Tables, RunsOfASpanHeapKeepTheirRowsWhateverComesAndGoes) {
    Runs all;
    for (int round = 0; round < 200'000; ++round) {
        const std::uint64_t owner = dice_.below(500);
        if (dice_.below(40) == 0 && all.runs.contains(owner))
            all.remove(owner);
        else
            all.append(owner);
        if (round % 50'000 == 0) all.verify();
    }
    all.verify();
}

TEST_F(Tables, AHeapOfFewRunsIsSmall) {
    Runs all;
    for (int i = 0; i < 100; ++i) all.append(static_cast<std::uint64_t>(i % 7));
    EXPECT_LT(all.heap.bytes(), 8'000u);
    all.verify();
}

TEST_F(Tables, MemoryOfRunsThatWereGivenBackIsWholeAgain) {
    SpanHeap<Row> heap;
    heap.reserve(SpanHeap<Row>::kBlockRows);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 3'000; ++i) {
            const auto rows = static_cast<std::uint32_t>(1 + dice_.below(40));
            const std::uint32_t capacity = SpanHeap<Row>::capacity_for(rows);
            runs.emplace_back(heap.allocate(capacity), capacity);
        }
        while (!runs.empty()) {
            const std::size_t i = dice_.below(runs.size());
            heap.release(runs[i].first, runs[i].second);
            runs[i] = runs.back();
            runs.pop_back();
        }
        // A whole block fits again, without a new one.
        const std::uint64_t held = heap.bytes();
        const std::uint32_t whole = heap.allocate(SpanHeap<Row>::kBlockRows);
        EXPECT_EQ(heap.bytes(), held);
        heap.release(whole, SpanHeap<Row>::kBlockRows);
    }
}

TEST_F(Tables, RunsOfAnySizeStandSideBySide) {
    for (const std::uint32_t rows : {1u, 3u, 5u, 11u, 20u}) {
        Runs all;
        const std::uint64_t owners = 500'000 / rows;
        for (std::uint64_t owner = 0; owner < owners; ++owner)
            for (std::uint32_t row = 0; row < rows; ++row) all.append(owner);
        const std::uint64_t used = owners * rows * sizeof(Row);
        EXPECT_LE(all.heap.bytes(), used * 103 / 100 + SpanHeap<Row>::kBlockRows * sizeof(Row))
            << "runs of " << rows;
        all.verify();
    }
}

// Reservations end in the order in which their time runs out, and new ones take their place.
TEST_F(Tables, RunsThatComeAndGoInTurnDoNotNeedMoreAndMore) {
    SpanHeap<Row> heap;
    std::deque<std::pair<std::uint32_t, std::uint32_t>> runs;
    std::uint64_t after_the_first = 0;
    for (int i = 0; i < 600'000; ++i) {
        const std::uint32_t capacity =
            SpanHeap<Row>::capacity_for(static_cast<std::uint32_t>(1 + dice_.below(12)));
        runs.emplace_back(heap.allocate(capacity), capacity);
        if (runs.size() > 60'000) {
            heap.release(runs.front().first, runs.front().second);
            runs.pop_front();
        }
        if (i == 150'000) after_the_first = heap.bytes();
    }
    EXPECT_LE(heap.bytes(), after_the_first + SpanHeap<Row>::kBlockRows * sizeof(Row) * 9 / 8);
}

// Location after location is how most hubs are filled: every SKU's run grows by one, then again.
TEST_F(Tables, RunsThatGrowInTurnsWasteLittle) {
    for (const std::uint32_t rows : {1u, 2u, 3u, 5u, 9u, 10u, 17u, 33u, 65u}) {
        Runs all;
        const std::uint64_t owners = 300'000 / rows;
        for (std::uint32_t row = 0; row < rows; ++row)
            for (std::uint64_t owner = 0; owner < owners; ++owner) all.append(owner);
        const std::uint64_t used = owners * rows * sizeof(Row);
        EXPECT_LE(all.heap.bytes(), used * 2 + 2 * SpanHeap<Row>::kBlockRows * sizeof(Row))
            << rows << " rows each";
    }
}

TEST_F(Tables, ARunLargerThanABlockStandsSideBySideToo) {
    Runs all;
    const std::uint64_t rows = 3 * SpanHeap<Row>::kBlockRows + 5;
    for (std::uint64_t i = 0; i < rows; ++i) {
        all.append(1);
        if (i % 1'000 == 0) all.append(2);
    }
    all.verify();
    const std::uint64_t held = all.heap.bytes();
    all.remove(1);
    EXPECT_LT(all.heap.bytes(), held / 2) << "its blocks went back";
    all.append(1);
    all.verify();
}

struct NumberSlot {
    std::uint32_t place_ = 0;
    std::uint32_t value = 0;
    [[nodiscard]] bool used() const { return value != 0; }
    [[nodiscard]] std::uint32_t place() const { return place_; }
};
static_assert(sizeof(NumberSlot) == 8);

std::uint64_t spread(std::uint64_t value) { return value * 0x9E3779B97F4A7C15ULL; }
/// Few different hashes, so that slots crowd together.
std::uint64_t crowded(std::uint64_t value) {
    const std::uint64_t h = spread(value);
    return (h & 0xFF00'0000'0000'0000ULL) | (h >> 20 & 0xFF00'00FFULL);
}

TEST_F(Tables, AShardedTableFindsWhatIsInItAndNothingElse) {
    for (const auto hash_of : {&spread, &crowded}) {
        ShardedTable<NumberSlot> table;
        std::set<std::uint32_t> model;
        for (int round = 0; round < 300'000; ++round) {
            const auto value = static_cast<std::uint32_t>(1 + dice_.below(60'000));
            const std::uint64_t hash = hash_of(value);
            const auto is_it = [&](const NumberSlot& slot) { return slot.value == value; };
            const NumberSlot* found = table.find(hash, is_it);
            ASSERT_EQ(found != nullptr, model.contains(value)) << value;
            if (found == nullptr) {
                table.insert(hash, {static_cast<std::uint32_t>(hash), value});
                model.insert(value);
            } else if (dice_.below(2) == 0) {
                table.erase(hash, found);
                model.erase(value);
            }
        }
        EXPECT_EQ(table.size(), model.size());
        std::set<std::uint32_t> seen;
        table.for_each([&](const NumberSlot& slot) { seen.insert(slot.value); });
        EXPECT_EQ(seen, model);
    }
}

TEST_F(Tables, AShardedTableTakesFewBytesAnEntry) {
    ShardedTable<NumberSlot> table;
    constexpr std::uint32_t kEntries = 1'000'000;
    for (std::uint32_t i = 1; i <= kEntries; ++i) {
        const std::uint64_t hash = spread(i);
        table.insert(hash, {static_cast<std::uint32_t>(hash), i});
    }
    EXPECT_LT(table.bytes(), kEntries * 20ULL);
    EXPECT_GE(table.bytes(), counting_.held) << "blocks, and the books of the heap";
    EXPECT_LT(table.bytes(), counting_.held + counting_.held / 50);
}

TEST_F(Tables, RoomThatWasMadeIsNotMadeAgain) {
    ShardedTable<NumberSlot> table;
    table.reserve(200'000);
    const std::uint64_t held = table.bytes();
    for (std::uint32_t i = 1; i <= 200'000; ++i) {
        const std::uint64_t hash = spread(i);
        table.insert(hash, {static_cast<std::uint32_t>(hash), i});
    }
    EXPECT_EQ(table.bytes(), held);
}

}  // namespace
}  // namespace holdfast
