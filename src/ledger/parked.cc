#include "ledger/parked.h"

#include <algorithm>

namespace holdfast::ledger {
namespace {

/// What one field of a fact may hold. What left beyond it is told as beyond the order, too.
constexpr std::size_t kSettledPartsMax = 65535 / sizeof(SettledPartField);
constexpr std::size_t kBeyondLinesMax = 65535 / sizeof(ParkedLineField);

bool has_room(const State& state, std::uint64_t order_hash, std::size_t lines) {
    const std::size_t size = std::max<std::size_t>(lines, 1);
    return state.parked.size() + size <= state.limits.parked_lines_max &&
           state.parked.size_of_order(order_hash) + size <= parked_lines_per_order_max;
}

/// With the channel, where the event names one: it waits for an order of that channel alone.
void write_parked(const State& state, const RecordEvent& event,
                  std::span<const ParkedLineField> lines, FactWriter& fact) {
    if (event.channel.raw < state.channels.size()) fact.value(FieldTag::channel, event.channel.raw);
    fact.list<ParkedLineField>(FieldTag::parked_lines, lines);
}

/// Whose order it is: the hold's channel, where it confirms one.
ChannelId channel_of(const State& state, const RecordEvent& order) {
    if (!order.names_reservation) return order.channel;
    const Reservation* hold = state.reservations.find(order.reservation);
    return hold == nullptr ? kNoChannel : hold->channel;
}

/// The facts that wait for the order, in the order in which they came.
std::span<const std::uint64_t> waiting_for(const Context& context, const RecordEvent& order) {
    const ParkedTable& parked = context.state.parked;
    const ChannelId channel = channel_of(context.state, order);
    ArenaList<std::uint64_t> seqs(context.arena);
    if (const auto* all = parked.of_order(context.state.order_hash(order.order)))
        for (const std::uint64_t seq : *all)
            if (parked.at(seq).waits_for(channel)) seqs.push_back(seq);
    return seqs.view();
}

/// What the events that wait for one order say of its lines.
class Waiting {
  public:
    Waiting(const Context& context, std::span<const ComponentLine> lines)
        : context_(context),
          lines_(lines),
          rest_(context.arena.array<Units>(lines.size())),
          departures_(context.arena, 0),
          departure_of_(context.arena),
          beyond_(context.arena, 0) {
        for (std::size_t i = 0; i < lines.size(); ++i) rest_[i] = lines[i].quantity;
    }

    /// Goods left: of the line with this number and SKU, else of the lines of the SKU in turn.
    void depart(const ParkedLine& left) {
        const bool by_number =
            left.line != 0 && std::ranges::any_of(lines_, [&](const ComponentLine& line) {
                return line.line == left.line && line.sku == left.sku;
            });
        Units units = left.units;
        for (std::size_t i = 0; i < lines_.size() && units > 0; ++i) {
            if (lines_[i].sku != left.sku || (by_number && lines_[i].line != left.line)) continue;
            const Units taken = std::min(units, rest_[i]);
            if (taken == 0) continue;
            rest_[i] -= taken;
            units -= taken;
            add_departure(lines_[i], left, taken);
        }
        if (units > 0) beyond_.push_back({left.line, left.sku, left.location, units, 0});
    }
    /// Of a line of kits so many kits: of each component what they are made of.
    void cancel(const ParkedLine& cancelled) {
        for (std::size_t i = 0; i < lines_.size(); ++i)
            if (lines_[i].line == cancelled.line)
                rest_[i] -= std::min(cancelled.units * units_of(lines_[i]), rest_[i]);
    }
    void cancel_all() { std::ranges::fill(rest_, 0); }

    [[nodiscard]] std::span<const Units> rest() const { return rest_; }
    [[nodiscard]] std::span<const Settlement::Departure> departures() const {
        return departures_.view();
    }
    [[nodiscard]] std::span<const Settlement::Departure> beyond() const { return beyond_.view(); }

  private:
    /// How many units of the line one of what the order asks for is.
    [[nodiscard]] Units units_of(const ComponentLine& line) const {
        if (line.recipe == 0) return 1;
        for (const Component& component : context_.state.kits.recipe(line.recipe).components)
            if (component.sku == line.sku) return component.units;
        return 1;
    }

    void add_departure(const ComponentLine& line, const ParkedLine& left, Units units) {
        std::uint32_t& at = departure_of_[position_key(left.sku, left.location.raw, line.line)];
        if (at == 0) {
            departures_.push_back({line.line, left.sku, left.location, 0, line.recipe});
            at = static_cast<std::uint32_t>(departures_.size());
        }
        departures_.view()[at - 1].units += units;
    }

