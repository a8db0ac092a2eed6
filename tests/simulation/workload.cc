#include "simulation/workload.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::simulation {
namespace {

/// Holds, orders and keys that clients remember; the oldest make room.
constexpr std::size_t kRemembered = 64;

template <class T>
void remember(std::vector<T>& list, T item, os::sim::SimRandom& random) {
    if (list.size() < kRemembered)
        list.push_back(std::move(item));
    else
        list[random.below(kRemembered)] = std::move(item);
}

constexpr std::string_view kActors[] = {"", "clerk", "api-key-7"};
constexpr std::string_view kReasons[] = {"damaged", "found", "stolen"};

}  // namespace

const Workload::Weighted Workload::kMix[] = {
    {&Workload::reserve, 40},        {&Workload::step, 30},        {&Workload::order_new, 10},
    {&Workload::order_over_hold, 6}, {&Workload::order_cancel, 5}, {&Workload::shipment, 6},
    {&Workload::stock_event, 14},    {&Workload::policy, 3},       {&Workload::upsert, 3},
    {&Workload::api_key, 1},
};

Workload::Workload(const Swarm& swarm, std::uint64_t seed) : swarm_(swarm), random_(seed) {}

std::optional<Request> Workload::next_of_setup() {
    std::uint32_t at = setup_at_++;
    Request request;
    const auto codes = [&](std::uint32_t count) {
        if (at < count) return true;
        at -= count;
        return false;
    };
    if (codes(swarm_.skus)) {
        request.command = UpsertItem{};
        request.code = fmt::format("SKU-{}", at);
        skus_ = at + 1;
    } else if (codes(swarm_.locations)) {
        request.command = UpsertLocation{};
        request.code = fmt::format("LOC-{}", at);
    } else if (codes(swarm_.pools)) {
        request.command = UpsertPool{};
        request.code = fmt::format("pool-{}", at);
        request.locations = some_locations();
    } else if (codes(swarm_.channels)) {
        request.command = UpsertChannel{.pool = PoolId{at % swarm_.pools}, .splits = at % 2 == 0};
        request.code = fmt::format("channel-{}", at);
    } else if (codes(1)) {
        RecordEvent event{.type = FactType::stock_counted};
        for (std::uint32_t sku = 0; sku < swarm_.skus; ++sku)
            for (std::uint32_t l = 0; l < swarm_.locations; ++l)
                request.lines.push_back({.sku = SkuId{sku},
                                         .location = LocationId{l},
                                         .names_location = true,
                                         .quantity = static_cast<std::int64_t>(random_.below(
                                             static_cast<std::uint64_t>(swarm_.stock_max) + 1))});
        request.command = event;
    } else {
        return std::nullopt;
    }
    give_key(request);
    return request;
}

Request Workload::next(SourceState* source) {
    if (source != nullptr) {
        Request request = stock_event();
        // A source that begins anew has a higher epoch; a copy of it with the old one is stale.
        if (random_.one_in(60)) {
            ++source->epoch;
            source->seq = 0;
        }
        Envelope& envelope = envelope_of_request(request);
        request.source = source->name;
        envelope.source_epoch = source->epoch;
        envelope.source_seq = ++source->seq;
        if (source->epoch > 1 && random_.one_in(40)) --envelope.source_epoch;
        if (random_.one_in(2)) give_key(request);
        return request;
    }
    const bool hostile = swarm_.hostile != 0 && random_.below(1'000'000) < swarm_.hostile;
    Request request;
    if (hostile) {
        request = this->hostile();
    } else {
        std::uint32_t total = 0;
        for (const Weighted& entry : kMix) total += entry.weight;
        std::uint64_t draw = random_.below(total);
        const Weighted* entry = kMix;
        for (; draw >= entry->weight; ++entry) draw -= entry->weight;
        request = (this->*entry->make)();
    }
    if (envelope_of_request(request).transport.given()) return request;
    request.actor = kActors[random_.below(std::size(kActors))];
    const bool keyed = swarm_.unkeyed == 0 || random_.below(1'000'000) >= swarm_.unkeyed;
    if (keyed) give_key(request);
    return request;
}

void Workload::give_key(Request& request) {
    ++next_key_;
    Envelope& envelope = envelope_of_request(request);
    envelope.transport = {.key = {next_key_ * 0x9E3779B97F4A7C15ULL, next_key_},
                          .body_hash = next_key_ * 31};
    // Some documents are known by a second name: a step of a business document.
    if (random_.one_in(12))
        envelope.semantic = {.key = {next_key_ * 0xC2B2AE3D27D4EB4FULL, ~next_key_},
                             .body_hash = next_key_ * 37};
    remember(keys_used_, envelope, random_);
}

Line Workload::some_line() {
    // Half of all lines want the same SKU: the last units are what clients fight for.
    const std::uint32_t sku =
        random_.one_in(2) ? 0 : static_cast<std::uint32_t>(random_.below(skus_));
    return {.sku = SkuId{sku},
            .quantity = static_cast<std::int64_t>(
                1 + random_.below(static_cast<std::uint64_t>(swarm_.quantity_max)))};
}

