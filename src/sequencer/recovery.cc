// From the disk to a state that serves: acquire, newest checkpoint, replay of the tail. And the
// way back: taking a checkpoint.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "sequencer/checkpoint_body.h"
#include "sequencer/sequencer.h"

namespace holdfast::sequencer {

Result<Recovery> Sequencer::recover(const Progress& progress) {
    const Microseconds started = clock_.since_boot();
    Recovery recovery;
    Result<journal::Head> head = journal_.acquire();
    if (!head) return tl::unexpected(head.error());
    head_ = *head;
    if (Result<void> r = load_checkpoint(recovery); !r) return tl::unexpected(r.error());
    if (machines_.ledger == nullptr) machines_ = Machines::empty(head_.hash_seed, options_.limits);
    if (Result<void> r = replay(recovery, progress); !r) return tl::unexpected(r.error());
    durable_seq_ = machines_.seq();
    last_stamp_ = std::max(machines_.ledger->log_time, head_.last_log_time);
    expiry_clock_.start({.log_time = head_.last_log_time,
                         .wall = head_.last_wall,
                         .since_boot = head_.last_since_boot,
                         .boot_id = head_.last_boot_id});
    journal_status_ = journal_.status();
    // A group is open for one more entry until it is closed: the largest one must still fit.
    const std::uint64_t batch = journal_status_.body_bytes_max;
    group_bytes_max_ = std::min<std::uint64_t>(
        options_.group_bytes_max, batch > entry_bytes_max ? batch - entry_bytes_max : 1);
    recovery.took = clock_.since_boot() - started;
    return recovery;
}

// One that does not give the state it was taken of (it is damaged, or another version wrote it)
// costs time, not data: an older one or the whole journal will do.
Result<void> Sequencer::load_checkpoint(Recovery& recovery) {
    if (checkpoints_ == nullptr) return {};
    auto seqs = checkpoints_->stored();
    if (!seqs) return tl::unexpected(seqs.error());
    for (; !seqs->empty() && machines_.ledger == nullptr; seqs->pop_back()) {
        const std::uint64_t seq = seqs->back();
        const auto refuse = [&](const std::string& why) {
            recovery.checkpoints_refused.push_back(
                fmt::format("checkpoint at seq {}: {}", seq, why));
        };
        auto loaded = sequencer::load_checkpoint(*checkpoints_, seq, head_, options_.limits);
        if (!loaded) {
            refuse(to_string(loaded.error()));
            continue;
        }
        // Checkpoints are taken of durable facts only: the journal has lost some.
        if (seq >= head_.next_seq)
            return failure(ErrorCode::corrupt,
                           fmt::format("checkpoint at seq {} is ahead of the journal's end {}", seq,
                                       head_.next_seq - 1));
        const Result<bool> ours = of_this_history(loaded->info);
        if (!ours) return tl::unexpected(ours.error());
        if (!*ours) {
            refuse("the journal has another history");
        } else if (const auto verified = loaded->verify(); !verified) {
            refuse(to_string(verified.error()));
        } else {
            machines_ = std::move(loaded->machines);
            checkpoint_seq_ = seq;
            checkpoint_tried_seq_ = seq;
            recovery.checkpoint_seq = seq;
            checkpoint_bytes_max_ = loaded->body_bytes;
        }
    }
    return {};
}

// Whether the batch that the checkpoint ends with is the journal's own: two copies of a directory
// may have gone separate ways under one log id. A batch that was trimmed away proves nothing.
Result<bool> Sequencer::of_this_history(const journal::CheckpointInfo& info) {
    if (info.seq < journal_.status().first_seq) return true;
    bool seen = false, same = false;
    Result<void> read = journal_.read(info.seq, [&](const journal::Batch& batch) -> Result<void> {
        seen = true;
        same = planted(Bug::any_history_will_do) ||
               (batch.number == info.batch && batch.hash == info.hash);
        return failure(ErrorCode::closed, "one batch is enough");
    });
    if (!seen && !read) return failure(read.error(), "reading the newest checkpoint's batch");
    return same;
}

Result<void> Sequencer::replay(Recovery& recovery, const Progress& progress) {
    const std::uint64_t first = machines_.seq() + 1;
    if (const std::uint64_t oldest = journal_.status().first_seq; oldest > first)
        return failure(
            ErrorCode::corrupt,
            fmt::format("the journal begins at seq {}, and no checkpoint reaches it", oldest));
    Result<void> read = journal_.read(first, [&](const journal::Batch& batch) -> Result<void> {
        recovery.bytes_replayed += batch.body.size();
        if (progress) progress(recovery.facts_replayed, head_.next_seq - first);
        const std::uint64_t before = machines_.seq();
        Result<void> done = machines_.replay(batch.body);
        recovery.facts_replayed += machines_.seq() - before;
        return done;
    });
    if (!read) return failure(read.error(), "replaying the journal");
    bytes_since_checkpoint_ = recovery.bytes_replayed;
    checkpoint_bytes_max_ += recovery.bytes_replayed;
    if (machines_.seq() + 1 != head_.next_seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("the journal ends at seq {} but its facts at {}",
                                   head_.next_seq - 1, machines_.seq()));
    return {};
}

bool Sequencer::idle_work() {
    if (failed_) return false;
    const bool worked = journal_.idle_work();
    journal_status_ = journal_.status();
    if (taking_checkpoint_) {
        // It gives back the room that it has taken so far.
        if (journal_status_.disk_low) {
            abandon_follower();
            ++counters_.checkpoints_failed;
        }
        // Who asked for another one meanwhile gets it, also of a hub that has nothing else to do.
        return worked || checkpoint_wanted_;
    }
    if (!checkpoint_due()) {
        checkpoint_wanted_ = false;
        return worked;
    }
    if (runner_ != nullptr) {
        start_follower();
        return true;
    }
    if (!idle()) return worked;
    // A checkpoint that cannot be written costs a longer replay, not a promise. It is tried again
    // when as much has been recorded once more: each try encodes the whole state.
    if (!checkpoint()) ++counters_.checkpoints_failed;
    bytes_since_checkpoint_ = 0;
    checkpoint_tried_seq_ = machines_.seq();
    return true;
}

/// Not where writing it would make the disk low: then reservations would be refused for it.
bool Sequencer::checkpoint_due() const {
    const std::uint64_t facts = durable_seq_ - std::min(durable_seq_, checkpoint_tried_seq_);
    const auto reached = [](std::uint64_t have, std::uint64_t bound) {
        return bound != 0 && have >= bound;
    };
    const bool due = checkpoint_wanted_
                         ? durable_seq_ > checkpoint_seq_
                         : reached(bytes_since_checkpoint_, options_.checkpoint_after_bytes) ||
                               reached(facts, options_.checkpoint_after_facts);
    return due && checkpoints_ != nullptr && !draining_ && !journal_status_.disk_low &&
           journal_status_.room_bytes >= checkpoint_bytes_max_;
}

void Sequencer::start_follower() {
    taking_checkpoint_ = true;
    checkpoint_wanted_ = false;
    bytes_since_checkpoint_ = 0;
    checkpoint_tried_seq_ = durable_seq_;
    runner_->start(journal_.head(),
                   [this](const Result<CheckpointReport>& report) { follower_done(report); });
}

/// After a failure it is tried again when as much has been recorded once more.
void Sequencer::follower_done(const Result<CheckpointReport>& report) {
    taking_checkpoint_ = false;
    if (!report) {
        ++counters_.checkpoints_failed;
        return;
    }
    checkpoint_seq_ = report->seq;
    checkpoint_bytes_max_ = report->body_bytes + bytes_since_checkpoint_;
    ++counters_.checkpoints;
}

void Sequencer::abandon_follower() {
    if (!taking_checkpoint_) return;
    runner_->stop();
    taking_checkpoint_ = false;
}

Result<void> Sequencer::checkpoint() {
    if (checkpoints_ == nullptr || machines_.seq() == checkpoint_seq_) return {};
    if (failed_) return failure(ErrorCode::closed, "what the state rests on is not known");
    HOLDFAST_CHECK(idle(), "a checkpoint is taken of durable state");
    abandon_follower();
    const journal::Head& end = journal_.head();
    HOLDFAST_CHECK(end.next_seq == machines_.seq() + 1, "the journal ends where the state does");
    const std::uint64_t seq = machines_.seq() - (planted(Bug::checkpoint_one_fact_short) ? 1 : 0);
    const auto bytes = write_checkpoint(*checkpoints_,
                                        {.log_id = end.log_id,
                                         .seq = seq,
                                         .entry = end.next_entry - 1,
                                         .batch = end.next_batch - 1,
                                         .hash = end.hash,
                                         .log_time = machines_.ledger->log_time,
                                         .wall = clock_.wall()},
                                        view(machines_));
    if (!bytes) return tl::unexpected(bytes.error());
    checkpoint_seq_ = machines_.seq();
    bytes_since_checkpoint_ = 0;
    checkpoint_bytes_max_ = *bytes;
    ++counters_.checkpoints;
    return {};
}

}  // namespace holdfast::sequencer
