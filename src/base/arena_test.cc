// Goal: memory of an arena is never handed out twice, whatever is given back, and a steady load
// takes the same memory again.
#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace holdfast {
namespace {

TEST(Arena, WhatIsHandedOutIsAlignedAndOverlapsNothing) {
    std::mt19937 random(7);
    Arena arena(1024);
    for (int round = 0; round < 50; ++round) {
        std::vector<std::pair<std::string_view, char>> texts;
        for (int i = 0; i < 200; ++i) {
            const char letter = static_cast<char>('a' + i % 26);
            const std::size_t size = random() % 20 == 0 ? 3000 : random() % 100;
            texts.emplace_back(arena.copy(std::string(size, letter)), letter);
            const auto numbers = arena.array<std::uint64_t>(random() % 5);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % alignof(std::uint64_t),
                      0u);
            for (std::uint64_t& number : numbers) {
                EXPECT_EQ(number, 0u);
                number = ~std::uint64_t{0};
            }
        }
        for (const auto& [text, letter] : texts)
            EXPECT_EQ(text.find_first_not_of(letter), std::string_view::npos);
        arena.reset();
    }
}

TEST(Arena, GivesBackWhatCameAfterAMark) {
    Arena arena(1024);
    const std::string_view kept = arena.copy("kept");
    const Arena::Mark mark = arena.mark();
    const std::size_t used = arena.bytes_used();
    const void* first = arena.allocate(100);
    for (int i = 0; i < 100; ++i) std::memset(arena.allocate(500), 'x', 500);  // over many chunks
    std::memset(arena.allocate(5000), 'x', 5000);
    arena.rewind(mark);
    EXPECT_EQ(arena.bytes_used(), used);
    EXPECT_EQ(arena.allocate(100), first);
    for (int i = 0; i < 100; ++i) std::memset(arena.allocate(700), 'y', 700);
    EXPECT_EQ(kept, "kept");
}

TEST(Arena, AMarkOfAnEmptyArenaGivesBackAll) {
    Arena arena(1024);
    const Arena::Mark mark = arena.mark();
    const void* first = arena.allocate(10);
    arena.rewind(mark);
    EXPECT_EQ(arena.allocate(10), first);
}

TEST(Arena, ASteadyLoadTakesTheSameMemoryAgain) {
    Arena arena(1024);
    const auto fill = [&] {
        std::vector<void*> places;
        for (int i = 0; i < 7; ++i) places.push_back(arena.allocate(1000));
        arena.reset();
        return places;
    };
    EXPECT_EQ(fill(), fill());
}

}  // namespace
}  // namespace holdfast
