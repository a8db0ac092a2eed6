// Random goods that move: purchase orders, receipts for them and their corrections, transfers,
// counts, returns and what else happens on a shelf.
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
    if (kind < 7) return inbound(d, twin, FactType::inbound_scheduled);
    if (kind < 10) return inbound(d, twin, FactType::inbound_changed);
    if (kind < 12) return inbound(d, twin, FactType::inbound_cancelled);
    if (kind < 22) return count(d, twin);
    if (kind < 29) return receipt(d, twin, FactType::receipt_posted);
    if (kind < 33) return receipt(d, twin, FactType::receipt_corrected);
    if (kind < 46) return transfer(d, twin, FactType::transfer_requested);
    if (kind < 50) return transfer(d, twin, FactType::transfer_cancelled);
    if (kind < 62) return transfer(d, twin, FactType::transfer_shipped);
    if (kind < 74) return transfer(d, twin, FactType::transfer_received);
    if (kind < 79) return transfer(d, twin, FactType::transfer_completed);
    if (kind < 82) return customer_return(d, twin, FactType::return_announced);
    if (kind < 87) return customer_return(d, twin, FactType::return_received);
    if (kind < 90) return customer_return(d, twin, FactType::return_dispositioned);
    if (kind < 94) return shelf(d, twin, FactType::stock_status_changed);
    if (kind < 96) return shelf(d, twin, FactType::supplier_return);
    if (kind < 98) return shelf(d, twin, FactType::stock_regraded);
    return kit(d, twin, random_.percent(60) ? FactType::kit_assembled : FactType::kit_broken);
}

/// An event with drawn lines; in `placed` of a hundred it says itself where it happened.
RecordEvent CommandStream::drawn_event(DrawnCommand& d, const Twin& twin, FactType type,
                                       std::uint64_t placed) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    c.names_location = random_.percent(placed);
    if (c.names_location) c.location = place(twin);
    return c;
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
    RecordEvent c = drawn_event(d, twin, type, 70);
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

Command CommandStream::customer_return(DrawnCommand& d, const Twin& twin, FactType type) {
    RecordEvent c = drawn_event(d, twin, type, 80);
    std::string number = fmt::format("return-{}", random_.below(20));
    const bool known = !twin.returns.empty() && random_.percent(70);
    if (known) number = element(twin.returns, random_.next())->first.first;
    if (type == FactType::return_announced)
        c.document = text(d, random_.percent(60) ? fmt::format("return-{}", drawn_) : number);
    else if (random_.percent(80))
        c.reference = text(d, number);
    if (random_.percent(3)) c.document = {};
    if (random_.percent(20)) c.order = order(d, false);
    if (random_.percent(20)) c.channel = any_channel(twin);
    for (Line& line : d.lines) {
        if (known && random_.percent(70)) {
            const auto row = element(twin.returns, random_.next());
            line.sku = row->second.sku;
            line.line = random_.percent(50) ? row->first.second : 0;
        }
        if (random_.percent(40)) line.bucket = Bucket::damaged;
        if (random_.percent(15)) line.bucket = Bucket::quarantine;
        if (type == FactType::return_dispositioned && random_.percent(35))
            line.goes_to = random_.percent(50) ? PlaceKind::loss : PlaceKind::supplier;
        if (random_.percent(2)) line.goes_to = PlaceKind::customer;
    }
    c.lines = d.lines;
    return c;
}

Command CommandStream::shelf(DrawnCommand& d, const Twin& twin, FactType type) {
    static constexpr Bucket kShelves[] = {Bucket::sellable, Bucket::damaged, Bucket::quarantine,
                                          Bucket::suspect};
    RecordEvent c = drawn_event(d, twin, type, 80);
    if (random_.percent(85)) c.document = text(d, fmt::format("note-{}", drawn_));
    if (random_.percent(10)) c.channel = any_channel(twin);
    for (Line& line : d.lines) {
        line.from_bucket = random_.pick(kShelves);
        if (random_.percent(80)) line.bucket = random_.pick(kShelves);
        if (random_.percent(60)) line.from_bucket = Bucket::suspect;
        if (type == FactType::stock_regraded) line.other_sku = sku(twin);
    }
    c.lines = d.lines;
    return c;
}

/// One kit most of the time, of components that are mostly known and mostly others.
Command CommandStream::kit(DrawnCommand& d, const Twin& twin, FactType type) {
    RecordEvent c = drawn_event(d, twin, type, 80);
    if (random_.percent(10)) c.channel = any_channel(twin);
    const SkuId made = sku(twin);
    for (Line& line : d.lines) {
        if (random_.percent(90)) line.sku = made;
        if (random_.percent(95)) line.bucket = Bucket::sellable;
    }
    const std::uint64_t count = random_.percent(95) ? 1 + random_.below(3) : random_.below(60);
    for (std::uint64_t i = 0; i < count; ++i) {
        KitComponent component{.sku = sku(twin), .quantity = random_.between(1, 3)};
        if (random_.percent(3)) component.quantity = random_.percent(50) ? 0 : quantity_max;
        const bool again =
            component.sku == made ||
            std::any_of(d.components.begin(), d.components.end(),
                        [&](const KitComponent& other) { return other.sku == component.sku; });
        if (!again || random_.percent(10)) d.components.push_back(component);
    }
    c.lines = d.lines;
    c.components = d.components;
    return c;
}

/// A count that says when it was taken, what was believed then and which numbers it includes.
Command CommandStream::count(DrawnCommand& d, const Twin& twin) {
    RecordEvent c = drawn_event(d, twin, FactType::stock_counted, 80);
    c.picked_included = random_.percent(70);
    if (random_.percent(50))
        c.envelope.occurred_at = now_ - Microseconds{random_.between(0, 3 * kDay)};
    const std::uint64_t back = random_.below(random_.percent(80) ? 40 : 2000);
    if (random_.percent(50)) c.cut_seq = twin.seq - std::min(twin.seq, back);
    if (random_.percent(2)) c.cut_seq = twin.seq + 1;
    for (Line& line : d.lines) {
        line.bucket = random_.percent(98) ? Bucket::sellable : Bucket::damaged;
        line.names_book = random_.percent(c.cut_seq != 0 ? 80 : 10);
        if (!line.names_book) continue;
        const LocationId at = line.names_location ? line.location : c.location;
        line.book = twin.level(line.sku, at, Bucket::sellable) + random_.between(-2, 2);
        line.book_suspect = random_.between(-1, 3);
        if (random_.percent(1)) line.book = level_max + 1;
    }
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms"};
    const std::uint64_t sources = random_.percent(50) ? random_.below(4) : 0;
    for (std::uint64_t i = 0; i < sources; ++i) {
        const std::string_view source =
            random_.percent(3) ? kSources[random_.below(3)] : kSources[i];
        const auto [epoch, last] = source_positions_[std::string(source)];
        d.includes.push_back(
            {source, epoch, last + 4 - std::min<std::uint64_t>(last + 4, random_.below(12))});
    }
    if (random_.percent(5)) d.includes.push_back({"till-9", 0, 1});  // which never spoke
    if (random_.below(300) == 0) d.includes.resize(count_sources_max + 1, {"till-1", 0, 1});
    c.includes = d.includes;
    c.lines = d.lines;
    return c;
}

Command CommandStream::transfer(DrawnCommand& d, const Twin& twin, FactType type) {
    const bool sends = type == FactType::transfer_requested || type == FactType::transfer_shipped;
    RecordEvent c = drawn_event(d, twin, type, sends ? 85 : 20);
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
    RecordEvent c = drawn_event(d, twin, type, 80);
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
