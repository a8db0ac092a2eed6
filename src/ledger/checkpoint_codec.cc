#include "ledger/checkpoint_codec.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_stream.h"
#include "base/planted.h"
#include "ledger/checkpoint_orders.h"
#include "ledger/item_codec.h"

namespace holdfast::ledger {
namespace {

constexpr std::uint32_t kVersion = 13;

/// Far beyond any level and any count that levels leave behind, and far below where sums of them
/// overflow.
constexpr Units kUnitsMax = level_max * 1000;

bool in_bounds(Units units) { return units >= -kUnitsMax && units <= kUnitsMax; }

/// Of a row that is made of units alone.
template <class Row>
bool in_bounds(const Row& row) {
    const auto all = std::bit_cast<std::array<Units, sizeof(Row) / sizeof(Units)>>(row);
    return std::ranges::all_of(all, [](Units units) { return in_bounds(units); });
}

void put_codes(ByteWriter& out, const CodeTable& table) {
    out.put(std::uint64_t{table.size()});
    for (std::uint32_t id = 0; id < table.size(); ++id) {
        out.put_text(table.code(id));
        out.put_text(table.title(id));
        out.put(table.changed_at_seq(id));
    }
}

bool get_codes(ByteReader& in, CodeTable& table) {
    const std::size_t count = in.get_count(16);
    for (std::uint32_t id = 0; id < count && in.good(); ++id) {
        const std::string code(in.get_text());
        const std::string title(in.get_text());
        const auto seq = in.get<std::uint64_t>();
        if (!in.good() || table.find(code) != kNoId) return false;
        table.put(id, code, title, seq);
    }
    return in.good();
}

void put_version(ByteWriter& out, const PolicyVersion& version) {
    out.put(version.seq);
    out.put(version.actor);
    out.put(version.reason);
}

PolicyVersion get_version(ByteReader& in) {
    PolicyVersion version;
    version.seq = in.get<std::uint64_t>();
    version.actor = in.get<std::uint16_t>();
    version.reason = in.get<std::uint16_t>();
    return version;
}

void put_rows(ByteWriter& out, const State& state) {
    for (const LocationRow& row : state.location_rows) {
        out.put(static_cast<std::uint8_t>(row.enabled));
        out.put(static_cast<std::uint8_t>(row.online));
        out.put(row.since);
    }
    for (const ChannelRow& row : state.channel_rows) {
        out.put(row.pool.raw);
        out.put(static_cast<std::uint8_t>(row.splits));
    }
    for (const PoolRow& row : state.pool_rows) {
        out.put(std::uint64_t{row.locations.size()});
        for (const LocationId at : row.locations) out.put(at.raw);
        out.put(std::uint64_t{row.rank_of.size()});
    }
    for (const GroupRow& row : state.group_rows) {
        out.put(std::uint64_t{row.locations.size()});
        for (const LocationId at : row.locations) out.put(at.raw);
    }
}

bool get_rows(ByteReader& in, State& state) {
    state.location_rows.resize(state.locations.size());
    for (LocationRow& row : state.location_rows) {
        row.enabled = in.get<std::uint8_t>() != 0;
        row.online = in.get<std::uint8_t>() != 0;
        row.since = in.get<std::int64_t>();
    }
    state.channel_rows.resize(state.channels.size());
    for (ChannelRow& row : state.channel_rows) {
        row.pool = PoolId{in.get<std::uint32_t>()};
        row.splits = in.get<std::uint8_t>() != 0;
        if (row.pool != kNoPool && row.pool.raw >= state.pools.size()) return false;
    }
    state.pool_rows.resize(state.pools.size());
    for (PoolRow& row : state.pool_rows) {
        const std::size_t count = in.get_count(4);
        for (std::size_t i = 0; i < count; ++i)
            row.locations.push_back(LocationId{in.get<std::uint32_t>()});
        const auto ranks = in.get<std::uint64_t>();
        if (ranks > state.locations.size()) return false;
        row.rank_of.assign(ranks, PoolRow::kNotInPool);
        for (std::size_t i = 0; i < count; ++i) {
            if (row.locations[i].raw >= ranks) return false;
            row.rank_of[row.locations[i].raw] = static_cast<std::uint16_t>(i);
        }
    }
    state.group_rows.resize(state.groups.size());
    for (std::uint32_t id = 0; id < state.groups.size(); ++id) {
        const std::size_t count = in.get_count(4);
        for (std::size_t i = 0; i < count; ++i) {
            const LocationId at{in.get<std::uint32_t>()};
            if (at.raw >= state.locations.size() || state.group_of(at) != kNoGroup) return false;
            state.group_rows[id].locations.push_back(at);
            state.location_rows[at.raw].group = GroupId{id};
        }
    }
    return in.good();
}

void put_positions(ByteWriter& out, const State& state) {
    out.put(state.positions.size());
    state.positions.for_each([&](const Position& p) {
        const RareBuckets rare = state.positions.rare(p.sku, p.location);
        out.put(p);
        out.put(static_cast<std::uint8_t>(rare != RareBuckets{}));
        if (rare != RareBuckets{}) out.put(rare);
    });
}

bool get_positions(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(sizeof(Position));
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto row = in.get<Position>();
        if (row.sku.raw >= state.items.size() || row.location.raw >= state.locations.size())
            return false;
        if (!in_bounds(row.sellable) || !in_bounds(row.reserved) || !in_bounds(row.allocated))
            return false;
        bool made = false;
        state.positions.make(row.sku, row.location, made) = row;
        if (in.get<std::uint8_t>() == 0) continue;
        const auto rare = in.get<RareBuckets>();
        if (!in_bounds(rare)) return false;
        state.positions.set_rare(row.sku, row.location, rare);
    }
    return in.good();
}

/// What follows a part's place.
constexpr unsigned kMoreCounts = 1, kOfKit = 2;

void put_reservations(ByteWriter& out, const State& state) {
    out.put(state.reservations.size());
    state.reservations.for_each([&](const Reservation& r) {
        out.put(r.id.raw);
        out.put(r.expires_at);
        out.put(r.order_hash);
        out.put(r.seq);
        out.put(r.channel.raw);
        out.put(r.destination.raw);
        out.put(static_cast<std::uint8_t>(r.confirmed));
        out.put(static_cast<std::uint8_t>(r.kind));
        out.put(static_cast<std::uint8_t>(r.pinned));
        out.put(static_cast<std::uint16_t>(r.ended_by));
        out.put(r.ended_generation);
        out.put(std::uint64_t{r.part_count});
        for (const Part& part : state.reservations.parts(r)) {
            out.put(part.line);
            out.put(part.sku);
            out.put(part.location);
            out.put(static_cast<std::uint8_t>((part.more != 0 ? kMoreCounts : 0) |
                                              (part.recipe != 0 ? kOfKit : 0)));
            if (part.recipe != 0) out.put(part.recipe);
            if (part.more != 0)
                out.put(state.reservations.counts(part));
            else
                out.put(part.reserved);
        }
    });
}

/// Generations beyond it have no beginning in time.
constexpr std::int64_t kLastGeneration =
    Microseconds::max().count() / ended_reservation_generation.count();

bool get_reservations(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(53);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const ReservationId id{in.get<std::uint64_t>()};
        if (!in.good() || id.raw == 0 || state.reservations.find(id) != nullptr) return false;
        Reservation& r = state.reservations.create(id);
        const auto expires_at = in.get<std::int64_t>();
        const auto order_hash = in.get<std::uint64_t>();
        r.seq = in.get<std::uint64_t>();
        r.channel = ChannelId{in.get<std::uint32_t>()};
        r.destination = LocationId{in.get<std::uint32_t>()};
        r.confirmed = in.get<std::uint8_t>() != 0;
        const auto kind = in.get<std::uint8_t>();
        if (kind > static_cast<std::uint8_t>(PromiseKind::transfer)) return false;
        r.kind = static_cast<PromiseKind>(kind);
        r.pinned = in.get<std::uint8_t>() != 0;
        const auto ended_by = static_cast<FactType>(in.get<std::uint16_t>());
        const auto ended_generation = in.get<std::int32_t>();
        if (ended_generation < 0 || ended_generation > kLastGeneration) return false;
        const std::size_t parts = in.get_count(25);
        for (std::size_t p = 0; p < parts; ++p) {
            Part& part = state.reservations.append_part(r);
            part.line = in.get<std::uint64_t>();
            part.sku = in.get<SkuId>();
            part.location = in.get<LocationId>();
            const auto follows = in.get<std::uint8_t>();
            if ((follows & kOfKit) != 0) part.recipe = in.get<std::uint32_t>();
            if (part.recipe > state.kits.recipes()) return false;
            PartCounts counts;
            if ((follows & kMoreCounts) != 0)
                counts = in.get<PartCounts>();
            else
                counts.created = counts.reserved = in.get<Units>();
            if (!in_bounds(counts)) return false;
            state.reservations.set_counts(part, counts);
        }
        state.reservations.set_order(r, order_hash);
        if (ended_by != FactType{})
            state.reservations.end(r, ended_by,
                                   Instant{ended_generation * ended_reservation_generation});
        else
            state.reservations.set_deadline(r, expires_at);
    }
    return in.good();
}

