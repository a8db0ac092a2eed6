// A short pick: a node was to pick units and did not find them, or found them damaged. What its
// shelf no longer covers is promised from elsewhere in the same entry, where there is a place.
#include "ledger/line_parts.h"
#include "ledger/movement.h"
#include "ledger/resource.h"

namespace holdfast::ledger {
namespace {

/// Where units go that cannot be picked: nobody knows, unless the line says that they are damaged.
Bucket bucket_after(const Line& line) {
    return line.bucket == Bucket::damaged ? Bucket::damaged : Bucket::suspect;
}

Refusal short_line_refusal(const State& state, const RecordEvent& event, const Line& line) {
    if (const Refusal r = quantity_refusal(line.quantity, 1); r != Refusal::none) return r;
    if (const Refusal r = position_refusal(state, event, line); r != Refusal::none) return r;
    const bool possible = line.bucket == Bucket::sellable || line.bucket == Bucket::suspect ||
                          line.bucket == Bucket::damaged;
    return possible && line.goes_to == PlaceKind::location ? Refusal::none
                                                           : Refusal::value_out_of_range;
}

/// Units of one part that are still wanted and whose place was found short.
struct ShortPart {
    std::uint32_t part = 0;
    Units units = 0;
};

class ShortPick {
  public:
    ShortPick(const Context& context, const RecordEvent& event, const Reservation* reservation)
        : context_(context),
          event_(event),
          reservation_(reservation),
          changes_(context.state, reservation == nullptr ? kNone : *reservation, context.arena),
          parts_(changes_.parts(), context.arena),
          seen_(context.state, event.envelope),
          missing_(context.arena, event.lines.size()),
          short_(context.arena),
          spoken_of_(context.arena.array<Units>(changes_.parts().size())),
          raises_(context.arena),
          added_(context.arena) {}

    void take_line(const Line& line) {
        const LocationId at = place_of(event_, line);
        const Bucket bucket = bucket_after(line);
        const Posting leaves{.sku = line.sku,
                             .place = Place{at},
                             .bucket = Bucket::sellable,
                             .delta = -line.quantity};
        missing_.push_back(leaves);
        changes_.post_outside(leaves);
        const Posting found{
            .sku = line.sku, .place = Place{at}, .bucket = bucket, .delta = line.quantity};
        changes_.post_outside(found);
        const bool counted_since = seen_.covers(line.sku, at);
        if (counted_since) changes_.post_back(leaves);
        if (counted_since && is_counted(bucket)) changes_.post_back(found);
        if (bucket == Bucket::suspect && !counted_since) raise_once(CaseKind::recount_needed);
        if (reservation_ == nullptr) return;
        Units rest = line.quantity;
        parts_.visit(line, at, true, [&](std::uint32_t part) {
            rest -= take_part(part, rest);
            return rest > 0;
        });
        if (rest > 0) raise_once(CaseKind::beyond_promise);
    }

    /// Looks for other places for what the short shelves no longer cover.
    void move_elsewhere() {
        changes_.settle();
        if (reservation_ == nullptr || reservation_->pinned ||
            reservation_->kind != PromiseKind::order)
            return;
        moved_.emplace(changes_.following());
        MovePlanner planner(context_.state, context_.arena);
        TakenUnits lost = lost_by_position(planner);
        for (const ShortPart& lacking : short_.view()) {
            const Part& part = changes_.parts()[lacking.part];
            Units& lack = lost[position_key(part.sku, part.location.raw)];
            const Units wanted =
                std::min({lacking.units, lack, moved_->now(lacking.part).reserved});
            if (wanted <= 0) continue;
            const MovePlanner::Answer found =
                planner.plan({.sku = part.sku,
                              .from = part.location,
                              .channel = reservation_->channel,
                              .quantity = wanted,
                              .beneath_safety = reservation_->confirmed,
                              .some_will_do = true});
            for (const MovePlanner::Move& move : found.moves) {
                lack -= moved_->take(lacking.part, Bucket::reserved, move.units);
                added_.push_back({.line = part.line,
                                  .sku = part.sku,
                                  .location = move.to,
                                  .quantity = move.units,
                                  .recipe = part.recipe});
            }
        }
        for (const PlannedPart& planned : added_.view()) moved_->add(planned);
        moved_->settle();
    }

    [[nodiscard]] Refusal bounds() const {
        const std::span<const Posting> postings = changes_.postings();
        if (!changes_.fits() || (moved_ && !moved_->fits())) return Refusal::too_many_lines;
        if (!levels_stay_in_range(context_.state, postings, context_.arena))
            return Refusal::level_out_of_range;
        return within_level(context_.state, added_.view(), context_.arena)
                   ? Refusal::none
                   : Refusal::level_out_of_range;
    }

