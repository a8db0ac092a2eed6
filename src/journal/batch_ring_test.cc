#include "journal/batch_ring.h"

#include <gmock/gmock.h>

#include <string>

#include "os/sim/sim_random.h"

namespace holdfast::journal {
namespace {

Batch batch_of(std::uint64_t number, std::string_view body) {
    return {.number = number, .first_seq = 2 * number, .fact_count = 2, .body = as_byte_span(body)};
}

std::vector<std::uint64_t> numbers_from(const BatchRing& ring, std::uint64_t seq) {
    std::vector<std::uint64_t> numbers;
    EXPECT_TRUE(ring.visit(seq, [&](const Batch& batch) -> Result<void> {
        numbers.push_back(batch.number);
        return {};
    }));
    return numbers;
}

TEST(BatchRing, gives_back_what_reaches_the_seq) {
    BatchRing ring(100, 10);
    for (std::uint64_t number = 1; number <= 3; ++number) ring.push(batch_of(number, "abc"));
    EXPECT_EQ(ring.oldest().number, 1U);
    EXPECT_THAT(numbers_from(ring, 0), testing::ElementsAre(1, 2, 3));
    EXPECT_THAT(numbers_from(ring, 5), testing::ElementsAre(2, 3));
    EXPECT_THAT(numbers_from(ring, 8), testing::IsEmpty());
}

TEST(BatchRing, the_oldest_make_room_by_count) {
    BatchRing ring(100, 2);
    for (std::uint64_t number = 1; number <= 3; ++number) ring.push(batch_of(number, "abc"));
    EXPECT_THAT(numbers_from(ring, 0), testing::ElementsAre(2, 3));
}

TEST(BatchRing, a_body_as_large_as_the_ring_empties_it) {
    BatchRing ring(10, 10);
    ring.push(batch_of(1, "abc"));
    ring.push(batch_of(2, "0123456789"));
    EXPECT_TRUE(ring.empty());
    ring.push(batch_of(3, "abc"));
    EXPECT_THAT(numbers_from(ring, 0), testing::ElementsAre(3));
}

TEST(BatchRing, what_it_holds_is_always_the_newest_run_with_whole_bodies) {
    os::sim::SimRandom random(5);
    BatchRing ring(997, 20);
    std::vector<std::string> bodies;
    for (std::uint64_t number = 0; number < 20'000; ++number) {
        bodies.emplace_back(random.below(random.one_in(50) ? 900 : 120),
                            static_cast<char>('a' + number % 26));
        ring.push(batch_of(number, bodies.back()));
        std::uint64_t expected = ring.oldest().number;
        std::size_t bytes = 0;
        ASSERT_TRUE(ring.visit(0, [&](const Batch& batch) -> Result<void> {
            EXPECT_EQ(batch.number, expected++);
            EXPECT_EQ(as_text(batch.body), bodies[batch.number]);
            bytes += batch.body.size();
            return {};
        }));
        ASSERT_EQ(expected, number + 1) << "the newest is always there";
        ASSERT_LE(bytes, 997U);
    }
}

}  // namespace
}  // namespace holdfast::journal
