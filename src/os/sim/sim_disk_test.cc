#include "os/sim/sim_disk.h"

#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "os/aligned_buffer.h"
#include "os/sim/sim_clock.h"

namespace holdfast::os::sim {
namespace {

using testing::ElementsAre;

AlignedBuffer blocks_of(char letter, std::size_t blocks) {
    AlignedBuffer buffer(blocks * kDiskBlockBytes);
    std::memset(buffer.data(), letter, blocks * kDiskBlockBytes);
    return buffer;
}

/// Writes `blocks` blocks of the letter at `offset` and says how it ended.
Result<void> write(File& file, std::uint64_t offset, char letter, std::size_t blocks = 1) {
    const AlignedBuffer bytes = blocks_of(letter, blocks);
    Result<void> outcome = failure(ErrorCode::timed_out, "not called yet");
    file.write_synced(offset, {bytes.data(), blocks * kDiskBlockBytes},
                      [&](Result<void> r) { outcome = std::move(r); });
    return outcome;
}

class SimDiskTest : public testing::Test {
  protected:
    std::string contents(std::string_view name) {
        const auto bytes = disk_.read_all(name);
        return bytes ? std::string(as_text(*bytes)) : to_string(bytes.error());
    }
    SimRandom random_{7};
    SimDisk disk_{random_};
};

TEST_F(SimDiskTest, what_was_synced_survives_every_crash) {
    auto file = std::move(*disk_.create_zeroed("a", 8192));
    ASSERT_TRUE(write(*file, 4096, 'x'));
    for (const CrashImage image :
         {CrashImage::all_lost, CrashImage::all_kept, CrashImage::random}) {
        disk_.crash(random_, image);
        EXPECT_EQ(contents("a"), std::string(4096, '\0') + std::string(4096, 'x'));
    }
    EXPECT_EQ(write(*file, 0, 'y').error().code, ErrorCode::closed) << "handles die with a crash";
}

TEST_F(SimDiskTest, a_crash_before_the_sync_leaves_old_new_and_torn_images) {
    auto file = std::move(*disk_.create_zeroed("a", 4 * 4096));
    ASSERT_TRUE(write(*file, 0, 'o', 4));
    disk_.crash_after(1);
    EXPECT_FALSE(write(*file, 0, 'n', 4));
    EXPECT_TRUE(disk_.crashed());
    EXPECT_EQ(disk_.open("a").error().code, ErrorCode::closed);
    std::set<std::string> images;
    for (int i = 0; i < 200; ++i) {
        const auto twin = disk_.clone();
        twin->crash(random_);
        images.insert(std::string(as_text(*twin->read_all("a"))));
    }
    EXPECT_TRUE(images.contains(std::string(4 * 4096, 'o')));
    EXPECT_TRUE(images.contains(std::string(4 * 4096, 'n')));
    EXPECT_GT(images.size(), 50U) << "most crashes tear the write somewhere else";
}

TEST_F(SimDiskTest, a_crash_after_the_sync_keeps_the_write_though_nobody_was_told) {
    auto file = std::move(*disk_.create_zeroed("a", 4096));
    disk_.crash_after(2);
    EXPECT_FALSE(write(*file, 0, 'n'));
    disk_.crash(random_, CrashImage::all_lost);
    EXPECT_EQ(contents("a"), std::string(4096, 'n'));
}

TEST_F(SimDiskTest, write_atomically_shows_old_or_new_at_every_crash_point) {
    ASSERT_TRUE(disk_.write_atomically("head", as_byte_span("old")));
    const std::uint64_t before = disk_.points();
    ASSERT_TRUE(disk_.clone()->write_atomically("head", as_byte_span("new")));
    std::set<std::string> seen;
    for (std::uint64_t point = 1; point <= 6; ++point) {
        for (int image = 0; image < 20; ++image) {
            const auto twin = disk_.clone();
            twin->crash_after(point);
            static_cast<void>(twin->write_atomically("head", as_byte_span("new")));
            twin->crash(random_);
            const auto bytes = twin->read_all("head");
            ASSERT_TRUE(bytes) << to_string(bytes.error());
            seen.insert(std::string(as_text(*bytes)));
        }
    }
    EXPECT_EQ(disk_.points(), before) << "clones share nothing";
    EXPECT_THAT(seen, ElementsAre("new", "old"));
}

TEST_F(SimDiskTest, a_renamed_file_that_was_not_synced_into_the_directory_may_have_either_name) {
    ASSERT_TRUE(disk_.write_atomically("a", as_byte_span("1")));
    disk_.crash_after(1);
    EXPECT_FALSE(disk_.rename("a", "b"));
    std::set<std::string> names;
    for (int i = 0; i < 50; ++i) {
        const auto twin = disk_.clone();
        twin->crash(random_);
        const auto listed = *twin->list();
        names.insert(listed.begin(), listed.end());
    }
    EXPECT_THAT(names, ElementsAre("a", "b"));
}

TEST_F(SimDiskTest, the_nth_write_or_sync_fails_and_the_next_one_works) {
    auto file = std::move(*disk_.create_zeroed("a", 4096));
    disk_.faults().fail_sync_in = 2;
    EXPECT_TRUE(write(*file, 0, '1'));
    EXPECT_EQ(write(*file, 0, '2').error().code, ErrorCode::io_error);
    EXPECT_TRUE(write(*file, 0, '3'));
    disk_.faults().fail_write_in = 1;
    EXPECT_EQ(write(*file, 0, '4').error().code, ErrorCode::io_error);
}

TEST_F(SimDiskTest, after_a_failed_sync_a_page_cache_shows_what_a_crash_then_takes_away) {
    disk_.set_direct(false);
    auto file = std::move(*disk_.create_zeroed("a", 64 * 4096));
    disk_.faults().fail_sync_in = 1;
    EXPECT_FALSE(write(*file, 0, 'n', 64));
    EXPECT_EQ(contents("a"), std::string(64 * 4096, 'n'));
    disk_.kill_process();
    EXPECT_EQ(contents("a"), std::string(64 * 4096, 'n')) << "the cache outlives the process";
    disk_.crash(random_, CrashImage::all_kept);
    EXPECT_NE(contents("a"), std::string(64 * 4096, 'n'));
}

TEST_F(SimDiskTest, creation_beyond_the_capacity_is_disk_full_until_space_returns) {
    disk_.set_capacity(10'000);
    ASSERT_TRUE(disk_.create_zeroed("a", 8192));
    EXPECT_EQ(disk_.create_zeroed("b", 4096).error().code, ErrorCode::disk_full);
    EXPECT_EQ(disk_.write_atomically("c", std::vector<std::byte>(4096)).error().code,
              ErrorCode::disk_full);
    EXPECT_EQ(disk_.space()->free_bytes, 10'000U - 8192U);
    ASSERT_TRUE(disk_.remove("a"));
    EXPECT_TRUE(disk_.create_zeroed("b", 4096));
    EXPECT_THAT(*disk_.list(), ElementsAre("b"));
}

TEST_F(SimDiskTest, one_bit_can_rot_and_one_byte_can_become_unreadable) {
    ASSERT_TRUE(disk_.write_atomically("a", as_byte_span("abc")));
    EXPECT_TRUE(disk_.corrupt("a", 1));
    EXPECT_FALSE(disk_.corrupt("a", 3));
    EXPECT_EQ(contents("a"), "acc");
    disk_.fail_reads("a", 2);
    EXPECT_EQ(disk_.read_all("a").error().code, ErrorCode::io_error);
    auto file = std::move(*disk_.open("a"));
    std::array<std::byte, 2> two{};
    EXPECT_TRUE(file->read(0, two));
    disk_.clear_read_faults();
    EXPECT_EQ(contents("a"), "acc");
}

TEST_F(SimDiskTest, with_an_event_queue_a_write_ends_when_the_queue_says_so) {
    std::deque<std::function<void()>> queue;
    auto file = std::move(*disk_.create_zeroed("a", 4096));
    disk_.set_later([&](std::function<void()> task) { queue.push_back(std::move(task)); });
    const AlignedBuffer bytes = blocks_of('x', 1);
    bool done = false;
    file->write_synced(0, {bytes.data(), 4096}, [&](Result<void> r) { done = r.has_value(); });
    EXPECT_FALSE(done);
    queue.front()();
    EXPECT_TRUE(done);

    file->write_synced(0, {bytes.data(), 4096}, [&](const Result<void>&) { done = false; });
    disk_.crash(random_);
    queue.back()();
    EXPECT_TRUE(done) << "a write of before the crash never reports";
}

TEST_F(SimDiskTest, the_lock_dies_with_its_process) {
    auto held = disk_.lock();
    ASSERT_TRUE(held);
    EXPECT_EQ(disk_.lock().error().code, ErrorCode::locked);
    disk_.kill_process();
    auto next = disk_.lock();
    ASSERT_TRUE(next);
    held->reset();
    EXPECT_EQ(disk_.lock().error().code, ErrorCode::locked) << "a dead holder frees nothing";
}

TEST(SimClock, wall_can_step_and_the_boot_clock_cannot) {
    SimClock clock;
    const Instant wall = clock.wall();
    const Microseconds since_boot = clock.since_boot();
    clock.step_wall(std::chrono::seconds{-30});
    EXPECT_EQ(clock.since_boot(), since_boot);
    clock.advance(std::chrono::seconds{31});
    EXPECT_EQ(clock.wall() - wall, std::chrono::seconds{1});
    EXPECT_EQ(clock.since_boot() - since_boot, std::chrono::seconds{31});
    const std::uint64_t boot = clock.boot_id();
    clock.reboot();
    EXPECT_NE(clock.boot_id(), boot);
    EXPECT_LT(clock.since_boot(), since_boot);
}

TEST(SimRandom, the_same_seed_gives_the_same_numbers) {
    SimRandom one(1);
    SimRandom same(1);
    SimRandom other(2);
    const std::uint64_t first = one.next();
    EXPECT_EQ(first, same.next());
    EXPECT_NE(first, other.next());
}

}  // namespace
}  // namespace holdfast::os::sim
