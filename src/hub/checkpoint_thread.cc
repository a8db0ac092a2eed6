#include "hub/checkpoint_thread.h"

#include <fmt/format.h>

#include "hub/log.h"

namespace holdfast::hub {
namespace {

/// Reading and writing together. A commit waits for one piece of os::Pace at most, and finds the
/// disk free most of the time.
constexpr std::uint64_t kBytesPerSecond = 128ULL * 1024 * 1024;

void tell(const Result<sequencer::CheckpointReport>& report) {
    if (!report) {
        // The follower reads what recovery would read: corrupt means that the next start may fail.
        const bool damage = report.error().code == ErrorCode::corrupt;
        const LogFields why{{"detail", to_string(report.error())}};
        if (damage)
            log_error("checkpoint.damage", "the journal or a checkpoint does not read back", why);
        else
            log_warning("checkpoint.failed", "the next start would replay more", why);
        return;
    }
    for (const std::string& refused : report->refused)
        log_warning("checkpoint.refused", "an earlier checkpoint was not usable",
                    {{"detail", refused}});
    log_info("checkpoint.taken", "a checkpoint was taken beside the service",
             {{"seq", fmt::to_string(report->seq)},
              {"from_seq", fmt::to_string(report->from_seq)},
              {"facts_replayed", fmt::to_string(report->facts_replayed)},
              {"bytes", fmt::to_string(report->body_bytes)},
              {"ms", fmt::to_string(report->took.count() / 1000)}});
}

}  // namespace

Result<std::unique_ptr<CheckpointThread>> CheckpointThread::open(const std::string& directory,
                                                                 os::Loop& loop,
                                                                 const os::Clock& clock,
                                                                 const ledger::Limits& limits) {
    std::unique_ptr<CheckpointThread> made(new CheckpointThread(loop, clock, limits));
    auto disk = os::LinuxDisk::open_directory(directory, {.pace = &made->pace_});
    if (!disk) return tl::unexpected(disk.error());
    made->disk_ = std::move(*disk);
    return made;
}

CheckpointThread::CheckpointThread(os::Loop& loop, const os::Clock& clock,
                                   const ledger::Limits& limits)
    : loop_(loop),
      clock_(clock),
      limits_(limits),
      pace_(kBytesPerSecond),
      thread_("hf-checkpoint", os::Importance::background) {}

CheckpointThread::~CheckpointThread() { stop(); }

void CheckpointThread::start(const journal::Head& end, Done done) {
    pace_.go();
    {
        const std::lock_guard hold(mutex_);
        running_ = true;
    }
    const std::uint64_t turn = ++*turn_;
    thread_.run([this, end, turn, done = std::move(done)] {
        auto report = take(end);
        loop_.post([turn, now = turn_, done, report = std::move(report)] {
            if (*now != turn) return;
            tell(report);
            done(report);
        });
        const std::lock_guard hold(mutex_);
        running_ = false;
        ended_.notify_all();
    });
}

void CheckpointThread::stop() {
    ++*turn_;
    pace_.stop();
    std::unique_lock hold(mutex_);
    ended_.wait(hold, [this] { return !running_; });
}

Result<sequencer::CheckpointReport> CheckpointThread::take(const journal::Head& end) {
    sequencer::CheckpointFollower follower(*disk_, clock_, end, limits_);
    while (!pace_.stopped()) {
        const Result<bool> more = follower.step();
        if (!more) return tl::unexpected(more.error());
        if (!*more) return follower.report();
    }
    return failure(ErrorCode::closed, "it was stopped");
}

}  // namespace holdfast::hub
