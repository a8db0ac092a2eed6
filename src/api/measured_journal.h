// Any journal, with the time of each commit measured. The journal itself knows no clock.
#pragma once

#include <utility>

#include "journal/journal.h"
#include "os/clock.h"
#include "telemetry/counter.h"

namespace holdfast::api {

class MeasuredJournal final : public journal::Journal {
  public:
    /// All outlive the wrapper.
    MeasuredJournal(journal::Journal& inner, const os::Clock& clock,
                    telemetry::DurationBuckets& durations)
        : inner_(inner), clock_(clock), durations_(durations) {}

    Result<journal::Head> acquire() override { return inner_.acquire(); }
    void append(const journal::Batch& batch, journal::AppendDone done) override {
        started_ = clock_.since_boot();
        done_ = std::move(done);  // at most one is in flight
        inner_.append(batch, [this](journal::AppendOutcome outcome) {
            durations_.record(clock_.since_boot() - started_);
            const journal::AppendDone told = std::move(done_);
            told(outcome);
        });
    }
    Result<void> read(std::uint64_t from_seq, const journal::BatchVisitor& visit) override {
        return inner_.read(from_seq, visit);
    }
    Result<void> trim(std::uint64_t before_seq) override { return inner_.trim(before_seq); }
    bool idle_work() override { return inner_.idle_work(); }
    [[nodiscard]] journal::JournalStatus status() const override { return inner_.status(); }
    [[nodiscard]] const journal::Head& head() const override { return inner_.head(); }

  private:
    journal::Journal& inner_;
    const os::Clock& clock_;
    telemetry::DurationBuckets& durations_;
    Microseconds started_{};
    journal::AppendDone done_;
};

}  // namespace holdfast::api
