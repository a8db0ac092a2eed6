// Random commands about sources.
#include <fmt/format.h>

#include "ledger/twin_commands.h"

namespace holdfast::ledger {

Command CommandStream::about_sources(DrawnCommand& d, const Twin& twin) {
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms", "till-9"};
    if (random_.percent(40))
        return ReportOverdue{static_cast<std::uint32_t>(random_.between(1, 4))};
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

}  // namespace holdfast::ledger
