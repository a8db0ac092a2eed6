#include "simulation/stock_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "sequencer/expiry_clock.h"

namespace holdfast::simulation {
namespace {

constexpr std::size_t kItems = 0, kLocations = 1, kChannels = 2, kPools = 3, kNames = 4;

/// The part index of postings that belong to no part.
constexpr std::uint32_t kNoPartIndex = 0xFFFFFFFF;

/// Facts that may only give what is there: everything that nobody sold elsewhere or paid for.
bool must_be_covered(FactType type, const Request* request) {
    if (type == FactType::reservation_created || type == FactType::reservation_adjusted)
        return true;
    if (type != FactType::order_created || request == nullptr) return false;
    const auto* event = std::get_if<RecordEvent>(&request->command);
    return event != nullptr && !event->already_sold && !event->names_reservation;
}

}  // namespace

bool StockModel::Pool::contains(LocationId at) const {
    return std::find(locations.begin(), locations.end(), at) != locations.end();
}

void StockModel::fail(const FactView& fact, std::string what) {
    if (fault_.empty()) fault_ = fmt::format("fact {} {}: {}", fact.seq(), name(fact.type()), what);
}

void StockModel::apply(const FactView& fact, const FactContext& context) {
    apply_order(fact);
    apply_postings(fact);
    if (fact.type() < FactType::reservation_created) apply_reference_data(fact);
    apply_to_hold(fact, context);
    if (must_be_covered(fact.type(), context.request)) check_grant(fact, context);
    apply_keys(fact);
    count(fact, context);
}

void StockModel::apply_order(const FactView& fact) {
    if (fact.seq() != seq_ + 1) fail(fact, fmt::format("follows fact {}", seq_));
    if (fact.recorded_at() < log_time_) fail(fact, "log time goes back");
    seq_ = fact.seq();
    log_time_ = fact.recorded_at();
    if (const std::uint64_t request = request_of(fact); request != 0)
        if (!requests_.insert(request).second && fact.field(FieldTag::transport_key))
            fail(fact, fmt::format("request {} takes effect twice", request));
}

void StockModel::apply_postings(const FactView& fact) {
    Units legs = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (is_physical(posting.bucket) || posting.bucket == Bucket::external)
            legs += posting.delta;
        if (posting.place.kind() != PlaceKind::location) continue;
        Units& level = cells_[{posting.sku, posting.place.location()}]
                           .level[static_cast<std::size_t>(posting.bucket)];
        level += posting.delta;
        if (level < 0 && !is_physical(posting.bucket))
            fail(fact, fmt::format("{} is {} below zero", name(posting.bucket), level));
    }
    if (legs != 0) fail(fact, fmt::format("the legs of its movement sum to {}", legs));
}

std::int64_t StockModel::policy(PolicyKind kind, SkuId sku, LocationId at) const {
    const auto k = static_cast<std::uint8_t>(kind);
    for (const ScopeKey& scope : {ScopeKey{k, sku.raw, at.raw}, ScopeKey{k, sku.raw, kNoId},
                                  ScopeKey{k, kNoId, at.raw}, ScopeKey{k, kNoId, kNoId}})
        if (const auto row = policies_.find(scope); row != policies_.end()) return row->second;
    return 0;
}

Units StockModel::promisable(const CellKey& key, const Cell& cell) const {
    const auto [sku, at] = key;
    if (at.raw >= enabled_.size() || !enabled_[at.raw]) return 0;
    const Units units = cell.free() - policy(PolicyKind::safety_stock, sku, at) -
                        policy(PolicyKind::buffer, sku, at);
    return std::max<Units>(units, 0);
}

const StockModel::Pool* StockModel::pool_of(ChannelId channel) const {
    if (channel.raw >= channels_.size()) return nullptr;
    const PoolId pool = channels_[channel.raw].pool;
    return pool.raw < pools_.size() ? &pools_[pool.raw] : nullptr;
}

