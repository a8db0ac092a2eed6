// The twin's bookkeeping: keys, sources, names, tables, and the one place where an effect is added.
#include "ledger/twin.h"

#include <algorithm>

#include "ledger/ended_rows.h"
#include "ledger/key_table.h"
#include "ledger/parked_table.h"
#include "ledger/reservation_table.h"

namespace holdfast::ledger {
namespace {

std::int64_t generation_at(Instant now, Microseconds length) {
    return to_raw(now) / length.count();
}

std::uint32_t find_code(const std::vector<TwinCode>& table, std::string_view code) {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].code == code) return static_cast<std::uint32_t>(i);
    return kNoId;
}

/// Begins a generation; of those that have begun only the newest are kept, with their keys.
void begin_generation(std::set<std::int64_t>& begun, std::map<Hash128, TwinKey>& keys,
                      std::int64_t current, std::size_t kept) {
    begun.insert(current);
    while (begun.size() > kept) begun.erase(begun.begin());
    std::erase_if(keys, [&](const auto& row) { return !begun.contains(row.second.generation); });
}

}  // namespace

bool twin_code_allowed(std::string_view code) {
    return !code.empty() && code.size() <= code_bytes_max &&
           std::none_of(code.begin(), code.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

std::uint32_t twin_put_code(std::vector<TwinCode>& table, std::string_view code,
                            std::string_view title) {
    const std::uint32_t id = find_code(table, code);
    if (id != kNoId) {
        table[id].title = title;
        return id;
    }
    table.push_back({std::string(code), std::string(title)});
    return static_cast<std::uint32_t>(table.size() - 1);
}

TwinOutcome twin_refused(Refusal refusal) {
    TwinOutcome outcome;
    outcome.kind = Outcome::Kind::refused;
    outcome.refusal = refusal;
    return outcome;
}

TwinOutcome twin_refused(std::vector<TwinProblem> problems) {
    TwinOutcome outcome = twin_refused(problems.front().refusal);
    outcome.problems = std::move(problems);
    return outcome;
}

Units TwinReservation::open() const {
    Units units = 0;
    for (const TwinPart& part : parts) units += part.open();
    return units;
}

bool TwinReservation::unsettled() const {
    const bool moving = std::any_of(parts.begin(), parts.end(),
                                    [](const TwinPart& part) { return part.on_lane() != 0; });
    return open() != 0 || (transfer && moving);
}

Units TwinReservation::reserved_on(std::uint64_t line) const {
    Units units = 0;
    for (const TwinPart& part : parts)
        if (part.line == line) units += part.reserved;
    return units;
}

bool TwinReservation::has_line(std::uint64_t line) const {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const TwinPart& part) { return part.line == line; });
}

void Twin::Draft::post(SkuId sku, Place place, Bucket bucket, Units delta) {
    postings[{sku, place, bucket}] += delta;
}

void Twin::Draft::move(SkuId sku, LocationId at, Bucket bucket, Units delta,
                       PlaceKind counterpart) {
    post(sku, Place(at), bucket, delta);
    post(sku, Place(counterpart), Bucket::external, -delta);
}

void Twin::Draft::promise(std::uint64_t line, SkuId sku, LocationId at, Units units,
                          std::size_t recipe) {
    post(sku, Place(at), Bucket::reserved, units);
    taken[{sku, at}] += units;
    for (TwinPart& part : after.parts)
        if (part.line == line && part.sku == sku && part.location == at) {
            part.created += units;
            part.reserved += units;
            return;
        }
    TwinPart part;
    part.line = line;
    part.sku = sku;
    part.location = at;
    part.created = units;
    part.reserved = units;
    part.recipe = recipe;
    after.parts.push_back(part);
}

void Twin::Draft::give_back(TwinPart& part, Units units) {
    if (units == 0) return;
    post(part.sku, Place(part.location), Bucket::reserved, -units);
    part.reserved -= units;
    part.ended += units;
}

Units& TwinPart::in(Bucket bucket) {
    if (bucket == Bucket::allocated) return allocated;
    if (bucket == Bucket::picked) return picked;
    if (bucket == Bucket::backordered) return backordered;
    if (bucket == Bucket::erp_held) return erp_held;
    return reserved;
}

