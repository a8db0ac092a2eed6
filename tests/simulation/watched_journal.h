// Stands between the sequencer and its journal and tells the oracle what passes. Some planted bugs
// live here, because this is where a hub would break its word.
#pragma once

#include <deque>
#include <vector>

#include "journal/file_journal.h"
#include "os/sim/sim_world.h"
#include "simulation/oracle.h"

namespace holdfast::simulation {

class WatchedJournal final : public journal::Journal {
  public:
    /// All three outlive the journal. `answers_early`: says "durable" at once (a planted bug).
    WatchedJournal(journal::FileJournal& inner, Oracle& oracle, os::sim::SimWorld& world,
                   bool answers_early)
        : inner_(inner), oracle_(oracle), world_(world), answers_early_(answers_early) {}

    Result<journal::Head> acquire() override { return inner_.acquire(); }
    void append(const journal::Batch& batch, journal::AppendDone done) override {
        oracle_.handed_over(batch, world_.now());
        if (answers_early_) return append_early(batch, std::move(done));
        done_ = std::move(done);
        inner_.append(batch, [this](journal::AppendOutcome outcome) {
            oracle_.handed_back(outcome);
            const journal::AppendDone then = std::exchange(done_, nullptr);
            then(outcome);
        });
    }
    Result<void> read(std::uint64_t from_seq, const journal::BatchVisitor& visit) override {
        return inner_.read(from_seq, visit);
    }
    Result<void> trim(std::uint64_t before_seq) override { return inner_.trim(before_seq); }
    bool idle_work() override { return inner_.idle_work(); }
    /// Says that its batches hold more than they do by the largest entry there could be. Segments
    /// are small here and entries smaller still: to leave room for a megabyte in each batch would
    /// close every group after its first entry. The journal checks the true bound.
    [[nodiscard]] journal::JournalStatus status() const override {
        journal::JournalStatus status = inner_.status();
        status.body_bytes_max += entry_bytes_max;
        return status;
    }
    [[nodiscard]] const journal::Head& head() const override { return inner_.head(); }

  private:
    struct Waiting {
        journal::Batch batch;
        std::vector<std::byte> body;
    };
    void append_early(const journal::Batch& batch, journal::AppendDone done) {
        waiting_.push_back({batch, {batch.body.begin(), batch.body.end()}});
        if (waiting_.size() == 1) append_next();
        oracle_.handed_back(journal::AppendOutcome::applied);
        // In an event of its own: the sequencer expects no commit to end inside another's end.
        world_.schedule_after(Microseconds{0},
                              [done = std::move(done), alive = std::weak_ptr<bool>(alive_)] {
                                  if (!alive.expired()) done(journal::AppendOutcome::applied);
                              });
    }
    void append_next() {
        waiting_.front().batch.body = waiting_.front().body;
        inner_.append(waiting_.front().batch, [this](journal::AppendOutcome outcome) {
            if (outcome != journal::AppendOutcome::applied) return;
            waiting_.pop_front();
            if (!waiting_.empty()) append_next();
        });
    }

    journal::FileJournal& inner_;
    Oracle& oracle_;
    os::sim::SimWorld& world_;
    bool answers_early_;
    journal::AppendDone done_;
    std::deque<Waiting> waiting_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::simulation