// The oversell check. A promise that was not forced leaves no position below its safety stock.
void StockModel::check_grant(const FactView& fact, const FactContext&) {
    const auto holder = fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(fact.seq());
    const ChannelId channel = holds_.contains(holder) ? holds_.at(holder).channel : kNoChannel;
    const Pool* pool = pool_of(channel);
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.bucket != Bucket::reserved || posting.delta <= 0) continue;
        const LocationId at = posting.place.location();
        const auto where =
            fmt::format("SKU {} at location {}", posting.sku.raw, posting.place.number());
        if (at.raw >= enabled_.size() || !enabled_[at.raw])
            fail(fact, where + " is promised from a closed location");
        if (pool != nullptr && !pool->contains(at))
            fail(fact, where + " is promised from outside the channel's pool");
        const Cell& cell = cells_.at({posting.sku, at});
        const Units left = cell.free() - policy(PolicyKind::safety_stock, posting.sku, at) -
                           policy(PolicyKind::buffer, posting.sku, at);
        if (left < 0)
            fail(fact, fmt::format("OVERSOLD: {} has {} units left after a promise", where, left));
    }
}

void StockModel::apply_keys(const FactView& fact) {
    const auto put = [&](auto& seen, FieldTag tag, std::string_view kind) {
        const auto field = fact.field_as<KeyField>(tag);
        if (field && !seen.emplace(field->key, field->body_hash).second)
            fail(fact, fmt::format("DOUBLE EFFECT: its {} key had an effect before", kind));
    };
    put(transport_keys_, FieldTag::transport_key, "transport");
    put(semantic_keys_, FieldTag::semantic_key, "semantic");
    const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position);
    if (!at) return;
    auto& recorded = sources_[fact.header().source];
    if (!recorded.empty() && at->epoch < recorded.rbegin()->first)
        fail(fact, fmt::format("its source is in epoch {} and it is of {}",
                               recorded.rbegin()->first, at->epoch));
    if (!recorded.emplace(at->epoch, at->seq).second)
        fail(fact, fmt::format("DOUBLE EFFECT: its source's {}.{} is recorded already", at->epoch,
                               at->seq));
}

std::optional<std::uint64_t> StockModel::body_of_key(const Hash128& key) const {
    for (const auto* seen : {&transport_keys_, &semantic_keys_})
        if (const auto it = seen->find(key); it != seen->end()) return it->second;
    return std::nullopt;
}

bool StockModel::source_recorded(std::string_view source, std::uint64_t epoch,
                                 std::uint64_t seq) const {
    const auto& names = codes_[kNames];
    const auto name = std::find(names.begin(), names.end(), source);
    if (name == names.end()) return false;
    const auto recorded = sources_.find(static_cast<std::uint32_t>(name - names.begin()));
    return recorded != sources_.end() && recorded->second.contains({epoch, seq});
}

void StockModel::apply_code(const FactView& fact, std::size_t table, std::uint32_t id) {
    std::vector<std::string>& codes = codes_[table];
    const std::string code(fact.text(FieldTag::code));
    if (id > codes.size()) return fail(fact, fmt::format("id {} leaves a gap", id));
    if (id < codes.size()) {
        if (codes[id] != code) fail(fact, fmt::format("renames '{}' to '{}'", codes[id], code));
        return;
    }
    if (std::find(codes.begin(), codes.end(), code) != codes.end())
        fail(fact, fmt::format("gives '{}' a second id", code));
    codes.push_back(code);
}

