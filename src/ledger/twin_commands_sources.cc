// Random commands about sources.
#include <fmt/format.h>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {

Command CommandStream::about_sources(DrawnCommand& d, const Twin& twin) {
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms", "till-9"};
    if (random_.percent(40))
        return ReportOverdue{static_cast<std::uint32_t>(random_.between(1, 4))};
    if (random_.percent(30)) return authority(d, twin);
    if (random_.percent(25)) return given_up(d, twin);
    ChangeSourceEpoch c;
    c.envelope = envelope(d);
    c.source = random_.pick(kSources);
    const auto known = twin.sources.find(std::string(c.source));
    const TwinSource source = known == twin.sources.end() ? TwinSource{} : known->second;
    c.epoch = source.epoch + random_.below(3) - std::min<std::uint64_t>(source.epoch, 1);
    c.first = random_.percent(40) ? source.highest() + random_.below(4) : 1 + random_.below(3);
    if (random_.percent(4)) c.first = 0;
    c.announced_only = random_.percent(25);
    if (random_.percent(4)) c.source = text(d, "till\n");
    if (random_.percent(4)) c.source = text(d, fmt::format("source-{}", random_.below(1000)));
    // What the source says from here on; a till that did not hear of it goes on in the old epoch.
    if (random_.percent(90)) source_positions_[std::string(c.source)] = {c.epoch, c.first};
    return c;
}

/// Some or all of what a source misses; sometimes what it does not miss.
Command CommandStream::given_up(DrawnCommand& d, const Twin& twin) {
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms", "nobody"};
    GiveUpSequence c;
    c.envelope = envelope(d);
    c.source = random_.pick(kSources);
    if (const auto known = twin.sources.find(std::string(c.source)); known != twin.sources.end()) {
        const auto gaps = known->second.gaps();
        c.last = known->second.highest() + random_.below(2);
        if (!gaps.empty() && random_.percent(70)) {
            const TwinSource::Gap& gap = gaps[random_.below(gaps.size())];
            c.last = gap.first + random_.below(gap.last - gap.first + 2) - random_.below(2);
        }
    }
    return c;
}

/// Mostly narrow rows that go again soon: what nobody is believed about moves no stock.
Command CommandStream::authority(DrawnCommand& d, const Twin& twin) {
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms", "nobody"};
    static constexpr FactType kTypes[] = {FactType::stock_counted,   FactType::receipt_posted,
                                          FactType::pos_sale,        FactType::shipment_posted,
                                          FactType::order_created,   FactType::order_cancelled,
                                          FactType::return_received, FactType::transfer_shipped};
    ChangeAuthority c;
    c.envelope = envelope(d);
    if (!twin.authority.empty() && random_.percent(55)) {
        auto row = twin.authority.begin();
        std::advance(row, static_cast<std::ptrdiff_t>(random_.below(twin.authority.size())));
        c.type = row->first.first;
        c.names_location = row->first.second != kNoLocation;
        c.location = row->first.second;
        return c;
    }
    c.type = random_.percent(8) ? FactType{} : random_.pick(kTypes);
    if (random_.percent(3)) c.type = FactType::reservation_created;
    c.names_location = random_.percent(75);
    if (c.names_location) c.location = place(twin);
    c.source = random_.pick(kSources);
    return c;
}

}  // namespace holdfast::ledger
