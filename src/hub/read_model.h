// The read model of a running hub: its disks, its threads and its place in the log.
#pragma once

#include <memory>
#include <string>

#include "os/linux_disk.h"
#include "os/worker_thread.h"
#include "readmodel/follower.h"

namespace holdfast::hub {

/// Every call on the loop's thread.
class ReadModel {
  public:
    /// Loop and journal outlive it. Fails where the directory cannot be opened.
    static Result<std::unique_ptr<ReadModel>> open(const std::string& directory, os::Loop& loop,
                                                   journal::Journal& journal, Microseconds kept);
    /// Waits for the transaction under way.
    ~ReadModel();
    ReadModel(const ReadModel&) = delete;
    ReadModel& operator=(const ReadModel&) = delete;

    [[nodiscard]] readmodel::Follower& follower() { return *follower_; }
    /// Where questions are answered: beside the loop, and beside the writing.
    [[nodiscard]] readmodel::Executor reading();

  private:
    ReadModel() = default;
    static void tell(const readmodel::FollowerNews& news);

    std::unique_ptr<os::LinuxDisk> files_;
    std::unique_ptr<os::LinuxDisk> journal_files_;
    std::unique_ptr<readmodel::Follower> follower_;
    // Last, so that they end before what their tasks use.
    std::unique_ptr<os::WorkerThread> writer_;
    std::unique_ptr<os::WorkerThread> reader_;
};

}  // namespace holdfast::hub