void StockModel::apply_reference_data(const FactView& fact) {
    const EntityField entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    const auto grow = [&](auto& rows) {
        if (rows.size() <= entity.id) rows.resize(entity.id + 1);
    };
    switch (fact.type()) {
        case FactType::name_interned: apply_code(fact, kNames, entity.id); break;
        case FactType::item_upserted: apply_code(fact, kItems, entity.id); break;
        case FactType::location_upserted:
            apply_code(fact, kLocations, entity.id);
            grow(enabled_);
            enabled_[entity.id] = (entity.flags & kLocationEnabled) != 0;
            break;
        case FactType::channel_upserted:
            apply_code(fact, kChannels, entity.id);
            grow(channels_);
            channels_[entity.id] = {PoolId{entity.link}, (entity.flags & kChannelSplits) != 0};
            break;
        case FactType::pool_upserted: {
            apply_code(fact, kPools, entity.id);
            grow(pools_);
            Pool pool;
            const auto ids = fact.field(FieldTag::ids);
            const std::size_t count = ids ? ids->size() / sizeof(std::uint32_t) : 0;
            for (std::size_t i = 0; i < count; ++i)
                pool.locations.emplace_back(fact.item<std::uint32_t>(ids, i, kNoId));
            pools_[entity.id] = std::move(pool);
            break;
        }
        case FactType::policy_changed: {
            const auto row = fact.field_as<PolicyField>(FieldTag::policy).value_or(PolicyField{});
            const ScopeKey scope{row.kind, row.sku, row.location};
            if (row.value < 0)
                policies_.erase(scope);
            else
                policies_[scope] = row.value;
            break;
        }
        default: break;
    }
}

// A hold that is confirmed for another order than it was taken for leaves the first one free.
void StockModel::claim_order(const FactView& fact, std::uint64_t id, Hold& hold) {
    if (fact.text(FieldTag::order).empty()) return;
    // Each channel numbers its own orders.
    const std::string order =
        fmt::format("{} of channel {}", fact.text(FieldTag::order), hold.channel.raw);
    const auto [row, fresh] = orders_.emplace(order, id);
    if (!fresh && row->second != id)
        fail(fact, fmt::format("order '{}' belongs to hold {}", order, row->second));
    if (!hold.order.empty() && hold.order != order) orders_.erase(hold.order);
    hold.order = order;
}

void StockModel::apply_parts(const FactView& fact, Hold& hold) {
    const auto part_of = fact.field(FieldTag::part_of_posting);
    const auto lines = fact.field(FieldTag::part_lines);
    std::size_t fresh = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        const auto index = fact.item<std::uint32_t>(part_of, i, static_cast<std::uint32_t>(i));
        if (index == kNoPartIndex) continue;
        if (index > hold.parts.size()) return fail(fact, "skips a part");
        if (index == hold.parts.size()) {
            hold.parts.push_back(
                {.line = fact.item<std::uint64_t>(lines, fresh, std::uint64_t{fresh} + 1),
                 .sku = posting.sku,
                 .location = posting.place.location()});
            ++fresh;
        }
        Part& part = hold.parts[index];
        if (part.sku != posting.sku || part.location != posting.place.location())
            return fail(fact, "moves units of another part");
        part.units[posting.bucket] += posting.delta;
    }
    // Units that had left before the order came were never promised.
    const auto settled = fact.field(FieldTag::settled_parts);
    for (std::size_t i = 0; settled && (i + 1) * sizeof(SettledPartField) <= settled->size(); ++i) {
        const auto gone = fact.item<SettledPartField>(settled, i, {});
        if (gone.part > hold.parts.size()) return fail(fact, "skips a part");
        if (gone.part == hold.parts.size())
            hold.parts.push_back(
                {.line = gone.line, .sku = SkuId{gone.sku}, .location = LocationId{gone.location}});
    }
    for (const Part& part : hold.parts)
        for (const auto& [bucket, units] : part.units)
            if (units < 0)
                return fail(fact, fmt::format("takes more {} than the hold has", name(bucket)));
}