    Outcome write() {
        ArenaList<Posting> all(context_.arena, changes_.postings().size());
        for (const Posting& posting : changes_.postings()) all.push_back(posting);
        if (moved_)
            for (const Posting& posting : moved_->postings()) all.push_back(posting);
        for (const CaseKind kind :
             cases_of_decrease(context_.state, missing_.view(), all.view(), context_.arena))
            raise_once(kind);

        Entry entry(context_.state, context_.stamp, &event_.envelope, context_.writer);
        raise(write_order_fact(entry, FactType::pick_shorted, event_, reservation_, changes_),
              raises_.view());
        entry.end();
        if (moved_ && !moved_->empty()) {
            FactWriter& fact = entry.begin(FactType::reservation_resourced);
            moved_->write_postings(fact);
            moved_->write_fields(fact, reservation_->id);
            fact.text(FieldTag::order, event_.order);
            entry.end();
        }
        return entry.finish();
    }

  private:
    static inline const Reservation kNone{};

    /// The node gives units of a part up: those whose cancellation waits end, as a transfer's do;
    /// the others are promised again. Units that it was not yet working on stay promised.
    Units take_part(std::uint32_t part, Units wanted) {
        const Units allocated = changes_.take(part, Bucket::allocated, wanted);
        const Units cancelled = std::min(allocated, changes_.now(part).cancel_pending);
        changes_.mark_cancelled(part, -cancelled);
        const Units early =
            std::min(wanted - allocated, changes_.now(part).reserved - spoken_of_[part]);
        if (reservation_->kind == PromiseKind::transfer) {
            changes_.take(part, Bucket::reserved, early);
            return allocated + early;
        }
        changes_.give(part, Bucket::reserved, allocated - cancelled);
        const Units wanted_still = allocated - cancelled + early;
        spoken_of_[part] += wanted_still;
        short_.push_back({.part = part, .units = wanted_still});
        return allocated + early;
    }
    /// What each position lacks once this fact is added: promised there, and not there. What the
    /// event takes from a position is not offered to others.
    TakenUnits lost_by_position(MovePlanner& planner) const {
        TakenUnits fallen(context_.arena);
        for (const Posting& posting : changes_.postings()) {
            Units& units = fallen[position_key(posting.sku, posting.place.raw())];
            if (posting.bucket == Bucket::sellable) units -= posting.delta;
            if (posting.bucket == Bucket::reserved || posting.bucket == Bucket::allocated)
                units += posting.delta;
        }
        TakenUnits lost(context_.arena);
        TakenUnits visits(context_.arena);  // several lines may be about one position
        for (const Posting& leaves : missing_.view()) {
            const PairKey key = position_key(leaves.sku, leaves.place.raw());
            if (visits[key]++ > 0) continue;
            const Units units = fallen[key];
            if (units > 0) planner.take(leaves.sku, leaves.place.location(), units);
            const Position* row =
                context_.state.positions.find(leaves.sku, leaves.place.location());
            // Also where nothing falls any more, because a count has seen it: the shelf is short.
            lost[key] = std::max<Units>(0, units - (row == nullptr ? 0 : row->free()));
        }
        return lost;
    }
    void raise_once(CaseKind kind) {
        for (const CaseKind known : raises_.view())
            if (known == kind) return;
        raises_.push_back(kind);
    }

    const Context& context_;
    const RecordEvent& event_;
    const Reservation* reservation_;
    ReservationChanges changes_;
    LineParts parts_;
    SeenByCount seen_;
    ArenaList<Posting> missing_;  // the sellable legs
    ArenaList<ShortPart> short_;
    std::span<Units> spoken_of_;  // by part: reserved units that lines of the event were about
    ArenaList<CaseKind> raises_;
    ArenaList<PlannedPart> added_;
    std::optional<ReservationChanges> moved_;
};

}  // namespace

Outcome record_short_pick(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const OrderOf order = order_of(state, event);
    if (order.refusal != Refusal::none) return refused(order.refusal);
    EventProblems problems(event, context.arena);
    for (std::uint32_t i = 0; i < event.lines.size(); ++i)
        (void)problems.good(i, short_line_refusal(state, event, event.lines[i]));
    if (!problems.empty()) return problems.outcome();

    ShortPick pick(context, event, order.reservation);
    for (const Line& line : event.lines) pick.take_line(line);
    pick.move_elsewhere();
    if (const Refusal refusal = pick.bounds(); refusal != Refusal::none) return refused(refusal);
    return pick.write();
}

}  // namespace holdfast::ledger
