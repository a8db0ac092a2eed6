#include "sequencer/checkpoint_follower.h"

#include <fmt/format.h>

#include "base/planted.h"

namespace holdfast::sequencer {
namespace {

/// Replayed in one step.
constexpr std::uint64_t kReplayBytes = 1024 * 1024;

/// The follower's tables grow as they are filled: room for a crowd to come is the service's matter.
ledger::Limits without_expectations(ledger::Limits limits) {
    limits.reservations_expected = 0;
    return limits;
}

}  // namespace

CheckpointFollower::CheckpointFollower(os::Disk& disk, const os::Clock& clock,
                                       const journal::Head& end, const ledger::Limits& limits)
    : clock_(clock),
      end_(end),
      limits_(without_expectations(limits)),
      store_(disk),
      cursor_(disk, end.log_id),
      started_(clock.since_boot()) {}

Result<bool> CheckpointFollower::step() {
    Result<void> done;
    switch (stage_) {
        case Stage::list: done = list(); break;
        case Stage::load: done = load_next(); break;
        case Stage::replay: done = replay(); break;
        case Stage::begin: done = begin_writing(); break;
        case Stage::write: done = write(); break;
        case Stage::commit: done = commit(); break;
        case Stage::done: break;
    }
    if (!done) {
        encoder_.reset();
        writer_.reset();
        machines_ = {};
        return tl::unexpected(done.error());
    }
    return stage_ != Stage::done;
}

Result<void> CheckpointFollower::list() {
    auto seqs = store_.stored();
    if (!seqs) return tl::unexpected(seqs.error());
    candidates_ = std::move(*seqs);
    while (!candidates_.empty() && candidates_.back() >= end_.next_seq) candidates_.pop_back();
    stage_ = Stage::load;
    return {};
}

/// The newest earlier checkpoint that is of any use, or none: then the journal from its first fact.
Result<void> CheckpointFollower::load_next() {
    if (candidates_.empty()) {
        machines_ = Machines::empty(end_.hash_seed, limits_);
        return begin_at(1);
    }
    const std::uint64_t seq = candidates_.back();
    candidates_.pop_back();
    auto loaded = load_checkpoint(store_, seq, end_, limits_);
    if (!loaded) {
        // Stopped or out of a disk: an older one would fare no better.
        const ErrorCode why = loaded.error().code;
        if (why == ErrorCode::closed || why == ErrorCode::io_error)
            return tl::unexpected(loaded.error());
        refuse(seq, to_string(loaded.error()));
        return {};
    }
    if (const auto verified = loaded->verify(); !verified) {
        refuse(seq, to_string(verified.error()));
        return {};
    }
    const Result<bool> ours = continues(loaded->info);
    if (!ours) return tl::unexpected(ours.error());
    if (!*ours) {
        refuse(seq, "the journal has another history");
        return {};
    }
    report_.from_seq = loaded->info.seq;
    machines_ = std::move(loaded->machines);
    stage_ = Stage::replay;
    return {};
}

void CheckpointFollower::refuse(std::uint64_t seq, const std::string& why) {
    report_.refused.push_back(fmt::format("checkpoint at seq {}: {}", seq, why));
}

/// Whether the journal goes on from this checkpoint; the cursor then stands behind it. As in
/// recovery, a batch that was trimmed away proves nothing.
Result<bool> CheckpointFollower::continues(const journal::CheckpointInfo& info) {
    if (auto found = cursor_.seek(info.seq, end_); !found) {
        if (found.error().code != ErrorCode::not_found) return tl::unexpected(found.error());
        if (auto behind = cursor_.seek(info.seq + 1, end_); !behind)
            return tl::unexpected(behind.error());
        return true;
    }
    const auto batch = cursor_.next();
    if (!batch) return tl::unexpected(batch.error());
    if (planted(Bug::any_history_will_do)) return true;
    return *batch && (*batch)->number == info.batch && (*batch)->hash == info.hash;
}

Result<void> CheckpointFollower::begin_at(std::uint64_t seq) {
    if (auto found = cursor_.seek(seq, end_); !found) return found;
    stage_ = Stage::replay;
    return {};
}

Result<void> CheckpointFollower::replay() {
    const std::uint64_t before = machines_.seq();
    for (std::uint64_t bytes = 0; bytes < kReplayBytes;) {
        const auto batch = cursor_.next();
        if (!batch) return tl::unexpected(batch.error());
        if (!*batch) {
            stage_ = Stage::begin;
            break;
        }
        bytes += (*batch)->body.size();
        if (auto done = machines_.replay((*batch)->body); !done) return done;
    }
    report_.facts_replayed += machines_.seq() - before;
    return {};
}

Result<void> CheckpointFollower::begin_writing() {
    if (machines_.seq() + 1 != end_.next_seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("the journal holds facts up to seq {} where it ended at {}",
                                   machines_.seq(), end_.next_seq - 1));
    auto writer =
        store_.begin({.log_id = end_.log_id,
                      .seq = machines_.seq() - (planted(Bug::checkpoint_one_fact_short) ? 1 : 0),
                      .entry = end_.next_entry - 1,
                      .batch = end_.next_batch - 1,
                      .hash = end_.hash,
                      .state_hash = view(machines_).state_hash(),
                      .log_time = machines_.ledger->log_time,
                      .wall = clock_.wall()});
    if (!writer) return tl::unexpected(writer.error());
    writer_ = std::move(*writer);
    out_.emplace(
        buffer_, [this](ByteSpan piece) { return writer_->append(piece); }, body_piece_bytes);
    encoder_.emplace(view(machines_));
    stage_ = Stage::write;
    return {};
}

Result<void> CheckpointFollower::write() {
    if (encoder_->next(*out_)) return out_->result();
    if (auto put = out_->finish(); !put) return put;
    encoder_.reset();
    machines_ = {};
    stage_ = Stage::commit;
    return {};
}

Result<void> CheckpointFollower::commit() {
    report_.seq = end_.next_seq - 1;
    report_.body_bytes = writer_->body_bytes();
    if (auto done = store_.commit(std::move(writer_)); !done) return done;
    report_.took = clock_.since_boot() - started_;
    stage_ = Stage::done;
    return {};
}

}  // namespace holdfast::sequencer
