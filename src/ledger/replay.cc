#include "ledger/replay.h"

#include <fmt/format.h>

#include "ledger/ledger.h"

namespace holdfast::ledger {
namespace {

/// Facts ahead of the one being applied whose rows are asked for: a replay is bound by memory.
constexpr int kLookAhead = 8;

/// A cursor that only peeks: it stops where bytes do not look like a fact, and nobody relies on it.
class Ahead {
  public:
    Ahead(const State& state, ByteSpan body) : state_(state), rest_(body) {}
    void step() {
        if (rest_.size() < kFactHeaderBytes + kPostingBytes) return;
        const FactView fact = FactView::trusted(rest_);
        if (fact.size() < kFactHeaderBytes || fact.size() > rest_.size()) {
            rest_ = {};
            return;
        }
        if (fact.posting_count() > 0 && fact.size() >= kFactHeaderBytes + kPostingBytes)
            state_.positions.prefetch(fact.posting(0).sku);
        rest_ = rest_.subspan(fact.size());
    }

  private:
    const State& state_;
    ByteSpan rest_;
};

}  // namespace

Result<void> replay(State& state, ByteSpan body,
                    const std::function<void(const FactView&)>& applied) {
    Ahead ahead(state, body);
    for (int i = 0; i < kLookAhead; ++i) ahead.step();
    return for_each_fact(body, [&](const FactView& fact) -> Result<void> {
        ahead.step();
        if (fact.seq() <= state.seq) return {};
        if (fact.seq() != state.seq + 1)
            return failure(ErrorCode::corrupt,
                           fmt::format("fact {} follows fact {}", fact.seq(), state.seq));
        apply(state, fact);
        if (applied) applied(fact);
        return {};
    });
}

}  // namespace holdfast::ledger