std::vector<Line> Workload::some_lines(bool may_name_location) {
    std::vector<Line> lines;
    const std::uint64_t count = random_.one_in(3) ? 1 + random_.below(6) : 1;
    const bool numbered = random_.one_in(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        Line line = some_line();
        if (numbered) line.line = 10 * (count - i);
        if (may_name_location && random_.one_in(5)) {
            line.location = some_location();
            line.names_location = true;
        }
        lines.push_back(line);
    }
    return lines;
}

std::vector<LocationId> Workload::some_locations() {
    std::vector<LocationId> all;
    for (std::uint32_t l = 0; l < swarm_.locations; ++l) all.emplace_back(l);
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random_.below(i)]);
    all.resize(1 + random_.below(all.size()));
    return all;
}

Microseconds Workload::some_time_to_live() {
    if (random_.one_in(8)) return Microseconds{0};
    return Microseconds{static_cast<std::int64_t>(
        1 + random_.below(static_cast<std::uint64_t>(swarm_.time_to_live_max.count())))};
}

std::string Workload::new_order() { return fmt::format("order-{}", ++next_order_); }

const Workload::Hold* Workload::some_hold() {
    return holds_.empty() ? nullptr : &holds_[random_.below(holds_.size())];
}
const Workload::Order* Workload::some_order() {
    return orders_.empty() ? nullptr : &orders_[random_.below(orders_.size())];
}

Request Workload::reserve() {
    Request request;
    request.command = ReserveStock{.channel = some_channel(),
                                   .partial = random_.one_in(4),
                                   .time_to_live = some_time_to_live()};
    request.lines = some_lines(true);
    if (random_.one_in(8)) request.order = new_order();
    return request;
}

Request Workload::step() {
    const Hold* hold = some_hold();
    if (hold == nullptr) return reserve();
    Request request;
    StepReservation step{.reservation = ReservationId{hold->id}};
    switch (random_.below(5)) {
        case 0:
        case 1:
            step.step = ReservationStep::confirm;
            if (random_.one_in(2)) request.order = new_order();
            break;
        case 2:
            step.step = ReservationStep::release;
            if (random_.one_in(3)) {
                request.lines = {hold->lines[random_.below(hold->lines.size())]};
                request.lines[0].quantity = 1;
            }
            break;
        case 3:
            step.step = ReservationStep::extend;
            step.time_to_live = some_time_to_live();
            break;
        default:
            step.step = ReservationStep::adjust;
            request.lines = {hold->lines[random_.below(hold->lines.size())]};
            request.lines[0].quantity = static_cast<std::int64_t>(
                random_.below(static_cast<std::uint64_t>(swarm_.quantity_max) + 3));
    }
    request.command = step;
    return request;
}

Request Workload::order_new() {
    Request request;
    const bool already_sold = random_.one_in(2);
    request.command = RecordEvent{.type = FactType::order_created,
                                  .location = some_location(),
                                  .names_location = true,
                                  .channel = some_channel(),
                                  .already_sold = already_sold,
                                  .partial = random_.one_in(4)};
    request.lines = some_lines(true);
    request.order = new_order();
    if (random_.one_in(2)) request.document = "document of " + request.order;
    return request;
}

Request Workload::order_over_hold() {
    const Hold* hold = some_hold();
    if (hold == nullptr) return order_new();
    Request request;
    request.command = RecordEvent{.type = FactType::order_created,
                                  .names_reservation = true,
                                  .reservation = ReservationId{hold->id}};
    request.order = new_order();
    if (random_.one_in(2)) {
        request.lines = hold->lines;
        for (Line& line : request.lines) line.quantity += random_.one_in(2) ? 1 : 0;
    }
    return request;
}

Request Workload::order_cancel() {
    const Order* order = some_order();
    if (order == nullptr) return order_new();
    Request request;
    request.command = RecordEvent{.type = FactType::order_cancelled};
    request.order = order->number;
    if (random_.one_in(3) && !order->lines.empty()) {
        request.lines = {order->lines[random_.below(order->lines.size())]};
        request.lines[0].quantity = 1;
    }
    return request;
}

Request Workload::shipment() {
    Request request;
    request.command = RecordEvent{
        .type = FactType::shipment_posted, .location = some_location(), .names_location = true};
    const Order* order = some_order();
    if (order != nullptr && !order->lines.empty() && !random_.one_in(5)) {
        request.order = order->number;
        request.lines = order->lines;
        for (Line& line : request.lines) line.bucket = Bucket::sellable;
    } else {
        request.lines = some_lines(true);
    }
    request.document = fmt::format("shipment-{}", next_key_);
    return request;
}