void put_inbound(ByteWriter& out, const State& state) {
    out.put(state.inbound.size());
    for (const auto& [key, line] : state.inbound.rows()) {
        out.put(key.document);
        out.put(key.line);
        out.put(line.sku);
        out.put(line.location);
        out.put(line.due);
        out.put(line.ordered);
        out.put(line.received);
        out.put(line.ended_generation);
    }
}

bool get_inbound(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(52);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        DocumentLine key;
        key.document = in.get<std::uint64_t>();
        key.line = in.get<std::uint64_t>();
        InboundLine line;
        line.sku = in.get<SkuId>();
        line.location = in.get<LocationId>();
        line.due = in.get<std::int64_t>();
        line.ordered = in.get<Units>();
        line.received = in.get<Units>();
        line.ended_generation = in.get<std::int32_t>();
        if (line.sku.raw >= state.items.size() || line.location.raw >= state.locations.size())
            return false;
        if (!in_bounds(line.ordered) || !in_bounds(line.received)) return false;
        state.inbound.restore(key, line, state.expected);
    }
    return in.good();
}

/// Levels of lanes are not saved: they are what the parts of the transfers say.
void put_lanes(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.lanes.size()});
    for (std::uint32_t number = 0; number < state.lanes.size(); ++number) {
        out.put(state.lanes.lane(number).source);
        out.put(state.lanes.lane(number).destination);
    }
    out.put(state.transfers.size());
    state.transfers.for_each([&](ReservationId id, std::int64_t due) {
        out.put(id.raw);
        out.put(due);
    });
}

