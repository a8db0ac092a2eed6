#include "ledger/twin_compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/availability.h"

namespace holdfast::ledger {
namespace {

using Difference = std::optional<std::string>;

template <class Value>
Difference differ(std::string_view what, const Value& ledger, const Value& twin) {
    if (ledger == twin) return std::nullopt;
    return fmt::format("{}: ledger {}, twin {}", what, ledger, twin);
}

std::string position_name(SkuId sku, LocationId at) {
    return fmt::format("sku {} at location {}", sku.raw, at.raw);
}

Difference codes(std::string_view what, const CodeTable& ledger,
                 const std::vector<TwinCode>& twin) {
    if (auto d = differ<std::size_t>(fmt::format("number of {}", what), ledger.size(), twin.size()))
        return d;
    for (std::uint32_t id = 0; id < ledger.size(); ++id) {
        const std::string which = fmt::format("{} {}", what, id);
        if (auto d = differ<std::string_view>(which + " code", ledger.code(id), twin[id].code))
            return d;
        if (auto d = differ<std::string_view>(which + " title", ledger.title(id), twin[id].title))
            return d;
    }
    return std::nullopt;
}

Difference tables(const State& state, const Twin& twin) {
    if (auto d = codes("items", state.items, twin.items)) return d;
    if (auto d = codes("locations", state.locations, twin.locations)) return d;
    if (auto d = codes("channels", state.channels, twin.channels)) return d;
    if (auto d = codes("pools", state.pools, twin.pools)) return d;
    if (auto d = codes("groups", state.groups, twin.groups)) return d;
    if (auto d = differ<std::size_t>("number of names", state.names.size(), twin.names.size()))
        return d;
    for (std::uint32_t id = 0; id < state.names.size(); ++id)
        if (auto d = differ<std::string_view>(fmt::format("name {}", id), state.names.code(id),
                                              twin.names[id]))
            return d;
    for (std::uint32_t id = 0; id < state.locations.size(); ++id)
        if (auto d = differ<bool>(fmt::format("location {} enabled", id),
                                  state.enabled(LocationId{id}), twin.location_enabled[id]))
            return d;
    for (std::uint32_t id = 0; id < state.locations.size(); ++id) {
        const LocationRow& row = state.location_rows[id];
        if (auto d = differ<bool>(fmt::format("location {} online", id), row.online,
                                  twin.nodes[id].online))
            return d;
        if (auto d = differ(fmt::format("location {} since", id), row.since, twin.nodes[id].since))
            return d;
        if (auto d = differ(fmt::format("group of location {}", id), row.group.raw,
                            twin.group_of(LocationId{id}).raw))
            return d;
    }
    for (std::uint32_t id = 0; id < state.groups.size(); ++id)
        if (state.group_rows[id].locations != twin.group_locations[id])
            return fmt::format("locations of group {} differ", id);
    for (std::uint32_t id = 0; id < state.channels.size(); ++id) {
        const ChannelRow& row = state.channel_rows[id];
        if (auto d = differ(fmt::format("pool of channel {}", id), row.pool.raw,
                            twin.channel_rows[id].pool.raw))
            return d;
        if (auto d = differ(fmt::format("channel {} splits", id), row.splits,
                            twin.channel_rows[id].splits))
            return d;
    }
    for (std::uint32_t id = 0; id < state.pools.size(); ++id) {
        const std::vector<LocationId>& expected = twin.pool_locations[id];
        if (state.pool_rows[id].locations != expected)
            return fmt::format("locations of pool {} differ", id);
        for (std::size_t rank = 0; rank < expected.size(); ++rank)
            if (auto d = differ<std::size_t>(
                    fmt::format("rank of location {} in pool {}", expected[rank].raw, id),
                    state.pool_rows[id].rank(expected[rank]), rank))
                return d;
    }
    return std::nullopt;
}

Difference positions(const State& state, const Twin& twin) {
    for (const auto& [where, levels] : twin.positions) {
        const auto& [sku, at] = where;
        if (state.positions.find(sku, at) == nullptr)
            return position_name(sku, at) + ": the ledger has no such position, the twin has";
    }
    Difference found;
    state.positions.for_each([&](const Position& p) {
        if (found) return;
        const std::string which = position_name(p.sku, p.location);
        for (int b = 1; b <= static_cast<int>(Bucket::in_transit) && !found; ++b) {
            const auto bucket = static_cast<Bucket>(b);
            found = differ(which + " " + std::string(name(bucket)),
                           state.positions.level(p.sku, p.location, bucket),
                           twin.level(p.sku, p.location, bucket));
        }
        if (!found)
            found = differ<Units>(which + " safety_stock", p.safety_stock,
                                  twin.safety_stock(p.sku, p.location));
        if (!found)
            found = differ<Units>(which + " buffer", p.buffer,
                                  twin.policy(PolicyKind::buffer, p.sku, p.location));
        if (!found)
            found = differ(which + " promisable", promisable_at(state, p),
                           twin.promisable(p.sku, p.location));
    });
    return found;
}

Difference policies(const State& state, const Twin& twin) {
    std::map<PolicyKind, std::map<TwinPlace, Units>> rows;
    std::map<PolicyKind, std::map<TwinPlace, TwinVersion>> versions;
    const auto interned = [&](std::uint16_t name) {
        return std::string(name == 0 ? std::string_view{} : state.names.code(name - 1U));
    };
    state.policies.for_each([&](PolicyKind kind, const PolicyScope& scope, const PolicyRow& row) {
        rows[kind][{scope.sku, scope.location}] = row.value;
        versions[kind][{scope.sku, scope.location}] = {row.version.seq, interned(row.version.actor),
                                                       interned(row.version.reason)};
    });
    for (std::size_t number = 1; number <= policy_kinds; ++number) {
        const auto kind = static_cast<PolicyKind>(number);
        const auto expected = twin.policies.find(kind);
        if (rows[kind] !=
            (expected == twin.policies.end() ? std::map<TwinPlace, Units>{} : expected->second))
            return fmt::format("{} policy rows differ", name(kind));
        const auto expected_versions = twin.policy_versions.find(kind);
        if (expected_versions != twin.policy_versions.end() &&
            versions[kind] != expected_versions->second)
            return fmt::format("versions of {} policies differ", name(kind));
    }
    return std::nullopt;
}

Difference units(const State& state, const Twin& twin) {
    std::map<SkuId, std::vector<TwinUnit>> rows;
    state.item_rows.for_each_with_units([&](SkuId sku, std::span<const UnitRow> units) {
        for (const UnitRow& unit : units)
            rows[sku].push_back({unit.code, unit.numerator, unit.denominator});
    });
    if (rows != twin.item_units) return "units of items differ";
    return std::nullopt;
}

Difference kits(const State& state, const Twin& twin) {
    std::map<SkuId, std::pair<std::size_t, bool>> rows;
    state.kits.for_each(
        [&](SkuId sku, const KitRow& kit) { rows[sku] = {kit.recipe, kit.assembled}; });
    if (rows != twin.kits) return "kits differ";
    std::vector<TwinRecipe> recipes;
    for (std::uint32_t number = 1; number <= state.kits.recipes(); ++number) {
        TwinRecipe& recipe = recipes.emplace_back(TwinRecipe{state.kits.recipe(number).kit, {}});
        for (const Component& component : state.kits.recipe(number).components)
            recipe.components.emplace_back(component.sku, component.units);
    }
    if (recipes != twin.recipes) return "recipes of kits differ";
    return std::nullopt;
}

Difference quotas(const State& state, const Twin& twin) {
    std::map<TwinQuotaScope, TwinQuota> rows;
    const auto interned = [&](std::uint16_t name) {
        return std::string(name == 0 ? std::string_view{} : state.names.code(name - 1U));
    };
    state.quotas.for_each([&](const QuotaScope& scope, const QuotaRow& row) {
        rows[{scope.group, scope.channel, scope.sku}] = {
            row.guarantee,
            row.cap,
            row.priority,
            {row.version.seq, interned(row.version.actor), interned(row.version.reason)}};
    });
    if (rows != twin.quotas) return "quotas differ";
    std::map<TwinQuotaScope, Units> used;
    state.quotas.for_each_used([&](const QuotaScope& scope, Units units) {
        used[{scope.group, scope.channel, scope.sku}] = units;
    });
    if (used != twin.quota_used) return "the use of quotas differs";
    return std::nullopt;
}

/// A part in words, the ledger's and the twin's in the same ones.
template <class Part, class Counts>
std::string describe(const Part& p, const Counts& c) {
    return fmt::format(
        "line {} sku {} at {} created {} reserved {} allocated {} picked {} backordered {} "
        "shipped {} ended {} expired {} erp_held {} cancel_pending {} received {} lost {} recipe "
        "{}",
        p.line, p.sku.raw, p.location.raw, c.created, c.reserved, c.allocated, c.picked,
        c.backordered, c.shipped, c.ended, c.expired, c.erp_held, c.cancel_pending, c.received,
        c.lost, p.recipe);
}

Difference reservation(const State& state, const Reservation& r, const TwinReservation& twin) {
    const std::string which = fmt::format("reservation {}", r.id.raw);
    const auto parts = state.reservations.parts(r);
    if (auto d = differ(which + " parts", parts.size(), twin.parts.size())) return d;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (auto d = differ(fmt::format("{} part {}", which, i),
                            describe(parts[i], state.reservations.counts(parts[i])),
                            describe(twin.parts[i], twin.parts[i])))
            return d;
    if (auto d = differ(which + " channel", r.channel.raw, twin.channel.raw)) return d;
    if (auto d = differ(which + " confirmed", r.confirmed, twin.confirmed)) return d;
    if (auto d = differ(which + " pinned", r.pinned, twin.pinned)) return d;
    if (auto d = differ(which + " expires_at", r.expires_at, twin.expires_at)) return d;
    std::uint64_t hash = twin.order.empty() ? 0 : state.order_hash(twin.order);
    if (twin.transfer) hash = state.document_hash(DocumentKind::transfer, twin.document);
    if (auto d = differ(which + " order", r.order_hash, hash)) return d;
    if (auto d = differ(which + " is a transfer", r.kind == PromiseKind::transfer, twin.transfer))
        return d;
    if (auto d = differ(which + " destination", r.destination.raw, twin.destination.raw)) return d;
    const auto ended = [](FactType by) {
        return by == FactType{} ? std::string_view("nothing") : name(by);
    };
    if (auto d = differ(which + " ended_by", ended(r.ended_by), ended(twin.ended_by))) return d;
    return differ<std::int64_t>(which + " ended_generation", r.ended_generation,
                                twin.ended_generation);
}

Difference reservations(const State& state, const Twin& twin) {
    if (auto d = differ<std::size_t>("number of reservations", state.reservations.size(),
                                     twin.reservations.size()))
        return d;
    for (const auto& [id, expected] : twin.reservations) {
        const Reservation* r = state.reservations.find(ReservationId{id});
        if (r == nullptr) return fmt::format("reservation {}: unknown to the ledger", id);
        if (auto d = reservation(state, *r, expected)) return d;
    }
    for (const auto& [id, expected] : twin.reservations) {
        if (expected.order.empty()) continue;
        for (const ChannelId channel : {expected.channel, kNoChannel}) {
            const OrderMatch match =
                state.reservations.find_by_order(state.order_hash(expected.order), channel);
            const Twin::Named named = twin.named_by(expected.order, channel);
            const std::string which = "reservation of order " + expected.order;
            if (auto d = differ(which + " of several", match.several, named.several)) return d;
            if (auto d = differ(which, match.reservation ? match.reservation->id.raw : 0, named.id))
                return d;
        }
    }
    return std::nullopt;
}

/// What each document still would undo, whose and by bucket of each part.
Difference shipments(const State& state, const Twin& twin) {
    using Key = std::tuple<std::uint64_t, std::uint32_t, int, std::uint32_t, std::uint32_t>;
    using Sums = std::map<Key, Units>;
    std::map<std::uint64_t, std::pair<std::int64_t, Sums>> rows;
    std::size_t changes = 0;
    state.shipments.for_each([&](std::uint64_t document, const ShipmentRow& row) {
        auto& [generation, sums] = rows[document];
        generation = row.generation;
        changes += row.changes.size();
        for (const ShippedChange& c : row.changes)
            sums[{c.reservation, c.part, c.bucket, c.sku.raw, c.location.raw}] += c.delta;
    });
    if (auto d =
            differ<std::size_t>("remembered changes of shipments", changes, state.shipments.size()))
        return d;
    if (auto d = differ("number of shipments", rows.size(), twin.shipments.size())) return d;
    for (const auto& [document, shipment] : twin.shipments) {
        Sums expected;
        for (const auto& [reservation, steps] : shipment.steps)
            for (const TwinStep& step : steps)
                expected[{reservation, step.part ? static_cast<std::uint32_t>(*step.part) : kNoId,
                          step.bucket ? static_cast<int>(*step.bucket) : 0, step.sku.raw,
                          step.at.raw}] += step.delta;
        const auto row = rows.find(state.document_hash(DocumentKind::shipment, document));
        if (row == rows.end() || row->second != std::pair(shipment.generation, expected))
            return fmt::format("shipment {} is remembered otherwise", document);
    }
    return std::nullopt;
}

/// What each channel may sell, in all and at each location.
Difference availability(const State& state, const Twin& twin) {
    for (std::uint32_t c = 0; c < twin.channels.size(); ++c)
        for (std::uint32_t i = 0; i < twin.items.size(); ++i) {
            const ChannelId channel{c};
            const SkuId sku{i};
            const Units expected = twin.channel_rows[c].splits
                                       ? twin.available_to_sell(channel, sku)
                                       : twin.largest_single(channel, sku);
            const std::string which = fmt::format("channel {} may sell of sku {}", c, i);
            if (auto d = differ(which, available_to_sell(state, channel, sku).units, expected))
                return d;
            for (std::uint32_t l = 0; l < twin.locations.size(); ++l)
                if (auto d = differ(fmt::format("{} at {}", which, l),
                                    available_to_sell(state, channel, sku, LocationId{l}).units,
                                    twin.available_to_sell(channel, sku, LocationId{l})))
                    return d;
        }
    return std::nullopt;
}

Difference keys(std::string_view what, const KeyTable& ledger,
                const std::map<Hash128, TwinKey>& twin, const std::set<std::int64_t>& begun) {
    std::set<std::int64_t> generations;
    ledger.for_each_generation([&](std::int64_t n, std::uint64_t) { generations.insert(n); });
    if (generations != begun) return fmt::format("generations of {} keys differ", what);
    std::map<Hash128, TwinKey> rows;
    ledger.for_each([&](std::int64_t generation, const Hash128& key, const KeyRow& row) {
        rows[key] = {generation, row.body_hash, row.seq};
    });
    if (auto d = differ(fmt::format("number of {} keys", what), rows.size(), twin.size())) return d;
    if (rows != twin) return fmt::format("{} keys differ", what);
    return std::nullopt;
}

std::string describe(const std::string& name, const SourceRow& row) {
    std::string text = fmt::format("{} epoch {} at {} given_up {} numbered {} only {} heard {}",
                                   name, row.position.epoch, row.position.seq, row.given_up,
                                   row.numbered, row.announced_only, row.heard_at);
    for (const SourceGap& gap : row.gaps)
        text += fmt::format(" [{}-{} {} {} {}]", gap.first, gap.last, gap.opened_at, gap.told,
                            gap.overdue);
    return text;
}

std::string describe(const std::string& name, const TwinSource& twin) {
    SourceRow row{.position = {twin.epoch, twin.highest()},
                  .given_up = twin.given_up,
                  .heard_at = twin.heard_at,
                  .numbered = twin.numbered,
                  .announced_only = twin.announced_only,
                  .gaps = {}};
    for (const TwinSource::Gap& gap : twin.gaps())
        row.gaps.push_back({gap.first, gap.last, gap.opened_at, gap.told, gap.overdue});
    return describe(name, row);
}

Difference sources(const State& state, const Twin& twin) {
    if (auto d = differ("number of sources", state.sources.rows().size(), twin.sources.size()))
        return d;
    for (const auto& [id, row] : state.sources.rows()) {
        const std::string source(state.names.code(id.raw));
        const auto expected = twin.sources.find(source);
        if (expected == twin.sources.end()) return "source " + source + ": unknown to the twin";
        if (auto d = differ("source", describe(source, row), describe(source, expected->second)))
            return d;
    }
    return std::nullopt;
}

Difference authority(const State& state, const Twin& twin) {
    std::map<std::pair<FactType, LocationId>, std::pair<std::string, std::uint64_t>> rows;
    for (const auto& [scope, row] : state.authority.rows())
        rows[{scope.type, scope.location}] = {std::string(state.names.code(row.source.raw)),
                                              row.seq};
    return rows == twin.authority ? std::nullopt : Difference("rows of authority differ");
}

Difference parked(const State& state, const Twin& twin) {
    std::map<std::uint64_t, std::string> expected, rows;
    for (const auto& [order, events] : twin.parked)
        for (const TwinParked& event : events) {
            std::string& text = expected[event.seq];
            text = fmt::format("{} '{}' of {} at {} told {}", name(event.type), order,
                               event.channel.raw, event.parked_at, event.told);
            for (const TwinParked::Item& i : event.items)
                text += fmt::format(" [{} {} {} {}]", i.line, i.sku.raw, i.location.raw, i.units);
        }
    for (const auto& [seq, event] : state.parked.rows()) {
        std::string& text = rows[seq];
        text = fmt::format("{} '{}' of {} at {} told {}", name(event.type), event.order,
                           event.channel.raw, event.parked_at, event.told);
        for (const ParkedLine& i : event.lines)
            text += fmt::format(" [{} {} {} {}]", i.line, i.sku.raw, i.location.raw, i.units);
    }
    if (auto d = differ("parked events", rows.size(), expected.size())) return d;
    for (const auto& [seq, text] : expected)
        if (auto d = differ(fmt::format("parked event {}", seq), rows[seq], text)) return d;
    return std::nullopt;
}

Difference api_keys(const State& state, const Twin& twin) {
    if (auto d = differ("number of API keys", state.access.rows().size(), twin.api_keys.size()))
        return d;
    for (const auto& [id, expected] : twin.api_keys) {
        const ApiKeyRow* row = state.access.find(id);
        if (row == nullptr || row->secret_hash != expected.secret_hash ||
            row->title != expected.title || row->scopes != expected.scopes ||
            row->source != expected.source || to_raw(row->created_at) != expected.created_at ||
            to_raw(row->expires_at) != expected.expires_at || row->revoked != expected.revoked)
            return fmt::format("API key {} differs", id);
    }
    return std::nullopt;
}

std::string describe(const std::map<TwinPosting, Units>& postings) {
    std::string text;
    for (const auto& [where, delta] : postings) {
        const auto& [sku, place, bucket] = where;
        text += fmt::format(" [sku {} {} {} {} {:+}]", sku.raw, name(place.kind()), place.number(),
                            name(bucket), delta);
    }
    return text;
}

std::string describe(const std::vector<TwinProblem>& problems) {
    std::string text;
    for (const TwinProblem& p : problems)
        text += fmt::format(" [line {} {} available_to_sell {}]", p.line_index, name(p.refusal),
                            p.available_to_sell);
    return text;
}

std::string describe(const std::set<CaseKind>& raises) {
    std::string text;
    for (const CaseKind kind : raises) text += fmt::format(" {}", name(kind));
    return text;
}

std::string_view name(Outcome::Kind kind) {
    switch (kind) {
        case Outcome::Kind::recorded: return "recorded";
        case Outcome::Kind::repeated: return "repeated";
        case Outcome::Kind::refused: return "refused";
        case Outcome::Kind::idle: return "idle";
    }
    return "unknown";
}

std::map<TwinPosting, Units> would_be_postings(const FactView& fact) {
    std::map<TwinPosting, Units> net;
    const auto list = fact.field(FieldTag::would_be_postings);
    for (std::size_t i = 0; list && (i + 1) * sizeof(WouldBePosting) <= list->size(); ++i) {
        const auto p = fact.item<WouldBePosting>(list, i, {});
        net[{SkuId{p.sku}, Place{LocationId{p.location}}, static_cast<Bucket>(p.bucket)}] = p.delta;
    }
    return net;
}

std::vector<TwinProblem> set_aside(const FactView& fact) {
    std::vector<TwinProblem> problems;
    const auto list = fact.field(FieldTag::refused_lines);
    for (std::size_t i = 0; list && (i + 1) * sizeof(RefusedLine) <= list->size(); ++i) {
        const auto line = fact.item<RefusedLine>(list, i, {});
        problems.push_back(
            {line.line_index, static_cast<Refusal>(line.refusal), line.available_to_sell});
    }
    return problems;
}

Difference fact_difference(const FactView& fact, const TwinFact& expected) {
    if (auto d = differ("type", name(fact.type()), name(expected.type))) return d;
    if (auto d = differ("seq", fact.seq(), expected.seq)) return d;
    if (auto d = differ("postings", describe(net_postings(fact)), describe(expected.postings)))
        return d;
    std::set<CaseKind> raises;
    if (const auto kinds = fact.field(FieldTag::raises))
        for (const std::byte kind : *kinds) raises.insert(static_cast<CaseKind>(kind));
    if (auto d = differ("raises", describe(raises), describe(expected.raises))) return d;
    if (auto d = differ("advisory", fact.advisory(), expected.advisory)) return d;
    if (auto d = differ("would-be postings", describe(would_be_postings(fact)),
                        describe(expected.would_be)))
        return d;
    if (auto d = differ<std::string_view>("reason", fact.text(FieldTag::reason_text),
                                          expected.reason_text))
        return d;
    if (auto d =
            differ("unit value", fact.field_as<std::int64_t>(FieldTag::unit_value).value_or(-1),
                   std::max<std::int64_t>(expected.unit_value, -1)))
        return d;
    return differ("lines set aside", describe(set_aside(fact)), describe(expected.set_aside));
}

Difference facts_difference(ByteSpan facts, const TwinOutcome& expected) {
    Difference found;
    std::size_t count = 0;
    std::map<std::pair<SkuId, bool>, Units> sums;
    const Result<void> parsed = for_each_fact(facts, [&](const FactView& fact) -> Result<void> {
        if (found) return {};
        const std::string which = fmt::format("fact {} of the entry", count);
        if (count < expected.facts.size())
            if (auto d = fact_difference(fact, expected.facts[count])) found = which + " " + *d;
        const bool last =
            fact.size() + static_cast<std::size_t>(fact.bytes().data() - facts.data()) ==
            facts.size();
        if (!found) found = differ(which + " last_of_entry", fact.last_of_entry(), last);
        for (const auto& [where, delta] : net_postings(fact)) {
            const auto& [sku, place, bucket] = where;
            const bool on_lane = place.kind() == PlaceKind::lane;
            if (is_physical(bucket) || bucket == Bucket::external || on_lane)
                sums[{sku, true}] += delta;
        }
        ++count;
        return {};
    });
    if (!parsed) return "facts do not parse: " + to_string(parsed.error());
    if (found) return found;
    for (const auto& [sku, sum] : sums)
        if (sum != 0)
            return fmt::format("the legs of sku {} sum to {}, not zero", sku.first.raw, sum);
    return differ("facts written", count, expected.facts.size());
}

}  // namespace

std::map<TwinPosting, Units> net_postings(const FactView& fact) {
    std::map<TwinPosting, Units> net;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting p = fact.posting(i);
        net[{p.sku, p.place, p.bucket}] += p.delta;
    }
    std::erase_if(net, [](const auto& row) { return row.second == 0; });
    return net;
}

