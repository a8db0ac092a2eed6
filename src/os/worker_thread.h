// One background thread that runs tasks in order: the committer and the preparer of spare segments
// of a LinuxDisk, the taker of checkpoints. Destruction runs what was queued, then joins.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace holdfast::os {

/// What may wait for whom when there are more threads than processors.
enum class Importance : std::uint8_t {
    service,     ///< as the thread that made it
    background,  ///< gives way: nice 10, and never real time, whatever its maker has
    /// Runs when nobody else of the machine wants the processor: what can be done later, and is
    /// waited for by nobody.
    idle,
};

class WorkerThread {
  public:
    /// `name` shows in top and gdb; at most 15 characters are kept.
    explicit WorkerThread(const char* name, Importance importance = Importance::service);
    ~WorkerThread();
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    void run(std::function<void()> task);

  private:
    void loop(Importance importance);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace holdfast::os
