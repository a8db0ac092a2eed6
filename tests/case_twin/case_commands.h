// Random commands about cases: mostly about those that are there, now and then about others. The
// same seed draws the same commands.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "case_twin.h"
#include "ledger/twin_commands.h"

namespace holdfast::case_twin {

/// A command and everything that its spans and texts point to.
struct DrawnCaseCommand {
    Command command;
    std::vector<CaseId> ids;
    std::string assignee;
    std::string comment;
};

class CaseCommands {
  public:
    explicit CaseCommands(std::uint64_t seed) : random_(seed) {}
    const DrawnCaseCommand& next(const CaseTwin& twin, Instant now);
    /// Whether the next command of a history is about cases.
    bool comes_next() { return random_.percent(25); }

  private:
    CaseId any_case(const CaseTwin& twin);
    void draw_action(DrawnCaseCommand& d, const CaseTwin& twin, Instant now);

    ledger::TwinRandom random_;
    std::vector<CommandKey> keys_;
    std::deque<std::unique_ptr<DrawnCaseCommand>> history_;
};

}  // namespace holdfast::case_twin