void Twin::Draft::change(TwinPart& part, Bucket bucket, Units delta) {
    if (delta == 0) return;
    post(part.sku, Place(part.location), bucket, delta);
    part.in(bucket) += delta;
    // What comes back to wait has no date any more.
    if (bucket == Bucket::backordered && delta > 0)
        part.promised = std::numeric_limits<std::int64_t>::max();
    const auto index = static_cast<std::size_t>(&part - after.parts.data());
    steps.push_back({index, bucket, part.sku, part.location, delta});
}

Units Twin::level(SkuId sku, LocationId at, Bucket bucket) const {
    const auto row = positions.find({sku, at});
    if (row == positions.end()) return 0;
    const auto level = row->second.find(bucket);
    return level == row->second.end() ? 0 : level->second;
}

std::vector<LocationId> Twin::pool_of(ChannelId channel) const {
    if (!known(channel) || !known(channel_rows[channel.raw].pool)) return {};
    return pool_locations[channel_rows[channel.raw].pool.raw];
}

bool Twin::splits(ChannelId channel) const {
    return known(channel) && channel_rows[channel.raw].splits;
}

bool Twin::has_name(std::string_view text) const {
    return std::find(names.begin(), names.end(), text) != names.end();
}

/// Sources and actors need a name; reasons do not.
bool Twin::names_have_room(const Envelope& envelope) const {
    std::size_t size = names.size();
    if (!envelope.source.empty() && !has_name(envelope.source)) {
        if (size >= limits_.source_names_max) return false;
        ++size;
    }
    return envelope.actor.empty() || has_name(envelope.actor) || size < names_max;
}

std::optional<TwinOutcome> Twin::seen_before(const Envelope& envelope, Instant now) const {
    const auto check = [](const CommandKey& key, const std::map<Hash128, TwinKey>& keys,
                          Refusal conflict) -> std::optional<TwinOutcome> {
        if (!key.given()) return std::nullopt;
        const auto row = keys.find(key.key);
        if (row == keys.end()) return std::nullopt;
        TwinOutcome outcome;
        if (row->second.body_hash == key.body_hash) {
            outcome.kind = Outcome::Kind::repeated;
            outcome.seq = row->second.seq;
            return outcome;
        }
        outcome = twin_refused(conflict);
        outcome.seq = row->second.seq;
        outcome.first_body_hash = row->second.body_hash;
        return outcome;
    };
    if (auto seen = check(envelope.transport, transport_keys, Refusal::key_reused_with_other_body))
        return seen;
    if (auto seen = check(envelope.semantic, semantic_keys, Refusal::event_identity_conflict))
        return seen;
    if (envelope.source_seq != 0 && !envelope.source.empty())
        if (const Refusal refusal = refusal_of_number(envelope); refusal != Refusal::none)
            return twin_refused(refusal);
    if (!names_have_room(envelope)) return twin_refused(Refusal::table_full);
    const bool keyed = envelope.transport.given() || envelope.semantic.given();
    const bool begins = transport_generations.empty() ||
                        generation_at(now, transport_key_generation) >
                            *transport_generations.rbegin();  // the first one ages the others
    if (keyed && !begins && transport_keys.size() + semantic_keys.size() >= limits_.keys_max)
        return twin_refused(Refusal::table_full);
    return std::nullopt;
}

TwinOutcome Twin::apply(const Command& command, Instant now) {
    if (const auto* event = std::get_if<RecordEvent>(&command); event && !believed(*event))
        return advise(*event, now);
    if (const Envelope* envelope = envelope_of(command))
        if (auto seen = seen_before(*envelope, now)) return repeated(*envelope, *seen, now);
    return std::visit([&](const auto& c) { return in_base_units(c, now); }, command);
}

void Twin::forget(Instant now) {
    if (entry_goes_on_) return;
    begin_generation(transport_generations, transport_keys,
                     generation_at(now, transport_key_generation), transport_key_generations);
    begin_generation(semantic_generations, semantic_keys,
                     generation_at(now, semantic_key_generation), semantic_key_generations);
    begin_count_generation(now, seq + 1);
    std::erase_if(returns, [&](const auto& row) {
        return row.second.generation <=
               generation_at(now, ended_document_generation) - announced_return_generations;
    });
    std::erase_if(inbound, [&](const auto& row) {
        return row.second.ended_generation &&
               *row.second.ended_generation <=
                   generation_at(now, ended_document_generation) - ended_document_generations;
    });
    for (auto& [order, events] : parked)
        std::erase_if(events, [&](const TwinParked& event) {
            return event.told && event.parked_at + parked_kept.count() <= to_raw(now);
        });
    std::erase_if(parked, [](const auto& row) { return row.second.empty(); });
    const std::int64_t current = generation_at(now, ended_reservation_generation);
    std::erase_if(shipments, [&](const auto& row) {
        return row.second.generation <= current - ended_reservation_generations;
    });
    for (auto it = reservations.begin(); it != reservations.end();) {
        const TwinReservation& r = it->second;
        if (!r.ended() || r.ended_generation > current - ended_reservation_generations) {
            ++it;
            continue;
        }
        if (r.transfer) reservation_of_transfer.erase(r.document);
        it = reservations.erase(it);
    }
}