Request Workload::stock_event() {
    static constexpr FactType kTypes[] = {FactType::stock_counted,
                                          FactType::receipt_posted,
                                          FactType::receipt_posted,
                                          FactType::stock_adjusted,
                                          FactType::pos_sale,
                                          FactType::pos_sale,
                                          FactType::pos_void,
                                          FactType::return_received,
                                          FactType::stock_status_changed,
                                          FactType::return_dispositioned,
                                          FactType::supplier_return,
                                          FactType::stock_regraded};
    Request request;
    RecordEvent event{.type = kTypes[random_.below(std::size(kTypes))],
                      .location = some_location(),
                      .names_location = true};
    request.lines =
        event.type == FactType::stock_counted ? std::vector<Line>{some_line()} : some_lines(true);
    for (Line& line : request.lines) {
        if (event.type == FactType::return_received)
            line.bucket =
                std::array{Bucket::sellable, Bucket::damaged, Bucket::quarantine}[random_.below(3)];
        if (event.type == FactType::stock_status_changed) line.bucket = Bucket::damaged;
        if (event.type == FactType::stock_regraded)
            line.other_sku = SkuId{static_cast<std::uint32_t>(random_.below(skus_))};
        if (event.type == FactType::stock_adjusted) {
            line.bucket = random_.one_in(3) ? Bucket::suspect : Bucket::sellable;
            if (random_.one_in(2)) line.quantity = -line.quantity;
        }
        if (event.type == FactType::stock_counted)
            line.quantity = static_cast<std::int64_t>(
                random_.below(static_cast<std::uint64_t>(swarm_.stock_max) + 1));
    }
    const bool explained =
        event.type == FactType::stock_adjusted || event.type == FactType::supplier_return;
    if (explained || random_.one_in(4))
        request.reason = kReasons[random_.below(std::size(kReasons))];
    if (event.type == FactType::supplier_return || random_.one_in(3))
        request.document = fmt::format("document-{}", next_key_);
    request.command = event;
    return request;
}

Request Workload::policy() {
    Request request;
    SetPolicy policy{.kind = random_.one_in(2) ? PolicyKind::safety_stock : PolicyKind::buffer,
                     .sku = SkuId{static_cast<std::uint32_t>(random_.below(skus_))},
                     .names_sku = random_.one_in(2),
                     .location = some_location(),
                     .names_location = random_.one_in(2),
                     .value = random_.one_in(3) ? -1 : static_cast<std::int64_t>(random_.below(5))};
    if (!policy.names_sku) policy.sku = kNoSku;
    if (!policy.names_location) policy.location = kNoLocation;
    request.command = policy;
    return request;
}

Request Workload::upsert() {
    Request request;
    request.title = fmt::format("title {}", next_key_);
    const std::uint64_t which = random_.below(6);
    if (which == 0) {
        request.command = UpsertItem{};
        request.code = fmt::format("NEW-{}", next_item_++);
    } else if (which == 1) {
        request.command = UpsertItem{};
        request.code = fmt::format("SKU-{}", random_.below(swarm_.skus));
    } else if (which <= 3) {
        request.command = UpsertLocation{.enabled = !random_.one_in(4)};
        request.code = fmt::format("LOC-{}", random_.below(swarm_.locations));
    } else if (which == 4) {
        request.command = UpsertPool{};
        request.title.clear();
        request.code = fmt::format("pool-{}", random_.below(swarm_.pools));
        request.locations = some_locations();
    } else {
        const auto pool = static_cast<std::uint32_t>(random_.below(swarm_.pools));
        request.command = UpsertChannel{.pool = random_.one_in(8) ? kNoPool : PoolId{pool},
                                        .splits = !random_.one_in(3)};
        request.code = fmt::format("channel-{}", random_.below(swarm_.channels));
    }
    return request;
}

Request Workload::api_key() {
    Request request;
    if (next_api_key_ > 0 && random_.one_in(2)) {
        request.command = RevokeApiKey{.id = 1 + random_.below(next_api_key_)};
    } else {
        request.command = CreateApiKey{.id = ++next_api_key_};
        request.title = "a key";
    }
    return request;
}

void Workload::learn(const Request& request, const Reply& reply) {
    if (!reply.names_fact()) return;
    if (std::holds_alternative<ReserveStock>(request.command)) {
        remember(holds_, Hold{.id = reply.seq, .lines = request.lines}, random_);
        if (!request.order.empty())
            remember(orders_, Order{.number = request.order, .lines = request.lines}, random_);
    } else if (const auto* event = std::get_if<RecordEvent>(&request.command)) {
        if (event->type == FactType::order_created)
            remember(orders_, Order{.number = request.order, .lines = request.lines}, random_);
    } else if (std::holds_alternative<StepReservation>(request.command)) {
        if (!request.order.empty())
            remember(orders_, Order{.number = request.order, .lines = {}}, random_);
    } else if (std::holds_alternative<UpsertItem>(request.command) && reply.entity != kNoId) {
        skus_ = std::max(skus_, reply.entity + 1);
    }
}

}  // namespace holdfast::simulation
