// An order that was changed where it was made: its lines say what they want now, what was shipped
// included. Less is a cancellation, more a new hold, by force where it was sold already.
#include "ledger/cancel.h"
#include "ledger/growth.h"
#include "ledger/movement.h"

namespace holdfast::ledger {
namespace {

class OrderEdit {
  public:
    OrderEdit(const Context& context, const RecordEvent& event, const Reservation& reservation)
        : context_(context),
          event_(event),
          reservation_(reservation),
          changes_(context.state, reservation, context.arena),
          problems_(event, context.arena),
          growth_(context.arena),
          forced_(context.state, reservation.channel, context.arena) {}

    void edit_lines() {
        const std::span<const bool> duplicate = duplicate_lines(event_.lines, context_.arena);
        for (std::uint32_t i = 0; i < event_.lines.size(); ++i) {
            const bool twice = !duplicate.empty() && duplicate[i];
            if (problems_.good(i, line_refusal(event_.lines[i], i, twice))) edit(i);
        }
    }
    /// Finds the units that lines want beyond what they have.
    void grow() {
        if (!problems_.empty() || growth_.size() == 0) return;
        if (event_.already_sold) return force();
        const Plan plan = plan_growth(context_, reservation_, growth_);
        for (const LineProblem& problem : plan.problems) problems_.add(problem.line_index, problem);
        if (problems_.empty()) add(plan.parts);
    }

    [[nodiscard]] EventProblems& problems() { return problems_; }
    [[nodiscard]] ReservationChanges& changes() { return changes_; }
    [[nodiscard]] std::span<const PlannedPart> added() const { return added_; }
    [[nodiscard]] bool oversold() const { return forced_.oversold() > 0; }
    [[nodiscard]] bool fits() const { return changes_.fits() && forced_.fits(); }

  private:
    [[nodiscard]] Refusal line_refusal(const Line& line, std::uint32_t index, bool twice) {
        if (const Refusal r = quantity_refusal(line.quantity, 0); r != Refusal::none) return r;
        if (line.sku.raw >= context_.state.items.size()) return Refusal::unknown_sku;
        if (line.names_location && line.location.raw >= context_.state.locations.size())
            return Refusal::unknown_location;
        if (twice) return Refusal::duplicate_line;
        const std::span<const std::uint32_t> parts =
            changes_.parts_of_line(line_number(line, index));
        // A new line of a pinned order is pinned somewhere as well.
        if (parts.empty() && reservation_.pinned)
            return position_refusal(context_.state, event_, line);
        // The number of a line stays with its SKU: another SKU is another line.
        for (const std::uint32_t part : parts)
            if (changes_.parts()[part].sku != line.sku) return Refusal::unknown_line;
        return Refusal::none;
    }
    void edit(std::uint32_t index) {
        const Line& line = event_.lines[index];
        const std::uint64_t number = line_number(line, index);
        const std::span<const std::uint32_t> parts = changes_.parts_of_line(number);
        Units has = 0;
        for (const std::uint32_t part : parts)
            has += cancellable(changes_.now(part)) + changes_.now(part).shipped;
        if (line.quantity < has) cancel_units(changes_, parts, has - line.quantity, true);
        if (line.quantity <= has) return;
        Line more = line;
        more.line = number;
        more.quantity = line.quantity - has;
        // A pinned line stays where it is, whatever the edit says; another stays there if it can.
        const bool stays = reservation_.pinned || line.names_location;
        if (!parts.empty() && (reservation_.pinned || !line.names_location)) {
            more.location = changes_.parts()[parts.front()].location;
            more.names_location = true;
        } else if (reservation_.pinned) {
            more.location = place_of(event_, line);
            more.names_location = true;
        }
        growth_.add(index, more, stays ? Stay::must : Stay::may);
    }
    void force() {
        for (std::size_t i = 0; i < growth_.size(); ++i) {
            const Line& line = growth_.lines()[i];
            const ForcedRequest request{
                .line_index = growth_.index(i),
                .line = line.line,
                .sku = line.sku,
                .location = growth_.stay(i) == Stay::must ? line.location : kNoLocation,
                .channel = reservation_.channel,
                .fallback = event_.location,
                .has_fallback = event_.names_location,
                .quantity = line.quantity};
            if (problems_.good(growth_.index(i), forced_.refusal(request))) forced_.plan(request);
        }
        if (problems_.empty()) add(forced_.parts());
    }
    void add(std::span<const PlannedPart> parts) {
        added_ = parts;
        for (const PlannedPart& part : parts) changes_.add(part);
    }

    const Context& context_;
    const RecordEvent& event_;
    const Reservation& reservation_;
    ReservationChanges changes_;
    EventProblems problems_;
    Growth growth_;
    ForcedPlanner forced_;
    std::span<const PlannedPart> added_;
};

}  // namespace

Outcome edit_order(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (event.order.empty()) return refused(Refusal::order_required);
    if (const Refusal r = line_count_refusal(event); r != Refusal::none) return refused(r);
    const auto [reservation, refusal] = order_of(state, event);
    if (refusal != Refusal::none) return refused(refusal);
    if (reservation == nullptr) return refused(Refusal::unknown_order);
    if (reservation->ended()) return refused(Refusal::reservation_ended);

    OrderEdit edit(context, event, *reservation);
    edit.edit_lines();
    edit.grow();
    if (!edit.problems().empty()) return edit.problems().outcome();
    ReservationChanges& changes = edit.changes();
    if (changes.empty()) return refused(Refusal::nothing_to_adjust);
    changes.settle();
    if (!edit.fits()) return refused(Refusal::too_many_lines);
    if (!within_level(state, edit.added(), context.arena))
        return refused(Refusal::level_out_of_range);

    static constexpr CaseKind kOversold[] = {CaseKind::oversold_order};
    Entry entry(state, context.stamp, &event.envelope, context.writer);
    FactWriter& fact =
        write_order_fact(entry, FactType::reservation_adjusted, event, reservation, changes);
    if (edit.oversold()) raise(fact, kOversold);
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
