// The twin's goods that leave for a customer, and those that did not leave after all.
#include <algorithm>

#include "ledger/reservation_table.h"
#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

std::optional<LocationId> place_of(const RecordEvent& c, const Line& line) {
    if (line.names_location) return line.location;
    if (c.names_location) return c.location;
    return std::nullopt;
}

}  // namespace

std::size_t TwinShipment::size() const {
    std::size_t sum = 0;
    for (const auto& [reservation, list] : steps) sum += list.size();
    return sum;
}

Twin::Named Twin::named_by(std::string_view order, ChannelId channel) const {
    std::vector<std::uint64_t> all;
    if (!order.empty())
        for (const auto& [id, r] : reservations)
            if (r.order == order) all.push_back(id);
    for (const std::uint64_t id : all)
        if (reservations.at(id).channel == channel) return {.id = id};
    if (channel != kNoChannel) {
        for (const std::uint64_t id : all)
            if (reservations.at(id).channel == kNoChannel) return {.id = id};
        return {};
    }
    if (all.size() > 1) return {.several = true};
    return all.empty() ? Named{} : Named{.id = all.front()};
}

bool Twin::order_taken(std::string_view order, ChannelId channel,
                       std::uint64_t by_other_than) const {
    const Named named = named_by(order, channel);
    return named.several || (named.id != 0 && named.id != by_other_than);
}

Twin::Meant Twin::order_meant(const RecordEvent& c) const {
    if (c.channel != kNoChannel && !known(c.channel)) return {.refusal = Refusal::unknown_channel};
    const Named named = named_by(c.order, c.channel);
    if (named.several) return {.refusal = Refusal::channel_required};
    return {.id = named.id};
}

void Twin::remember_shipment(const Draft& draft, Instant now) {
    const std::uint64_t reservation = draft.reservation.value_or(0);
    if (!draft.voided.empty()) shipments.at(draft.voided).steps.erase(draft.voided_for);
    if (draft.shipment.empty()) return;
    const bool known_document = shipments.contains(draft.shipment);
    TwinShipment& shipment = shipments[draft.shipment];
    if (!known_document) shipment.generation = to_raw(now) / ended_reservation_generation.count();
    std::vector<TwinStep>& steps = shipment.steps[reservation];
    steps.insert(steps.end(), draft.steps.begin(), draft.steps.end());
}

TwinOutcome Twin::shipment(const RecordEvent& c, Instant now) {
    if (c.type != FactType::shipment_posted && c.order.empty())
        return twin_refused(Refusal::order_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    const Meant order = order_meant(c);
    if (order.refusal != Refusal::none) return twin_refused(order.refusal);
    if (const auto problems = check_event_lines(c); !problems.empty())
        return twin_refused(problems);
    std::size_t remembered = 0;
    for (const auto& [document, shipment] : shipments) remembered += shipment.size();
    if (!c.document.empty() && remembered >= limits_.shipped_changes_max)
        return twin_refused(Refusal::table_full);
    Draft draft;
    // An order that is rung at a till was fetched.
    draft.type = c.type == FactType::shipment_posted ? FactType::shipment_posted
                                                     : FactType::pickup_completed;
    draft.shipment = c.document;
    const bool known_order = order.id != 0;
    if (known_order) {
        draft.reservation = order.id;
        draft.after = reservations.at(order.id);
    }
    for (const Line& line : c.lines) {
        const LocationId at = *place_of(c, line);
        draft.move(line.sku, at, Bucket::sellable, -line.quantity, PlaceKind::customer);
        draft.steps.push_back({std::nullopt, Bucket::sellable, line.sku, at, -line.quantity});
        if (!known_order) continue;
        // Where it left first, then elsewhere.
        std::vector<std::size_t> meant = parts_meant(draft.after, line, at);
        for (const std::size_t p : parts_meant(draft.after, line, std::nullopt))
            if (draft.after.parts[p].location != at) meant.push_back(p);
        Units rest = line.quantity;
        for (const std::size_t p : meant) {
            TwinPart& part = draft.after.parts[p];
            for (const Bucket bucket : {Bucket::allocated, Bucket::reserved, Bucket::backordered}) {
                const Units units = std::min(rest, part.in(bucket));
                draft.change(part, bucket, -units);
                if (bucket == Bucket::allocated)
                    draft.change(part, Bucket::picked, -std::min(units, part.picked));
                part.shipped += units;
                rest -= units;
            }
        }
        if (rest > 0) draft.raises.insert(CaseKind::over_shipment);
    }
    if (!known_order && !c.order.empty()) park(draft, c, now);
    for (const TwinPart& part : draft.after.parts)
        if (part.cancel_pending > part.allocated) draft.raises.insert(CaseKind::cancelled_too_late);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::shipment_voided(const RecordEvent& c, Instant now) {
    if (c.reference.empty()) return twin_refused(Refusal::document_required);
    const auto row = shipments.find(std::string(c.reference));
    if (row == shipments.end()) return twin_refused(Refusal::unknown_document);
    const auto& by_reservation = row->second.steps;
    if (by_reservation.empty()) return twin_refused(Refusal::document_ended);
    std::uint64_t id = by_reservation.begin()->first;
    if (!c.order.empty()) {
        const Meant order = order_meant(c);
        if (order.refusal != Refusal::none) return twin_refused(order.refusal);
        if (order.id == 0) return twin_refused(Refusal::unknown_order);
        id = order.id;
        if (!by_reservation.contains(id)) return twin_refused(Refusal::unknown_document);
    } else if (by_reservation.size() > 1) {
        return twin_refused(Refusal::order_required);
    }
    Draft draft;
    draft.type = FactType::shipment_voided;
    draft.voided = c.reference;
    draft.voided_for = id;
    // What came back has not left: no order is going to count it.
    if (id == 0)
        draft.upsert = [this, document = std::string(c.reference)] {
            for (auto& [order, events] : parked)
                std::erase_if(events, [&](const TwinParked& e) { return e.document == document; });
            std::erase_if(parked, [](const auto& waiting) { return waiting.second.empty(); });
        };
    // One that had ended before the shipment gave it nothing, and may be forgotten.
    if (reservations.contains(id)) {
        draft.reservation = id;
        draft.after = reservations.at(id);
    }
    std::map<TwinPlace, Units> free_gained;
    for (const TwinStep& step : by_reservation.at(id)) {
        if (!step.part) {
            draft.move(step.sku, step.at, Bucket::sellable, -step.delta, PlaceKind::customer);
            // What a count has seen back on the shelf is no news there.
            if (!counted_since(c.envelope, {step.sku, step.at}))
                free_gained[{step.sku, step.at}] -= step.delta;
            continue;
        }
        TwinPart& part = draft.after.parts[*step.part];
        if (!step.bucket) {
            part.cancel_pending -= step.delta;
            continue;
        }
        draft.change(part, *step.bucket, -step.delta);
        if (*step.bucket == Bucket::picked || *step.bucket == Bucket::erp_held) continue;
        part.shipped += step.delta;
        if (*step.bucket != Bucket::backordered) free_gained[{step.sku, step.at}] += step.delta;
    }
    if (draft.after.ended() && draft.after.open() > 0) draft.after.confirmed = true;
    for (const auto& [where, gained] : free_gained)
        if (gained < 0 && free(where.first, where.second) + gained < 0)
            draft.raises.insert(CaseKind::reservation_at_risk);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
