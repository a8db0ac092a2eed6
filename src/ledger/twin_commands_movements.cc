// Random goods that move: purchase orders, receipts for them and their corrections.
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
    if (kind < 30) return inbound(d, twin, FactType::inbound_scheduled);
    if (kind < 45) return inbound(d, twin, FactType::inbound_changed);
    if (kind < 52) return inbound(d, twin, FactType::inbound_cancelled);
    if (kind < 85) return receipt(d, twin, FactType::receipt_posted);
    return receipt(d, twin, FactType::receipt_corrected);
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
