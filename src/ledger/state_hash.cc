// The state's fingerprint: a sum over rows in their canonical encoding, so that neither layout nor
// order of rows matters. Page: docs/journal_format.md, "State hash".
#include "base/row_sum.h"
#include "ledger/state.h"

namespace holdfast::ledger {
namespace {

enum class RowTag : std::uint8_t {
    item = 1,
    location = 2,
    channel = 3,
    pool = 4,
    name = 5,
    position = 6,
    policy = 7,
    reservation = 8,
    transport_key = 9,
    semantic_key = 10,
    source = 11,
    api_key = 12,
    key_generation = 70,
    authority = 71,
    parked = 72,
    inbound_line = 50,
    group = 40,
    policy_version = 41,
    quota = 42,
    quota_used = 43,
    quota_version = 44,
    item_units = 45,
    kit = 46,
    recipe = 47,
    lane = 51,
    lane_level = 52,
    transfer = 53,
    count = 54,
    counted_position = 55,
    count_correction = 56,
    count_generation = 57,
    return_line = 58,
    shipment = 60,
    backorder = 61,
};

using Sum = RowSum<RowTag>;

void add_codes(Sum& sum, RowTag tag, const CodeTable& table) {
    for (std::uint32_t id = 0; id < table.size(); ++id) {
        ByteWriter& row = sum.row(tag);
        row.put(id);
        row.put_text(table.code(id));
        row.put_text(table.title(id));
    }
}

void add_reference_data(Sum& sum, const State& state) {
    add_codes(sum, RowTag::item, state.items);
    for (std::uint32_t id = 0; id < state.locations.size(); ++id) {
        ByteWriter& row = sum.row(RowTag::location);
        row.put(id);
        row.put_text(state.locations.code(id));
        row.put_text(state.locations.title(id));
        row.put(static_cast<std::uint8_t>(state.location_rows[id].enabled));
        row.put(static_cast<std::uint8_t>(state.location_rows[id].online));
        row.put(state.location_rows[id].since);
    }
    for (std::uint32_t id = 0; id < state.channels.size(); ++id) {
        ByteWriter& row = sum.row(RowTag::channel);
        row.put(id);
        row.put_text(state.channels.code(id));
        row.put_text(state.channels.title(id));
        row.put(state.channel_rows[id].pool.raw);
        row.put(static_cast<std::uint8_t>(state.channel_rows[id].splits));
    }
    for (std::uint32_t id = 0; id < state.pools.size(); ++id) {
        ByteWriter& row = sum.row(RowTag::pool);
        row.put(id);
        row.put_text(state.pools.code(id));
        for (const LocationId at : state.pool_rows[id].locations) row.put(at.raw);
    }
    for (std::uint32_t id = 0; id < state.groups.size(); ++id) {
        ByteWriter& row = sum.row(RowTag::group);
        row.put(id);
        row.put_text(state.groups.code(id));
        row.put_text(state.groups.title(id));
        for (const LocationId at : state.group_rows[id].locations) row.put(at.raw);
    }
    state.policies.for_each([&](PolicyKind kind, const PolicyScope& scope, const PolicyRow& set) {
        ByteWriter& row = sum.row(RowTag::policy);
        row.put(static_cast<std::uint8_t>(kind));
        row.put(scope.sku.raw);
        row.put(scope.location.raw);
        row.put(static_cast<std::int64_t>(set.value));
    });
}

void add_units(Sum& sum, const State& state) {
    state.item_rows.for_each_with_units([&](SkuId sku, std::span<const UnitRow> units) {
        ByteWriter& row = sum.row(RowTag::item_units);
        row.put(sku.raw);
        for (const UnitRow& unit : units) {
            row.put_text(unit.code);
            row.put(unit.numerator);
            row.put(unit.denominator);
        }
    });
}

void add_kits(Sum& sum, const State& state) {
    state.kits.for_each([&](SkuId sku, const KitRow& kit) {
        ByteWriter& row = sum.row(RowTag::kit);
        row.put(sku.raw);
        row.put(kit.recipe);
        row.put(static_cast<std::uint8_t>(kit.assembled));
    });
    for (std::uint32_t number = 1; number <= state.kits.recipes(); ++number) {
        const Recipe& recipe = state.kits.recipe(number);
        ByteWriter& row = sum.row(RowTag::recipe);
        row.put(number);
        row.put(recipe.kit.raw);
        for (const Component& component : recipe.components) {
            row.put(component.sku.raw);
            row.put(component.units);
        }
    }
}

void add_quotas(Sum& sum, const State& state) {
    const auto begin = [&](RowTag tag, const QuotaScope& scope) -> ByteWriter& {
        ByteWriter& row = sum.row(tag);
        row.put(scope.group.raw);
        row.put(scope.channel.raw);
        row.put(scope.sku.raw);
        return row;
    };
    state.quotas.for_each([&](const QuotaScope& scope, const QuotaRow& quota) {
        ByteWriter& row = begin(RowTag::quota, scope);
        row.put(quota.guarantee);
        row.put(quota.cap);
        row.put(quota.priority);
    });
    state.quotas.for_each_used(
        [&](const QuotaScope& scope, Units units) { begin(RowTag::quota_used, scope).put(units); });
}

/// Who set a policy and when depends on the journal: names and seqs.
void add_policy_versions(Sum& sum, const State& state) {
    state.policies.for_each([&](PolicyKind kind, const PolicyScope& scope, const PolicyRow& set) {
        ByteWriter& row = sum.row(RowTag::policy_version);
        row.put(static_cast<std::uint8_t>(kind));
        row.put(scope.sku.raw);
        row.put(scope.location.raw);
        row.put(set.version.seq);
        row.put(set.version.actor);
        row.put(set.version.reason);
    });
    state.quotas.for_each([&](const QuotaScope& scope, const QuotaRow& quota) {
        ByteWriter& row = sum.row(RowTag::quota_version);
        row.put(scope.group.raw);
        row.put(scope.channel.raw);
        row.put(scope.sku.raw);
        row.put(quota.version.seq);
        row.put(quota.version.actor);
        row.put(quota.version.reason);
    });
}

void add_positions(Sum& sum, const State& state) {
    state.positions.for_each([&](const Position& p) {
        const RareBuckets rare = state.positions.rare(p.sku, p.location);
        if (p.sellable == 0 && p.reserved == 0 && p.allocated == 0 && rare == RareBuckets{}) return;
        ByteWriter& row = sum.row(RowTag::position);
        row.put(p.sku.raw);
        row.put(p.location.raw);
        for (const Units level :
             {p.sellable, p.reserved, p.allocated, rare.damaged, rare.quarantine, rare.suspect,
              rare.picked, rare.backordered, rare.erp_held, rare.inbound, rare.in_transit})
            row.put(level);
    });
}

void add_reservations(Sum& sum, const State& state, bool with_journal_secrets) {
    state.reservations.for_each([&](const Reservation& r) {
        ByteWriter& row = sum.row(RowTag::reservation);
        row.put(r.id.raw);
        if (with_journal_secrets) {
            row.put(r.expires_at);
            row.put(r.order_hash);
        }
        row.put(r.channel.raw);
        row.put(r.destination.raw);
        row.put(static_cast<std::uint8_t>(r.confirmed));
        row.put(static_cast<std::uint8_t>(r.kind));
        row.put(static_cast<std::uint8_t>(r.pinned));
        row.put(static_cast<std::uint16_t>(r.ended_by));
        for (const Part& part : state.reservations.parts(r)) {
            row.put(part.line);
            row.put(part.sku.raw);
            row.put(part.location.raw);
            row.put(part.recipe);
            const PartCounts counts = state.reservations.counts(part);
            for (const Units units :
                 {counts.created, counts.reserved, counts.allocated, counts.picked,
                  counts.backordered, counts.shipped, counts.ended, counts.expired, counts.erp_held,
                  counts.cancel_pending, counts.received, counts.lost})
                row.put(units);
        }
    });
}

void add_inbound(Sum& sum, const State& state, bool with_journal_secrets) {
    for (const auto& [key, line] : state.inbound.rows()) {
        ByteWriter& row = sum.row(RowTag::inbound_line);
        if (with_journal_secrets) row.put(key.document);
        row.put(key.line);
        row.put(line.sku.raw);
        row.put(line.location.raw);
        row.put(line.due);
        row.put(line.ordered);
        row.put(line.received);
    }
}

void add_lanes(Sum& sum, const State& state) {
    for (std::uint32_t number = 0; number < state.lanes.size(); ++number) {
        ByteWriter& row = sum.row(RowTag::lane);
        row.put(number);
        row.put(state.lanes.lane(number).source.raw);
        row.put(state.lanes.lane(number).destination.raw);
    }
    state.lanes.for_each_level([&](std::uint32_t lane, SkuId sku, Units level) {
        ByteWriter& row = sum.row(RowTag::lane_level);
        row.put(lane);
        row.put(sku.raw);
        row.put(level);
    });
    state.transfers.for_each([&](ReservationId id, std::int64_t due) {
        ByteWriter& row = sum.row(RowTag::transfer);
        row.put(id.raw);
        row.put(due);
    });
}

void add_returns(Sum& sum, const State& state, bool with_journal_secrets) {
    for (const auto& [key, line] : state.returns.rows()) {
        ByteWriter& row = sum.row(RowTag::return_line);
        if (with_journal_secrets) row.put(key.document);
        row.put(key.line);
        row.put(line.sku.raw);
        row.put(line.announced);
        row.put(line.received);
    }
}

void add_counts(Sum& sum, const State& state) {
    state.counts.for_each_generation([&](std::int64_t number, std::uint64_t first_seq) {
        ByteWriter& row = sum.row(RowTag::count_generation);
        row.put(number);
        row.put(first_seq);
        row.put(state.counts.oldest_known());
    });
    state.counts.for_each_count([&](std::int64_t number, std::uint64_t id, const CountCut& cut) {
        ByteWriter& row = sum.row(RowTag::count);
        row.put(number);
        row.put(id);
        row.put(cut.seq);
        row.put(cut.counted_at);
        for (const IncludedSourceField& source : cut.includes) {
            row.put(source.source);
            row.put(source.epoch);
            row.put(source.seq);
        }
    });
    state.counts.for_each_position(
        [&](std::int64_t number, SkuId sku, LocationId at, std::uint64_t count) {
            ByteWriter& row = sum.row(RowTag::counted_position);
            row.put(number);
            row.put(sku.raw);
            row.put(at.raw);
            row.put(count);
        });
    state.counts.for_each_corrected(
        [&](SkuId sku, LocationId at, std::span<const CountCorrection> list) {
            for (const CountCorrection& correction : list) {
                ByteWriter& row = sum.row(RowTag::count_correction);
                row.put(sku.raw);
                row.put(at.raw);
                row.put(correction.seq);
                row.put(correction.delta);
            }
        });
}

/// What waits is told by the reservations; in which order, and for when, by these.
void add_backorders(Sum& sum, const State& state) {
    for (const auto& [part, waiting] : state.backorders.rows()) {
        ByteWriter& row = sum.row(RowTag::backorder);
        row.put(part.reservation);
        row.put(part.part);
        row.put(waiting.due);
        row.put(waiting.since);
    }
}

void add_shipments(Sum& sum, const State& state) {
    state.shipments.for_each([&](std::uint64_t document, const ShipmentRow& shipment) {
        ByteWriter& row = sum.row(RowTag::shipment);
        row.put(document);
        row.put(shipment.generation);
        for (const ShippedChange& change : shipment.changes) {
            row.put(change.reservation);
            row.put(change.delta);
            row.put(change.sku.raw);
            row.put(change.location.raw);
            row.put(change.part);
            row.put(change.bucket);
        }
    });
}

void add_keys(Sum& sum, RowTag tag, const KeyTable& table) {
    // One that holds no key yet decides as well when the older ones are forgotten.
    table.for_each_generation([&](std::int64_t number, std::uint64_t) {
        ByteWriter& row = sum.row(RowTag::key_generation);
        row.put(static_cast<std::uint8_t>(tag));
        row.put(number);
    });
    table.for_each([&](std::int64_t, const Hash128& key, const KeyRow& seen) {
        ByteWriter& row = sum.row(tag);
        row.put(key.low);
        row.put(key.high);
        row.put(seen.body_hash);
        row.put(seen.seq);
    });
}

void add_sources(Sum& sum, const State& state) {
    for (const auto& [source, told] : state.sources.rows()) {
        ByteWriter& row = sum.row(RowTag::source);
        row.put(source.raw);
        row.put(told.position.epoch);
        row.put(told.position.seq);
        row.put(told.given_up);
        row.put(told.heard_at);
        row.put(static_cast<std::uint8_t>(told.numbered));
        row.put(static_cast<std::uint8_t>(told.announced_only));
        for (const SourceGap& gap : told.gaps) {
            row.put(gap.first);
            row.put(gap.last);
            row.put(gap.opened_at);
            row.put(static_cast<std::uint8_t>(gap.told));
            row.put(static_cast<std::uint8_t>(gap.overdue));
        }
    }
}

}  // namespace

Hash128 State::stock_hash() const {
    Sum sum;
    add_reference_data(sum, *this);
    add_quotas(sum, *this);
    add_units(sum, *this);
    add_kits(sum, *this);
    add_positions(sum, *this);
    add_reservations(sum, *this, false);
    add_inbound(sum, *this, false);
    add_returns(sum, *this, false);
    add_lanes(sum, *this);
    return sum.total();
}

Hash128 State::state_hash() const {
    Sum sum;
    add_reference_data(sum, *this);
    add_quotas(sum, *this);
    add_units(sum, *this);
    add_kits(sum, *this);
    add_policy_versions(sum, *this);
    for (std::uint32_t id = 0; id < names.size(); ++id) {
        ByteWriter& row = sum.row(RowTag::name);
        row.put(id);
        row.put_text(names.code(id));
    }
    add_positions(sum, *this);
    add_reservations(sum, *this, true);
    add_backorders(sum, *this);
    add_shipments(sum, *this);
    add_inbound(sum, *this, true);
    add_returns(sum, *this, true);
    add_lanes(sum, *this);
    add_counts(sum, *this);
    add_keys(sum, RowTag::transport_key, transport_keys);
    add_keys(sum, RowTag::semantic_key, semantic_keys);
    add_sources(sum, *this);
    for (const auto& [parked_seq, event] : parked.rows()) {
        ByteWriter& row = sum.row(RowTag::parked);
        row.put(event.seq);
        row.put(static_cast<std::uint16_t>(event.type));
        row.put_text(event.order);
        row.put(event.document_hash);
        row.put(event.channel.raw);
        row.put(event.parked_at);
        row.put(static_cast<std::uint8_t>(event.told));
        for (const ParkedLine& line : event.lines) {
            row.put(line.line);
            row.put(line.sku.raw);
            row.put(line.location.raw);
            row.put(line.units);
        }
    }
    for (const auto& [scope, told] : authority.rows()) {
        ByteWriter& row = sum.row(RowTag::authority);
        row.put(static_cast<std::uint16_t>(scope.type));
        row.put(scope.location.raw);
        row.put(told.source.raw);
        row.put(told.seq);
    }
    for (const auto& [id, key] : access.rows()) {
        ByteWriter& row = sum.row(RowTag::api_key);
        row.put(id);
        row.put_bytes(key.secret_hash);
        row.put_text(key.title);
        row.put_text(key.scopes);
        row.put_text(key.source);
        row.put(to_raw(key.created_at));
        row.put(to_raw(key.expires_at));
        row.put(static_cast<std::uint8_t>(key.revoked));
    }
    return sum.total();
}

}  // namespace holdfast::ledger
