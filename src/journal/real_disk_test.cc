// The journal on this machine's disk: direct and buffered, inline and with its own threads, and a
// process that is killed between two commits.
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "journal/journal_test_support.h"
#include "journal/verify.h"
#include "os/linux_disk.h"
#include "os/system_clock.h"
#include "os/system_random.h"

namespace holdfast::journal {
namespace {

using testing::ElementsAreArray;

class RealDiskTest : public testing::TestWithParam<bool> {
  protected:
    RealDiskTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-journal-XXXXXX");
        path_ = mkdtemp(pattern.data());
        options_.segment_bytes = 256 * 1024;
        options_.body_bytes_max = 64 * 1024;
    }
    ~RealDiskTest() override { std::filesystem::remove_all(path_); }

    std::unique_ptr<os::LinuxDisk> disk(os::LinuxDiskOptions options = {}) {
        options.direct = GetParam();
        auto opened = os::LinuxDisk::open_directory(path_, options);
        EXPECT_TRUE(opened) << to_string(opened.error());
        return std::move(*opened);
    }
    std::unique_ptr<FileJournal> acquired(os::Disk& disk) {
        auto journal = std::make_unique<FileJournal>(disk, clock_, random_, options_);
        const auto head = journal->acquire();
        EXPECT_TRUE(head) << to_string(head.error());
        return journal;
    }

    std::string path_;
    os::SystemClock clock_;
    os::SystemRandom random_;
    FileJournalOptions options_ = small_options();
};

INSTANTIATE_TEST_SUITE_P(DirectAndBuffered, RealDiskTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "direct" : "buffered"; });

TEST_P(RealDiskTest, batches_survive_restarts_and_segment_switches) {
    for (std::uint64_t round = 1; round <= 3; ++round) {
        auto opened = disk();
        auto journal = acquired(*opened);
        for (int i = 0; i < 80; ++i) {
            ASSERT_EQ(append_next(*journal), AppendOutcome::applied);
            if (i % 20 == 0) journal->idle_work();
        }
        EXPECT_EQ(journal->status().direct, opened->direct());
        EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(80 * round)));
    }
    auto reading = std::move(*os::LinuxDisk::open_directory(path_, {.read_only = true}));
    const auto report = verify(*reading);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_FALSE(report->fault);
    EXPECT_EQ(report->batches, 240U);
    EXPECT_GT(report->segments, 3U);
}

TEST_P(RealDiskTest, a_second_owner_on_the_same_directory_is_refused) {
    auto first = disk();
    auto second = disk();
    auto journal = acquired(*first);
    FileJournal other(*second, clock_, random_, options_);
    EXPECT_EQ(other.acquire().error().code, ErrorCode::locked);
}

TEST_P(RealDiskTest, threads_of_the_disk_commit_and_prepare_while_the_loop_runs) {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> tasks;
    const auto post = [&](std::function<void()> task) {
        const std::lock_guard hold(mutex);
        tasks.push_back(std::move(task));
        wake.notify_one();
    };
    auto opened = disk({.commit_thread = true, .post = post});
    auto journal = acquired(*opened);
    std::uint64_t applied = 0;
    std::string body;
    std::function<void()> append = [&] {
        body = body_of(journal->head().next_batch);
        journal->append(next_batch(journal->head(), body), [&](AppendOutcome outcome) {
            ASSERT_EQ(outcome, AppendOutcome::applied);
            ++applied;
        });
    };
    append();
    while (applied < 120) {
        const std::uint64_t before = applied;
        std::function<void()> task;
        {
            std::unique_lock hold(mutex);
            wake.wait(hold, [&] { return !tasks.empty(); });
            task = std::move(tasks.front());
            tasks.pop_front();
        }
        task();
        journal->idle_work();
        if (applied > before && applied < 120) append();
    }
    EXPECT_GT(journal->status().segments, 2U);
    journal.reset();
    opened.reset();
    auto again = disk();
    EXPECT_THAT(*numbers_from(*acquired(*again), 1), ElementsAreArray(up_to(120)));
}

TEST_P(RealDiskTest, a_killed_process_leaves_every_batch_it_has_reported) {
    for (int round = 0; round < 3; ++round) {
        std::array<int, 2> reports{};
        ASSERT_EQ(pipe(reports.data()), 0);
        const pid_t child = fork();
        if (child == 0) {
            auto opened = std::move(*os::LinuxDisk::open_directory(path_, {.direct = GetParam()}));
            FileJournal journal(*opened, clock_, random_, options_);
            if (!journal.acquire()) _exit(1);
            while (append_next(journal) == AppendOutcome::applied) {
                const std::uint64_t number = journal.head().next_batch - 1;
                if (write(reports[1], &number, sizeof number) != sizeof number) _exit(2);
                journal.idle_work();
            }
            _exit(3);
        }
        close(reports[1]);
        std::uint64_t reported = 0;
        const std::uint64_t wanted = 40 + static_cast<std::uint64_t>(round) * 23;
        for (std::uint64_t i = 0; i < wanted; ++i)
            ASSERT_EQ(read(reports[0], &reported, sizeof reported),
                      static_cast<ssize_t>(sizeof reported));
        kill(child, SIGKILL);
        while (read(reports[0], &reported, sizeof reported) ==
               static_cast<ssize_t>(sizeof reported)) {
        }
        close(reports[0]);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << status;

        auto opened = disk();
        auto journal = acquired(*opened);
        const std::uint64_t found = journal->head().next_batch - 1;
        EXPECT_TRUE(found == reported || found == reported + 1) << found << " of " << reported;
        EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(found)));
    }
}

}  // namespace
}  // namespace holdfast::journal