void Twin::intern(std::string_view text, TwinOutcome& outcome) {
    if (text.empty() || has_name(text)) return;
    names.emplace_back(text);
    TwinFact fact;
    fact.type = FactType::name_interned;
    fact.seq = ++seq;
    outcome.facts.push_back(fact);
}

TwinOutcome Twin::record(Draft draft, const Envelope* envelope, Instant now) {
    if (envelope && draft.type != FactType::stock_counted) see_counts(draft, *envelope);
    std::vector<Draft> fills = drafts_of(fills_of(draft));
    flag_uncovered(draft, fills);
    std::map<TwinPosting, Units> changes = draft.postings;
    for (const Draft& fill : fills)
        for (const auto& [where, delta] : fill.postings) changes[where] += delta;
    for (const auto& [where, delta] : changes) {
        const auto& [sku, place, bucket] = where;
        if (place.kind() != PlaceKind::location) continue;
        const Units after = level(sku, place.location(), bucket) + delta;
        if (after > level_max || after < -level_max)
            return twin_refused(Refusal::level_out_of_range);
    }
    if (draft.after.parts.size() > parts_per_reservation_max)
        return twin_refused(Refusal::too_many_lines);
    TwinOutcome outcome;
    record_fact(draft, envelope, now, outcome);
    const std::uint64_t answering = outcome.seq;
    for (Draft& fill : fills) {
        record_fact(fill, nullptr, now, outcome);
        if (envelope && !has_name(envelope->reason))
            outcome.facts.back().reason_text = envelope->reason;
    }
    outcome.seq = answering;
    forget(now);
    return outcome;
}

/// What an entry tells before its facts: names that are new, an epoch nobody announced.
void Twin::open_entry(const Envelope& envelope, TwinOutcome& outcome) {
    intern(envelope.source, outcome);
    intern(envelope.actor, outcome);
    if (names.size() < limits_.reason_names_max) intern(envelope.reason, outcome);
    begin_epoch_unannounced(envelope, outcome);
}

TwinOutcome Twin::record_both(Draft first, Draft second, const Envelope* envelope, Instant now) {
    TwinOutcome outcome;
    record_fact(first, envelope, now, outcome);
    const std::uint64_t answering = outcome.seq;
    if (!second.postings.empty()) {
        // The same people and places speak in both.
        record_fact(second, nullptr, now, outcome);
        if (!has_name(envelope->reason)) outcome.facts.back().reason_text = envelope->reason;
        outcome.seq = answering;
    }
    forget(now);
    return outcome;
}