/// After the reservations.
bool get_lanes(ByteReader& in, State& state) {
    const std::size_t lanes = in.get_count(8);
    for (std::size_t i = 0; i < lanes && in.good(); ++i) {
        Lane lane;
        lane.source = in.get<LocationId>();
        lane.destination = in.get<LocationId>();
        if (lane.source.raw >= state.locations.size() ||
            lane.destination.raw >= state.locations.size())
            return false;
        state.lanes.append(lane);
    }
    const std::size_t transfers = in.get_count(16);
    for (std::size_t i = 0; i < transfers && in.good(); ++i) {
        const ReservationId id{in.get<std::uint64_t>()};
        state.transfers.set_due(id, in.get<std::int64_t>());
    }
    bool known = true;
    state.reservations.for_each([&](const Reservation& r) {
        if (r.kind != PromiseKind::transfer) return;
        for (const Part& part : state.reservations.parts(r)) {
            const Units moving = state.reservations.counts(part).in_transit();
            if (moving == 0) continue;
            const std::uint32_t lane = state.lanes.find({part.location, r.destination});
            known &= lane != kNoId;
            if (lane == kNoId) continue;
            state.lanes.add(part.sku, lane, moving);
            state.expected.add({part.sku, r.destination, state.transfers.due(r.id)}, moving);
        }
    });
    return known && in.good();
}

void put_returns(ByteWriter& out, const State& state) {
    out.put(state.returns.size());
    for (const auto& [key, line] : state.returns.rows()) {
        out.put(key.document);
        out.put(key.line);
        out.put(line.sku);
        out.put(line.announced);
        out.put(line.received);
        out.put(line.generation);
    }
}

