// Random commands of an order's life: what nodes and people say of it.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {

Command CommandStream::fulfilment(DrawnCommand& d, const Twin& twin) {
    static constexpr FactType kTypes[] = {
        FactType::allocation_created, FactType::allocation_created, FactType::allocation_released,
        FactType::pick_confirmed,     FactType::pick_confirmed,     FactType::pick_shorted,
        FactType::pick_returned,      FactType::erp_offset};
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
    if (random_.percent(10)) c.document = text(d, fmt::format("document-{}", random_.below(50)));
    const auto row = twin.reservation_of_order.find(std::string(c.order));
    if (row != twin.reservation_of_order.end() && random_.percent(85)) {
        const auto& parts = twin.reservations.at(row->second).parts;
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
