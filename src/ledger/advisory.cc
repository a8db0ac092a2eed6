#include "ledger/advisory.h"

#include <map>
#include <tuple>

namespace holdfast::ledger {
namespace {

/// What one field of a fact may hold.
constexpr std::size_t kWouldBeMax = 65535 / sizeof(WouldBePosting);

using Net = std::map<std::tuple<SkuId, LocationId, Bucket>, Units>;

Net net_of(ByteSpan entry) {
    Net net;
    for (; !entry.empty(); entry = entry.subspan(FactView::trusted(entry).size())) {
        const FactView fact = FactView::trusted(entry);
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting posting = fact.posting(i);
            if (posting.place.kind() == PlaceKind::location)
                net[{posting.sku, posting.place.location(), posting.bucket}] += posting.delta;
        }
    }
    std::erase_if(net, [](const auto& row) { return row.second == 0; });
    return net;
}

std::span<const WouldBePosting> field_of(const Net& net, Arena& arena) {
    const std::span<WouldBePosting> list = arena.array<WouldBePosting>(net.size());
    std::size_t i = 0;
    for (const auto& [where, delta] : net) {
        const auto& [sku, location, bucket] = where;
        list[i++] = {.sku = sku.raw,
                     .location = location.raw,
                     .bucket = static_cast<std::uint8_t>(bucket),
                     .delta = delta};
    }
    return list;
}

}  // namespace

bool is_advisory(const State& state, const RecordEvent& event) {
    if (state.authority.empty()) return false;
    const NameId source{state.names.find(event.envelope.source)};
    const auto disowned = [&](LocationId at) {
        const NameId owner = state.authority.owner(event.type, at);
        return owner != kNoName && owner != source;
    };
    const LocationId whole = event.names_location ? event.location : kNoLocation;
    if (event.lines.empty()) return disowned(whole);
    for (const Line& line : event.lines)
        if (disowned(line.names_location ? line.location : whole)) return true;
    return false;
}

Outcome record_advisory(const Context& context, const RecordEvent& event, ByteSpan would_be,
                        bool differs) {
    const Net net = net_of(would_be);
    if (net.size() > kWouldBeMax) return refused(Refusal::too_many_lines);
    // The business step stays the owner's to record: a repeat of this one is known by its transport
    // key, and the semantic key is kept for reading only.
    Envelope envelope = event.envelope;
    envelope.semantic = {};
    Entry entry(context.state, context.stamp, &envelope, context.writer);
    FactWriter& fact = entry.begin(event.type);
    fact.header().flags |= kFlagAdvisory;
    entry.envelope_fields();
    if (event.envelope.semantic.given())
        fact.value(FieldTag::advisory_semantic_key,
                   KeyField{.key = event.envelope.semantic.key,
                            .body_hash = event.envelope.semantic.body_hash});
    if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    if (!net.empty())
        fact.list<WouldBePosting>(FieldTag::would_be_postings, field_of(net, context.arena));
    if (!net.empty() || differs) fact.value(FieldTag::raises, CaseKind::ownership_conflict);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
