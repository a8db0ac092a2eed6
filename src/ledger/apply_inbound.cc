#include "ledger/apply_inbound.h"

#include "base/check.h"
#include "canonical/purchase_order.h"

namespace holdfast::ledger {
void apply_inbound(State& state, const FactView& fact) {
    const std::string_view number = purchase_order_of(fact);
    if (number.empty()) return;
    const auto lines = fact.field(FieldTag::document_lines);
    if (!lines) return;
    const auto ordered = fact.field(FieldTag::ordered_changes);
    const auto received = fact.field(FieldTag::received_changes);
    const auto due = fact.field_as<std::int64_t>(FieldTag::due);
    const std::uint64_t document = state.document_hash(DocumentKind::purchase_order, number);
    const std::size_t count = lines->size() / sizeof(std::uint64_t);
    const std::size_t first = fact.posting_count_without_quotas() - count;
    for (std::size_t i = 0; i < count; ++i) {
        const Posting posting = fact.posting(first + i);
        const DocumentLine key{document, fact.item<std::uint64_t>(lines, i, 0)};
        InboundLine* row = state.inbound.find_mutable(key);
        if (row == nullptr) {
            HOLDFAST_CHECK(fact.type() == FactType::inbound_scheduled,
                           "only a schedule begins a line of a purchase order");
            row = &state.inbound.add(key, posting.sku, posting.place.location(),
                                     due.value_or(due_unknown));
        }
        const Units before = row->open();
        state.inbound.change(
            key, *row, due.value_or(row->due), row->ordered + fact.item<Units>(ordered, i, 0),
            row->received + fact.item<Units>(received, i, 0), fact.recorded_at(), state.expected);
        HOLDFAST_CHECK(row->ordered >= 0 && row->received >= 0,
                       "a purchase order's line counts no fewer than none");
        HOLDFAST_CHECK(row->open() - before == posting.delta,
                       "inbound changes by what is open on the line");
    }
}

}  // namespace holdfast::ledger