    const Context& context_;
    std::span<const ComponentLine> lines_;
    std::span<Units> rest_;
    ArenaList<Settlement::Departure> departures_;
    ArenaMap<std::uint32_t> departure_of_;  // index + 1
    ArenaList<Settlement::Departure> beyond_;
};

/// The lines of a hold that an order keeps whole: what it has, or had before it expired.
std::span<const ComponentLine> lines_of_hold(const State& state, const Reservation& hold,
                                             Arena& arena) {
    const bool late = hold.ended_by == FactType::reservation_expired;
    ArenaList<ComponentLine> lines(arena);
    ArenaMap<std::uint32_t> known(arena);  // index + 1
    for (const Part& part : state.reservations.parts(hold)) {
        const PartCounts counts = state.reservations.counts(part);
        const Units held = late ? counts.expired : counts.reserved + counts.backordered;
        if (held == 0) continue;
        std::uint32_t& at = known[{part.line, part.sku.raw}];
        if (at == 0) {
            lines.push_back({.line_index = static_cast<std::uint32_t>(lines.size()),
                             .line = part.line,
                             .sku = part.sku,
                             .recipe = part.recipe});
            at = static_cast<std::uint32_t>(lines.size());
        }
        lines.view()[at - 1].quantity += held;
    }
    return lines.view();
}

/// What an order asks for, or keeps of its hold where it has no lines of its own.
std::span<const ComponentLine> wanted_lines(const Context& context, const RecordEvent& order) {
    const Reservation* hold =
        order.names_reservation ? context.state.reservations.find(order.reservation) : nullptr;
    if (hold == nullptr) return component_lines(context, order.lines, nullptr);
    if (order.lines.empty()) return lines_of_hold(context.state, *hold, context.arena);
    ReservationChanges changes(context.state, *hold, context.arena);
    return component_lines(context, order.lines, &changes);
}

}  // namespace

bool park_departure(const Context& context, const RecordEvent& event, FactWriter& fact) {
    if (!has_room(context.state, context.state.order_hash(event.order), event.lines.size()))
        return false;
    const std::span<ParkedLineField> lines =
        context.arena.array<ParkedLineField>(event.lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Line& line = event.lines[i];
        lines[i] = {.line = line.line,
                    .sku = line.sku.raw,
                    .location = (line.names_location ? line.location : event.location).raw,
                    .units = line.quantity};
    }
    write_parked(context.state, event, lines, fact);
    return true;
}

Outcome park_cancellation(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<ParkedLineField> lines =
        context.arena.array<ParkedLineField>(event.lines.size());
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        const Line& line = event.lines[i];
        lines[i] = {.line = line_number(line, i), .units = line.quantity};
        if (line.quantity >= 1 && line.quantity <= quantity_max) continue;
        problems.push_back({.line_index = i,
                            .refusal = line.quantity < 1 ? Refusal::quantity_must_be_positive
                                                         : Refusal::quantity_too_large,
                            .sku = line.sku,
                            .requested = line.quantity});
    }
    if (!problems.empty()) return refused_lines(problems.view());
    if (!has_room(state, state.order_hash(event.order), lines.size()))
        return refused(Refusal::table_full);
    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::order_cancelled);
    entry.envelope_fields();
    fact.text(FieldTag::order, event.order);
    fact.text(FieldTag::document, event.document);
    write_parked(state, event, lines, fact);
    entry.end();
    return entry.finish();
}

bool is_awaited(const State& state, const RecordEvent& order) {
    if (state.parked.empty()) return false;
    const auto* seqs = state.parked.of_order(state.order_hash(order.order));
    return seqs != nullptr && std::ranges::any_of(*seqs, [&](std::uint64_t seq) {
               return state.parked.at(seq).waits_for(channel_of(state, order));
           });
}