bool get_returns(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(40);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        DocumentLine key;
        key.document = in.get<std::uint64_t>();
        key.line = in.get<std::uint64_t>();
        AnnouncedLine line;
        line.sku = in.get<SkuId>();
        line.announced = in.get<Units>();
        line.received = in.get<Units>();
        line.generation = in.get<std::int32_t>();
        if (line.sku.raw >= state.items.size() || !in_bounds(line.announced) ||
            !in_bounds(line.received))
            return false;
        state.returns.restore(key, line);
    }
    return in.good();
}

void put_counts(ByteWriter& out, const State& state) {
    const CountTable& counts = state.counts;
    out.put(counts.oldest_known());
    std::uint64_t generations = 0, cuts = 0, corrected = 0;
    counts.for_each_generation([&](auto, auto) { ++generations; });
    counts.for_each_count([&](auto, auto, const auto&) { ++cuts; });
    counts.for_each_corrected([&](auto, auto, const auto&) { ++corrected; });
    out.put(generations);
    counts.for_each_generation([&](std::int64_t number, std::uint64_t first_seq) {
        out.put(number);
        out.put(first_seq);
    });
    out.put(cuts);
    counts.for_each_count([&](std::int64_t number, std::uint64_t id, const CountCut& cut) {
        out.put(number);
        out.put(id);
        out.put(cut.seq);
        out.put(cut.counted_at);
        out.put(std::uint64_t{cut.includes.size()});
        for (const IncludedSourceField& source : cut.includes) out.put(source);
    });
    out.put(counts.size());
    counts.for_each_position(
        [&](std::int64_t number, SkuId sku, LocationId at, std::uint64_t count) {
            out.put(number);
            out.put(sku);
            out.put(at);
            out.put(count);
        });
    out.put(corrected);
    counts.for_each_corrected([&](SkuId sku, LocationId at, std::span<const CountCorrection> list) {
        out.put(sku);
        out.put(at);
        out.put(std::uint64_t{list.size()});
        for (const CountCorrection& correction : list) out.put(correction);
    });
}

bool get_counts(ByteReader& in, State& state) {
    CountTable& counts = state.counts;
    counts.restore_oldest_known(in.get<std::uint64_t>());
    const std::size_t generations = in.get_count(16);
    if (generations > count_generations) return false;
    for (std::size_t i = 0; i < generations && in.good(); ++i) {
        const auto number = in.get<std::int64_t>();
        counts.restore_generation(number, in.get<std::uint64_t>());
    }
    const std::size_t cuts = in.get_count(40);
    for (std::size_t i = 0; i < cuts && in.good(); ++i) {
        const auto number = in.get<std::int64_t>();
        const auto id = in.get<std::uint64_t>();
        CountCut cut;
        cut.seq = in.get<std::uint64_t>();
        cut.counted_at = in.get<std::int64_t>();
        const std::size_t includes = in.get_count(sizeof(IncludedSourceField));
        if (includes > count_sources_max) return false;
        for (std::size_t s = 0; s < includes; ++s)
            cut.includes.push_back(in.get<IncludedSourceField>());
        counts.restore_count(number, id, std::move(cut));
    }
    const std::size_t positions = in.get_count(24);
    for (std::size_t i = 0; i < positions && in.good(); ++i) {
        const auto number = in.get<std::int64_t>();
        const auto sku = in.get<SkuId>();
        const auto at = in.get<LocationId>();
        if (sku.raw >= state.items.size() || at.raw >= state.locations.size()) return false;
        counts.restore_position(number, sku, at, in.get<std::uint64_t>());
    }
    const std::size_t corrected = in.get_count(16);
    for (std::size_t i = 0; i < corrected && in.good(); ++i) {
        const auto sku = in.get<SkuId>();
        const auto at = in.get<LocationId>();
        const std::size_t length = in.get_count(sizeof(CountCorrection));
        if (length > overlapping_counts_max) return false;
        std::vector<CountCorrection> list;
        for (std::size_t c = 0; c < length; ++c) {
            list.push_back(in.get<CountCorrection>());
            if (!in_bounds(list.back().delta)) return false;
        }
        counts.restore_corrections(sku, at, std::move(list));
    }
    return in.good() && counts.whole();
}

