#include "simulation/runner.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace holdfast::simulation {
namespace {

std::uint64_t cpu_us() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 +
               static_cast<std::uint64_t>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

bool write_fully(int pipe, const void* data, std::size_t size) {
    const auto* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t wrote = ::write(pipe, at, size);
        if (wrote <= 0) return false;
        at += wrote;
        size -= static_cast<std::size_t>(wrote);
    }
    return true;
}

void set_failure(Report& report, std::string_view why) {
    report.kind = ReportKind::failed;
    const std::size_t size = std::min(why.size(), report.failure.size() - 1);
    std::memcpy(report.failure.data(), why.data(), size);
}

Report run_one(const Job& job, PlantedBug bug) {
    const std::uint64_t began = cpu_us();
    const SimulationOptions options{.seed = job.seed, .steps = job.steps, .bug = bug};
    const SimulationResult result = Simulation(options).run();
    Report report{.kind = ReportKind::passed,
                  .steps = job.steps,
                  .seed = job.seed,
                  .trace_hash = result.trace_hash,
                  .events = result.events,
                  .facts = result.facts,
                  .crashes = result.crashes,
                  .simulated_us = static_cast<std::uint64_t>(result.simulated.count()),
                  .coverage = result.coverage};
    if (!result.failure.empty()) set_failure(report, result.failure);
    if (job.twice && result.failure.empty()) {
        const SimulationResult again = Simulation(options).run();
        report.events += again.events;
        if (again.trace_hash != result.trace_hash || again.events != result.events)
            set_failure(report, "NOT DETERMINISTIC: the same seed gave another trace");
    }
    report.cpu_us = cpu_us() - began;
    return report;
}

[[noreturn]] void be_worker(const std::vector<Job>& jobs, PlantedBug bug, int pipe) {
    for (const Job& job : jobs) {
        const Report begun{.steps = job.steps, .seed = job.seed};
        if (!write_fully(pipe, &begun, sizeof begun)) break;
        const Report report = run_one(job, bug);
        if (!write_fully(pipe, &report, sizeof report)) break;
    }
    ::_exit(0);
}

/// One child process and the jobs it still has.
class Worker {
  public:
    Worker(std::vector<Job> jobs, PlantedBug bug) : jobs_(std::move(jobs)), bug_(bug) { start(); }
    Worker(Worker&&) = default;

    [[nodiscard]] int pipe() const { return pipe_; }
    [[nodiscard]] bool running() const { return pipe_ >= 0; }
    [[nodiscard]] const Job& current() const { return jobs_[next_ - 1]; }

    /// True with the next whole report; false when none is there yet. `died` is set when the
    /// process ended in the middle of a seed.
    bool read(Report& report, bool& died) {
        died = false;
        const ssize_t got =
            ::read(pipe_, reinterpret_cast<char*>(&partial_) + filled_, sizeof partial_ - filled_);
        if (got > 0) {
            filled_ += static_cast<std::size_t>(got);
            if (filled_ < sizeof partial_) return false;
            filled_ = 0;
            report = partial_;
            busy_ = report.kind == ReportKind::begun;
            if (busy_) ++next_;
            return true;
        }
        ::close(pipe_);
        pipe_ = -1;
        int status = 0;
        ::waitpid(child_, &status, 0);
        died = busy_;
        return false;
    }
    /// Goes on after the seed that ended the process.
    void restart() {
        jobs_.erase(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(next_));
        next_ = 0;
        if (!jobs_.empty()) start();
    }
    void stop() {
        if (!running()) return;
        ::kill(child_, SIGKILL);
        ::close(pipe_);
        pipe_ = -1;
        ::waitpid(child_, nullptr, 0);
    }

