// The cases beside their twin, field by field.
#include <fmt/format.h>

#include "twins.h"

namespace holdfast::case_twin {
namespace {

using Difference = std::optional<std::string>;

template <class Value>
Difference differ(std::string_view what, const Value& product, const Value& twin) {
    if (product == twin) return std::nullopt;
    if constexpr (requires { fmt::format("{}", twin); })
        return fmt::format("{}: {}, twin {}", what, product, twin);
    else
        return fmt::format("{} differs", what);
}

std::string words(std::optional<CaseResolution> resolution) {
    return resolution ? std::string(name(*resolution)) : "none";
}

Difference subjects(const cases::Subject& product, const TwinSubject& twin) {
    if (auto d = differ("kind", name(product.kind), name(twin.kind))) return d;
    if (auto d = differ("sku", product.sku.raw, twin.sku.raw)) return d;
    if (auto d = differ("location", product.location.raw, twin.location.raw)) return d;
    if (auto d = differ("channel", product.channel.raw, twin.channel.raw)) return d;
    if (auto d = differ("source", product.source.raw, twin.source)) return d;
    if (auto d = differ("reservation", product.reservation.raw, twin.reservation)) return d;
    if (auto d = differ("order", product.order, twin.order)) return d;
    return differ("document", product.document, twin.document);
}

Difference steps(const cases::Case& product, const TwinCase& twin) {
    const std::vector<TwinStep> kept = first_and_newest(twin.history, kStepsKept);
    if (auto d = differ("steps", product.history.size(), kept.size())) return d;
    if (auto d = differ("steps that are not kept", product.history_dropped,
                        std::uint64_t{twin.history.size() - kept.size()}))
        return d;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const cases::HistoryEntry& entry = product.history[i];
        const std::string which = fmt::format("step {} ", i);
        if (auto d = differ(which + "is", name(entry.step), name(kept[i].step))) return d;
        if (auto d = differ(which + "seq", entry.seq, kept[i].seq)) return d;
        if (auto d = differ(which + "time", to_raw(entry.at), to_raw(kept[i].at))) return d;
        if (auto d = differ(which + "actor", entry.actor.raw, kept[i].actor)) return d;
        if (auto d = differ(which + "as", words(entry.resolution), words(kept[i].resolution)))
            return d;
        if (auto d = differ(which + "text", entry.text, kept[i].text)) return d;
    }
    return std::nullopt;
}

Difference rows(const cases::Case& product, const TwinCase& twin) {
    if (auto d = subjects(product.subject, twin.about)) return d;
    if (auto d = differ("state", name(product.state), name(twin.state))) return d;
    if (auto d = differ("resolution", words(product.resolution), words(twin.resolution))) return d;
    if (auto d = differ("count", product.count, twin.count)) return d;
    if (auto d = differ("regressed", product.regressed, twin.regressed)) return d;
    if (auto d = differ("opened by", name(product.opened_by), name(twin.opened_by))) return d;
    if (product.facts != first_and_newest(twin.facts, kFactsKept)) return "the facts differ";
    if (auto d = differ("opened at", to_raw(product.opened_at), to_raw(twin.opened_at))) return d;
    if (auto d = differ("raised at", to_raw(product.raised_at), to_raw(twin.raised_at))) return d;
    if (auto d = differ("wakes at", to_raw(product.wake_at), to_raw(twin.wake_at))) return d;
    if (auto d = differ("resolved at", to_raw(product.resolved_at), to_raw(twin.resolved_at)))
        return d;
    if (auto d = differ("seq", product.seq, twin.seq)) return d;
    if (auto d = differ("units", product.units, twin.units)) return d;
    if (auto d = differ("most units", product.units_peak, twin.units_peak)) return d;
    if (auto d = differ("units when snoozed", product.snoozed_units, twin.units_when_snoozed))
        return d;
    if (auto d = differ("money", product.money, twin.money)) return d;
    if (auto d = differ("assignee", product.assignee, twin.assignee)) return d;
    return steps(product, twin);
}

}  // namespace

std::optional<std::string> case_difference(const cases::State& state, const CaseTwin& twin) {
    if (auto d = differ("number of cases", state.table.size(), twin.cases.size())) return d;
    auto product = state.table.rows().begin();
    for (const TwinCase& row : twin.cases) {
        if (auto d = differ("id of a case", product->first, row.id)) return d;
        if (auto d = rows(product->second, row))
            return fmt::format("case {} ({}): {}", row.id, name(row.about.kind), *d);
        ++product;
    }
    std::vector<std::uint64_t> queue;
    for (const cases::QueueKey& place : state.table.live()) queue.push_back(place.id.raw);
    if (queue != twin.queue()) return "the order of the queue differs";
    for (const auto& [sku, value] : twin.unit_values)
        if (auto d = differ(fmt::format("worth of sku {}", sku.raw), state.unit_value(sku), value))
            return d;
    return differ("raises without room", state.not_opened, twin.not_opened);
}

}  // namespace holdfast::case_twin