void put_keys(ByteWriter& out, const KeyTable& table) {
    std::uint64_t generations = 0;
    table.for_each_generation([&](std::int64_t, std::uint64_t) { ++generations; });
    out.put(generations);
    table.for_each_generation([&](std::int64_t number, std::uint64_t) { out.put(number); });
    out.put(table.size());
    table.for_each([&](std::int64_t generation, const Hash128& key, const KeyRow& row) {
        out.put(generation);
        out.put(key);
        out.put(row);
    });
}

bool get_keys(ByteReader& in, KeyTable& table) {
    const std::size_t generations = in.get_count(8);
    for (std::size_t i = 0; i < generations && in.good(); ++i)
        table.restore(in.get<std::int64_t>());
    const std::size_t count = in.get_count(40);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto generation = in.get<std::int64_t>();
        const auto key = in.get<Hash128>();
        const auto row = in.get<KeyRow>();
        if (row.seq == 0) return false;
        table.restore(generation, key, row);
    }
    return in.good();
}

void put_authority(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.authority.size()});
    for (const auto& [scope, row] : state.authority.rows()) {
        out.put(static_cast<std::uint16_t>(scope.type));
        out.put(scope.location.raw);
        out.put(row.source.raw);
        out.put(row.seq);
    }
}

void get_authority(ByteReader& in, State& state) {
    const std::size_t rows = in.get_count(18);
    for (std::size_t i = 0; i < rows && in.good(); ++i) {
        const auto type = static_cast<FactType>(in.get<std::uint16_t>());
        const LocationId location{in.get<std::uint32_t>()};
        const NameId source{in.get<std::uint32_t>()};
        state.authority.put({type, location}, {.source = source, .seq = in.get<std::uint64_t>()});
    }
}

void put_parked(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.parked.rows().size()});
    for (const auto& [seq, event] : state.parked.rows()) {
        out.put(seq);
        out.put(static_cast<std::uint16_t>(event.type));
        out.put_text(event.order);
        out.put(event.document_hash);
        out.put(event.channel.raw);
        out.put(event.parked_at);
        out.put(static_cast<std::uint8_t>(event.told));
        out.put(std::uint64_t{event.lines.size()});
        for (const ParkedLine& line : event.lines) {
            out.put(line.line);
            out.put(line.sku.raw);
            out.put(line.location.raw);
            out.put(line.units);
        }
    }
}

bool get_parked(ByteReader& in, State& state) {
    const std::size_t rows = in.get_count(43);
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < rows && in.good(); ++i) {
        ParkedEvent event;
        event.seq = in.get<std::uint64_t>();
        if (event.seq <= before) return false;
        before = event.seq;
        event.type = static_cast<FactType>(in.get<std::uint16_t>());
        event.order = in.get_text();
        event.order_hash = state.order_hash(event.order);
        event.document_hash = in.get<std::uint64_t>();
        event.channel = ChannelId{in.get<std::uint32_t>()};
        if (event.channel != kNoChannel && event.channel.raw >= state.channels.size()) return false;
        event.parked_at = in.get<std::int64_t>();
        event.told = in.get<std::uint8_t>() != 0;
        event.lines.resize(in.get_count(24));
        for (ParkedLine& line : event.lines) {
            line.line = in.get<std::uint64_t>();
            line.sku = SkuId{in.get<std::uint32_t>()};
            line.location = LocationId{in.get<std::uint32_t>()};
            line.units = in.get<Units>();
            if ((line.sku != kNoSku && line.sku.raw >= state.items.size()) ||
                (line.location != kNoLocation && line.location.raw >= state.locations.size()) ||
                !in_bounds(line.units))
                return false;
        }
        state.parked.park(std::move(event));
    }
    return in.good();
}

void put_access(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.access.rows().size()});
    for (const auto& [id, row] : state.access.rows()) {
        out.put(id);
        out.put_bytes(row.secret_hash);
        out.put_text(row.title);
        out.put_text(row.scopes);
        out.put_text(row.source);
        out.put(to_raw(row.created_at));
        out.put(to_raw(row.expires_at));
        out.put(static_cast<std::uint8_t>(row.revoked));
    }
}

void get_access(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(69);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto id = in.get<std::uint64_t>();
        ApiKeyRow row;
        row.secret_hash = in.get<std::array<std::byte, 32>>();
        row.title = in.get_text();
        row.scopes = in.get_text();
        row.source = in.get_text();
        row.created_at = instant_from_raw(in.get<std::int64_t>());
        row.expires_at = instant_from_raw(in.get<std::int64_t>());
        row.revoked = in.get<std::uint8_t>() != 0;
        state.access.put(id, std::move(row));
    }
}

