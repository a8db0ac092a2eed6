// Goal: whatever call of the disk fails, the reader of a journal is told so and nothing is lost.
// Method: the same work again and again, each time with the next call failing, until none is left;
// then the work once more on the disk as it was left, which must find everything.
#include "journal/checkpoint_store.h"
#include "journal/journal_cursor.h"
#include "journal/journal_test_support.h"
#include "journal/verify.h"

namespace holdfast::journal {
namespace {

using testing::ElementsAreArray;

using Countdown = std::uint64_t os::sim::DiskFaults::*;

class DiskFailureTest : public JournalTest {
  protected:
    static constexpr std::uint64_t kBatches = 40;

    /// Several segments and owners, the last of which died with a commit half written.
    void SetUp() override {
        for (std::uint64_t written = 0; written < kBatches; written += 10) {
            auto journal = acquired();
            append(*journal, 10);
            if (written % 20 == 0) fall_silent(*journal);
            disk_.kill_process();
        }
    }
    FileJournal journal_on(os::sim::SimDisk& disk) { return {disk, clock_, random_, options_}; }

    /// Runs `work` on copies of the disk, its first, second, third, ... call of a kind failing.
    /// Work says whether it succeeded. Returns how many calls were made to fail.
    template <class Work>
    std::uint64_t fail_each(Countdown kind, Work&& work) {
        for (std::uint64_t call = 1;; ++call) {
            const auto disk = disk_.clone();
            disk->faults().*kind = call;
            const Result<void> done = work(*disk);
            if (disk->faults().*kind != 0) {
                EXPECT_TRUE(done) << "no call failed: " << to_string(done.error());
                return call - 1;
            }
            if (!done) {
                EXPECT_NE(done.error().code, ErrorCode::corrupt)
                    << "call " << call
                    << ": a disk that fails is no damage: " << to_string(done.error());
                EXPECT_FALSE(done.error().detail.empty());
            }
            disk->faults() = {};
            disk->kill_process();
            expect_whole(*disk, call);
        }
    }
    void expect_whole(os::sim::SimDisk& disk, std::uint64_t call) {
        FileJournal journal = journal_on(disk);
        const auto head = journal.acquire();
        ASSERT_TRUE(head) << "after call " << call << ": " << to_string(head.error());
        const auto numbers = numbers_from(journal, 1);
        ASSERT_TRUE(numbers) << "after call " << call << ": " << to_string(numbers.error());
        EXPECT_THAT(*numbers, ElementsAreArray(up_to(kBatches))) << "after call " << call;
    }
};

constexpr Countdown kReads = &os::sim::DiskFaults::fail_read_in;
constexpr Countdown kChanges = &os::sim::DiskFaults::fail_change_in;
constexpr Countdown kWrites = &os::sim::DiskFaults::fail_write_in;
constexpr Countdown kSyncs = &os::sim::DiskFaults::fail_sync_in;

TEST_F(DiskFailureTest, TakingOwnershipPassesOnEveryFailure) {
    const auto acquire = [&](os::sim::SimDisk& disk) -> Result<void> {
        if (const auto head = journal_on(disk).acquire(); !head)
            return tl::unexpected(head.error());
        return {};
    };
    EXPECT_GT(fail_each(kReads, acquire), 20U);
    EXPECT_GT(fail_each(kChanges, acquire), 0U);
    fail_each(kWrites, acquire);
    fail_each(kSyncs, acquire);
}

TEST_F(DiskFailureTest, ReadingPassesOnEveryFailure) {
    const auto read = [&](os::sim::SimDisk& disk) -> Result<void> {
        FileJournal journal = journal_on(disk);
        const std::uint64_t countdown = std::exchange(disk.faults().fail_read_in, 0);
        const auto head = journal.acquire();
        if (!head) return tl::unexpected(head.error());
        disk.faults().fail_read_in = countdown;
        const auto numbers = numbers_from(journal, 50);
        if (!numbers) return tl::unexpected(numbers.error());
        return {};
    };
    EXPECT_GT(fail_each(kReads, read), 5U);
}

TEST_F(DiskFailureTest, VerifyingPassesOnEveryFailureAndBlamesNoByte) {
    const auto look = [&](os::sim::SimDisk& disk) -> Result<void> {
        const auto report = verify(disk);
        if (!report) return tl::unexpected(report.error());
        EXPECT_FALSE(report->fault);
        return {};
    };
    EXPECT_GT(fail_each(kReads, look), 20U);
}

TEST_F(DiskFailureTest, AFollowerPassesOnEveryFailure) {
    Head end;
    {
        const auto copy = disk_.clone();
        FileJournal owner = journal_on(*copy);
        end = *owner.acquire();
    }
    const auto follow = [&](os::sim::SimDisk& disk) -> Result<void> {
        JournalCursor cursor(disk, end.log_id);
        if (auto found = cursor.seek(40, end); !found) return found;
        while (true) {
            const auto batch = cursor.next();
            if (!batch) return tl::unexpected(batch.error());
            if (!*batch) return {};
        }
    };
    EXPECT_GT(fail_each(kReads, follow), 5U);
}

TEST_F(DiskFailureTest, AFollowerOfAnotherJournalOrOfNoneIsToldSo) {
    auto owner = acquired();
    JournalCursor stranger(disk_, owner->head().log_id + 1);
    EXPECT_FALSE(stranger.seek(1, owner->head()));
    os::sim::SimDisk empty(random_);
    JournalCursor alone(empty, owner->head().log_id);
    const auto found = alone.seek(1, owner->head());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

/// A checkpoint that fails leaves the one before it, or itself; never neither.
TEST_F(DiskFailureTest, CheckpointsPassOnEveryFailureAndLeaveOne) {
    const auto info = [](std::uint64_t seq) { return CheckpointInfo{.log_id = 5, .seq = seq}; };
    const std::vector<std::byte> body(kCheckpointPieceBytes + 100, std::byte{7});
    for (const std::uint64_t seq : {10U, 20U})
        ASSERT_TRUE(CheckpointStore(disk_).write(info(seq), body));
    const auto replace = [&](os::sim::SimDisk& disk) -> Result<void> {
        CheckpointStore store(disk);
        if (auto written = store.write(info(30), body); !written) return written;
        const auto latest = store.latest(5);
        if (!latest) return tl::unexpected(latest.error());
        if (!*latest) return failure(ErrorCode::io_error, "none of them reads back now");
        const auto read = store.read((*latest)->seq, [](ByteSpan) { return Result<void>{}; });
        if (!read) return tl::unexpected(read.error());
        const auto reader = store.open((*latest)->seq);
        if (!reader) return tl::unexpected(reader.error());
        return {};
    };
    for (const Countdown kind : {kReads, kChanges}) {
        for (std::uint64_t call = 1;; ++call) {
            const auto disk = disk_.clone();
            disk->faults().*kind = call;
            const auto done = replace(*disk);
            const bool struck = disk->faults().*kind == 0;
            EXPECT_TRUE(struck || done);
            if (!struck) break;
            disk->faults() = {};
            CheckpointStore store(*disk);
            const auto latest = store.latest(5);
            ASSERT_TRUE(latest && *latest) << "after call " << call;
            EXPECT_GE((*latest)->seq, 20U) << "after call " << call;
        }
    }
}

TEST_F(DiskFailureTest, ACheckpointUnderAnotherNameIsRefused) {
    CheckpointStore store(disk_);
    const std::vector<std::byte> body(100, std::byte{7});
    ASSERT_TRUE(store.write({.log_id = 5, .seq = 10}, body));
    const std::vector<std::string> names = *disk_.list();
    const auto name = std::find_if(names.begin(), names.end(), [](const std::string& text) {
        return text.find("checkpoint") != std::string::npos;
    });
    ASSERT_NE(name, names.end());
    std::string other = *name;
    other[other.find("10")] = '9';
    const auto bytes = *disk_.read_all(*name);
    ASSERT_TRUE(disk_.write_atomically(other, bytes));
    const std::uint64_t named = *std::prev(store.stored()->end());
    EXPECT_NE(named, 10U);
    const auto opened = store.open(named);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
    EXPECT_THAT(opened.error().detail, testing::HasSubstr("10"));
    EXPECT_FALSE(store.open(77));
    const auto latest = store.latest(5);
    ASSERT_TRUE(latest && *latest);
    EXPECT_EQ((*latest)->seq, 10U);
    EXPECT_FALSE(store.refused().empty());
}

}  // namespace
}  // namespace holdfast::journal
