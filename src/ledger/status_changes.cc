// Units that change their state on the shelf: found, broken, set aside, good again.
#include "ledger/movement.h"

namespace holdfast::ledger {

Outcome change_status(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    if (const Refusal r = header_refusal(state, event); r != Refusal::none) return refused(r);
    EventProblems problems = checked_lines(context, event, [](const Line& line) {
        const bool possible = is_physical(line.bucket) && is_physical(line.from_bucket) &&
                              line.bucket != line.from_bucket;
        return possible ? Refusal::none : Refusal::value_out_of_range;
    });
    if (!problems.empty()) return problems.outcome();

    Movement movement(context, event);
    const SeenByCount seen(state, event.envelope);
    for (const Line& line : event.lines) {
        const LocationId at = place_of(event, line);
        movement.turn(line.sku, at, line.from_bucket, line.bucket, line.quantity);
        // Were they on the shelf when it was counted? Nobody can say: count again.
        const bool found = line.from_bucket == Bucket::suspect && line.bucket == Bucket::sellable;
        if (found && state.counts.last(line.sku, at).cut != nullptr && !seen.covers(line.sku, at))
            movement.raises(CaseKind::recount_needed);
    }
    return record_movement(context, event, movement);
}

}  // namespace holdfast::ledger
