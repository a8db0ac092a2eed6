#include "ledger/apply_count.h"

namespace holdfast::ledger {

void apply_count(State& state, const FactView& fact) {
    if (fact.type() != FactType::stock_counted) return;
    const auto field = fact.field_as<CountCutField>(FieldTag::count_cut).value_or(CountCutField{});
    CountCut cut{.seq = field.cut_seq != 0 ? field.cut_seq : fact.seq(),
                 .counted_at = field.counted_at,
                 .includes = {}};
    const auto includes = fact.field(FieldTag::count_includes);
    const std::size_t count = includes ? includes->size() / sizeof(IncludedSourceField) : 0;
    for (std::size_t i = 0; i < count; ++i)
        cut.includes.push_back(fact.item<IncludedSourceField>(includes, i, {}));
    state.counts.begin(fact.seq(), std::move(cut), fact.recorded_at());
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() == PlaceKind::location && posting.bucket == Bucket::sellable)
            state.counts.apply(fact.seq(), posting.sku, posting.place.location(), posting.delta);
    }
}

}  // namespace holdfast::ledger
