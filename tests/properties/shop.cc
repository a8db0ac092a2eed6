#include "shop.h"

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "properties.h"

namespace holdfast::properties {

using ledger::Outcome;

std::ostream& operator<<(std::ostream& out, const Move& move) {
    return out << fmt::format("{} x{} of item {} at {}", name(move.type), move.quantity,
                              move.sku.raw, move.at.raw);
}

rc::Gen<Move> any_move() {
    return rc::gen::exec([] {
        Move move;
        move.type =
            *rc::gen::element(FactType::stock_adjusted, FactType::receipt_posted,
                              FactType::pos_sale, FactType::pos_void, FactType::return_received);
        move.sku = SkuId{*between<std::uint32_t>(0, kItems)};
        move.at = LocationId{*between<std::uint32_t>(0, kLocations)};
        move.quantity = *between<Units>(1, 20);
        if (move.type == FactType::stock_adjusted && *rc::gen::arbitrary<bool>())
            move.quantity = -move.quantity;
        return move;
    });
}

rc::Gen<std::vector<Move>> any_moves() { return rc::gen::container<std::vector<Move>>(any_move()); }

rc::Gen<Units> any_units() { return between<Units>(1, 15); }

rc::Gen<std::vector<Units>> any_shelves() {
    return rc::gen::container<std::vector<Units>>(kLocations, between<Units>(-5, 12));
}

std::vector<LocationId> all_locations() {
    std::vector<LocationId> all;
    for (std::uint32_t at = 0; at < kLocations; ++at) all.push_back(LocationId{at});
    return all;
}

Shop::Shop(bool splits, ledger::Limits limits)
    : state_(std::make_unique<ledger::State>(7, limits)),
      now_(instant_from_raw(1'767'225'600'000'000)) {
    for (std::uint32_t i = 0; i < kItems; ++i)
        must(UpsertItem{.code = std::string("ITEM-") + std::to_string(i)});
    for (std::uint32_t i = 0; i < kLocations; ++i)
        must(UpsertLocation{.code = std::string("PLACE-") + std::to_string(i)});
    const auto all = all_locations();
    pool(all);
    this->splits(splits);
}

Answer Shop::run(const Command& command) {
    arena_.reset();
    entry_.clear();
    now_ += Microseconds{1};
    FactWriter writer(entry_);
    const Answer outcome{ledger::decide(
        *state_, command, {.now = now_, .next_seq = state_->seq + 1}, arena_, writer)};
    const Result<void> applied = for_each_fact(entry_, [&](const FactView& fact) -> Result<void> {
        ledger::apply(*state_, fact);
        return {};
    });
    RC_ASSERT(applied.has_value());
    RC_ASSERT((outcome.facts > 0) == !entry_.empty());
    if (const auto broken = state_->check_invariants()) RC_FAIL(*broken);
    facts_.insert(facts_.end(), entry_.begin(), entry_.end());
    return outcome;
}

Answer Shop::must(const Command& command) {
    const Answer outcome = run(command);
    if (outcome.kind != Outcome::Kind::recorded)
        RC_FAIL(std::string("it was refused: ") + std::string(name(outcome.refusal)));
    return outcome;
}

Answer Shop::move(const Move& move, const Envelope& envelope) {
    const Line lines[] = {{.sku = move.sku, .quantity = move.quantity}};
    RecordEvent event{.envelope = envelope,
                      .type = move.type,
                      .location = move.at,
                      .names_location = true,
                      .lines = lines};
    event.envelope.reason = "found";
    return run(event);
}

Answer Shop::count(SkuId sku, LocationId at, Units units) {
    return move({FactType::stock_counted, sku, at, units});
}

void Shop::fill(SkuId sku, std::span<const Units> shelves) {
    for (std::uint32_t at = 0; at < shelves.size(); ++at) {
        count(sku, LocationId{at}, std::max<Units>(0, shelves[at]));
        if (shelves[at] < 0) move({FactType::pos_sale, sku, LocationId{at}, -shelves[at]});
    }
}

Answer Shop::policy(PolicyKind kind, SkuId sku, LocationId at, std::int64_t value) {
    return run(SetPolicy{.kind = kind,
                         .sku = sku,
                         .names_sku = sku != kNoSku,
                         .location = at,
                         .names_location = at != kNoLocation,
                         .value = value});
}

Answer Shop::hold(Units quantity, std::string_view order) {
    const Line lines[] = {{.sku = kShoe, .quantity = quantity}};
    return run(ReserveStock{.channel = kWeb, .lines = lines, .order = order});
}

Answer Shop::hold(std::span<const Line> lines, bool partial) {
    return run(ReserveStock{.channel = kWeb, .lines = lines, .partial = partial});
}

Answer Shop::step(ReservationStep step, std::uint64_t hold, std::span<const Line> lines) {
    return run(StepReservation{.step = step, .reservation = ReservationId{hold}, .lines = lines});
}

Answer Shop::sold(Units quantity, std::string_view order) {
    const Line lines[] = {{.sku = kShoe, .quantity = quantity}};
    return run(RecordEvent{.type = FactType::order_created,
                           .channel = kWeb,
                           .lines = lines,
                           .order = order,
                           .already_sold = true});
}

Answer Shop::order_event(FactType type, std::string_view order, std::span<const Line> lines,
                         LocationId at) {
    return run(RecordEvent{.type = type,
                           .location = at,
                           .names_location = at != kNoLocation,
                           .lines = lines,
                           .order = order});
}

void Shop::open(LocationId at, bool enabled) {
    must(
        UpsertLocation{.code = std::string("PLACE-") + std::to_string(at.raw), .enabled = enabled});
}

void Shop::splits(bool allowed) {
    must(UpsertChannel{.code = "web", .pool = PoolId{0}, .splits = allowed});
}

void Shop::pool(std::span<const LocationId> locations) {
    must(UpsertPool{.code = "all", .locations = locations});
}

Units Shop::free(SkuId sku, LocationId at) const {
    return level(sku, at, Bucket::sellable) - level(sku, at, Bucket::reserved) -
           level(sku, at, Bucket::allocated);
}

Units Shop::sum(SkuId sku, Bucket bucket) const {
    Units units = 0;
    for (const LocationId at : all_locations()) units += level(sku, at, bucket);
    return units;
}

std::vector<Units> Shop::levels() const {
    std::vector<Units> all;
    for (std::uint32_t sku = 0; sku < kItems; ++sku)
        for (const LocationId at : all_locations())
            for (int b = 1; b <= static_cast<int>(Bucket::in_transit); ++b)
                all.push_back(level(SkuId{sku}, at, static_cast<Bucket>(b)));
    return all;
}

std::vector<CaseKind> Shop::raised() const {
    std::vector<CaseKind> kinds;
    const Result<void> read = for_each_fact(entry_, [&](const FactView& fact) -> Result<void> {
        const auto list = fact.field(FieldTag::raises);
        for (std::size_t i = 0; list && i < list->size(); ++i)
            kinds.push_back(fact.item<CaseKind>(list, i, CaseKind::negative_sellable));
        return {};
    });
    RC_ASSERT(read.has_value());
    return kinds;
}

}  // namespace holdfast::properties