std::optional<std::string> first_difference(const State& state, const Twin& twin) {
    if (auto d = differ("seq", state.seq, twin.seq)) return d;
    if (auto d = tables(state, twin)) return d;
    if (auto d = policies(state, twin)) return d;
    if (auto d = quotas(state, twin)) return d;
    if (auto d = units(state, twin)) return d;
    if (auto d = kits(state, twin)) return d;
    if (auto d = positions(state, twin)) return d;
    if (auto d = reservations(state, twin)) return d;
    if (auto d = first_backorder_difference(state, twin)) return d;
    if (auto d = shipments(state, twin)) return d;
    if (auto d = first_movement_difference(state, twin)) return d;
    if (auto d = availability(state, twin)) return d;
    if (auto d = keys("transport", state.transport_keys, twin.transport_keys,
                      twin.transport_generations))
        return d;
    if (auto d =
            keys("semantic", state.semantic_keys, twin.semantic_keys, twin.semantic_generations))
        return d;
    if (auto d = sources(state, twin)) return d;
    if (auto d = authority(state, twin)) return d;
    if (auto d = parked(state, twin)) return d;
    return api_keys(state, twin);
}

std::optional<std::string> first_difference(const Outcome& outcome, ByteSpan facts,
                                            const TwinOutcome& expected) {
    if (auto d = differ("outcome", name(outcome.kind), name(expected.kind))) {
        return *d + fmt::format(" (refusals: ledger {}, twin {})", name(outcome.refusal),
                                name(expected.refusal));
    }
    if (auto d = differ("refusal", name(outcome.refusal), name(expected.refusal))) return d;
    if (auto d = differ("answering seq", outcome.seq, expected.seq)) return d;
    if (auto d = differ("first_body_hash", outcome.first_body_hash, expected.first_body_hash))
        return d;
    if (outcome.kind == Outcome::Kind::refused) {
        std::vector<TwinProblem> problems;
        for (const LineProblem& p : outcome.problems)
            problems.push_back({p.line_index, p.refusal, p.available_to_sell});
        if (auto d = differ("problems", describe(problems), describe(expected.problems))) return d;
    }
    if (auto d = differ<std::size_t>("number of facts", outcome.facts, expected.facts.size()))
        return d;
    if (auto d = facts_difference(facts, expected)) return d;
    if (outcome.kind != Outcome::Kind::recorded) return std::nullopt;
    if (outcome.answer_offset >= facts.size()) return "answer_offset is outside the facts";
    return differ("seq of the fact at answer_offset",
                  FactView::trusted(facts.subspan(outcome.answer_offset)).seq(), outcome.seq);
}

}  // namespace holdfast::ledger