const Settlement& settlement_of(const Context& context, const RecordEvent& order) {
    const ParkedTable& parked = context.state.parked;
    const std::span<const std::uint64_t> seqs = waiting_for(context, order);
    const std::span<const ComponentLine> wanted = wanted_lines(context, order);
    // What left, left: a cancellation takes from what is still there, in whatever order they came.
    Waiting waiting(context, wanted);
    for (const std::uint64_t seq : seqs)
        if (parked.at(seq).type != FactType::order_cancelled)
            for (const ParkedLine& line : parked.at(seq).lines) waiting.depart(line);
    for (const std::uint64_t seq : seqs) {
        if (parked.at(seq).type != FactType::order_cancelled) continue;
        if (parked.at(seq).lines.empty()) waiting.cancel_all();
        for (const ParkedLine& line : parked.at(seq).lines) waiting.cancel(line);
    }
    ArenaList<Line> rest(context.arena);
    ArenaList<ComponentLine> parts(context.arena);
    ArenaList<std::uint32_t> line_index(context.arena);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const Units units = waiting.rest()[i];
        if (units == 0) continue;
        const ComponentLine& of = wanted[i];
        Line line = order.lines.empty() ? Line{} : order.lines[of.line_index];
        line.line = of.line;
        line.sku = of.sku;
        line.quantity = units;
        parts.push_back({.line_index = static_cast<std::uint32_t>(rest.size()),
                         .line = of.line,
                         .sku = of.sku,
                         .quantity = units,
                         .recipe = of.recipe});
        rest.push_back(line);
        line_index.push_back(of.line_index);
    }
    Settlement& settlement = context.arena.array<Settlement>(1)[0];
    settlement = {.rest = rest.view(),
                  .parts = parts.view(),
                  .line_index = line_index.view(),
                  .departures = waiting.departures(),
                  .beyond = waiting.beyond(),
                  .seqs = seqs};
    return settlement;
}

void write_settlement(Entry& entry, const Context& context, const RecordEvent& event,
                      const Reservation* hold) {
    const Settlement& settlement = *context.settles;
    Arena& arena = context.arena;
    const FactView order_fact = context.writer.ended_fact();
    const ReservationId id = hold == nullptr ? ReservationId{order_fact.seq()} : hold->id;
    const std::span<const Part> known =
        hold == nullptr ? std::span<const Part>{} : context.state.reservations.parts(*hold);
    // Parts as the order's fact leaves them, by line and position.
    ArenaMap<std::uint32_t> part_of(arena);  // index + 1
    auto count = static_cast<std::uint32_t>(known.size());
    for (std::uint32_t i = count; i-- > 0;)
        part_of[position_key(known[i].sku, known[i].location.raw, known[i].line)] = i + 1;
    const auto part_of_posting = order_fact.field(FieldTag::part_of_posting);
    const auto part_lines = order_fact.field(FieldTag::part_lines);
    std::uint32_t fresh = 0;
    for (std::size_t i = 0; i < order_fact.posting_count_without_quotas(); ++i) {
        if (order_fact.item(part_of_posting, i, static_cast<std::uint32_t>(i)) != count) continue;
        const Posting posting = order_fact.posting(i);
        const auto line =
            order_fact.item<std::uint64_t>(part_lines, fresh, std::uint64_t{fresh} + 1);
        part_of[position_key(posting.sku, posting.place.location().raw, line)] = ++count;
        ++fresh;
    }
    ArenaList<SettledPartField> parts(arena);
    ArenaList<ParkedLineField> beyond(arena, 0);
    const auto leave_out = [&](const Settlement::Departure& left) {
        if (beyond.size() < kBeyondLinesMax)
            beyond.push_back({left.line, left.sku.raw, left.location.raw, left.units});
    };
    for (const Settlement::Departure& left : settlement.beyond) leave_out(left);
    for (const Settlement::Departure& left : settlement.departures) {
        std::uint32_t& part = part_of[position_key(left.sku, left.location.raw, left.line)];
        const bool fits = part != 0 || count < parts_per_reservation_max;
        if (!fits || parts.size() == kSettledPartsMax) {
            leave_out(left);
            continue;
        }
        if (part == 0) part = ++count;
        parts.push_back({.line = left.line,
                         .part = part - 1,
                         .sku = left.sku.raw,
                         .location = left.location.raw,
                         .recipe = left.recipe,
                         .units = left.units});
    }
    FactWriter& fact = entry.begin(FactType::parked_settled);
    fact.value(FieldTag::reservation, id.raw);
    const ChannelId channel = channel_of(context.state, event);
    if (channel != kNoChannel) fact.value(FieldTag::channel, channel.raw);
    fact.text(FieldTag::order, event.order);
    if (!parts.empty()) fact.list<SettledPartField>(FieldTag::settled_parts, parts.view());
    fact.list<std::uint64_t>(FieldTag::parked_seqs, settlement.seqs);
    if (!beyond.empty()) {
        fact.list<ParkedLineField>(FieldTag::parked_lines, beyond.view());
        fact.value(FieldTag::raises, CaseKind::over_shipment);
    }
    entry.end();
}

std::span<const LineProblem> of_own_lines(const Settlement& settlement,
                                          std::span<const LineProblem> problems, Arena& arena) {
    const std::span<LineProblem> own = arena.array<LineProblem>(problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
        own[i] = problems[i];
        own[i].line_index = settlement.line_index[problems[i].line_index];
    }
    return own;
}

}  // namespace holdfast::ledger