void StockModel::apply_to_hold(const FactView& fact, const FactContext& context) {
    const FactType type = fact.type();
    const auto named = fact.field_as<std::uint64_t>(FieldTag::reservation);
    const bool creates = type == FactType::reservation_created ||
                         (type == FactType::order_created && !named.has_value());
    if (!creates && !named.has_value()) return;
    const std::uint64_t id = named.value_or(fact.seq());
    if (!creates && !holds_.contains(id)) return fail(fact, fmt::format("no hold {}", id));
    Hold& hold = holds_[id];
    if (creates)
        hold.channel = ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    if (type == FactType::reservation_expired) check_end(fact, context, hold);
    if (hold.ended_by == FactType::reservation_expired &&
        (type == FactType::reservation_confirmed || type == FactType::order_created)) {
        coverage_.hit(Path::hold_late_confirmed);
        hold.ended_by = FactType{};
    }
    if (hold.ended_by != FactType{} && fact.posting_count() > 0 &&
        type != FactType::shipment_posted && type != FactType::order_cancelled)
        fail(fact, fmt::format("hold {} had ended by {}", id, name(hold.ended_by)));
    apply_parts(fact, hold);
    // A node does not work on what may expire.
    const bool with_the_node =
        hold.ended_by == FactType{} &&
        (type == FactType::allocation_created || type == FactType::pick_confirmed);
    if (type == FactType::reservation_confirmed || type == FactType::order_created ||
        with_the_node) {
        hold.confirmed = true;
        hold.expires_at = 0;
    }
    if (const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at)) {
        hold.expires_at = *expires_at;
        hold.granted_after = context.decided_after;
        hold.granted_before = context.handed_over;
        hold.clock_moved = context.clock_moved_before;
        hold.time_to_live = instant_from_raw(*expires_at) - fact.recorded_at();
    }
    if (type == FactType::reservation_created || type == FactType::reservation_confirmed ||
        type == FactType::order_created)
        claim_order(fact, id, hold);
    const bool open = std::any_of(hold.parts.begin(), hold.parts.end(),
                                  [](const Part& part) { return part.open(); });
    // An order of which nothing is left ends when it is told what had left before it.
    if (open || (hold.ended_by != FactType{} && type != FactType::parked_settled)) return;
    hold.ended_by = type;
    hold.expires_at = 0;
}

// Late expiry is the safe side; early expiry sells what somebody has paid for.
void StockModel::check_end(const FactView& fact, const FactContext& context, const Hold& hold) {
    if (hold.confirmed) fail(fact, "a confirmed hold expires");
    if (hold.expires_at == 0 || to_raw(fact.recorded_at()) < hold.expires_at)
        fail(fact, "expires before its deadline in log time");
    const Microseconds lived = context.handed_over - hold.granted_after;
    // A slew from before the hold may be followed only now: the hub looks when it may expire.
    const Microseconds slewed = context.clock_moved == Microseconds{0}
                                    ? Microseconds{0}
                                    : Microseconds{sequencer::clock_disagreement_max};
    const Microseconds allowed = context.clock_moved - hold.clock_moved + slewed;
    if (lived + allowed < hold.time_to_live)
        fail(fact, fmt::format("EXPIRED EARLY: lived at most {} us of {} us", lived.count(),
                               hold.time_to_live.count()));
}

std::size_t StockModel::holds_overdue(Microseconds now) const {
    std::size_t overdue = 0;
    for (const auto& [id, hold] : holds_)
        if (hold.expires_at != 0 && hold.ended_by == FactType{} &&
            hold.granted_before + hold.time_to_live < now)
            ++overdue;
    return overdue;
}

Units StockModel::available_to_sell(ChannelId channel, SkuId sku) const {
    const Pool* pool = pool_of(channel);
    if (pool == nullptr) return 0;
    Units sum = 0, largest = 0;
    for (const auto& [key, cell] : cells_) {
        if (key.first != sku || !pool->contains(key.second)) continue;
        const Units units = promisable(key, cell);
        sum += units;
        largest = std::max(largest, units);
    }
    return channels_[channel.raw].splits ? sum : largest;
}

