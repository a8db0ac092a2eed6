// Goods that one event moves, gathered before its fact is written, and the checks that the lines of
// such events share. Internal to the ledger.
#pragma once

#include "ledger/arena_list.h"
#include "ledger/deciders.h"
#include "ledger/seen_by_count.h"

namespace holdfast::ledger {

/// no_lines or too_many_lines, or none.
Refusal line_count_refusal(const RecordEvent& event);
/// The same, and unknown_channel.
Refusal header_refusal(const State& state, const RecordEvent& event);

/// Whether goods that arrive may be booked there.
constexpr bool takes_goods(Bucket bucket) {
    return bucket == Bucket::sellable || bucket == Bucket::damaged || bucket == Bucket::quarantine;
}

/// Where a line happened: its own location, or the event's.
inline bool names_place(const RecordEvent& event, const Line& line) {
    return line.names_location || event.names_location;
}
inline LocationId place_of(const RecordEvent& event, const Line& line) {
    return line.names_location ? line.location : event.location;
}

/// quantity_must_be_positive below `least`, quantity_too_large beyond quantity_max either way.
inline Refusal quantity_refusal(std::int64_t quantity, std::int64_t least) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    return quantity < least ? Refusal::quantity_must_be_positive : Refusal::none;
}
/// unknown_sku, location_required or unknown_location, or none.
Refusal position_refusal(const State& state, const RecordEvent& event, const Line& line);

/// Problems of an event's lines: every failing line is told.
class EventProblems {
  public:
    EventProblems(const RecordEvent& event, Arena& arena) : event_(event), problems_(arena, 0) {}
    /// Notes the line's problem, if it is one; false then.
    bool good(std::uint32_t index, Refusal refusal, Units available_to_sell = 0);
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    /// A problem that was found elsewhere, of the line at `index`.
    void add(std::uint32_t index, LineProblem problem) {
        problem.line_index = index;
        problems_.push_back(problem);
    }
    [[nodiscard]] std::span<const LineProblem> view() const { return problems_.view(); }
    /// The refusal; that of the first failing line.
    [[nodiscard]] Outcome outcome();

  private:
    const RecordEvent& event_;
    ArenaList<LineProblem> problems_;
};

/// Looks at the lines of an event that moves one unit or more of each at a known place. `rule` says
/// of a line that is well formed so far what else stands against it.
template <class Rule>
EventProblems checked_lines(const Context& context, const RecordEvent& event, Rule&& rule) {
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i) {
        const Line& line = event.lines[i];
        Refusal refusal = quantity_refusal(line.quantity, 1);
        if (refusal == Refusal::none) refusal = position_refusal(context.state, event, line);
        if (refusal == Refusal::none) refusal = rule(line);
        problems.good(i, refusal);
    }
    return problems;
}

/// The postings of one physical fact.
class Movement {
  public:
    explicit Movement(const Context& context, std::size_t lines = 8)
        : context_(context), postings_(context.arena, 2 * lines), raises_(context.arena, 4) {}
    /// Of an event that may come late: what a count has seen already is moved back at once.
    Movement(const Context& context, const RecordEvent& event)
        : Movement(context, event.lines.size()) {
        seen_.emplace(context.state, event.envelope);
    }

    /// A physical bucket of a position changes; the other leg is at `counterpart`.
    void change(SkuId sku, LocationId at, Bucket bucket, Units delta, PlaceKind counterpart) {
        post({.sku = sku, .place = Place{at}, .bucket = bucket, .delta = delta});
        post(
            {.sku = sku, .place = Place{counterpart}, .bucket = Bucket::external, .delta = -delta});
    }
    /// Units of a position go from one physical bucket to another.
    void turn(SkuId sku, LocationId at, Bucket from, Bucket to, Units units) {
        post({.sku = sku, .place = Place{at}, .bucket = from, .delta = -units});
        post({.sku = sku, .place = Place{at}, .bucket = to, .delta = units});
    }
    void post(const Posting& posting) {
        postings_.push_back(posting);
        if (seen_ && is_counted(posting.bucket) && posting.place.kind() == PlaceKind::location &&
            seen_->covers(posting.sku, posting.place.location()))
            move_back(posting);
    }
    /// A case that the event itself is reason for; levels below zero are found by write().
    void raises(CaseKind kind);

    [[nodiscard]] std::span<const Posting> postings() const { return postings_.view(); }
    /// Whether all levels stay within their bound, with what else the entry posts.
    [[nodiscard]] bool in_range(std::span<const Posting> besides = {}) const;
    void write_postings(FactWriter& fact) const {
        for (const Posting& posting : postings_.view()) fact.post(posting);
    }
    /// The cases: those told, those of levels that fall below zero or beneath promises, and
    /// back-orders that nothing covers. `besides` is what the entry's other facts post; `lane_to`
    /// where lanes lead that are new.
    void write_cases(FactWriter& fact, std::span<const Posting> besides = {},
                     LocationId lane_to = kNoLocation);

  private:
    void move_back(const Posting& posting);
    [[nodiscard]] std::span<const Posting> with(std::span<const Posting> besides) const;

    const Context& context_;
    std::optional<SeenByCount> seen_;
    ArenaList<Posting> postings_;
    ArenaList<CaseKind> raises_;
};

/// The fields that every event has: keys, channel, order, document, reference.
void write_event_fields(Entry& entry, FactWriter& fact, const RecordEvent& event);
/// Writes a fact of a movement that needs no further fields, as an entry of its own.
Outcome record_movement(const Context& context, const RecordEvent& event, Movement& movement);

/// Whether every level stays within +-level_max once the postings are added.
bool levels_stay_in_range(const State& state, std::span<const Posting> postings, Arena& arena);

/// Cases that a decrease raises: levels below zero, promises without stock. `physical` are the
/// postings to look at, `all` those of the whole fact, promises included.
std::span<const CaseKind> cases_of_decrease(const State& state, std::span<const Posting> physical,
                                            std::span<const Posting> all, Arena& arena);

/// Writes on which lines of a document an event counts units, and how many; nothing where none.
/// Rows have the line's `number` and the event's `change` of what was received.
template <class Row>
void write_received(FactWriter& fact, Arena& arena, std::span<const Row> rows) {
    ArenaList<std::uint64_t> lines(arena, 0);
    ArenaList<Units> received(arena, 0);
    for (const Row& row : rows)
        if (row.change != 0) {
            lines.push_back(row.number);
            received.push_back(row.change);
        }
    if (lines.empty()) return;
    fact.list<std::uint64_t>(FieldTag::document_lines, lines.view());
    fact.list<Units>(FieldTag::received_changes, received.view());
}

}  // namespace holdfast::ledger