void Twin::record_fact(Draft& draft, const Envelope* envelope, Instant now, TwinOutcome& outcome) {
    if (envelope) open_entry(*envelope, outcome);
    intern(draft.subject, outcome);
    // Units in somebody's hands, units about to be cancelled and units that the ERP holds are among
    // the promised ones: where those go, these go.
    for (TwinPart& part : draft.after.parts) {
        draft.change(part, Bucket::picked, std::min<Units>(0, part.allocated - part.picked));
        draft.change(part, Bucket::erp_held,
                     std::min<Units>(0, part.reserved + part.allocated - part.erp_held));
        if (part.cancel_pending <= part.allocated) continue;
        draft.steps.push_back({static_cast<std::size_t>(&part - draft.after.parts.data()),
                               std::nullopt, kNoSku, kNoLocation,
                               part.allocated - part.cancel_pending});
        part.cancel_pending = part.allocated;
    }
    TwinFact fact;
    fact.type = draft.type;
    fact.seq = ++seq;
    const auto missing_before = guaranteed_and_missing(draft);
    use_quotas(draft);
    fact.raises = draft.raises;
    fact.set_aside = draft.set_aside;
    if (envelope && !has_name(envelope->reason)) fact.reason_text = envelope->reason;
    fact.unit_value = draft.unit_value;
    lanes.insert(lanes.end(), draft.new_lanes.begin(), draft.new_lanes.end());
    for (const auto& [where, delta] : draft.postings) {
        const auto& [sku, place, bucket] = where;
        if (delta != 0) fact.postings[where] = delta;
        if (place.kind() == PlaceKind::location)
            positions[{sku, place.location()}][bucket] += delta;
        if (place.kind() == PlaceKind::quota) {
            const TwinQuotaScope scope{GroupId{place.number() / 4096},
                                       ChannelId{place.number() % 4096}, sku};
            if ((quota_used[scope] += delta) == 0) quota_used.erase(scope);
        }
        if (place.kind() != PlaceKind::lane) continue;
        Units& on_lane = lane_levels[{place.number(), sku}];
        on_lane += delta;
        positions[{sku, lanes[place.number()].second}][Bucket::in_transit] += delta;
        if (delta < 0 && on_lane < 0) fact.raises.insert(CaseKind::negative_bucket);
    }
    for (const auto& [where, delta] : draft.postings) {
        const auto& [sku, place, bucket] = where;
        if (place.kind() != PlaceKind::location || delta >= 0) continue;
        const bool on_a_shelf = is_physical(bucket) && bucket != Bucket::sellable;
        if (on_a_shelf && level(sku, place.location(), bucket) < 0)
            fact.raises.insert(CaseKind::negative_bucket);
        if (bucket != Bucket::sellable) continue;
        const LocationId at = place.location();
        if (level(sku, at, Bucket::sellable) < 0) fact.raises.insert(CaseKind::negative_sellable);
        const Units moving = draft.moves_on[{sku, at}];
        const bool promised =
            level(sku, at, Bucket::reserved) + level(sku, at, Bucket::allocated) > moving;
        if (promised && free(sku, at) + moving < 0)
            fact.raises.insert(CaseKind::reservation_at_risk);
    }
    for (const auto& [what, before] : missing_before)
        if (missing_in(what.first, what.second) > std::max<Units>(0, before))
            fact.raises.insert(CaseKind::quota_overcommitted);
    if (draft.reservation) {
        const std::uint64_t id = *draft.reservation != 0 ? *draft.reservation : seq;
        TwinReservation& after = draft.after;
        for (TwinPart& part : after.parts) {
            if (part.backordered > 0 && part.since == 0) part.since = seq;
            if (part.backordered > 0) continue;
            part.since = 0;
            part.promised = std::numeric_limits<std::int64_t>::max();
        }
        if (after.ended() && after.unsettled()) {
            after.ended_by = FactType{};
            after.ended_generation = 0;
        }
        if (!after.ended() && !after.unsettled()) {
            after.ended_by = draft.type;
            after.due = std::numeric_limits<std::int64_t>::max();
        }
        if (after.ended() && after.ended_generation == 0) {
            after.expires_at = 0;
            after.ended_generation = generation_at(now, ended_reservation_generation);
        }
        // A channel's number belongs to one reservation, the newest that carries it.
        for (auto& [other, r] : reservations)
            if (other != id && r.order == after.order && r.channel == after.channel)
                r.order.clear();
        if (after.transfer) reservation_of_transfer[after.document] = id;
        reservations[id] = after;
    }
    remember_shipment(draft, now);
    if (draft.upsert) draft.upsert();
    if (envelope) {
        if (envelope->transport.given())
            transport_keys[envelope->transport.key] = {generation_at(now, transport_key_generation),
                                                       envelope->transport.body_hash, seq};
        if (envelope->semantic.given())
            semantic_keys[envelope->semantic.key] = {generation_at(now, semantic_key_generation),
                                                     envelope->semantic.body_hash, seq};
        hear_source(*envelope, now);
    }
    outcome.kind = Outcome::Kind::recorded;
    outcome.seq = seq;
    outcome.facts.push_back(fact);
}

TwinOutcome Twin::record_of_another(FactType type, const Envelope& envelope, Instant now) {
    Draft draft;
    draft.type = type;
    return record(draft, &envelope, now);
}

TwinOutcome Twin::on(const ActOnCases&, Instant) { return twin_refused(Refusal::unknown_case); }

TwinOutcome Twin::on(const WakeCases&, Instant) { return {}; }

