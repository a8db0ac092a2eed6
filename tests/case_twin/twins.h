// The ledger's twin and the cases' twin as one, beside the product's own machines: what
// sequencer::Machines is to the product. For tests only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "case_twin.h"
#include "ledger/twin.h"
#include "sequencer/machines.h"

namespace holdfast::case_twin {

/// What is kept of everything.
struct AllLimits {
    ledger::Limits ledger;
    cases::Limits cases;
};

/// The product's machines of nothing that ever happened.
sequencer::Machines make_machines(std::uint64_t seed, const AllLimits& limits);

class Twins {
  public:
    explicit Twins(const AllLimits& limits = {})
        : ledger_(limits.ledger),
          cases_(Bounds{limits.cases.cases_max, limits.cases.texts_bytes_max}) {}

    /// Decides, and applies what is the ledger's.
    ledger::TwinOutcome decide(const Command& command, Instant now);
    /// The first difference between what the product answered and wrote and what decide() said;
    /// then the facts are applied to the cases.
    [[nodiscard]] std::optional<std::string> take(const Outcome& outcome, ByteSpan entry,
                                                  const ledger::TwinOutcome& expected);
    /// The first difference of all that can be observed.
    [[nodiscard]] std::optional<std::string> difference(const sequencer::Machines& machines) const;

    [[nodiscard]] const ledger::Twin& ledger() const { return ledger_; }
    [[nodiscard]] const CaseTwin& cases() const { return cases_; }

  private:
    [[nodiscard]] ledger::TwinOutcome act(const ActOnCases& command, Instant now);
    [[nodiscard]] ledger::TwinOutcome wake(const WakeCases& command, Instant now);
    [[nodiscard]] std::optional<std::string> compare_action(const FactView& fact) const;

    ledger::Twin ledger_;
    CaseTwin cases_;
    /// What the command that was decided last does to cases.
    std::optional<Verdict> verdict_;
    std::optional<ActOnCases> action_;
};

/// The first difference between the cases and their twin, in words.
std::optional<std::string> case_difference(const cases::State& state, const CaseTwin& twin);

}  // namespace holdfast::case_twin
