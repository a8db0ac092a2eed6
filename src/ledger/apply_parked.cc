#include "ledger/apply_parked.h"

#include "base/check.h"

namespace holdfast::ledger {
namespace {

void park(State& state, const FactView& fact, ByteSpan lines) {
    ParkedEvent event{
        .seq = fact.seq(),
        .type = fact.type(),
        .order = std::string(fact.text(FieldTag::order)),
        .channel = ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)},
        .parked_at = to_raw(fact.recorded_at())};
    event.order_hash = state.order_hash(event.order);
    const std::string_view document = fact.text(FieldTag::document);
    if (!document.empty() && event.type != FactType::order_cancelled)
        event.document_hash = state.document_hash(DocumentKind::shipment, document);
    for (std::size_t i = 0; i < lines.size() / sizeof(ParkedLineField); ++i) {
        const auto line = fact.item<ParkedLineField>(lines, i, {});
        event.lines.push_back({.line = line.line,
                               .sku = SkuId{line.sku},
                               .location = LocationId{line.location},
                               .units = line.units});
    }
    state.parked.park(std::move(event));
}

void settle(State& state, const FactView& fact) {
    const auto seqs = fact.field(FieldTag::parked_seqs);
    for (std::size_t i = 0; seqs && (i + 1) * sizeof(std::uint64_t) <= seqs->size(); ++i)
        state.parked.settle(fact.item<std::uint64_t>(seqs, i, 0));
}

}  // namespace

void apply_parked(State& state, const FactView& fact) {
    switch (fact.type()) {
        case FactType::shipment_voided:
        case FactType::parked_settled: settle(state, fact); return;
        case FactType::parked_overdue: {
            const auto seqs = fact.field(FieldTag::parked_seqs);
            HOLDFAST_CHECK(seqs.has_value(), "what is overdue is named");
            state.parked.tell(fact.item<std::uint64_t>(seqs, 0, 0));
            return;
        }
        default: break;
    }
    if (const auto lines = fact.field(FieldTag::parked_lines)) park(state, fact, *lines);
}

}  // namespace holdfast::ledger
