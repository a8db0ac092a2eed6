// Runs followers that take checkpoints on a thread of their own, which gives way to the service:
// low priority, a disk object of its own, and a bounded pace on the disk.
//
// Used by the loop's thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "os/linux_disk.h"
#include "os/loop.h"
#include "os/pace.h"
#include "os/worker_thread.h"
#include "sequencer/checkpoint_follower.h"

namespace holdfast::hub {

class CheckpointThread final : public sequencer::CheckpointRunner {
  public:
    /// `directory` is the journal's. Loop and clock outlive the thread; the clock is safe from any
    /// thread.
    static Result<std::unique_ptr<CheckpointThread>> open(const std::string& directory,
                                                          os::Loop& loop, const os::Clock& clock,
                                                          const ledger::Limits& limits);
    ~CheckpointThread() override;
    CheckpointThread(const CheckpointThread&) = delete;
    CheckpointThread& operator=(const CheckpointThread&) = delete;

    void start(const journal::Head& end, Done done) override;
    void stop() override;

  private:
    CheckpointThread(os::Loop& loop, const os::Clock& clock, const ledger::Limits& limits);
    Result<sequencer::CheckpointReport> take(const journal::Head& end);

    os::Loop& loop_;
    const os::Clock& clock_;
    ledger::Limits limits_;
    os::Pace pace_;
    std::unique_ptr<os::LinuxDisk> disk_;
    /// Which follower's word still counts; of the loop's thread.
    std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
    std::mutex mutex_;
    std::condition_variable ended_;
    bool running_ = false;  // guarded by mutex_
    os::WorkerThread thread_;
};

}  // namespace holdfast::hub
