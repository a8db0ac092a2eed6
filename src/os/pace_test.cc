// Goal: a job beside the hub neither takes the disk for itself nor outlives the word to stop.
// Method: real files under a pace, timed from below only: a slow machine must not fail this.
#include "os/pace.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "os/linux_disk.h"

namespace holdfast::os {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(Pace, KeepsTheRateAndSavesNothingUp) {
    Pace pace(10'000'000);
    ASSERT_TRUE(pace.spend(1));
    std::this_thread::sleep_for(milliseconds(50));  // half a megabyte that was not used
    const auto began = steady_clock::now();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(pace.spend(Pace::kPieceBytes));
    EXPECT_GE(steady_clock::now() - began, milliseconds(104));
}

TEST(Pace, AStopEndsTheWaitAndEverySpendingAfterIt) {
    Pace pace(1);
    std::thread stopper([&] {
        std::this_thread::sleep_for(milliseconds(20));
        pace.stop();
    });
    EXPECT_FALSE(pace.spend(1'000'000)) << "it would have taken eleven days";
    stopper.join();
    EXPECT_FALSE(pace.spend(0));
    EXPECT_TRUE(pace.stopped());
    pace.go();
    EXPECT_TRUE(pace.spend(0));
}

class PacedDisk : public testing::Test {
  protected:
    PacedDisk() {
        std::string name = testing::TempDir() + "paced_disk_XXXXXX";
        directory_ = mkdtemp(name.data());
        disk_ = std::move(*LinuxDisk::open_directory(directory_, {.pace = &pace_}));
    }
    ~PacedDisk() override { std::filesystem::remove_all(directory_); }
    std::vector<std::byte> bytes_of(std::size_t size) const {
        std::vector<std::byte> bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
        return bytes;
    }
    Pace pace_{50'000'000};
    std::string directory_;
    std::unique_ptr<LinuxDisk> disk_;
};

TEST_F(PacedDisk, WhatIsWrittenPieceByPieceReadsBack) {
    for (const std::size_t size : {std::size_t{1}, Pace::kPieceBytes, 3 * Pace::kPieceBytes + 17}) {
        const auto bytes = bytes_of(size);
        ASSERT_TRUE(disk_->write_atomically("file", bytes));
        EXPECT_EQ(*disk_->read_all("file"), bytes);
    }
}

TEST_F(PacedDisk, AStoppedWriteLeavesNothingBehind) {
    auto writer = std::move(*disk_->write_file("file"));
    ASSERT_TRUE(writer->append(bytes_of(Pace::kPieceBytes)));
    pace_.stop();
    const auto put = writer->append(bytes_of(Pace::kPieceBytes));
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, ErrorCode::closed);
    writer.reset();
    EXPECT_TRUE(disk_->list()->empty());
}

}  // namespace
}  // namespace holdfast::os
