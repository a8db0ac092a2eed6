#include "history.h"

#include "properties.h"

namespace holdfast::properties {

History::History(std::uint64_t seed, std::uint64_t hash_seed)
    : state_(std::make_unique<ledger::State>(hash_seed)), stream_(seed) {}

std::vector<std::byte> History::decide_on(ledger::State& state, const Command& command,
                                          Instant now) {
    Arena arena;
    std::vector<std::byte> entry;
    FactWriter writer(entry);
    const ledger::Outcome outcome =
        ledger::decide(state, command, {.now = now, .next_seq = state.seq + 1}, arena, writer);
    RC_ASSERT((outcome.facts > 0) == !entry.empty());
    const Result<void> applied = for_each_fact(entry, [&](const FactView& fact) -> Result<void> {
        ledger::apply(state, fact);
        return {};
    });
    RC_ASSERT(applied.has_value());
    return entry;
}

void History::run(std::uint64_t commands) {
    for (std::uint64_t i = 0; i < commands; ++i) {
        const ledger::DrawnCommand& drawn = stream_.next(twin_);
        // The stream names what the twin has, so the twin goes along.
        (void)twin_.apply(drawn.command, drawn.now);
        std::vector<std::byte> entry = decide_on(*state_, drawn.command, drawn.now);
        if (entry.empty())
            ++without_effect_;
        else
            entries_.push_back(std::move(entry));
    }
}

}  // namespace holdfast::properties
