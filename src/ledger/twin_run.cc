#include "ledger/twin_run.h"

#include <fmt/format.h>

#include "ledger/checkpoint_codec.h"
#include "ledger/twin_commands.h"
#include "ledger/twin_compare.h"

namespace holdfast::ledger {

std::optional<std::string> TwinRun::step(const Command& command, Instant now) {
    arena_.reset();
    entry_.clear();
    FactWriter writer(entry_);
    const Outcome outcome = decide(*state_, command, {now, state_->seq + 1}, arena_, writer);
    expected_ = twin_.apply(command, now);
    if (auto d = first_difference(outcome, entry_, expected_)) return d;
    const Result<void> applied = for_each_fact(entry_, [&](const FactView& fact) -> Result<void> {
        apply(*state_, fact);
        return {};
    });
    if (!applied) return "facts do not parse: " + to_string(applied.error());
    facts_.insert(facts_.end(), entry_.begin(), entry_.end());
    if (auto broken = state_->check_invariants()) return "invariant: " + *broken;
    return std::nullopt;
}

std::optional<std::string> TwinRun::compare_states() const {
    return first_difference(*state_, twin_);
}

void TwinRun::note_hash() { noted_.push_back({facts_.size(), state_->state_hash()}); }

std::optional<std::string> TwinRun::replay() const {
    State fresh(state_->seed);
    std::size_t begin = 0;
    for (const Noted& noted : noted_) {
        const ByteSpan piece = ByteSpan(facts_).subspan(begin, noted.bytes - begin);
        const Result<void> applied =
            for_each_fact(piece, [&](const FactView& fact) -> Result<void> {
                apply(fresh, fact);
                return {};
            });
        if (!applied) return "the facts do not parse again: " + to_string(applied.error());
        if (fresh.state_hash() != noted.hash)
            return fmt::format("the replay's state hash differs at seq {}", fresh.seq);
        begin = noted.bytes;
    }
    return std::nullopt;
}

std::optional<std::string> TwinRun::reload() {
    std::vector<std::byte> bytes;
    encode_state(*state_, bytes);
    auto again = decode_state(bytes, state_->seed, state_->limits);
    if (!again) return "the checkpoint does not load: " + to_string(again.error());
    if ((*again)->state_hash() != state_->state_hash())
        return "a checkpoint changes the state hash";
    state_ = std::move(*again);
    return std::nullopt;
}

namespace {

/// One episode in five runs into the ledger's bounds.
Limits limits_of_episode(std::uint64_t seed) {
    if (seed % 5 != 0) return {};
    return {.keys_max = 40,
            .reservations_max = 12,
            .reason_names_max = 8,
            .source_names_max = 12,
            .shipped_changes_max = 30,
            .inbound_lines_max = 20,
            .return_lines_max = 20,
            .count_rows_max = 15,
            .parked_lines_max = 6,

            .backorders_max = 3,
            .backorders_filled_max = 1};
}

void note_words(const TwinOutcome& outcome, EpisodeResult& result) {
    if (outcome.kind == Outcome::Kind::refused) result.refusals.insert(outcome.refusal);
    for (const TwinProblem& problem : outcome.problems) result.refusals.insert(problem.refusal);
    for (const TwinFact& fact : outcome.facts) {
        result.facts.insert(fact.type);
        result.cases.insert(fact.raises.begin(), fact.raises.end());
        for (const TwinProblem& problem : fact.set_aside) result.refusals.insert(problem.refusal);
    }
}

}  // namespace

EpisodeResult run_episode(std::uint64_t seed, std::uint64_t commands, std::uint64_t compare_every,
                          bool print_commands) {
    TwinRun run(seed, limits_of_episode(seed));
    CommandStream stream(seed);
    EpisodeResult result;
    while (result.commands < commands) {
        const DrawnCommand& drawn = stream.next(run.twin());
        if (print_commands)
            fmt::print("{} at {}: {}\n", result.commands + 1, to_raw(drawn.now),
                       describe(drawn.command));
        result.difference = run.step(drawn.command, drawn.now);
        note_words(run.outcome(), result);
        ++result.commands;
        const bool last = result.commands == commands;
        if (!result.difference && (last || result.commands % compare_every == 0)) {
            result.difference = run.compare_states();
            run.note_hash();
            const bool reloads = seed % 2 == 0 && result.commands % (7 * compare_every) == 0;
            if (!result.difference && reloads) result.difference = run.reload();
        }
        if (result.difference) {
            result.command = describe(drawn.command);
            return result;
        }
    }
    result.difference = run.replay();
    return result;
}

}  // namespace holdfast::ledger
