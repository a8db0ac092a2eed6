// The twin's events before their cause: what they mean for an order waits for it.
#include <algorithm>

#include "ledger/parked_table.h"
#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

std::size_t lines_of(const std::vector<TwinParked>& events) {
    std::size_t lines = 0;
    for (const TwinParked& event : events) lines += std::max<std::size_t>(1, event.items.size());
    return lines;
}

/// One line of an order on the way to what is still to be promised of it.
struct Rest {
    std::uint32_t index = 0;
    Line line;
    Units left = 0;
    std::size_t recipe = 0;
    Units each = 1;  ///< units of it in one of what the order asks for
};

}  // namespace

bool Twin::may_park(const std::string& order, std::size_t lines) const {
    lines = std::max<std::size_t>(1, lines);
    std::size_t all = lines;
    for (const auto& [number, events] : parked) all += lines_of(events);
    const auto own = parked.find(order);
    const std::size_t here = lines + (own == parked.end() ? 0 : lines_of(own->second));
    return all <= limits_.parked_lines_max && here <= parked_lines_per_order_max;
}

void Twin::park(Draft& draft, const RecordEvent& c, Instant now) {
    const std::string order(c.order);
    if (!may_park(order, c.lines.size())) {
        draft.raises.insert(CaseKind::event_without_cause);
        return;
    }
    draft.upsert = [this, order, c, now] {
        TwinParked event{.seq = seq, .type = c.type, .parked_at = to_raw(now)};
        if (known(c.channel)) event.channel = c.channel;
        if (c.type != FactType::order_cancelled) event.document = c.document;
        for (std::size_t i = 0; i < c.lines.size(); ++i) {
            const Line& line = c.lines[i];
            const bool cancels = c.type == FactType::order_cancelled;
            TwinParked::Item item;
            item.line = cancels ? line_number(c.lines, i) : line.line;
            item.units = line.quantity;
            if (!cancels) {
                item.sku = line.sku;
                item.location = line.names_location ? line.location : c.location;
            }
            event.items.push_back(item);
        }
        parked[order].push_back(event);
    };
}

