// One commit of the file journal on this machine's disk: groups of 1, 16, 64 and 256 records of 128
// bytes, as the sequencer appends them. Rates are durable records. The directory is
// $HOLDFAST_BENCH_DIR or the temporary directory; it must be on a disk, not in memory.
//
// Beside it, what the parts of a commit cost without the disk: the chain hash, and the whole append
// on a disk in memory.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "journal/chain_hasher.h"
#include "journal/file_journal.h"
#include "os/linux_disk.h"
#include "os/sim/sim_disk.h"
#include "os/system_clock.h"
#include "os/system_random.h"

namespace holdfast::journal {
namespace {

constexpr std::size_t kRecordBytes = 128;
/// The measured loop trims below this many segments, so that a long run does not fill the disk.
constexpr std::uint64_t kSegmentsMax = 8;

std::string bench_directory() {
    const char* chosen = getenv("HOLDFAST_BENCH_DIR");
    std::string pattern = chosen != nullptr ? chosen : std::filesystem::temp_directory_path();
    pattern += "/holdfast-bench-XXXXXX";
    return mkdtemp(pattern.data());
}

class Directory {
  public:
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path = bench_directory();
};

/// Tasks of the disk's threads, run by the benchmark's loop.
class Mailbox {
  public:
    void post(std::function<void()> task) {
        const std::lock_guard hold(mutex_);
        tasks_.push_back(std::move(task));
        wake_.notify_one();
    }
    void run_one(bool wait) {
        std::function<void()> task;
        {
            std::unique_lock hold(mutex_);
            if (!wait && tasks_.empty()) return;
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

Batch next_batch(const Head& head, ByteSpan body, std::uint32_t records) {
    return {.number = head.next_batch,
            .first_entry = head.next_entry,
            .entry_count = records,
            .first_seq = head.next_seq,
            .fact_count = records,
            .log_time = head.last_log_time + Microseconds{1},
            .body = body};
}

enum class WritePath : std::int64_t { fdatasync, dsync, thread, buffered };

void append(benchmark::State& state) {
    const auto records = static_cast<std::uint32_t>(state.range(0));
    const auto path = static_cast<WritePath>(state.range(1));
    Directory directory;
    Mailbox mailbox;
    os::LinuxDiskOptions options;
    options.direct = path != WritePath::buffered;
    options.dsync = path == WritePath::dsync;
    options.commit_thread = path == WritePath::thread;
    options.post = [&](std::function<void()> task) { mailbox.post(std::move(task)); };
    auto disk = os::LinuxDisk::open_directory(directory.path, options);
    if (!disk) return state.SkipWithError(to_string(disk.error()).c_str());
    const os::SystemClock clock;
    os::SystemRandom random;
    FileJournal journal(**disk, clock, random);
    if (auto head = journal.acquire(); !head)
        return state.SkipWithError(to_string(head.error()).c_str());
    while (journal.idle_work() || journal.status().segments == 0) {
        const std::vector<std::byte> body(records * kRecordBytes, std::byte{'r'});
        bool applied = false;
        journal.append(next_batch(journal.head(), body, records),
                       [&](AppendOutcome outcome) { applied = outcome == AppendOutcome::applied; });
        while (!applied) mailbox.run_one(true);
    }
    std::vector<std::byte> body(records * kRecordBytes);
    random.fill(body);
    bool failed = false;
    for (auto _ : state) {
        bool ended = false;
        journal.append(next_batch(journal.head(), body, records), [&](AppendOutcome outcome) {
            ended = true;
            failed |= outcome != AppendOutcome::applied;
        });
        while (!ended) mailbox.run_one(true);
        journal.idle_work();
        mailbox.run_one(false);
        if (journal.status().segments > kSegmentsMax) {
            state.PauseTiming();
            static_cast<void>(journal.trim(journal.head().next_seq));
            state.ResumeTiming();
        }
    }
    if (failed) state.SkipWithError("the disk failed");
    if (!journal.status().direct) state.SetLabel("no O_DIRECT here");
    state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(append)
    ->ArgNames({"records", "path"})
    ->ArgsProduct({{1, 16, 64, 256},
                   {static_cast<std::int64_t>(WritePath::fdatasync),
                    static_cast<std::int64_t>(WritePath::dsync),
                    static_cast<std::int64_t>(WritePath::thread),
                    static_cast<std::int64_t>(WritePath::buffered)}})
    ->UseRealTime();

void append_in_memory(benchmark::State& state) {
    const auto records = static_cast<std::uint32_t>(state.range(0));
    os::sim::SimRandom random(1);
    os::sim::SimDisk disk(random);
    const os::SystemClock clock;
    FileJournal journal(disk, clock, random);
    if (auto head = journal.acquire(); !head)
        return state.SkipWithError(to_string(head.error()).c_str());
    std::vector<std::byte> body(records * kRecordBytes);
    random.fill(body);
    for (auto _ : state) {
        journal.append(next_batch(journal.head(), body, records), [](AppendOutcome) {});
        if (journal.status().segments > 2) static_cast<void>(journal.trim(journal.head().next_seq));
    }
    state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(append_in_memory)->ArgName("records")->Arg(1)->Arg(16)->Arg(64)->Arg(256);

void chain_hash(benchmark::State& state) {
    const std::vector<std::byte> body(static_cast<std::size_t>(state.range(0)), std::byte{'h'});
    const std::vector<std::byte> header(256, std::byte{'x'});
    ChainHasher hasher;
    for (auto _ : state) benchmark::DoNotOptimize(hasher.batch_hash(header, body));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(chain_hash)->ArgName("body")->Arg(128)->Arg(2048)->Arg(8192)->Arg(32768);

}  // namespace
}  // namespace holdfast::journal

BENCHMARK_MAIN();
