// Stops the machine at every point at which a crash could separate two steps, tries many images of
// what the disk kept, and lets recovery say what is there. Allowed: every acknowledged batch once,
// the batch in flight once or not at all, nothing else, and what one owner has shown never
// vanishes.
#include "journal/journal_test_support.h"
#include "journal/verify.h"

namespace holdfast::journal {
namespace {

using os::sim::CrashImage;
using os::sim::SimClock;
using os::sim::SimDisk;
using os::sim::SimRandom;
using testing::ElementsAreArray;

FileJournalOptions tiny_options() {
    FileJournalOptions options = small_options();
    options.segment_bytes = 8 * kBlockBytes;
    options.body_bytes_max = 7'000;
    options.spare_segments = 1;
    return options;
}

/// What the outside world knows.
struct Known {
    std::uint64_t acknowledged = 0;  ///< or shown by a completed acquire()
    std::uint64_t begun = 0;
};

/// One life of an owner: appends, silences, restarts. Ends when the machine stops.
class Life {
  public:
    Life(SimDisk& disk, SimClock& clock, SimRandom& random, Known& known)
        : disk_(disk), clock_(clock), random_(random), known_(known) {}

    bool start() {
        journal_ = std::make_unique<FileJournal>(disk_, clock_, random_, tiny_options());
        const auto head = journal_->acquire();
        if (!head) {
            EXPECT_TRUE(disk_.crashed()) << to_string(head.error());
            journal_.reset();
            return false;
        }
        const std::uint64_t found = head->next_batch - 1;
        EXPECT_GE(found, known_.acknowledged);
        EXPECT_LE(found, known_.begun);
        known_.acknowledged = found;
        known_.begun = found;
        return true;
    }
    void append() {
        if (!journal_ || disk_.crashed()) return;
        known_.begun = known_.acknowledged + 1;
        const auto outcome = append_next(*journal_);
        if (outcome == AppendOutcome::applied) known_.acknowledged = known_.begun;
    }
    void fall_silent() {
        if (!journal_ || disk_.crashed()) return;
        clock_.advance(Microseconds{10'000});
        journal_->idle_work();
    }
    void end() { journal_.reset(); }
    [[nodiscard]] FileJournal& journal() { return *journal_; }

  private:
    SimDisk& disk_;
    SimClock& clock_;
    SimRandom& random_;
    Known& known_;
    std::unique_ptr<FileJournal> journal_;
};

using Workload = void (*)(Life&);

void only_start(Life& life) { life.start(); }
void three_appends(Life& life) {
    life.start();
    for (int i = 0; i < 3; ++i) life.append();
}
void append_and_silence(Life& life) {
    life.start();
    life.append();
    life.fall_silent();
    life.append();
    life.fall_silent();
    life.fall_silent();
}
void into_the_third_segment(Life& life) {
    life.start();
    for (int i = 0; i < 9; ++i) {
        life.append();
        if (i % 4 == 3) life.fall_silent();
    }
}
void restart_between(Life& life) {
    life.start();
    for (int i = 0; i < 4; ++i) life.append();
    life.end();
    if (life.start()) life.append();
    life.end();
    life.start();
}

struct Named {
    const char* name;
    Workload run;
};

class CrashTest : public testing::TestWithParam<Named> {
  protected:
    /// Recovery after the crash: the allowed states, and that life goes on.
    static void check(SimDisk& disk, SimRandom& random, Known known, const std::string& where) {
        SimClock clock;
        {
            Life next(disk, clock, random, known);
            ASSERT_TRUE(next.start()) << where;
            const auto numbers = numbers_from(next.journal(), 1);
            ASSERT_TRUE(numbers) << where << ": " << to_string(numbers.error());
            ASSERT_THAT(*numbers, ElementsAreArray(up_to(known.acknowledged))) << where;
            next.append();
            next.append();
            next.fall_silent();
        }
        const auto report = verify(disk);
        ASSERT_TRUE(report) << where;
        ASSERT_FALSE(report->fault) << where << ": " << report->fault->what;
        ASSERT_EQ(report->batches, known.acknowledged) << where;
    }
};

INSTANTIATE_TEST_SUITE_P(Workloads, CrashTest,
                         testing::Values(Named{"only_start", only_start},
                                         Named{"three_appends", three_appends},
                                         Named{"append_and_silence", append_and_silence},
                                         Named{"into_the_third_segment", into_the_third_segment},
                                         Named{"restart_between", restart_between}),
                         [](const auto& which) { return which.param.name; });

TEST_P(CrashTest, at_every_point_recovery_finds_an_allowed_state) {
    std::uint64_t points = 0;
    for (std::uint64_t point = 1;; ++point) {
        SimRandom random(point);
        SimClock clock;
        SimDisk disk(random);
        Known known;
        disk.crash_after(point);
        {
            Life life(disk, clock, random, known);
            GetParam().run(life);
        }
        if (!disk.crashed()) break;
        ++points;
        for (int image = 0; image < 14; ++image) {
            const auto twin = disk.clone();
            twin->crash(random, image == 0   ? CrashImage::all_lost
                                : image == 1 ? CrashImage::all_kept
                                             : CrashImage::random);
            check(*twin, random, known, fmt::format("point {}, image {}", point, image));
            if (HasFatalFailure()) return;
        }
    }
    EXPECT_GE(points, 10U) << "the workload passes points at which it can crash";
}

TEST_P(CrashTest, a_crash_during_the_recovery_from_a_crash_is_no_worse) {
    SimRandom random(1);
    for (std::uint64_t point = 1;; point += 2) {
        SimClock clock;
        SimDisk disk(random);
        Known known;
        disk.crash_after(point);
        {
            Life life(disk, clock, random, known);
            GetParam().run(life);
        }
        if (!disk.crashed()) break;
        disk.crash(random);
        for (std::uint64_t second = 1;; ++second) {
            const auto twin = disk.clone();
            Known then = known;
            twin->crash_after(second);
            {
                Life life(*twin, clock, random, then);
                if (life.start()) life.append();
            }
            if (!twin->crashed()) break;
            twin->crash(random);
            check(*twin, random, then, fmt::format("points {} and {}", point, second));
            if (HasFatalFailure()) return;
        }
    }
}

// The process dies with a write handed over and not synced; the machine goes on, and loses its
// power while the next process recovers.
TEST_P(CrashTest, a_power_cut_during_the_recovery_from_a_kill_is_no_worse) {
    for (std::uint64_t point = 1;; ++point) {
        SimRandom random(point);
        SimClock clock;
        SimDisk disk(random);
        Known known;
        disk.crash_after(point);
        {
            Life life(disk, clock, random, known);
            GetParam().run(life);
        }
        if (!disk.crashed()) break;
        disk.kill_process();
        for (std::uint64_t second = 1;; ++second) {
            bool reached = false;
            for (int image = 0; image < 6; ++image) {
                const auto twin = disk.clone();
                Known then = known;
                twin->crash_after(second);
                {
                    Life life(*twin, clock, random, then);
                    if (life.start()) life.append();
                }
                reached = twin->crashed();
                if (!reached) break;
                twin->crash(random);
                check(*twin, random, then, fmt::format("points {} and {}", point, second));
                if (HasFatalFailure()) return;
            }
            if (!reached) break;
        }
    }
}

TEST(CrashMonkey, long_histories_of_crashes_kills_and_failing_disks_lose_nothing) {
    std::uint64_t crashes = 0;
    std::uint64_t appended = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimRandom random(seed);
        SimClock clock;
        SimDisk disk(random);
        disk.set_direct(!random.one_in(3));
        Known known;
        for (int lives = 0; lives < 25; ++lives) {
            const std::uint64_t kind = random.below(4);
            if (kind == 0) disk.crash_after(1 + random.below(60));
            Life life(disk, clock, random, known);
            const bool started = life.start();
            const std::uint64_t appends = random.below(12);
            for (std::uint64_t i = 0; started && i < appends; ++i) {
                if (kind == 1 && random.one_in(8)) disk.faults().fail_sync_in = 1;
                if (kind == 2 && random.one_in(8)) disk.faults().fail_write_in = 1;
                life.append();
                if (life.journal().status().failed) break;
                if (random.one_in(4)) life.fall_silent();
            }
            ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << ", life " << lives;
            disk.faults() = {};
            life.end();
            appended = std::max(appended, known.acknowledged);
            // A process may also die between a write and its sync, with the machine going on.
            if (random.one_in(2)) {
                disk.crash(random);
                clock.reboot();
                ++crashes;
            } else {
                disk.kill_process();
            }
        }
        clock.reboot();
        disk.crash(random, CrashImage::all_lost);
        Life last(disk, clock, random, known);
        ASSERT_TRUE(last.start()) << "seed " << seed;
        const auto numbers = numbers_from(last.journal(), 1);
        ASSERT_TRUE(numbers) << "seed " << seed << ": " << to_string(numbers.error());
        EXPECT_THAT(*numbers, ElementsAreArray(up_to(known.acknowledged))) << "seed " << seed;
    }
    EXPECT_GT(crashes, 500U);
    EXPECT_GT(appended, 50U);
}

/// The same under an event queue: commits, watermarks and spare segments end in any order.
class QueuedLife {
  public:
    QueuedLife(SimDisk& disk, SimClock& clock, SimRandom& random, Known& known)
        : disk_(disk), clock_(clock), random_(random), known_(known) {
        disk_.set_later([this](std::function<void()> task) { queue_.push_back(std::move(task)); });
        journal_ = std::make_unique<FileJournal>(disk_, clock_, random_, tiny_options());
        const auto head = journal_->acquire();
        if (!head) {
            EXPECT_TRUE(disk_.crashed()) << to_string(head.error());
            journal_.reset();
            return;
        }
        EXPECT_GE(head->next_batch - 1, known_.acknowledged);
        EXPECT_LE(head->next_batch - 1, known_.begun);
        known_.acknowledged = known_.begun = head->next_batch - 1;
    }
    ~QueuedLife() {
        journal_.reset();
        // What the dead process had under way still runs down; it must touch nothing.
        while (!queue_.empty()) run_any();
        disk_.set_later(nullptr);
    }
    void step() {
        if (!journal_ || disk_.crashed()) return;
        switch (random_.below(4)) {
            case 0:
                if (known_.begun == known_.acknowledged) begin();
                break;
            case 1:
                clock_.advance(Microseconds{3'000});
                journal_->idle_work();
                break;
            default:
                if (!queue_.empty()) run_any();
        }
    }
    [[nodiscard]] FileJournal* journal() { return journal_.get(); }

  private:
    void begin() {
        known_.begun = known_.acknowledged + 1;
        body_ = body_of(known_.begun);
        journal_->append(next_batch(journal_->head(), body_), [this](AppendOutcome outcome) {
            if (outcome != AppendOutcome::applied) {
                EXPECT_TRUE(disk_.crashed());
                return;
            }
            known_.acknowledged = known_.begun;
        });
    }
    void run_any() {
        const auto chosen =
            queue_.begin() + static_cast<std::ptrdiff_t>(random_.below(queue_.size()));
        const std::function<void()> task = std::move(*chosen);
        queue_.erase(chosen);
        task();
    }

    SimDisk& disk_;
    SimClock& clock_;
    SimRandom& random_;
    Known& known_;
    std::vector<std::function<void()>> queue_;
    std::string body_;
    std::unique_ptr<FileJournal> journal_;
};

TEST(CrashMonkey, the_same_holds_when_commits_end_later_and_in_any_order) {
    std::uint64_t appended = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimRandom random(seed);
        SimClock clock;
        SimDisk disk(random);
        Known known;
        for (int lives = 0; lives < 20; ++lives) {
            if (random.one_in(2)) disk.crash_after(1 + random.below(80));
            {
                QueuedLife life(disk, clock, random, known);
                const std::uint64_t steps = random.below(150);
                for (std::uint64_t i = 0; i < steps; ++i) life.step();
                if (life.journal() != nullptr && !disk.crashed()) {
                    const auto numbers = numbers_from(*life.journal(), 1);
                    ASSERT_TRUE(numbers) << to_string(numbers.error());
                    ASSERT_THAT(*numbers, ElementsAreArray(up_to(known.acknowledged)));
                }
            }
            ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << ", life " << lives;
            appended = std::max(appended, known.acknowledged);
            if (random.one_in(2)) {
                disk.crash(random);
                clock.reboot();
            } else {
                disk.kill_process();
            }
        }
    }
    EXPECT_GT(appended, 100U);
}

}  // namespace
}  // namespace holdfast::journal
