// The twin's orders that change after they were made, and carts that are checked again.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {

void Twin::grow(Draft& draft, std::vector<Growing> growth,
                std::vector<TwinProblem>& problems) const {
    const ChannelId channel = draft.after.channel;
    const std::vector<LocationId> pool = pool_of(channel);
    const bool has_pool = known(channel) && known(channel_rows[channel.raw].pool);
    std::map<TwinPlace, Units> taken;
    std::vector<Line> lines;
    for (Growing& g : growth) {
        Line& line = g.line;
        if (line.names_location && has_pool) {
            const bool sold_from = std::find(pool.begin(), pool.end(), line.location) != pool.end();
            const bool fits =
                sold_from && left(channel, line.sku, line.location, taken) >= line.quantity;
            if (fits || g.stays) taken[{line.sku, line.location}] += line.quantity;
            line.names_location = fits || g.stays;
        }
        lines.push_back(line);
    }
    const std::vector<LinePlan> plans = plan_hold(channel, lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (plans[i].refusal != Refusal::none)
            problems.push_back({growth[i].index, plans[i].refusal, plans[i].available_to_sell});
        for (const Take& take : plans[i].takes)
            for (const auto& [sku, units] : components_of(lines[i].sku, take.units))
                draft.promise(lines[i].line, sku, take.at, units, sold_by(lines[i].sku));
    }
}

TwinOutcome Twin::order_edited(const RecordEvent& c, Instant now) {
    if (c.order.empty()) return twin_refused(Refusal::order_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    const Meant order = order_meant(c);
    if (order.refusal != Refusal::none) return twin_refused(order.refusal);
    if (order.id == 0) return twin_refused(Refusal::unknown_order);
    const TwinReservation& before = reservations.at(order.id);
    if (before.ended()) return twin_refused(Refusal::reservation_ended);
    Draft draft;
    draft.type = FactType::reservation_adjusted;
    draft.reservation = order.id;
    draft.after = before;
    std::vector<TwinProblem> problems;
    std::vector<Growing> growth;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const std::uint64_t number = line_number(c.lines, i);
        const bool number_is_new = numbers.insert(number).second;
        std::vector<std::size_t> last_first;
        Units has = 0;
        bool other_sku = false;
        for (std::size_t p = before.parts.size(); p-- > 0;) {
            const TwinPart& part = before.parts[p];
            if (part.line != number) continue;
            other_sku = other_sku || part.sku != line.sku;
            has += part.wanted() + part.shipped;
            last_first.push_back(p);
        }
        Refusal refusal = Refusal::none;
        if (line.quantity > quantity_max || line.quantity < -quantity_max)
            refusal = Refusal::quantity_too_large;
        else if (line.quantity < 0)
            refusal = Refusal::quantity_must_be_positive;
        else if (!known(line.sku))
            refusal = Refusal::unknown_sku;
        else if (line.names_location && !known(line.location))
            refusal = Refusal::unknown_location;
        else if (!number_is_new)
            refusal = Refusal::duplicate_line;
        else if (before.pinned && last_first.empty())
            refusal = no_place(c, line);
        else if (other_sku)
            refusal = Refusal::unknown_line;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        cancel(draft, last_first, std::max<Units>(0, has - line.quantity));
        if (line.quantity <= has) continue;
        Growing g{i, line, line.names_location};
        g.line.line = number;
        g.line.quantity = line.quantity - has;
        if (before.pinned) g.stays = true;
        if (!last_first.empty() && (before.pinned || !line.names_location))
            g.line.location = before.parts[last_first.back()].location;
        else if (before.pinned && !line.names_location)
            g.line.location = c.location;
        g.line.names_location = line.names_location || before.pinned || !last_first.empty();
        growth.push_back(g);
    }
    if (!problems.empty()) return twin_refused(problems);
    if (!c.already_sold) grow(draft, growth, problems);
    for (const Growing& g : growth) {
        if (!c.already_sold) break;
        std::vector<LocationId> along;
        if (g.stays)
            along = {g.line.location};
        else
            along = pool_of(before.channel);
        if (along.empty() && c.names_location) along = {c.location};
        if (const Refusal refusal = no_place_to_force(along); refusal != Refusal::none)
            problems.push_back({g.index, refusal, 0});
        else
            force(draft, along, {g.index, g.line.line, g.line.sku, g.line.quantity, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    if (draft.postings.empty() && !draft.marked) return twin_refused(Refusal::nothing_to_adjust);
    return record(draft, &c.envelope, now);
}

/// The new hold is planned as if the old one had been released, and both happen at once or neither.
TwinOutcome Twin::replace_hold(const ReserveStock& c, std::int64_t expires_at, Instant now) {
    Draft release;
    release.type = FactType::reservation_released;
    release.reservation = c.replaced.raw;
    release.after = reservations.at(c.replaced.raw);
    for (std::size_t p = 0; p < release.after.parts.size(); ++p)
        release_units(release, {p}, level_max);
    Twin without = *this;
    for (const TwinPart& part : reservations.at(c.replaced.raw).parts) {
        without.positions[{part.sku, part.location}][Bucket::reserved] -= part.reserved;
        const auto used =
            without.quota_used.find({without.group_of(part.location), c.channel, part.sku});
        if (used != without.quota_used.end())
            used->second = std::max<Units>(0, used->second - part.reserved);
    }
    std::vector<TwinProblem> problems;
    auto hold = without.draft_hold(FactType::reservation_created, c.channel, c.lines, c.partial,
                                   c.order, expires_at, problems);
    if (!hold) return twin_refused(problems);
    TwinOutcome outcome;
    open_entry(c.envelope, outcome);
    record_fact(release, nullptr, now, outcome);
    outcome.facts.back().reason_text =
        has_name(c.envelope.reason) ? std::string{} : std::string(c.envelope.reason);
    record_fact(*hold, &c.envelope, now, outcome);
    forget(now);
    return outcome;
}

}  // namespace holdfast::ledger
