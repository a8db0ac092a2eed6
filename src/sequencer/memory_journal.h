// A journal in memory for tests: every commit waits until the test completes it.
#pragma once

#include <optional>
#include <vector>

#include "base/check.h"
#include "journal/journal.h"

namespace holdfast::sequencer {

class MemoryJournal : public journal::Journal {
  public:
    Result<journal::Head> acquire() override {
        head_ = journal::Head{};
        head_.log_id = 1;
        head_.hash_seed = 42;
        head_.epoch = ++epoch_;
        for (const Stored& s : stored_) advance(s.batch);
        return head_;
    }
    void append(const journal::Batch& batch, journal::AppendDone done) override {
        HOLDFAST_CHECK(batch.body.size() <= status_.body_bytes_max, "a batch keeps its bound");
        in_flight_ = {batch, {batch.body.begin(), batch.body.end()}};
        done_ = std::move(done);
        if (inline_) complete(journal::AppendOutcome::applied);
    }
    Result<void> read(std::uint64_t from_seq, const journal::BatchVisitor& visit) override {
        for (const Stored& s : stored_) {
            if (s.batch.first_seq + s.batch.fact_count <= from_seq) continue;
            journal::Batch batch = s.batch;
            batch.body = s.body;
            if (Result<void> r = visit(batch); !r) return r;
        }
        return {};
    }
    Result<void> trim(std::uint64_t) override { return {}; }
    bool idle_work() override { return false; }
    [[nodiscard]] journal::JournalStatus status() const override { return status_; }
    [[nodiscard]] const journal::Head& head() const override { return head_; }

    // What a test does to it.
    void complete(journal::AppendOutcome outcome) {
        if (outcome == journal::AppendOutcome::applied) {
            stored_.push_back(*in_flight_);
            advance(in_flight_->batch);
        }
        in_flight_.reset();
        const journal::AppendDone done = std::move(done_);
        done(outcome);
    }
    [[nodiscard]] bool committing() const { return in_flight_.has_value(); }
    void complete_inline(bool yes) { inline_ = yes; }
    journal::JournalStatus status_;

  private:
    struct Stored {
        journal::Batch batch;
        std::vector<std::byte> body;
    };
    void advance(const journal::Batch& batch) {
        head_.next_batch += 1;
        head_.next_entry = batch.first_entry + batch.entry_count;
        head_.next_seq = batch.first_seq + batch.fact_count;
        head_.last_log_time = batch.log_time;
        head_.last_wall = batch.wall;
        head_.last_boot_id = batch.boot_id;
        head_.last_since_boot = batch.since_boot;
    }

    journal::Head head_;
    std::vector<Stored> stored_;
    std::optional<Stored> in_flight_;
    journal::AppendDone done_;
    std::uint64_t epoch_ = 0;
    bool inline_ = false;
};

}  // namespace holdfast::sequencer
