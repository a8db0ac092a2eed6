// The single writer. Commands queue up during a turn; `turn` stamps them, lets the ledger decide,
// applies the facts to the speculative state, and hands the group to the journal. A commit starts
// the moment the previous one ends. Callers are answered only when everything decided up to and
// with their command is durable, refusals included: a refusal may rest on a hold of the same group.
//
// An object, not a thread: it lives on one loop's thread and is called by nobody else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "canonical/command.h"
#include "canonical/fact.h"
#include "journal/journal.h"
#include "ledger/ledger.h"
#include "os/clock.h"
#include "sequencer/checkpoint_follower.h"
#include "sequencer/expiry_clock.h"
#include "sequencer/machines.h"

namespace holdfast::sequencer {

/// Why a command was not decided at all. Nothing was written: outcome not_applied.
enum class Unavailable : std::uint8_t {
    none,
    overloaded,  ///< the queue is full
    disk_low,    ///< only commands that end or confirm promises, and API keys, are taken
    disk_full,   ///< no command is taken
    draining,    ///< the hub is stopping
};
std::string_view name(Unavailable reason);

struct Answer {
    enum class Kind : std::uint8_t {
        decided,      ///< see outcome; its effect, if any, is durable
        unavailable,  ///< see reason; nothing happened
        unknown,      ///< the disk failed under the commit: whether it happened is not known
    };
    Kind kind = Kind::decided;
    Unavailable reason = Unavailable::none;
    ledger::Outcome outcome{};
    /// The fact that answers (recorded or repeated); valid during the call only. Empty view
    /// (`has_fact` false) when a repeated fact is no longer in the journal.
    FactView fact;
    bool has_fact = false;
    std::uint64_t durable_seq = 0;
};

/// Whoever submits commands. Called on the sequencer's thread: for what was decided in order of
/// submission, for what is unavailable as soon as that is known. May submit again from inside.
class Caller {
  public:
    virtual ~Caller() = default;
    virtual void answered(std::uint64_t token, const Answer& answer) = 0;
};

struct SequencerOptions {
    std::size_t queue_commands_max = 65536;
    /// A group closes when it holds this many bytes, or earlier where another entry might not fit
    /// a batch of the journal; the rest waits for the next one.
    std::size_t group_bytes_max = 1024 * 1024;
    std::size_t group_commands_max = 16384;
    std::uint32_t expire_holds_max = 256;
    /// A checkpoint is taken when this many bytes of facts, or so many facts, would have to be
    /// replayed: meant to keep a start under five seconds' work; not measured at that size yet.
    /// 0: never for that reason.
    std::uint64_t checkpoint_after_bytes = 512ULL * 1024 * 1024;
    std::uint32_t checkpoint_after_facts = 4'000'000;
    ledger::Limits limits{};
};

/// What recovery did, for the log and `status`.
struct Recovery {
    std::uint64_t checkpoint_seq = 0;              ///< 0 = from the first fact
    std::vector<std::string> checkpoints_refused;  ///< newer ones that were not usable, and why
    std::uint64_t facts_replayed = 0;
    std::uint64_t bytes_replayed = 0;
    Microseconds took{};
};

struct Counters {
    std::uint64_t commits = 0;
    std::uint64_t facts = 0;
    std::uint64_t bytes = 0;
    std::uint64_t commands = 0;
    std::uint64_t refused = 0;
    std::uint64_t repeated = 0;
    std::uint64_t expired = 0;
    std::uint64_t woken = 0;  ///< cases, by time
    std::uint64_t checkpoints = 0;
    std::uint64_t checkpoints_failed = 0;
};

class Sequencer {
  public:
    Sequencer(const os::Clock& clock, journal::Journal& journal,
              journal::CheckpointStore* checkpoints, const SequencerOptions& options);
    ~Sequencer();

    /// Acquires the journal, loads the newest checkpoint and replays the tail. Once, before all
    /// else. `progress` is told facts done and the seq to reach.
    using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;
    Result<Recovery> recover(const Progress& progress = {});

    /// Memory for the lines and texts of a command, until it is decided. Take it and submit within
    /// one call: it is recycled when what arrived together with it has been decided.
    [[nodiscard]] Arena& arena() { return filling_->arena; }
    /// Queues a command for this turn's end. Overload and a full disk are answered at once,
    /// through the caller as everything else.
    void submit(const Command& command, Caller* caller, std::uint64_t token);
    /// Ends a turn: decides what is queued, starts a commit if none is under way, answers what is
    /// durable. With an inline disk everything is answered on return.
    void turn();
    /// Ends holds and wakes cases whose time has come, if the clocks can be trusted. Called by a
    /// timer. Returns whether there were any: one command ends a bounded number, so ask again soon.
    bool expire();
    /// Tells of what did not come in time: gaps of sources. Called by a slow timer; a wrong clock
    /// does no harm here but a case too early.
    void report_overdue();
    /// Checkpoints are taken by followers of this runner from now on; without one, idle_work()
    /// takes them itself and the service waits. The runner is stopped, or gone, before the
    /// sequencer is.
    void take_checkpoints_with(CheckpointRunner& runner) { runner_ = &runner; }
    /// Between turns: journal housekeeping and, when due, a checkpoint (not on a low disk: it needs
    /// room and frees none). Returns whether it worked.
    bool idle_work();
    /// Takes a checkpoint now (graceful stop, tests), in place of one under way. Nothing may be in
    /// flight.
    Result<void> checkpoint();
    [[nodiscard]] bool taking_checkpoint() const { return taking_checkpoint_; }
    /// The next idle_work() takes a checkpoint, due or not.
    void want_checkpoint() { checkpoint_wanted_ = true; }

