// From the disk to a state that serves: acquire, newest checkpoint, replay of the tail. And the
// way back: taking a checkpoint.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "journal/checkpoint_store.h"
#include "ledger/checkpoint_codec.h"
#include "sequencer/sequencer.h"

namespace holdfast::sequencer {

Result<Recovery> Sequencer::recover(const Progress& progress) {
    const Microseconds started = clock_.since_boot();
    Recovery recovery;
    Result<journal::Head> head = journal_.acquire();
    if (!head) return tl::unexpected(head.error());
    head_ = *head;
    state_ = std::make_unique<ledger::State>(head_.hash_seed, options_.limits);
    if (Result<void> r = load_checkpoint(recovery); !r) return tl::unexpected(r.error());
    if (Result<void> r = replay(recovery, progress); !r) return tl::unexpected(r.error());
    durable_seq_ = state_->seq;
    last_stamp_ = std::max(state_->log_time, head_.last_log_time);
    expiry_clock_.start(head_.last_log_time, head_.last_boot_id, head_.last_since_boot);
    journal_status_ = journal_.status();
    // A group is open for one more entry until it is closed: the largest one must still fit.
    const std::uint64_t batch = journal_status_.body_bytes_max;
    group_bytes_max_ = std::min<std::uint64_t>(
        options_.group_bytes_max, batch > entry_bytes_max ? batch - entry_bytes_max : 1);
    recovery.took = clock_.since_boot() - started;
    return recovery;
}

Result<void> Sequencer::load_checkpoint(Recovery& recovery) {
    if (checkpoints_ == nullptr) return {};
    const Result<std::optional<journal::CheckpointInfo>> newest =
        checkpoints_->latest(head_.log_id);
    if (!newest) return tl::unexpected(newest.error());
    if (!*newest) return {};
    const journal::CheckpointInfo& info = **newest;
    // A checkpoint ahead of the journal belongs to facts that were never durable: not usable.
    if (info.seq >= head_.next_seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("checkpoint at seq {} is ahead of the journal's end {}",
                                   info.seq, head_.next_seq - 1));
    std::vector<std::byte> body;
    const Result<journal::CheckpointInfo> read =
        checkpoints_->read(info.seq, [&](ByteSpan piece) -> Result<void> {
            body.insert(body.end(), piece.begin(), piece.end());
            return {};
        });
    if (!read) return failure(read.error(), "reading the newest checkpoint");
    Result<std::unique_ptr<ledger::State>> state =
        ledger::decode_state(body, head_.hash_seed, options_.limits);
    if (!state) return failure(state.error(), "reading the newest checkpoint");
    if ((*state)->seq != info.seq || (*state)->state_hash() != info.state_hash)
        return failure(
            ErrorCode::corrupt,
            fmt::format("checkpoint at seq {} does not give the state it was taken of", info.seq));
    state_ = std::move(*state);
    checkpoint_seq_ = state_->seq;
    recovery.checkpoint_seq = state_->seq;
    return {};
}

Result<void> Sequencer::replay(Recovery& recovery, const Progress& progress) {
    const std::uint64_t first = state_->seq + 1;
    Result<void> read = journal_.read(first, [&](const journal::Batch& batch) -> Result<void> {
        recovery.bytes_replayed += batch.body.size();
        if (progress) progress(recovery.facts_replayed, head_.next_seq - first);
        return for_each_fact(batch.body, [&](const FactView& fact) -> Result<void> {
            if (fact.seq() <= state_->seq) return {};
            if (fact.seq() != state_->seq + 1)
                return failure(ErrorCode::corrupt,
                               fmt::format("fact {} follows fact {}", fact.seq(), state_->seq));
            ledger::apply(*state_, fact);
            ++recovery.facts_replayed;
            return {};
        });
    });
    if (!read) return failure(read.error(), "replaying the journal");
    bytes_since_checkpoint_ = recovery.bytes_replayed;
    if (state_->seq + 1 != head_.next_seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("the journal ends at seq {} but its facts at {}",
                                   head_.next_seq - 1, state_->seq));
    return {};
}

bool Sequencer::idle_work() {
    if (failed_) return false;
    const bool worked = journal_.idle_work();
    const bool due = bytes_since_checkpoint_ >= options_.checkpoint_after_bytes ||
                     state_->seq - checkpoint_seq_ >= options_.checkpoint_after_facts;
    if (!due || !idle() || checkpoints_ == nullptr) return worked;
    // A checkpoint that cannot be written costs a longer replay, not a promise: try again later.
    if (!checkpoint()) bytes_since_checkpoint_ = 0;
    return true;
}

Result<void> Sequencer::checkpoint() {
    if (checkpoints_ == nullptr || state_->seq == checkpoint_seq_) return {};
    HOLDFAST_CHECK(idle(), "a checkpoint is taken of durable state");
    std::vector<std::byte> body;
    ledger::encode_state(*state_, body);
    const journal::Head& end = journal_.head();
    HOLDFAST_CHECK(end.next_seq == state_->seq + 1, "the journal ends where the state does");
    const journal::CheckpointInfo info{.log_id = end.log_id,
                                       .seq = state_->seq,
                                       .entry = end.next_entry - 1,
                                       .batch = end.next_batch - 1,
                                       .hash = end.hash,
                                       .state_hash = state_->state_hash(),
                                       .log_time = state_->log_time,
                                       .wall = clock_.wall()};
    if (Result<void> r = checkpoints_->write(info, body); !r) return r;
    checkpoint_seq_ = state_->seq;
    bytes_since_checkpoint_ = 0;
    ++counters_.checkpoints;
    return {};
}

}  // namespace holdfast::sequencer
