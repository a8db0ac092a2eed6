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
        state_.reservations.prefetch(ReservationId{fact.seq()});
        prefetch_key(fact);
        rest_ = rest_.subspan(fact.size());
    }

  private:
    /// Walks the fields without believing their lengths.
    void prefetch_key(const FactView& fact) const {
        constexpr std::size_t kTagAndLength = 4;
        const std::byte* bytes = fact.bytes().data();
        std::size_t at = kFactHeaderBytes + fact.posting_count() * kPostingBytes;
        while (at + kTagAndLength + sizeof(KeyField) <= fact.size()) {
            const std::byte* field = bytes + at;
            if (load<std::uint16_t>(field) == static_cast<std::uint16_t>(FieldTag::transport_key))
                return state_.transport_keys.prefetch(load<KeyField>(field + kTagAndLength).key);
            at += kTagAndLength + load<std::uint16_t>(field + 2);
        }
    }
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
