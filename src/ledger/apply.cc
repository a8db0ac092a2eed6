// Adds a fact to the state. Only additions: what a fact means today was settled when it was
// decided, so history never depends on today's rules.
#include "base/check.h"
#include "ledger/ledger.h"
#include "ledger/reservation_changes.h"

namespace holdfast::ledger {
namespace {

void refresh_policies(const State& state, Position& row) {
    row.safety_stock = state.policies.effective(PolicyKind::safety_stock, row.sku, row.location);
    row.buffer = state.policies.effective(PolicyKind::buffer, row.sku, row.location);
}

void apply_postings(State& state, const FactView& fact) {
    Units legs = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (is_physical(posting.bucket) || posting.bucket == Bucket::external)
            legs += posting.delta;
        if (posting.place.kind() != PlaceKind::location) continue;
        HOLDFAST_CHECK(posting.sku.raw < state.items.size(), "a posting names a known SKU");
        HOLDFAST_CHECK(posting.place.number() < state.locations.size(),
                       "a posting names a known location");
        bool made = false;
        Position& row = state.positions.add(posting.sku, posting.place.location(), posting.bucket,
                                            posting.delta, fact.seq(), made);
        if (made) refresh_policies(state, row);
        HOLDFAST_CHECK(row.reserved >= 0, "reserved is never below zero");
        HOLDFAST_CHECK(row.allocated >= 0, "allocated is never below zero");
    }
    HOLDFAST_CHECK(legs == 0, "the legs of a movement sum to zero");
}

void apply_to_part(Part& part, const Posting& posting, FactType type) {
    Units& level = posting.bucket == Bucket::allocated ? part.allocated : part.reserved;
    level += posting.delta;
    HOLDFAST_CHECK(level >= 0, "a part gives no more than it has");
    if (posting.delta > 0)
        part.created += posting.delta;
    else if (type == FactType::shipment_posted)
        part.shipped -= posting.delta;
    else if (type == FactType::reservation_expired)
        part.expired -= posting.delta;
    else
        part.ended -= posting.delta;
}

void apply_to_parts(State& state, const FactView& fact, Reservation& reservation) {
    const auto part_of_posting = fact.field(FieldTag::part_of_posting);
    const auto part_lines = fact.field(FieldTag::part_lines);
    std::uint32_t fresh = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        const auto index =
            fact.item<std::uint32_t>(part_of_posting, i, static_cast<std::uint32_t>(i));
        if (index == kNoPart) continue;
        HOLDFAST_CHECK(index <= reservation.part_count, "parts are appended densely");
        if (index == reservation.part_count) {
            Part& part = state.reservations.append_part(reservation);
            part.line = fact.item<std::uint64_t>(part_lines, fresh, std::uint64_t{fresh} + 1);
            part.sku = posting.sku;
            part.location = posting.place.location();
            ++fresh;
        }
        apply_to_part(state.reservations.parts_mutable(reservation)[index], posting, fact.type());
    }
}

void end_if_nothing_is_open(State& state, Reservation& reservation, const FactView& fact) {
    for (const Part& part : state.reservations.parts(reservation))
        if (part.open() != 0) return;
    if (!reservation.ended()) state.reservations.end(reservation, fact.type(), fact.recorded_at());
}

void apply_new_reservation(State& state, const FactView& fact) {
    Reservation& reservation = state.reservations.create(ReservationId{fact.seq()});
    reservation.seq = fact.seq();
    reservation.channel =
        ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    reservation.confirmed = fact.type() == FactType::order_created;
    apply_to_parts(state, fact, reservation);
    if (const std::string_view order = fact.text(FieldTag::order); !order.empty())
        state.reservations.set_order(reservation, state.order_hash(order));
    if (const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at))
        state.reservations.set_deadline(reservation, *expires_at);
}

void apply_reservation_step(State& state, const FactView& fact, std::uint64_t id) {
    Reservation* reservation = state.reservations.find_mutable(ReservationId{id});
    HOLDFAST_CHECK(reservation != nullptr, "a step names a known reservation");
    reservation->seq = fact.seq();
    const FactType type = fact.type();
    if (type == FactType::reservation_confirmed || type == FactType::order_created) {
        if (reservation->ended()) state.reservations.reopen(*reservation);
        reservation->confirmed = true;
        state.reservations.set_deadline(*reservation, 0);
        if (const std::string_view order = fact.text(FieldTag::order); !order.empty())
            state.reservations.set_order(*reservation, state.order_hash(order));
    } else if (type == FactType::reservation_extended) {
        state.reservations.set_deadline(
            *reservation, fact.field_as<std::int64_t>(FieldTag::expires_at).value_or(0));
    }
    apply_to_parts(state, fact, *reservation);
    end_if_nothing_is_open(state, *reservation, fact);
}

void apply_keys(State& state, const FactView& fact) {
    const auto put = [&](KeyTable& table, FieldTag tag) {
        if (const auto field = fact.field_as<KeyField>(tag))
            table.put(field->key, {.body_hash = field->body_hash, .seq = fact.seq()},
                      fact.recorded_at());
    };
    put(state.transport_keys, FieldTag::transport_key);
    put(state.semantic_keys, FieldTag::semantic_key);
    if (const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position))
        state.sources.put(NameId{fact.header().source}, {.epoch = at->epoch, .seq = at->seq});
}