void put_policies(ByteWriter& out, const State& state) {
    std::uint64_t policies = 0;
    state.policies.for_each([&](PolicyKind, const PolicyScope&, const PolicyRow&) { ++policies; });
    out.put(policies);
    state.policies.for_each([&](PolicyKind kind, const PolicyScope& scope, const PolicyRow& row) {
        out.put(static_cast<std::uint8_t>(kind));
        out.put(scope);
        out.put(row.value);
        put_version(out, row.version);
    });
}

bool get_policies(ByteReader& in, State& state) {
    const std::size_t policies = in.get_count(25);
    for (std::size_t i = 0; i < policies && in.good(); ++i) {
        const auto kind = static_cast<PolicyKind>(in.get<std::uint8_t>());
        const auto scope = in.get<PolicyScope>();
        const auto value = in.get<std::int32_t>();
        if (name(kind) == "unknown") return false;
        state.policies.put(kind, scope, value, get_version(in));
    }
    return in.good();
}

void put_quotas(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.quotas.size()});
    state.quotas.for_each([&](const QuotaScope& scope, const QuotaRow& row) {
        out.put(scope);
        out.put(row.guarantee);
        out.put(row.cap);
        out.put(row.priority);
        put_version(out, row.version);
    });
    std::uint64_t used = 0;
    state.quotas.for_each_used([&](const QuotaScope&, Units) { ++used; });
    out.put(used);
    state.quotas.for_each_used([&](const QuotaScope& scope, Units units) {
        out.put(scope);
        out.put(units);
    });
}

bool get_quotas(ByteReader& in, State& state) {
    const auto known = [&](const QuotaScope& scope) {
        return scope.group.raw < state.groups.size() && scope.channel.raw < state.channels.size() &&
               (scope.sku == kNoSku || scope.sku.raw < state.items.size());
    };
    const std::size_t rows = in.get_count(44);
    for (std::size_t i = 0; i < rows && in.good(); ++i) {
        const auto scope = in.get<QuotaScope>();
        QuotaRow row;
        row.guarantee = in.get<Units>();
        row.cap = in.get<Units>();
        row.priority = in.get<std::uint32_t>();
        row.version = get_version(in);
        if (!known(scope) || !in_bounds(row.guarantee) || !in_bounds(row.cap)) return false;
        const auto channels = state.quotas.channels_of(scope.group);
        if (channels.size() >= quota_channels_max &&
            !std::binary_search(channels.begin(), channels.end(), scope.channel))
            return false;
        state.quotas.put(scope, row);
    }
    const std::size_t used = in.get_count(20);
    for (std::size_t i = 0; i < used && in.good(); ++i) {
        const auto scope = in.get<QuotaScope>();
        const auto units = in.get<Units>();
        if (!known(scope) || !in_bounds(units) || state.quotas.used(scope) != 0) return false;
        state.quotas.add_used(scope, units);
    }
    return in.good();
}

void put_sources(ByteWriter& out, const State& state) {
    out.put(std::uint64_t{state.sources.rows().size()});
    for (const auto& [source, row] : state.sources.rows()) {
        out.put(source);
        out.put(row.position);
        out.put(row.given_up);
        out.put(row.heard_at);
        out.put(static_cast<std::uint8_t>(row.numbered));
        out.put(static_cast<std::uint8_t>(row.announced_only));
        out.put(std::uint64_t{row.gaps.size()});
        for (const SourceGap& gap : row.gaps) {
            out.put(gap.first);
            out.put(gap.last);
            out.put(gap.opened_at);
            out.put(static_cast<std::uint8_t>(gap.told));
            out.put(static_cast<std::uint8_t>(gap.overdue));
        }
    }
}