TwinOutcome Twin::on(const UpsertItem& c, Instant now) {
    if (!twin_code_allowed(c.code)) return twin_refused(Refusal::code_not_allowed);
    if (c.unit_value > unit_value_max) return twin_refused(Refusal::value_out_of_range);
    if (const Refusal refusal = bad_units(c); refusal != Refusal::none)
        return twin_refused(refusal);
    SkuId item{static_cast<std::uint32_t>(items.size())};
    for (std::uint32_t i = 0; i < items.size(); ++i)
        if (items[i].code == c.code) item = SkuId{i};
    if (c.sets_components) {
        if (c.components.size() > kit_components_max) return twin_refused(Refusal::too_many_lines);
        if (const auto problems = bad_components(c, item); !problems.empty())
            return twin_refused(problems);
        if (const Refusal refusal = bad_kit(c, item); refusal != Refusal::none)
            return twin_refused(refusal);
    }
    Draft draft;
    draft.type = FactType::item_upserted;
    draft.unit_value = c.unit_value;
    draft.upsert = [&] {
        const SkuId sku{twin_put_code(items, c.code, c.title)};
        if (c.sets_units) item_units.erase(sku);
        for (const ItemUnit& unit : c.units)
            if (c.sets_units)
                item_units[sku].push_back(
                    {std::string(unit.code), unit.numerator, unit.denominator});
        std::vector<std::pair<SkuId, Units>> components;
        for (const KitComponent& component : c.components)
            components.emplace_back(component.sku, component.quantity);
        if (c.sets_components) put_kit(sku, components, c.assembled);
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const UpsertLocation& c, Instant now) {
    if (!twin_code_allowed(c.code)) return twin_refused(Refusal::code_not_allowed);
    Draft draft;
    draft.type = FactType::location_upserted;
    draft.upsert = [&] {
        const std::uint32_t id = twin_put_code(locations, c.code, c.title);
        location_enabled.resize(locations.size());
        nodes.resize(locations.size());
        location_enabled[id] = c.enabled;
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const UpsertPool& c, Instant now) {
    if (!twin_code_allowed(c.code)) return twin_refused(Refusal::code_not_allowed);
    if (c.locations.size() > pool_locations_max) return twin_refused(Refusal::too_many_lines);
    std::set<LocationId> seen;
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.locations.size(); ++i) {
        if (!known(c.locations[i]))
            problems.push_back({i, Refusal::unknown_location, 0});
        else if (!seen.insert(c.locations[i]).second)
            problems.push_back({i, Refusal::duplicate_line, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    Draft draft;
    draft.type = FactType::pool_upserted;
    draft.upsert = [&] {
        const std::uint32_t id = twin_put_code(pools, c.code, "");
        pool_locations.resize(pools.size());
        pool_locations[id].assign(c.locations.begin(), c.locations.end());
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const UpsertChannel& c, Instant now) {
    if (!twin_code_allowed(c.code)) return twin_refused(Refusal::code_not_allowed);
    if (c.pool != kNoPool && !known(c.pool)) return twin_refused(Refusal::unknown_pool);
    Draft draft;
    draft.type = FactType::channel_upserted;
    draft.upsert = [&] {
        const std::uint32_t id = twin_put_code(channels, c.code, c.title);
        channel_rows.resize(channels.size());
        channel_rows[id] = {c.pool, c.splits};
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const CreateApiKey& c, Instant now) {
    if (c.id == 0 || api_keys.contains(c.id)) return twin_refused(Refusal::value_out_of_range);
    const bool control = std::any_of(c.source.begin(), c.source.end(), [](char ch) {
        return static_cast<unsigned char>(ch) < 32 || ch == 127;
    });
    if (control || c.source.size() > code_bytes_max) return twin_refused(Refusal::code_not_allowed);
    Draft draft;
    draft.type = FactType::api_key_created;
    draft.upsert = [&] {
        TwinApiKey key;
        std::copy(std::begin(c.secret_hash), std::end(c.secret_hash), key.secret_hash.begin());
        key.title = c.title;
        key.scopes = c.scopes;
        key.source = c.source;
        key.created_at = to_raw(now);
        key.expires_at = to_raw(c.expires_at);
        api_keys[c.id] = key;
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::on(const RevokeApiKey& c, Instant now) {
    if (!api_keys.contains(c.id) || api_keys[c.id].revoked)
        return twin_refused(Refusal::unknown_api_key);
    Draft draft;
    draft.type = FactType::api_key_revoked;
    draft.upsert = [&] { api_keys[c.id].revoked = true; };
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