  private:
    void start() {
        int ends[2];
        if (::pipe(ends) != 0) return;
        std::fflush(stdout);
        child_ = ::fork();
        if (child_ == 0) {
            ::close(ends[0]);
            // What a planted bug makes the product say is not worth reading.
            if (bug_ != PlantedBug::none && std::freopen("/dev/null", "w", stderr) == nullptr)
                ::_exit(1);
            be_worker(jobs_, bug_, ends[1]);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
        busy_ = false;
        filled_ = 0;
    }
    std::vector<Job> jobs_;
    PlantedBug bug_;
    std::size_t next_ = 0;
    int pipe_ = -1;
    pid_t child_ = -1;
    bool busy_ = false;
    Report partial_;
    std::size_t filled_ = 0;
};

class Run {
  public:
    explicit Run(const RunOptions& options) : options_(options) {
        const std::size_t processes = std::max<std::uint32_t>(options.processes, 1);
        std::vector<std::vector<Job>> shares(processes);
        for (std::size_t i = 0; i < options.jobs.size(); ++i)
            shares[i % processes].push_back(options.jobs[i]);
        for (auto& share : shares)
            if (!share.empty()) workers_.emplace_back(std::move(share), options.bug);
    }

    RunTotals run() {
        while (wait()) {
            for (std::size_t i = 0; i < workers_.size(); ++i)
                if (ready_[i]) handle(workers_[i]);
            const bool late = options_.seconds_max > 0 && elapsed() > options_.seconds_max;
            if (late || totals_.failed.size() >= options_.failures_max) break;
        }
        for (Worker& worker : workers_) worker.stop();
        if (options_.progress) print(true);
        return std::move(totals_);
    }

  private:
    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }
    bool wait() {
        std::vector<pollfd> polls;
        for (const Worker& worker : workers_)
            polls.push_back({.fd = worker.pipe(), .events = POLLIN, .revents = 0});
        const bool any = std::any_of(workers_.begin(), workers_.end(),
                                     [](const Worker& w) { return w.running(); });
        if (!any) return false;
        ::poll(polls.data(), polls.size(), 1000);
        ready_.assign(workers_.size(), false);
        for (std::size_t i = 0; i < polls.size(); ++i)
            ready_[i] = workers_[i].running() && polls[i].revents != 0;
        return true;
    }
    void handle(Worker& worker) {
        Report report;
        bool died = false;
        if (worker.read(report, died)) {
            if (report.kind != ReportKind::begun) add(report);
        } else if (died) {
            totals_.failed.push_back({worker.current(), "the process aborted: see above"});
            worker.restart();
        }
    }
    void add(const Report& report) {
        totals_.events += report.events;
        totals_.facts += report.facts;
        totals_.crashes += report.crashes;
        totals_.simulated_us += report.simulated_us;
        totals_.cpu_us += report.cpu_us;
        totals_.traces += report.trace_hash;
        totals_.coverage.add(report.coverage);
        const auto job = std::find_if(options_.jobs.begin(), options_.jobs.end(),
                                      [&](const Job& j) { return j.seed == report.seed; });
        if (report.kind == ReportKind::failed) {
            totals_.failed.push_back({*job, report.failure.data()});
        } else {
            ++totals_.passed;
            totals_.twice += job->twice ? 1 : 0;
        }
        if (options_.progress) print(false);
    }
    void print(bool last) {
        const double now = elapsed();
        if (!last && now - printed_ < 5) return;
        printed_ = now;
        const double cpu = static_cast<double>(totals_.cpu_us) / 1e6;
        fmt::print(
            "{:>6.1f} s: {} of {} seeds, {} failed, {} facts, {} crashes, {:.1f} M events, "
            "{:.0f} events per CPU second, {:.1f} simulated hours\n",
            now, totals_.passed + totals_.failed.size(), options_.jobs.size(),
            totals_.failed.size(), totals_.facts, totals_.crashes,
            static_cast<double>(totals_.events) / 1e6,
            cpu > 0 ? static_cast<double>(totals_.events) / cpu : 0.0,
            static_cast<double>(totals_.simulated_us) / 3.6e9);
        std::fflush(stdout);
    }

    const RunOptions& options_;
    RunTotals totals_;
    std::vector<Worker> workers_;
    std::vector<bool> ready_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double printed_ = 0;
};

}  // namespace

RunTotals run_jobs(const RunOptions& options) { return Run(options).run(); }

}  // namespace holdfast::simulation
