// Random goods that move: purchase orders, receipts for them and their corrections, transfers.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

template <class Map>
auto element(const Map& map, std::uint64_t index) {
    return std::next(map.begin(), static_cast<std::ptrdiff_t>(index % map.size()));
}

}  // namespace

Command CommandStream::movement(DrawnCommand& d, const Twin& twin) {
    const std::uint64_t kind = random_.below(100);
    if (kind < 12) return inbound(d, twin, FactType::inbound_scheduled);
    if (kind < 18) return inbound(d, twin, FactType::inbound_changed);
    if (kind < 21) return inbound(d, twin, FactType::inbound_cancelled);
    if (kind < 36) return receipt(d, twin, FactType::receipt_posted);
    if (kind < 42) return receipt(d, twin, FactType::receipt_corrected);
    if (kind < 60) return transfer(d, twin, FactType::transfer_requested);
    if (kind < 65) return transfer(d, twin, FactType::transfer_cancelled);
    if (kind < 80) return transfer(d, twin, FactType::transfer_shipped);
    if (kind < 94) return transfer(d, twin, FactType::transfer_received);
    return transfer(d, twin, FactType::transfer_completed);
}

/// Lines of a document that exists, most of the time.
void CommandStream::aim_at_purchase_order(DrawnCommand& d, const Twin& twin,
                                          std::string_view number) {
    const auto lines = twin.purchase_order(number);
    if (lines.empty()) return;
    for (Line& line : d.lines) {
        if (random_.percent(15)) continue;
        const auto row = element(lines, random_.next());
        line.sku = row->second.sku;
        line.line = random_.percent(70) ? row->first : 0;
        if (random_.percent(30)) line.quantity = std::max<Units>(1, row->second.open());
        if (random_.percent(10)) line.quantity = std::max<Units>(1, row->second.ordered);
    }
}

std::string_view CommandStream::purchase_order(DrawnCommand& d, const Twin& twin) {
    if (twin.inbound.empty() || random_.percent(15))
        return text(d, fmt::format("po-{}", random_.below(30)));
    return text(d, element(twin.inbound, random_.next())->first.first);
}

Command CommandStream::inbound(DrawnCommand& d, const Twin& twin, FactType type) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    c.names_location = random_.percent(70);
    if (c.names_location) c.location = place(twin);
    const bool fresh = type == FactType::inbound_scheduled && random_.percent(70);
    c.document = fresh ? text(d, fmt::format("po-{}", drawn_)) : purchase_order(d, twin);
    if (random_.percent(2)) c.document = {};
    if (type != FactType::inbound_scheduled) aim_at_purchase_order(d, twin, c.document);
    if (random_.percent(type == FactType::inbound_scheduled ? 97 : 60))
        c.due = instant_from_raw(to_raw(now_) / kDay * kDay + random_.between(-2, 6) * kDay);
    if (type == FactType::inbound_cancelled && random_.percent(40)) d.lines.clear();
    c.lines = d.lines;
    return c;
}

Command CommandStream::transfer(DrawnCommand& d, const Twin& twin, FactType type) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    const bool sends = type == FactType::transfer_requested || type == FactType::transfer_shipped;
    c.names_location = random_.percent(sends ? 85 : 20);
    if (c.names_location) c.location = place(twin);
    const bool known = !twin.reservation_of_transfer.empty() &&
                       random_.percent(type == FactType::transfer_requested ? 5 : 85);
    c.document = text(d, known ? element(twin.reservation_of_transfer, random_.next())->first
                               : fmt::format("transfer-{}", drawn_ - random_.below(2)));
    if (random_.percent(2)) c.document = {};
    c.names_destination = random_.percent(known ? 10 : 95);
    if (c.names_destination) c.destination = place(twin);
    if (random_.percent(40))
        c.due = instant_from_raw(to_raw(now_) / kDay * kDay + random_.between(-2, 6) * kDay);
    const auto row = twin.reservation_of_transfer.find(std::string(c.document));
    if (row != twin.reservation_of_transfer.end()) {
        const TwinReservation& transfer = twin.reservations.at(row->second);
        if (c.names_destination && random_.percent(60)) c.destination = transfer.destination;
        for (Line& line : d.lines) {
            if (random_.percent(15)) continue;
            const TwinPart& part = transfer.parts[random_.below(transfer.parts.size())];
            line.sku = part.sku;
            line.line = random_.percent(60) ? part.line : 0;
            line.names_location = sends && random_.percent(70);
            if (line.names_location) line.location = part.location;
            if (random_.percent(40)) line.quantity = std::max<Units>(1, part.on_lane());
            if (random_.percent(20)) line.quantity = std::max<Units>(1, part.reserved);
            if (random_.percent(10)) line.quantity = std::max<Units>(1, part.lost);
        }
    }
    for (Line& line : d.lines)
        if (type == FactType::transfer_received && random_.percent(15))
            line.bucket = random_.percent(50) ? Bucket::damaged : Bucket::quarantine;
    if (type == FactType::transfer_completed && random_.percent(97)) d.lines.clear();
    if (type == FactType::transfer_cancelled && random_.percent(40)) d.lines.clear();
    c.lines = d.lines;
    return c;
}

Command CommandStream::receipt(DrawnCommand& d, const Twin& twin, FactType type) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    c.names_location = random_.percent(80);
    if (c.names_location) c.location = place(twin);
    if (random_.percent(85)) c.reference = purchase_order(d, twin);
    aim_at_purchase_order(d, twin, c.reference);
    for (Line& line : d.lines) {
        if (type == FactType::receipt_corrected && random_.percent(60))
            line.quantity = -line.quantity;
        if (random_.percent(15))
            line.bucket = random_.percent(50) ? Bucket::damaged : Bucket::quarantine;
    }
    c.lines = d.lines;
    return c;
}

}  // namespace holdfast::ledger