void get_sources(ByteReader& in, State& state) {
    const std::size_t sources = in.get_count(46);
    for (std::size_t i = 0; i < sources && in.good(); ++i) {
        const auto source = in.get<NameId>();
        SourceRow row;
        row.position = in.get<SourcePosition>();
        row.given_up = in.get<std::uint64_t>();
        row.heard_at = in.get<std::int64_t>();
        row.numbered = in.get<std::uint8_t>() != 0;
        row.announced_only = in.get<std::uint8_t>() != 0;
        row.gaps.resize(in.get_count(26));
        for (SourceGap& gap : row.gaps) {
            gap.first = in.get<std::uint64_t>();
            gap.last = in.get<std::uint64_t>();
            gap.opened_at = in.get<std::int64_t>();
            gap.told = in.get<std::uint8_t>() != 0;
            gap.overdue = in.get<std::uint8_t>() != 0;
        }
        if (!planted(Bug::checkpoint_without_sources))
            state.sources.restore(source, std::move(row));
    }
}

}  // namespace

bool StateEncoder::next(ByteWriter& out) {
    switch (table_++) {
        case 0:
            out.put(kVersion);
            out.put(state_.seq);
            out.put(to_raw(state_.log_time));
            return true;
        case 1:
            for (const CodeTable* table : {&state_.items, &state_.locations, &state_.channels,
                                           &state_.pools, &state_.groups, &state_.names})
                put_codes(out, *table);
            return true;
        case 2: put_rows(out, state_); return true;
        case 3:
            put_policies(out, state_);
            put_quotas(out, state_);
            put_units(out, state_);
            put_kits(out, state_);
            return true;
        case 4: put_positions(out, state_); return true;
        case 5:
            put_reservations(out, state_);
            put_backorders(out, state_);
            return true;
        case 6:
            put_shipments(out, state_);
            put_inbound(out, state_);
            put_lanes(out, state_);
            put_counts(out, state_);
            put_returns(out, state_);
            return true;
        case 7: put_keys(out, state_.transport_keys); return true;
        case 8: put_keys(out, state_.semantic_keys); return true;
        case 9:
            put_sources(out, state_);
            put_authority(out, state_);
            put_parked(out, state_);
            return true;
        case 10: put_access(out, state_); return true;
        default: return false;
    }
}

void encode_state(const State& state, ByteWriter& out) {
    StateEncoder encoder(state);
    while (encoder.next(out)) {
    }
}

void encode_state(const State& state, std::vector<std::byte>& bytes) {
    ByteWriter out(bytes);
    encode_state(state, out);
}

Result<std::unique_ptr<State>> decode_state(ByteReader& in, std::uint64_t seed,
                                            const Limits& limits) {
    if (const auto version = in.get<std::uint32_t>(); in.good() && version != kVersion)
        return failure(ErrorCode::unsupported, "checkpoint body of another version");
    auto state = std::make_unique<State>(seed, limits);
    state->seq = in.get<std::uint64_t>();
    state->log_time = instant_from_raw(in.get<std::int64_t>());
    for (CodeTable* table : {&state->items, &state->locations, &state->channels, &state->pools,
                             &state->groups, &state->names})
        if (!get_codes(in, *table))
            return in.source_result()
                       ? failure(ErrorCode::invalid_format, "checkpoint body does not decode")
                       : tl::unexpected(in.source_result().error());
    bool whole = in.good() && get_rows(in, *state) && get_policies(in, *state) &&
                 get_quotas(in, *state) && get_units(in, *state) && get_kits(in, *state) &&
                 get_positions(in, *state) && get_reservations(in, *state) &&
                 get_backorders(in, *state) && get_shipments(in, *state) &&
                 get_inbound(in, *state) && get_lanes(in, *state) && get_counts(in, *state) &&
                 get_returns(in, *state);
    if (whole) {
        whole = get_keys(in, state->transport_keys) && get_keys(in, state->semantic_keys);
        get_sources(in, *state);
        get_authority(in, *state);
        whole = whole && get_parked(in, *state);
        get_access(in, *state);
    }
    if (!in.source_result()) return tl::unexpected(in.source_result().error());
    if (!whole || !in.good())
        return failure(ErrorCode::invalid_format, "checkpoint body does not decode");
    return state;
}

Result<std::unique_ptr<State>> decode_state(ByteSpan bytes, std::uint64_t seed,
                                            const Limits& limits) {
    ByteReader in(bytes);
    auto state = decode_state(in, seed, limits);
    if (state && !in.at_end())
        return failure(ErrorCode::invalid_format, "checkpoint body goes on behind its end");
    return state;
}

}  // namespace holdfast::ledger
