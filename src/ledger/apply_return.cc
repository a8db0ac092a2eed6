#include "ledger/apply_return.h"

namespace holdfast::ledger {

void apply_return(State& state, const FactView& fact) {
    const bool announced = fact.type() == FactType::return_announced;
    if (!announced && fact.type() != FactType::return_received) return;
    const auto lines = fact.field(FieldTag::document_lines);
    if (!lines) return;
    const auto units =
        fact.field(announced ? FieldTag::ordered_changes : FieldTag::received_changes);
    const auto skus = fact.field(FieldTag::skus);
    const std::uint64_t document =
        state.document_hash(DocumentKind::announced_return,
                            fact.text(announced ? FieldTag::document : FieldTag::reference));
    for (std::size_t i = 0; i < lines->size() / sizeof(std::uint64_t); ++i) {
        const DocumentLine key{document, fact.item<std::uint64_t>(lines, i, 0)};
        const Units change = fact.item<Units>(units, i, 0);
        if (announced)
            state.returns.announce(key, SkuId{fact.item<std::uint32_t>(skus, i, kNoId)}, change,
                                   fact.recorded_at());
        else
            state.returns.receive(key, change, fact.recorded_at());
    }
}

}  // namespace holdfast::ledger
