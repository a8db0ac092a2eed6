// Requests that must be refused, each for a reason of its own.
#include <fmt/format.h>

#include "simulation/workload.h"

namespace holdfast::simulation {

Request Workload::hostile() {
    switch (random_.below(3)) {
        case 0: return wrong_lines();
        case 1: return wrong_event();
        default: return keys_used_.empty() ? wrong_lines() : repeated_key();
    }
}

/// A key that stood for something else, or a document that was told in other words.
Request Workload::repeated_key() {
    Request request = reserve();
    ++next_key_;  // no two of these have the same body
    const Envelope used = keys_used_[random_.below(keys_used_.size())];
    Envelope& envelope = envelope_of_request(request);
    if (used.semantic.given() && random_.one_in(2)) {
        give_key(request);
        envelope.semantic = {.key = used.semantic.key, .body_hash = ~next_key_};
    } else {
        envelope.transport = {.key = used.transport.key, .body_hash = ~next_key_};
        envelope.semantic = {};
    }
    return request;
}

Request Workload::wrong_lines() {
    Request request = reserve();
    auto& reserve = std::get<ReserveStock>(request.command);
    Line& line = request.lines[0];
    switch (random_.below(12)) {
        case 0: line.sku = kNoSku; break;
        case 1:
            line.location = kNoLocation;
            line.names_location = true;
            break;
        case 2: reserve.channel = kNoChannel; break;
        case 3: request.lines.clear(); break;
        case 4: request.lines.assign(lines_per_request_max + 1, line); break;
        case 5:
            line.line = 1;
            request.lines.push_back(line);
            request.lines.back().line = 1;
            reserve.partial = false;
            break;
        case 6: line.quantity = random_.one_in(2) ? 0 : -5; break;
        case 7: line.quantity = quantity_max + 1; break;
        case 8: reserve.time_to_live = time_to_live_max + Microseconds{1}; break;
        case 9:
            request.command = StepReservation{.step = ReservationStep::confirm,
                                              .reservation = ReservationId{~std::uint64_t{0} / 2}};
            break;
        case 10:
            if (const Hold* hold = some_hold(); hold != nullptr) {
                request.command = StepReservation{.step = ReservationStep::release,
                                                  .reservation = ReservationId{hold->id}};
                request.lines = {hold->lines[0]};
                if (random_.one_in(2))
                    request.lines[0].line = 987'654;
                else
                    request.lines[0].quantity = quantity_max;
            }
            break;
        default: line.quantity = quantity_max;  // more than anybody has
    }
    return request;
}

Request Workload::wrong_event() {
    Request request = stock_event();
    auto& event = std::get<RecordEvent>(request.command);
    switch (random_.below(11)) {
        case 0:
            event.type = FactType::stock_adjusted;
            request.lines.resize(1);
            request.lines[0].bucket = Bucket::sellable;
            request.reason.clear();
            break;
        case 1:
            event.names_location = false;
            request.lines.resize(1);
            request.lines[0].names_location = false;
            break;
        case 2:
            event = RecordEvent{.type = FactType::order_created};
            request.order = new_order();
            break;
        case 3:
            event = RecordEvent{.type = FactType::order_created, .channel = some_channel()};
            request.order.clear();
            break;
        case 4:
            event = RecordEvent{.type = FactType::allocation_created};
            request.order = "order of nobody";
            request.lines.clear();
            break;
        case 5:
            request.lines.resize(1);
            request.lines[0].bucket = Bucket::picked;
            break;
        case 6:
            request = Request{};
            request.command = UpsertItem{};
            request.code = random_.one_in(2) ? "" : std::string("tab\tin code");
            break;
        case 7:
            request = Request{};
            request.command = UpsertChannel{.pool = PoolId{12'345}};
            request.code = "channel-0";
            break;
        case 8:
            request = Request{};
            request.command = RevokeApiKey{.id = 999'999'999};
            break;
        case 9:
            request = Request{};
            request.command =
                SetPolicy{.sku = kNoSku, .names_sku = true, .value = policy_value_max};
            break;
        default:
            if (const Order* order = some_order(); order != nullptr) {
                event = RecordEvent{.type = FactType::order_created,
                                    .channel = some_channel(),
                                    .already_sold = true};
                request.order = order->number;
            }
    }
    return request;
}

}  // namespace holdfast::simulation
