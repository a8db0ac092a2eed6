// Random commands of an order's life: what nodes and people say of it.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {

Command CommandStream::fulfilment(DrawnCommand& d, const Twin& twin) {
    static constexpr FactType kTypes[] = {
        FactType::allocation_created,   FactType::allocation_created,
        FactType::allocation_released,  FactType::pick_confirmed,
        FactType::pick_confirmed,       FactType::pick_shorted,
        FactType::pick_returned,        FactType::erp_offset,
        FactType::pickup_completed,     FactType::shipment_voided,
        FactType::shipment_voided,      FactType::reservation_adjusted,
        FactType::reservation_adjusted, FactType::backorder_created,
        FactType::backorder_created,    FactType::backorder_filled,
        FactType::backorder_filled};
    if (random_.percent(20)) return step(d, twin, ReservationStep::resource);
    return order_event(d, twin, random_.pick(kTypes));
}

/// An event about units that an order has, most of the time.
Command CommandStream::order_event(DrawnCommand& d, const Twin& twin, FactType type) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    if (random_.percent(97)) c.order = order(d, false);
    if (random_.percent(40)) {
        c.names_location = true;
        c.location = place(twin);
    }
    if (random_.percent(30)) c.document = text(d, fmt::format("document-{}", random_.below(50)));
    if (type == FactType::shipment_voided && random_.percent(95)) {
        // Of those that are known, most of the time.
        c.reference = text(d, fmt::format("document-{}", random_.below(50)));
        if (!twin.shipments.empty() && random_.percent(80)) {
            auto row = twin.shipments.begin();
            std::advance(row, static_cast<std::ptrdiff_t>(random_.below(twin.shipments.size())));
            c.reference = text(d, row->first);
        }
        if (random_.percent(60)) c.order = {};
    }
    if (random_.percent(40)) {
        const auto known = twin.reservations.find(twin.named_by(c.order, kNoChannel).id);
        c.channel = known != twin.reservations.end() ? known->second.channel : any_channel(twin);
    }
    const auto row = twin.reservations.find(twin.named_by(c.order, c.channel).id);
    if (row != twin.reservations.end() && random_.percent(85)) {
        const auto& parts = row->second.parts;
        for (Line& line : d.lines) {
            if (parts.empty()) break;
            const TwinPart& part = parts[random_.below(parts.size())];
            line.sku = part.sku;
            if (random_.percent(50)) line.line = part.line;
            if (random_.percent(85)) {
                line.names_location = true;
                line.location = part.location;
            }
            if (random_.percent(30))
                line.quantity = std::max<Units>(1, part.reserved + part.allocated);
        }
    }
    c.already_sold = random_.percent(50);
    for (Line& line : d.lines) {
        static constexpr Bucket kBuckets[] = {Bucket::suspect, Bucket::damaged, Bucket::quarantine};
        if (type == FactType::pick_shorted && random_.percent(50))
            line.bucket = random_.pick(kBuckets);
    }
    if (random_.percent(30)) d.lines.clear();
    c.lines = d.lines;
    return c;
}

}  // namespace holdfast::ledger
