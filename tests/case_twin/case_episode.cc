#include "case_episode.h"

#include <fmt/format.h>

#include "case_commands.h"
#include "cases/checkpoint_codec.h"
#include "ledger/twin_commands.h"

namespace holdfast::case_twin {

std::optional<std::string> CaseRun::step(const Command& command, Instant now) {
    arena_.reset();
    entry_.clear();
    FactWriter writer(entry_);
    outcome_ =
        machines_.decide(command, {.now = now, .next_seq = machines_.seq() + 1}, arena_, writer);
    const ledger::TwinOutcome expected = twins_.decide(command, now);
    if (auto d = twins_.take(outcome_, entry_, expected)) return d;
    if (auto applied = machines_.replay(entry_); !applied)
        return "the facts are not taken: " + to_string(applied.error());
    facts_.insert(facts_.end(), entry_.begin(), entry_.end());
    if (auto broken = machines_.ledger->check_invariants()) return "ledger: " + *broken;
    if (auto broken = machines_.cases->check_invariants()) return "cases: " + *broken;
    return std::nullopt;
}

std::optional<std::string> CaseRun::replay() const {
    sequencer::Machines fresh = make_machines(seed_, limits_);
    if (auto applied = fresh.replay(facts_); !applied)
        return "the facts do not replay: " + to_string(applied.error());
    if (view(fresh).state_hash() != view(machines_).state_hash())
        return "a replay gives another state";
    return std::nullopt;
}

std::optional<std::string> CaseRun::reload() {
    std::vector<std::byte> bytes;
    cases::encode_state(*machines_.cases, bytes);
    auto again = cases::decode_state(bytes, seed_, limits_.cases);
    if (!again) return "the checkpoint does not load: " + to_string(again.error());
    if ((*again)->state_hash() != machines_.cases->state_hash())
        return "a checkpoint changes the state";
    machines_.cases = std::move(*again);
    return std::nullopt;
}

namespace {

/// Most episodes run into a bound of the cases, because few do otherwise.
AllLimits limits_of_episode(std::uint64_t seed) {
    AllLimits limits;
    if (seed % 3 == 0) limits.cases.cases_max = 4;
    if (seed % 4 == 0) limits.cases.texts_bytes_max = 150;
    return limits;
}

void note(const CaseRun& run, std::size_t cases_before, Met& met) {
    const Outcome& outcome = run.outcome();
    if (outcome.kind == Outcome::Kind::refused) met.refusals.insert(outcome.refusal);
    for (const LineProblem& problem : outcome.problems) met.refusals.insert(problem.refusal);
    for (ByteSpan rest = run.entry(); !rest.empty();
         rest = rest.subspan(FactView::trusted(rest).size()))
        met.facts.insert(FactView::trusted(rest).type());
    const CaseTwin& twin = run.twins().cases();
    met.forgot |= twin.cases.size() < cases_before;
    met.no_room |= twin.not_opened > 0;
    for (const TwinCase& row : twin.cases) {
        met.kinds.insert(row.about.kind);
        met.steps.insert(row.history.back().step);
        if (row.resolution) met.resolutions.insert(*row.resolution);
    }
}

}  // namespace

EpisodeResult run_episode(std::uint64_t seed, std::uint64_t commands, bool print_commands) {
    CaseRun run(seed, limits_of_episode(seed));
    ledger::CommandStream stream(seed);
    CaseCommands people(seed + 0x5eed);
    EpisodeResult result;
    Instant now{};
    while (result.commands < commands) {
        const bool about_cases = now != Instant{} && people.comes_next();
        const Command* command = nullptr;
        if (about_cases) {
            command = &people.next(run.twins().cases(), now).command;
        } else {
            const ledger::DrawnCommand& drawn = stream.next(run.twins().ledger());
            now = drawn.now;
            command = &drawn.command;
        }
        result.command = ledger::describe(*command);
        if (print_commands)
            fmt::print("{} at {}: {}\n", result.commands + 1, to_raw(now), result.command);
        const std::size_t before = run.twins().cases().cases.size();
        result.difference = run.step(*command, now);
        if (!result.difference) result.difference = run.compare();
        ++result.commands;
        if (!result.difference && seed % 2 == 0 && result.commands % 97 == 0)
            result.difference = run.reload();
        if (result.difference) return result;
        note(run, before, result.met);
    }
    result.difference = run.replay();
    return result;
}

}  // namespace holdfast::case_twin