TwinOutcome Twin::park_cancellation(const RecordEvent& c, Instant now) {
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Units q = c.lines[i].quantity;
        if (q < 1) problems.push_back({i, Refusal::quantity_must_be_positive, 0});
        if (q > quantity_max) problems.push_back({i, Refusal::quantity_too_large, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    if (!may_park(std::string(c.order), c.lines.size())) return twin_refused(Refusal::table_full);
    Draft draft;
    draft.type = FactType::order_cancelled;
    park(draft, c, now);
    return record(draft, &c.envelope, now);
}

/// What waits for an order of this channel.
std::vector<TwinParked> Twin::parked_for(const RecordEvent& c) const {
    ChannelId channel = c.channel;
    const auto hold = reservations.find(c.reservation.raw);
    if (c.names_reservation)
        channel = hold == reservations.end() ? kNoChannel : hold->second.channel;
    std::vector<TwinParked> events;
    if (const auto all = parked.find(std::string(c.order)); all != parked.end())
        for (const TwinParked& event : all->second)
            if (event.channel == kNoChannel || event.channel == channel) events.push_back(event);
    return events;
}

/// An order that comes after its shipments or its cancellation: what they took is not promised.
TwinOutcome Twin::settled_order(const RecordEvent& c, Instant now) {
    if (const auto problems = check_order_lines(c); !problems.empty())
        return twin_refused(problems);
    std::vector<Rest> rest;
    const auto hold = reservations.find(c.reservation.raw);
    const bool over_hold = c.names_reservation && hold != reservations.end();
    for (const OrderLine& of : order_lines(c.lines, over_hold ? &hold->second : nullptr)) {
        Rest wanted{of.index, c.lines[of.index], of.quantity, of.recipe};
        wanted.line.line = of.number;
        wanted.line.sku = of.sku;
        rest.push_back(wanted);
    }
    if (over_hold && c.lines.empty()) {
        const bool late = hold->second.ended_by == FactType::reservation_expired;
        for (const TwinPart& part : hold->second.parts) {
            const Units held = late ? part.expired : part.reserved + part.backordered;
            if (held == 0) continue;
            auto line = std::find_if(rest.begin(), rest.end(), [&](const Rest& known) {
                return known.line.line == part.line && known.line.sku == part.sku;
            });
            if (line == rest.end()) {
                Rest wanted{static_cast<std::uint32_t>(rest.size()), Line{}, 0, part.recipe};
                wanted.line.line = part.line;
                wanted.line.sku = part.sku;
                line = rest.insert(rest.end(), wanted);
            }
            line->left += held;
        }
    }
    for (Rest& r : rest)
        if (r.recipe != 0)
            for (const auto& [component, units] : recipes[r.recipe - 1].components)
                if (component == r.line.sku) r.each = units;

    const std::vector<TwinParked> events = parked_for(c);
    struct Departed {
        TwinParked::Item item;  // with the line it was of
        Units units = 0;
        std::size_t recipe = 0;
    };
    std::vector<Departed> departed;
    bool beyond = false;
    for (const TwinParked& event : events) {
        if (event.type == FactType::order_cancelled) continue;
        for (const TwinParked::Item& item : event.items) {
            Units units = item.units;
            const bool numbered = std::any_of(rest.begin(), rest.end(), [&](const Rest& r) {
                return item.line != 0 && r.line.line == item.line && r.line.sku == item.sku;
            });
            for (Rest& r : rest) {
                if (r.line.sku != item.sku || (numbered && r.line.line != item.line)) continue;
                const Units taken = std::min(units, r.left);
                r.left -= taken;
                units -= taken;
                TwinParked::Item of_line = item;
                of_line.line = r.line.line;
                if (taken > 0) departed.push_back({of_line, taken, r.recipe});
            }
            beyond |= units > 0;
        }
    }
    for (const TwinParked& event : events) {
        if (event.type != FactType::order_cancelled) continue;
        for (Rest& r : rest) {
            if (event.items.empty()) r.left = 0;
            for (const TwinParked::Item& item : event.items)
                if (item.line == r.line.line)
                    r.left = std::max<Units>(0, r.left - item.units * r.each);
        }
    }

    std::erase_if(rest, [](const Rest& r) { return r.left == 0; });
    std::vector<Line> lines;
    std::vector<OrderLine> settled;
    for (const Rest& r : rest) {
        settled.push_back(
            {static_cast<std::uint32_t>(lines.size()), r.line.line, r.line.sku, r.left, r.recipe});
        lines.push_back(r.line);
        lines.back().quantity = r.left;
    }
    RecordEvent less = c;
    less.lines = lines;
    entry_goes_on_ = true;  // what is old is forgotten when the settlement is there as well
    TwinOutcome outcome = plain_order(less, &settled, now);
    entry_goes_on_ = false;
    for (TwinProblem& problem : outcome.problems)
        problem.line_index = rest[problem.line_index].index;
    if (outcome.kind != Outcome::Kind::recorded) return outcome;
    for (TwinFact& fact : outcome.facts)
        for (TwinProblem& problem : fact.set_aside)
            problem.line_index = rest[problem.line_index].index;

    const std::uint64_t answering = outcome.seq;
    const std::uint64_t id = c.names_reservation ? c.reservation.raw : answering;
    Draft draft;
    draft.type = FactType::parked_settled;
    draft.reservation = id;
    draft.after = reservations.at(id);
    if (!c.names_reservation) {
        draft.after.ended_by = FactType{};
        draft.after.ended_generation = 0;
    }
    for (const auto& [item, units, recipe] : departed) {
        std::vector<TwinPart>& parts = draft.after.parts;
        auto part = std::find_if(parts.begin(), parts.end(), [&](const TwinPart& p) {
            return p.line == item.line && p.sku == item.sku && p.location == item.location;
        });
        if (part == parts.end()) {
            TwinPart fresh;
            fresh.line = item.line;
            fresh.sku = item.sku;
            fresh.location = item.location;
            fresh.recipe = recipe;
            part = parts.insert(parts.end(), fresh);
        }
        part->created += units;
        part->shipped += units;
        draft.settled[{item.sku, item.location}] += units;
    }
    if (beyond) draft.raises.insert(CaseKind::over_shipment);
    draft.upsert = [this, order = std::string(c.order), events] {
        std::vector<TwinParked>& all = parked.at(order);
        for (const TwinParked& event : events)
            std::erase_if(all, [&](const TwinParked& row) { return row.seq == event.seq; });
        if (all.empty()) parked.erase(order);
    };
    // The same command, so the same names; its keys are with the order's own fact.
    Envelope envelope = c.envelope;
    envelope.transport = envelope.semantic = {};
    envelope.source_seq = 0;
    record_fact(draft, &envelope, now, outcome);
    outcome.seq = answering;
    forget(now);
    return outcome;
}

}  // namespace holdfast::ledger
