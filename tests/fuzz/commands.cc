// Sequences of commands: every choice of the twin's own command stream is made by the bytes, and
// the ledger must agree with its twin at every step.
#include <cstdio>

#include "base/check.h"
#include "ledger/twin_commands.h"
#include "ledger/twin_run.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

/// Long enough to meet, short enough to be run a hundred times a second.
constexpr int kCommandsMax = 120;

void expect_none(const std::optional<std::string>& difference, const Command& command) {
    if (difference)
        std::fprintf(stderr, "%s\n  %s\n", difference->c_str(), ledger::describe(command).c_str());
    HOLDFAST_CHECK(!difference, "the ledger and its twin agree");
}

}  // namespace

void commands(ByteSpan bytes) {
    ledger::CommandStream stream{ledger::TwinRandom(bytes)};
    ledger::TwinRun run(7, {.keys_max = 60, .reservations_max = 40});
    for (int i = 0; i < kCommandsMax && !stream.used_up(); ++i) {
        const ledger::DrawnCommand& drawn = stream.next(run.twin());
        expect_none(run.step(drawn.command, drawn.now), drawn.command);
        if (i % 8 == 7) expect_none(run.compare_states(), drawn.command);
        if (i % 40 == 39) expect_none(run.reload(), drawn.command);
        run.note_hash();
    }
    expect_none(run.compare_states(), {});
    expect_none(run.replay(), {});
}

}  // namespace holdfast::fuzz