void apply_pool(State& state, const FactView& fact, const EntityField& entity) {
    state.reference_seq = fact.seq();
    state.pools.put(entity.id, fact.text(FieldTag::code), {}, fact.seq());
    if (state.pool_rows.size() <= entity.id) state.pool_rows.resize(entity.id + 1);
    PoolRow& row = state.pool_rows[entity.id];
    row = PoolRow{};
    row.rank_of.assign(state.locations.size(), PoolRow::kNotInPool);
    const auto ids = fact.field(FieldTag::ids);
    const std::size_t count = ids ? ids->size() / sizeof(std::uint32_t) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const LocationId at{fact.item<std::uint32_t>(ids, i, kNoId)};
        HOLDFAST_CHECK(at.raw < row.rank_of.size(), "a pool names known locations");
        row.locations.push_back(at);
        row.rank_of[at.raw] = static_cast<std::uint16_t>(i);
    }
}

void apply_policy(State& state, const FactView& fact) {
    const auto field = fact.field_as<PolicyField>(FieldTag::policy);
    HOLDFAST_CHECK(field.has_value(), "a policy fact carries its row");
    const PolicyScope scope{SkuId{field->sku}, LocationId{field->location}};
    state.reference_seq = fact.seq();
    state.policies.put(static_cast<PolicyKind>(field->kind), scope, field->value);
    const auto refresh = [&](Position& row) {
        if (scope.location != kNoLocation && row.location != scope.location) return;
        refresh_policies(state, row);
        row.seq = fact.seq();
    };
    if (scope.sku != kNoSku)
        state.positions.for_each_of(scope.sku, refresh);
    else
        state.positions.for_each(refresh);
}

void apply_api_key(State& state, const FactView& fact) {
    const auto field = fact.field_as<ApiKeyField>(FieldTag::api_key);
    HOLDFAST_CHECK(field.has_value(), "an API key fact carries its row");
    if (fact.type() == FactType::api_key_revoked) {
        state.access.revoke(field->id);
        return;
    }
    ApiKeyRow row;
    std::copy(std::begin(field->secret_hash), std::end(field->secret_hash),
              row.secret_hash.begin());
    row.title = fact.text(FieldTag::title);
    row.scopes = fact.text(FieldTag::scopes);
    row.created_at = fact.recorded_at();
    row.expires_at = instant_from_raw(field->expires_at);
    state.access.put(field->id, std::move(row));
}

void apply_reference_data(State& state, const FactView& fact) {
    const EntityField entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
    const std::string_view code = fact.text(FieldTag::code);
    const std::string_view title = fact.text(FieldTag::title);
    switch (fact.type()) {
        case FactType::name_interned: state.names.put(entity.id, code, {}, fact.seq()); break;
        case FactType::item_upserted: state.items.put(entity.id, code, title, fact.seq()); break;
        case FactType::location_upserted:
            state.reference_seq = fact.seq();
            state.locations.put(entity.id, code, title, fact.seq());
            if (state.location_rows.size() <= entity.id) state.location_rows.resize(entity.id + 1);
            state.location_rows[entity.id].enabled = (entity.flags & kLocationEnabled) != 0;
            break;
        case FactType::channel_upserted:
            state.reference_seq = fact.seq();
            state.channels.put(entity.id, code, title, fact.seq());
            if (state.channel_rows.size() <= entity.id) state.channel_rows.resize(entity.id + 1);
            state.channel_rows[entity.id] = {.pool = PoolId{entity.link},
                                             .splits = (entity.flags & kChannelSplits) != 0};
            break;
        case FactType::pool_upserted: apply_pool(state, fact, entity); break;
        case FactType::policy_changed: apply_policy(state, fact); break;
        case FactType::api_key_created:
        case FactType::api_key_revoked: apply_api_key(state, fact); break;
        default: break;
    }
}

}  // namespace

void apply(State& state, const FactView& fact) {
    HOLDFAST_CHECK(fact.seq() == state.seq + 1, "facts are applied in order, without a gap");
    HOLDFAST_CHECK(fact.recorded_at() >= state.log_time, "log time never goes back");
    state.seq = fact.seq();
    state.log_time = fact.recorded_at();

    apply_postings(state, fact);
    const auto reservation = fact.field_as<std::uint64_t>(FieldTag::reservation);
    switch (fact.type()) {
        case FactType::reservation_created: apply_new_reservation(state, fact); break;
        case FactType::order_created:
            if (reservation)
                apply_reservation_step(state, fact, *reservation);
            else
                apply_new_reservation(state, fact);
            break;
        case FactType::reservation_confirmed:
        case FactType::reservation_extended:
        case FactType::reservation_adjusted:
        case FactType::reservation_released:
        case FactType::reservation_expired:
        case FactType::order_cancelled:
        case FactType::shipment_posted:
            if (reservation) apply_reservation_step(state, fact, *reservation);
            break;
        case FactType::return_received:
        case FactType::stock_counted:
        case FactType::receipt_posted:
        case FactType::stock_adjusted:
        case FactType::pos_sale:
        case FactType::pos_void: break;
        default: apply_reference_data(state, fact); break;
    }
    apply_keys(state, fact);
    if (!fact.last_of_entry()) return;
    // Only now: the entry was decided with everything that the state still knew, so an entry that
    // brings an old reservation back must find it here as well.
    state.transport_keys.advance(state.log_time);
    state.semantic_keys.advance(state.log_time);
    state.reservations.advance(state.log_time);
}

}  // namespace holdfast::ledger