void StockModel::count(const FactView& fact, const FactContext& context) {
    coverage_.hit(fact.type());
    switch (fact.type()) {
        case FactType::reservation_created:
            if (fact.field(FieldTag::refused_lines))
                coverage_.hit(Path::hold_partial);
            else if (context.request != nullptr &&
                     fact.posting_count() > context.request->lines.size())
                coverage_.hit(Path::hold_split);
            break;
        case FactType::reservation_expired: coverage_.hit(Path::hold_expired); break;
        case FactType::order_created:
            if (fact.field(FieldTag::raises) && !fact.field(FieldTag::refused_lines))
                coverage_.hit(Path::order_oversold);
            if (fact.field(FieldTag::reservation) && fact.posting_count() > 0)
                coverage_.hit(Path::order_excess_forced);
            break;
        default:
            for (std::size_t i = 0; i < fact.posting_count(); ++i) {
                const Posting posting = fact.posting(i);
                if (posting.place.kind() == PlaceKind::location &&
                    posting.bucket == Bucket::sellable &&
                    cells_.at({posting.sku, posting.place.location()}).at(Bucket::sellable) < 0)
                    coverage_.hit(Path::position_negative);
            }
    }
}

std::optional<std::string> StockModel::difference(std::uint64_t id, const Hold& hold,
                                                  const ledger::State& state) const {
    const ledger::Reservation* row = state.reservations.find(ReservationId{id});
    if (row == nullptr) return fmt::format("hold {} is not in the ledger", id);
    if (row->expires_at != hold.expires_at || row->confirmed != hold.confirmed ||
        row->ended_by != hold.ended_by || row->channel != hold.channel)
        return fmt::format(
            "hold {}: deadline {}, confirmed {}, ended by '{}', channel {}; its facts say deadline "
            "{}, confirmed {}, ended by '{}', channel {}",
            id, row->expires_at, row->confirmed, name(row->ended_by), row->channel.raw,
            hold.expires_at, hold.confirmed, name(hold.ended_by), hold.channel.raw);
    const auto parts = state.reservations.parts(*row);
    if (parts.size() != hold.parts.size())
        return fmt::format("hold {} has {} parts, not {}", id, parts.size(), hold.parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (parts[i].line != hold.parts[i].line || parts[i].sku != hold.parts[i].sku ||
            parts[i].location != hold.parts[i].location ||
            parts[i].reserved != hold.parts[i].at(Bucket::reserved) ||
            state.reservations.counts(parts[i]).allocated != hold.parts[i].at(Bucket::allocated) ||
            state.reservations.counts(parts[i]).backordered !=
                hold.parts[i].at(Bucket::backordered))
            return fmt::format("part {} of hold {} differs", i, id);
    return std::nullopt;
}

std::optional<std::string> StockModel::difference(const ledger::State& state) const {
    if (state.seq != seq_)
        return fmt::format("the ledger stands at seq {}, the facts at {}", state.seq, seq_);
    if (state.positions.size() != cells_.size())
        return fmt::format("{} positions, not {}", state.positions.size(), cells_.size());
    for (const auto& [key, cell] : cells_)
        for (const Bucket bucket :
             {Bucket::sellable, Bucket::damaged, Bucket::quarantine, Bucket::suspect,
              Bucket::reserved, Bucket::allocated, Bucket::picked})
            if (const Units level = state.positions.level(key.first, key.second, bucket);
                level != cell.at(bucket))
                return fmt::format("SKU {} at location {}: {} is {}, its postings sum to {}",
                                   key.first.raw, key.second.raw, name(bucket), level,
                                   cell.at(bucket));
    if (state.reservations.size() != holds_.size())
        return fmt::format("{} holds, not {}", state.reservations.size(), holds_.size());
    for (const auto& [id, hold] : holds_)
        if (auto found = difference(id, hold, state)) return found;
    const std::uint64_t keys = state.transport_keys.size() + state.semantic_keys.size();
    if (keys != transport_keys_.size() + semantic_keys_.size())
        return fmt::format("{} keys, not {}", keys, transport_keys_.size() + semantic_keys_.size());
    return std::nullopt;
}

}  // namespace holdfast::simulation