    /// Speculative state: ahead of the disk while a commit is under way. A reader whose row seq is
    /// above durable_seq() holds its answer until `on_durable`.
    [[nodiscard]] const ledger::State& state() const { return *machines_.ledger; }
    [[nodiscard]] const cases::State& cases() const { return *machines_.cases; }
    [[nodiscard]] const Machines& machines() const { return machines_; }
    [[nodiscard]] std::uint64_t durable_seq() const { return durable_seq_; }
    [[nodiscard]] bool idle() const;
    /// Commands in the commit under way; 0 when there is none.
    [[nodiscard]] std::uint32_t entries_in_commit() const {
        return in_flight_ == nullptr ? 0 : in_flight_->entry_count;
    }
    /// Told after each commit, once its callers are answered.
    void on_durable(std::function<void(std::uint64_t durable_seq)> observer) {
        observers_.push_back(std::move(observer));
    }
    /// Told once when the disk failed; the process must end without another word.
    void on_fatal(std::function<void()> handler) { on_fatal_ = std::move(handler); }
    /// Decides what is queued and refuses everything that comes later, but expiries.
    void start_draining();

    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] ExpiryClock& expiry_clock() { return expiry_clock_; }
    [[nodiscard]] journal::Journal& journal() { return journal_; }
    [[nodiscard]] std::size_t queued() const { return filling_->left() + deciding_->left(); }

  private:
    struct Queued {
        Command command;
        Caller* caller;
        std::uint64_t token;
    };
    /// Commands as they came in, with the memory that they point into. It lives until the last of
    /// them is decided, which full groups may put off, and is then used again: under a load that
    /// never pauses the queue never empties, and must not grow for that.
    struct Intake {
        Arena arena;
        std::vector<Queued> commands;
        std::size_t done = 0;
        [[nodiscard]] std::size_t left() const { return commands.size() - done; }
        void clear();
    };
    struct Pending {
        Caller* caller = nullptr;
        std::uint64_t token = 0;
        ledger::Outcome outcome;
        std::size_t fact_offset = 0;  // of the answering fact in the group's facts
    };
    /// Commands decided together: their facts, and the memory of their outcomes.
    struct Group {
        Arena arena;
        std::vector<std::byte> facts;
        std::vector<Pending> pending;
        std::uint64_t first_seq = 0;
        std::uint32_t fact_count = 0;
        std::uint32_t entry_count = 0;
        Instant log_time{};
        void clear();
    };
    void pump();
    [[nodiscard]] bool take_intake();
    void decide_queued();
    void decide_one(const Queued& queued);
    void prefetch(const std::vector<Queued>& commands, std::size_t from) const;
    void start_commit();
    void committed(journal::AppendOutcome outcome);
    void fail(journal::AppendOutcome outcome);
    void answer(const Group& group);
    void answer_after_failure(const Group& group, std::uint64_t certain_before,
                              std::uint64_t unknown_before);
    void answer_unavailable(const Queued& queued, Unavailable reason);
    [[nodiscard]] Answer answer_for(const Group& group, const Pending& pending);
    [[nodiscard]] Instant stamp();
    [[nodiscard]] Unavailable unavailable_for(const Command& command) const;
    [[nodiscard]] bool group_full() const;
    [[nodiscard]] bool find_fact(std::uint64_t seq, FactView& fact);
    Result<void> load_checkpoint(Recovery& recovery);
    Result<bool> of_this_history(const journal::CheckpointInfo& info);
    [[nodiscard]] bool checkpoint_due() const;
    void start_follower();
    void follower_done(const Result<CheckpointReport>& report);
    void abandon_follower();
    Result<void> replay(Recovery& recovery, const Progress& progress);

    const os::Clock& clock_;
    journal::Journal& journal_;
    journal::CheckpointStore* checkpoints_;
    SequencerOptions options_;
    Machines machines_;
    ExpiryClock expiry_clock_;
    std::size_t group_bytes_max_;  // the option, or less where the journal's batches hold less
    journal::Head head_;
    std::unique_ptr<Intake> filling_;   // what arrives now
    std::unique_ptr<Intake> deciding_;  // what arrived before, and is decided first
    std::unique_ptr<Group> building_;
    std::unique_ptr<Group> in_flight_;  // being made durable; null when the journal is idle
    std::unique_ptr<Group> spare_;
    std::vector<std::byte> found_;  // the last repeated fact that was read back
    journal::JournalStatus journal_status_;
    std::uint64_t durable_seq_ = 0;
    std::uint64_t checkpoint_seq_ = 0;        // newest fact of the newest checkpoint
    std::uint64_t checkpoint_tried_seq_ = 0;  // where the last one was taken, or could not be
    std::uint64_t bytes_since_checkpoint_ = 0;
    std::uint64_t checkpoint_bytes_max_ = 0;  // what the next one may take
    CheckpointRunner* runner_ = nullptr;
    bool taking_checkpoint_ = false;
    bool checkpoint_wanted_ = false;
    Instant last_stamp_{};
    Instant wall_{};  // read once a pump; never behind what the boot clock makes of it
    std::vector<std::function<void(std::uint64_t)>> observers_;
    std::function<void()> on_fatal_;
    Counters counters_;
    bool draining_ = false;
    bool failed_ = false;
    bool pumping_ = false;
};

}  // namespace holdfast::sequencer
