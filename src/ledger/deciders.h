// One function per command, called by `decide` after the keys were checked. Each has the shape:
// look up, refuse, refuse, compute, check, then write facts; after the first fact nothing fails.
// Internal to the ledger.
#pragma once

#include "ledger/entry.h"
#include "ledger/plan.h"

namespace holdfast::ledger {

struct Settlement;  // ledger/parked.h

/// What every decider is given.
struct Context {
    const State& state;
    const Stamp& stamp;
    Arena& arena;
    FactWriter& writer;
    /// Of an order that comes after events which were about it.
    const Settlement* settles = nullptr;
};

Outcome reserve(const Context& context, const ReserveStock& command);
Outcome confirm(const Context& context, const StepReservation& command);
Outcome release(const Context& context, const StepReservation& command);
Outcome extend(const Context& context, const StepReservation& command);
Outcome adjust(const Context& context, const StepReservation& command);
Outcome resource(const Context& context, const StepReservation& command);
Outcome expire(const Context& context, const ExpireHolds& command);

Outcome report_overdue(const Context& context, const ReportOverdue& command);
Outcome change_source_epoch(const Context& context, const ChangeSourceEpoch& command);
Outcome give_up_sequence(const Context& context, const GiveUpSequence& command);
Outcome change_authority(const Context& context, const ChangeAuthority& command);

Outcome create_order(const Context& context, const RecordEvent& event);
Outcome edit_order(const Context& context, const RecordEvent& event);
Outcome cancel_order(const Context& context, const RecordEvent& event);
Outcome post_shipment(const Context& context, const RecordEvent& event);
Outcome void_shipment(const Context& context, const RecordEvent& event);
Outcome record_node_work(const Context& context, const RecordEvent& event);
Outcome record_short_pick(const Context& context, const RecordEvent& event);
Outcome create_backorder(const Context& context, const RecordEvent& event);
Outcome fill_backorder(const Context& context, const RecordEvent& event);
Outcome record_stock_event(const Context& context, const RecordEvent& event);
Outcome change_status(const Context& context, const RecordEvent& event);
Outcome regrade_stock(const Context& context, const RecordEvent& event);
Outcome convert_kits(const Context& context, const RecordEvent& event);
Outcome announce_return(const Context& context, const RecordEvent& event);
Outcome receive_return(const Context& context, const RecordEvent& event);
Outcome dispose_return(const Context& context, const RecordEvent& event);
Outcome record_count(const Context& context, const RecordEvent& event);
Outcome record_receipt(const Context& context, const RecordEvent& event);
Outcome schedule_inbound(const Context& context, const RecordEvent& event);
Outcome change_inbound(const Context& context, const RecordEvent& event);
Outcome cancel_inbound(const Context& context, const RecordEvent& event);
Outcome request_transfer(const Context& context, const RecordEvent& event);
Outcome cancel_transfer(const Context& context, const RecordEvent& event);
Outcome ship_transfer(const Context& context, const RecordEvent& event);
Outcome receive_transfer(const Context& context, const RecordEvent& event);
Outcome complete_transfer(const Context& context, const RecordEvent& event);

Outcome upsert_item(const Context& context, const UpsertItem& command);
Outcome upsert_location(const Context& context, const UpsertLocation& command);
Outcome upsert_pool(const Context& context, const UpsertPool& command);
Outcome upsert_channel(const Context& context, const UpsertChannel& command);
Outcome upsert_group(const Context& context, const UpsertGroup& command);
Outcome set_node_status(const Context& context, const SetNodeStatus& command);
Outcome set_policy(const Context& context, const SetPolicy& command);
Outcome set_quota(const Context& context, const SetQuota& command);
Outcome create_api_key(const Context& context, const CreateApiKey& command);
Outcome revoke_api_key(const Context& context, const RevokeApiKey& command);

// Pieces that several deciders share.

/// Whether a code from outside may name something: not empty, bounded, no control characters.
bool code_allowed(std::string_view code);

/// A refusal with its problems; the outcome's refusal is that of the first problem.
Outcome refused_lines(std::span<const LineProblem> problems);
/// Deadline of a hold: 0 takes the default; nothing when out of range.
std::optional<Instant> deadline(Instant now, Microseconds time_to_live);
/// Writes postings of new parts (R +q or B +q each) and then, as fields, the line numbers where
/// they are not 1, 2, 3, ... and the lines that a partial request set aside.
void post_new_parts(FactWriter& writer, std::span<const PlannedPart> parts);
void new_part_fields(FactWriter& writer, const Context& context, std::span<const PlannedPart> parts,
                     std::span<const LineProblem> refused);
/// Case kinds that the fact raises; none writes nothing.
void raise(FactWriter& writer, std::span<const CaseKind> kinds);
/// Whether the levels stay within their bound when a late confirmation, an excess or a growth adds
/// the parts to a reservation.
bool within_level(const State& state, std::span<const PlannedPart> parts, Arena& arena);
/// The reservation of the order that an event names, if it is known.
struct OrderOf {
    const Reservation* reservation = nullptr;
    Refusal refusal = Refusal::none;  ///< unknown_channel, channel_required
};
OrderOf order_of(const State& state, const RecordEvent& event);
/// What stands against an order number: another reservation that carries it, of the same channel or
/// where either has none.
bool order_taken(const State& state, std::string_view order, ChannelId channel,
                 ReservationId by_other_than);

}  // namespace holdfast::ledger
