// Remembers from outside what the hub said and what it handed to the disk, and holds the two
// against each other, against the request that was made and against what a restart finds:
//   no acknowledged loss   what was answered is there after any crash, with the same bytes
//   no double effect       one request, one key, one step of a source: at most one effect
//   no false refusal       what was answered "not applied" has no effect of that copy
//   no oversell, no early expiry, no contradiction: stock_model.h
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "sequencer/sequencer.h"
#include "simulation/coverage.h"
#include "simulation/request.h"
#include "simulation/stock_model.h"

namespace holdfast::simulation {

/// One request of a client and everything that came of it.
struct Asked {
    Request request;
    std::uint64_t floor = 0;  ///< newest fact that any client knew of when this was asked
    Microseconds first_delivered{};
    std::uint32_t delivered = 0;   ///< copies that reached a hub
    std::uint32_t negative = 0;    ///< of these, answered in a way that rules out an effect
    std::uint32_t recorded = 0;    ///< of these, answered with the effect itself
    std::uint32_t effects = 0;     ///< facts in the journal
    std::uint64_t effect_seq = 0;  ///< of the newest of them
    std::uint64_t known_seq = 0;   ///< the client's own notebook: the fact it was told of
    std::uint64_t known_hash = 0;
};

class Oracle {
  public:
    explicit Oracle(Coverage& coverage) : coverage_(coverage), model_(coverage) {}

    [[nodiscard]] const std::string& failure() const { return failure_; }
    void fail(std::string what) {
        if (failure_.empty()) failure_ = std::move(what);
    }

    /// Is told of every fact and answer, where somebody listens.
    void set_trace(std::function<void(std::string)> trace) { trace_ = std::move(trace); }

    // What clients do. Request numbers begin at 1.
    std::uint64_t ask(Request request);
    [[nodiscard]] const Asked& asked(std::uint64_t number) const { return asked_[number - 1]; }
    [[nodiscard]] std::uint64_t requests() const { return asked_.size(); }
    void received(std::uint64_t number, const Reply& reply);

    // What the hub does with it. A token names one copy of a request.
    std::uint64_t delivered(std::uint64_t number, Microseconds now);
    [[nodiscard]] std::uint64_t request_of_token(std::uint64_t token) const {
        return copies_[token].request;
    }
    void answered(std::uint64_t token, const sequencer::Answer& answer);

    // What the hub hands to its journal, seen by watched_journal.h.
    void handed_over(const journal::Batch& batch, Microseconds now);
    void handed_back(journal::AppendOutcome outcome);
    [[nodiscard]] bool commit_under_way() const { return in_flight_.has_value(); }

    /// A person or the hub itself accepted a wall clock that had been moved by so much.
    void clock_moved(Microseconds by) { clock_moved_ += by < by.zero() ? -by : by; }

    /// The next process has recovered: its journal and its state against everything above.
    void verify_recovery(sequencer::Sequencer& hub, Microseconds now);
    /// The hub at rest between events.
    void verify_state(const ledger::State& state);
    /// Every effect has a copy of its request that may have caused it, and the reverse.
    void verify_counts();

    [[nodiscard]] const StockModel& model() const { return model_; }
    [[nodiscard]] std::uint64_t durable_seq() const { return facts_.size(); }

  private:
    struct Copy {
        std::uint64_t request = 0;
        std::uint64_t durable_seq = 0;  ///< when it was delivered
    };
    struct Group {
        std::vector<std::byte> bytes;
        std::uint64_t first_seq = 0;
        std::uint32_t entries = 0;
        Microseconds decided_after{};
        Microseconds handed_over{};
        Microseconds clock_moved_before{};
    };
    struct Stored {
        std::size_t offset = 0;
        std::size_t size = 0;
    };
    void trace_answer(const Copy& copy, const sequencer::Answer& answer) const;
    void keep(const Group& group);
    void keep(const FactView& fact, const Group& group);
    void check_group(const journal::Batch& batch);
    void check_decided(const Copy& copy, Asked& asked, const sequencer::Answer& answer);
    void check_refused(const Copy& copy, const Asked& asked, const sequencer::Answer& answer);
    void check_notebooks();
    void compare_journal(journal::Journal& journal);
    void compare_replay(const sequencer::Sequencer& hub);
    [[nodiscard]] ByteSpan bytes_of(std::uint64_t seq) const {
        return ByteSpan(bytes_).subspan(facts_[seq - 1].offset, facts_[seq - 1].size);
    }

    Coverage& coverage_;
    std::function<void(std::string)> trace_;
    StockModel model_;
    std::string failure_;
    std::deque<Asked> asked_;
    std::set<std::string, std::less<>> awaited_orders_;  ///< something came before them
    std::vector<Copy> copies_;
    std::uint64_t newest_known_ = 0;
    // Facts that were durable once, back to back.
    std::vector<std::byte> bytes_;
    std::vector<Stored> facts_;
    std::uint64_t entries_ = 0;
    std::optional<Group> in_flight_;
    Microseconds decided_after_{};
    Microseconds clock_moved_{};
    Microseconds clock_moved_before_{};
};

}  // namespace holdfast::simulation
