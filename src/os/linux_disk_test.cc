#include "os/linux_disk.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "os/aligned_buffer.h"
#include "os/system_clock.h"
#include "os/system_random.h"

namespace holdfast::os {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A directory that is removed with its contents.
class TemporaryDirectory {
  public:
    explicit TemporaryDirectory(std::string base = std::filesystem::temp_directory_path()) {
        std::string pattern = base + "/holdfast-disk-XXXXXX";
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string path() const { return path_; }

  private:
    std::string path_;
};

AlignedBuffer block_of(char letter, std::size_t blocks = 1) {
    AlignedBuffer buffer(blocks * kDiskBlockBytes);
    std::memset(buffer.data(), letter, blocks * kDiskBlockBytes);
    return buffer;
}

std::string text_at(File& file, std::uint64_t offset, std::size_t bytes) {
    std::string text(bytes, '?');
    const auto got = file.read(offset, {reinterpret_cast<std::byte*>(text.data()), text.size()});
    return got ? text : to_string(got.error());
}

/// Posts are run by the test, as a loop would.
class Mailbox {
  public:
    void post(std::function<void()> task) {
        const std::lock_guard hold(mutex_);
        tasks_.push_back(std::move(task));
        wake_.notify_one();
    }
    void run_one() {
        std::function<void()> task;
        {
            std::unique_lock hold(mutex_);
            wake_.wait(hold, [this] { return !tasks_.empty(); });
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
};

class LinuxDiskTest : public testing::TestWithParam<bool> {
  protected:
    std::unique_ptr<LinuxDisk> disk(LinuxDiskOptions options = {}) {
        options.direct = GetParam();
        auto opened = LinuxDisk::open_directory(directory_.path(), options);
        EXPECT_TRUE(opened) << to_string(opened.error());
        return std::move(*opened);
    }
    TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(DirectAndBuffered, LinuxDiskTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "direct" : "buffered"; });

TEST_P(LinuxDiskTest, a_created_file_is_all_zeros_and_of_the_size_asked_for) {
    auto opened = disk();
    auto file = opened->create_zeroed("segment", 3 * 1024 * 1024 + 4096);
    ASSERT_TRUE(file) << to_string(file.error());
    EXPECT_EQ((*file)->size(), 3U * 1024 * 1024 + 4096);
    EXPECT_EQ(text_at(**file, 3 * 1024 * 1024 + 4090, 6), std::string(6, '\0'));
    EXPECT_THAT(*opened->list(), ElementsAre("segment"));
}

TEST_P(LinuxDiskTest, creating_a_name_that_exists_is_refused_and_changes_nothing) {
    auto opened = disk();
    ASSERT_TRUE(opened->write_atomically("segment", as_byte_span("kept")));
    const auto again = opened->create_zeroed("segment", 4096);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::already_exists);
    EXPECT_EQ(as_text(*opened->read_all("segment")), "kept");
}

TEST_P(LinuxDiskTest, what_was_written_is_read_back_by_a_second_opening) {
    auto opened = disk();
    auto file = std::move(*opened->create_zeroed("segment", 65536));
    const AlignedBuffer letters = block_of('x', 2);
    bool done = false;
    file->write_synced(8192, {letters.data(), 8192}, [&](Result<void> written) {
        done = true;
        EXPECT_TRUE(written);
    });
    EXPECT_TRUE(done) << "the inline disk answers before it returns";
    auto second = std::move(*opened->open("segment"));
    EXPECT_EQ(text_at(*second, 8191, 3), std::string("\0xx", 3));
    EXPECT_EQ(text_at(*second, 16383, 2), std::string("x\0", 2));
}

TEST_P(LinuxDiskTest, dsync_writes_are_read_back_too) {
    auto opened = disk({.dsync = true});
    auto file = std::move(*opened->create_zeroed("segment", 65536));
    const AlignedBuffer letters = block_of('d');
    Result<void> outcome = failure(ErrorCode::closed, "never called");
    file->write_synced(4096, {letters.data(), 4096}, [&](Result<void> r) { outcome = r; });
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(text_at(*std::move(*opened->open("segment")), 4096, 2), "dd");
}

TEST_P(LinuxDiskTest, a_read_past_the_end_is_refused_instead_of_shortened) {
    auto opened = disk();
    auto file = std::move(*opened->create_zeroed("segment", 8192));
    EXPECT_THAT(text_at(*file, 8000, 193), HasSubstr("invalid_argument"));
    EXPECT_THAT(text_at(*file, 9000, 1), HasSubstr("invalid_argument"));
    EXPECT_EQ(text_at(*file, 8000, 192).size(), 192U);
}

TEST_P(LinuxDiskTest, write_atomically_replaces_a_file_of_any_size) {
    auto opened = disk();
    const std::string big(2'500'001, 'b');
    ASSERT_TRUE(opened->write_atomically("head", as_byte_span("first")));
    ASSERT_TRUE(opened->write_atomically("head", as_byte_span(big)));
    EXPECT_EQ(as_text(*opened->read_all("head")), big);
    ASSERT_TRUE(opened->write_atomically("head", {}));
    EXPECT_TRUE(opened->read_all("head")->empty());
}

TEST_P(LinuxDiskTest, an_unfinished_writer_leaves_nothing) {
    auto opened = disk();
    {
        auto writer = std::move(*opened->write_file("checkpoint"));
        ASSERT_TRUE(writer->append(as_byte_span("half")));
    }
    EXPECT_TRUE(opened->list()->empty());
}

TEST_P(LinuxDiskTest, rename_and_remove_change_the_listing) {
    auto opened = disk();
    ASSERT_TRUE(opened->write_atomically("a", as_byte_span("1")));
    ASSERT_TRUE(opened->write_atomically("b", as_byte_span("2")));
    ASSERT_TRUE(opened->rename("a", "c"));
    ASSERT_TRUE(opened->remove("b"));
    EXPECT_THAT(*opened->list(), ElementsAre("c"));
    EXPECT_EQ(opened->remove("b").error().code, ErrorCode::not_found);
    EXPECT_EQ(opened->open("b").error().code, ErrorCode::not_found);
}

TEST_P(LinuxDiskTest, names_that_leave_the_directory_are_refused) {
    auto opened = disk();
    for (const char* name : {"", ".", "..", "../x", "a/b", ".hidden"}) {
        EXPECT_EQ(opened->open(name).error().code, ErrorCode::invalid_argument) << name;
        EXPECT_EQ(opened->remove(name).error().code, ErrorCode::invalid_argument) << name;
    }
}

TEST_P(LinuxDiskTest, a_second_holder_of_the_lock_is_refused_until_the_first_lets_go) {
    auto first = disk();
    auto second = disk();
    auto held = first->lock();
    ASSERT_TRUE(held);
    EXPECT_EQ(second->lock().error().code, ErrorCode::locked);
    held->reset();
    EXPECT_TRUE(second->lock());
}

TEST_P(LinuxDiskTest, another_process_is_refused_the_lock_too) {
    auto opened = disk();
    auto held = opened->lock();
    ASSERT_TRUE(held);
    const pid_t child = fork();
    if (child == 0) {
        auto other = LinuxDisk::open_directory(directory_.path());
        const auto lock = (*other)->lock();
        _exit(!lock && lock.error().code == ErrorCode::locked ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST_P(LinuxDiskTest, free_space_is_known) {
    const auto space = disk()->space();
    ASSERT_TRUE(space);
    EXPECT_GT(space->total_bytes, 0U);
    EXPECT_LE(space->free_bytes, space->total_bytes);
}

TEST_P(LinuxDiskTest, a_committing_thread_answers_through_post) {
    Mailbox mailbox;
    auto opened = disk({.commit_thread = true, .post = [&](std::function<void()> task) {
                            mailbox.post(std::move(task));
                        }});
    auto file = std::move(*opened->create_zeroed("segment", 65536));
    const AlignedBuffer letters = block_of('t');
    bool done = false;
    file->write_synced(0, {letters.data(), 4096}, [&](Result<void> r) { done = r.has_value(); });
    EXPECT_FALSE(done) << "nothing runs on the caller's loop before its next turn";
    mailbox.run_one();
    EXPECT_TRUE(done);
    EXPECT_EQ(text_at(*file, 4095, 2), std::string("t\0", 2));
}

TEST_P(LinuxDiskTest, a_file_destroyed_with_a_write_in_flight_is_not_called_back) {
    Mailbox mailbox;
    auto opened = disk({.commit_thread = true, .post = [&](std::function<void()> task) {
                            mailbox.post(std::move(task));
                        }});
    auto file = std::move(*opened->create_zeroed("segment", 65536));
    const AlignedBuffer letters = block_of('t');
    bool done = false;
    file->write_synced(0, {letters.data(), 4096}, [&](const Result<void>&) { done = true; });
    file.reset();
    mailbox.run_one();
    EXPECT_FALSE(done);
}

TEST_P(LinuxDiskTest, a_file_can_be_prepared_beside_the_loop) {
    Mailbox mailbox;
    auto opened =
        disk({.post = [&](std::function<void()> task) { mailbox.post(std::move(task)); }});
    Result<void> outcome = failure(ErrorCode::closed, "never called");
    opened->create_zeroed_later("spare", 1024 * 1024, [&](Result<void> made) { outcome = made; });
    mailbox.run_one();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ((*opened->open("spare"))->size(), 1024U * 1024);
}

TEST(LinuxDisk, a_read_only_opening_changes_nothing) {
    TemporaryDirectory directory;
    auto opened = std::move(*LinuxDisk::open_directory(directory.path(), {.read_only = true}));
    EXPECT_FALSE(opened->write_atomically("a", as_byte_span("1")));
    EXPECT_FALSE(opened->create_zeroed("a", 4096));
    EXPECT_FALSE(opened->lock());
    EXPECT_TRUE(opened->list()->empty());
    EXPECT_FALSE(LinuxDisk::open_directory(directory.path() + "/absent", {.read_only = true}));
}

TEST(LinuxDisk, a_missing_directory_is_made_but_not_its_parents) {
    TemporaryDirectory directory;
    EXPECT_TRUE(LinuxDisk::open_directory(directory.path() + "/journal"));
    EXPECT_TRUE(std::filesystem::is_directory(directory.path() + "/journal"));
    EXPECT_EQ(LinuxDisk::open_directory(directory.path() + "/no/journal").error().code,
              ErrorCode::not_found);
}

TEST(LinuxDisk, direct_says_what_the_file_system_accepted) {
    TemporaryDirectory directory;
    auto asked_not_to = std::move(*LinuxDisk::open_directory(directory.path(), {.direct = false}));
    EXPECT_FALSE(asked_not_to->direct());
    EXPECT_TRUE(asked_not_to->list()->empty()) << "no probe is left behind";
}

TEST(LinuxDisk, a_full_file_system_is_disk_full_and_leaves_no_piece_behind) {
    TemporaryDirectory directory;
    auto opened = std::move(*LinuxDisk::open_directory(directory.path()));
    const auto made = opened->create_zeroed("huge", std::uint64_t{1} << 46);
    ASSERT_FALSE(made);
    // ext4 answers EFBIG above 16 TiB, others ENOSPC: either way nothing stays.
    EXPECT_TRUE(opened->list()->empty());
}

TEST(SystemClock, both_clocks_run_forward_and_the_boot_id_stays) {
    const SystemClock clock;
    const Microseconds before = clock.since_boot();
    EXPECT_GT(before.count(), 0);
    EXPECT_GE(clock.since_boot(), before);
    EXPECT_GT(clock.wall(), instant_from_raw(1'600'000'000'000'000));
    EXPECT_EQ(clock.boot_id(), SystemClock().boot_id());
}

TEST(SystemRandom, two_draws_differ) {
    SystemRandom random;
    EXPECT_NE(random.next(), random.next());
}

}  // namespace
}  // namespace holdfast::os
