// The road every command takes: keys first, then its own decider.
#include "base/check.h"
#include "base/planted.h"
#include "ledger/advisory.h"
#include "ledger/backorder_plan.h"
#include "ledger/deciders.h"
#include "ledger/kits.h"
#include "ledger/movement.h"
#include "ledger/units.h"

namespace holdfast::ledger {
namespace {

std::optional<Outcome> repeat_of(const KeyTable& seen, const CommandKey& key, Refusal otherwise) {
    if (!key.given()) return std::nullopt;
    const std::optional<KeyRow> row = seen.find(key.key);
    if (!row) return std::nullopt;
    if (row->body_hash == key.body_hash || planted(Bug::take_other_body_for_repeat))
        return Outcome{.kind = Outcome::Kind::repeated, .seq = row->seq};
    Outcome outcome = refused(otherwise);
    outcome.seq = row->seq;
    outcome.first_body_hash = row->body_hash;
    return outcome;
}

Refusal refusal_of_number(const State& state, const Envelope& envelope) {
    switch (state.sources.verdict(NameId{state.names.find(envelope.source)},
                                  {envelope.source_epoch, envelope.source_seq})) {
        case SourceVerdict::next:
        case SourceVerdict::late:
        case SourceVerdict::new_epoch: return Refusal::none;
        case SourceVerdict::recorded: return Refusal::already_recorded;
        case SourceVerdict::given_up: return Refusal::sequence_given_up;
        case SourceVerdict::stale_epoch:
            return planted(Bug::take_stale_epoch) ? Refusal::none : Refusal::stale_source_epoch;
        case SourceVerdict::not_announced: return Refusal::source_epoch_not_announced;
    }
    return Refusal::none;
}

/// Whether a new key has no room. The first command of a generation is always taken: what it
/// records ages the keys before it, and if nothing were recorded a full table would stay full.
bool keys_full(const State& state, const Envelope& envelope, Instant now) {
    const bool keyed = envelope.transport.given() || envelope.semantic.given();
    return keyed &&
           state.transport_keys.size() + state.semantic_keys.size() >= state.limits.keys_max &&
           !state.transport_keys.begins(now);
}

/// A till that says which order it rings up; one that is not known is a sale like any other.
bool names_known_order(const State& state, const RecordEvent& event) {
    const OrderOf order = order_of(state, event);
    return order.reservation != nullptr || order.refusal == Refusal::channel_required;
}

Outcome step(const Context& context, const StepReservation& command) {
    switch (command.step) {
        case ReservationStep::confirm: return confirm(context, command);
        case ReservationStep::release: return release(context, command);
        case ReservationStep::extend: return extend(context, command);
        case ReservationStep::adjust: return adjust(context, command);
        case ReservationStep::resource: return resource(context, command);
    }
    return refused(Refusal::unknown_reservation);
}

Outcome record(const Context& context, const RecordEvent& event) {
    switch (event.type) {
        case FactType::order_created: return create_order(context, event);
        case FactType::reservation_adjusted: return edit_order(context, event);
        case FactType::order_cancelled: return cancel_order(context, event);
        case FactType::shipment_posted:
        case FactType::pickup_completed: return post_shipment(context, event);
        case FactType::shipment_voided: return void_shipment(context, event);
        case FactType::pos_sale:
            return names_known_order(context.state, event) ? post_shipment(context, event)
                                                           : record_stock_event(context, event);
        case FactType::stock_counted: return record_count(context, event);
        case FactType::stock_status_changed: return change_status(context, event);
        case FactType::stock_regraded: return regrade_stock(context, event);
        case FactType::kit_assembled:
        case FactType::kit_broken: return convert_kits(context, event);
        case FactType::return_announced: return announce_return(context, event);
        case FactType::return_received: return receive_return(context, event);
        case FactType::return_dispositioned: return dispose_return(context, event);
        case FactType::receipt_posted:
        case FactType::receipt_corrected: return record_receipt(context, event);
        case FactType::inbound_scheduled: return schedule_inbound(context, event);
        case FactType::inbound_changed: return change_inbound(context, event);
        case FactType::inbound_cancelled: return cancel_inbound(context, event);
        case FactType::transfer_requested: return request_transfer(context, event);
        case FactType::transfer_cancelled: return cancel_transfer(context, event);
        case FactType::transfer_shipped: return ship_transfer(context, event);
        case FactType::transfer_received: return receive_transfer(context, event);
        case FactType::transfer_completed: return complete_transfer(context, event);
        case FactType::allocation_created:
        case FactType::allocation_released:
        case FactType::pick_confirmed:
        case FactType::pick_returned:
        case FactType::erp_offset: return record_node_work(context, event);
        case FactType::pick_shorted: return record_short_pick(context, event);
        case FactType::backorder_created: return create_backorder(context, event);
        case FactType::backorder_filled: return fill_backorder(context, event);
        default: return record_stock_event(context, event);
    }
}

/// Decides a command with its lines in base units.
template <class Command, class Decide>
Outcome with_base_lines(const Context& context, const Command& command,
                        const Reservation* reservation, Decide&& decide) {
    if (!names_units(command.lines) || command.lines.size() > lines_per_request_max)
        return decide(command);
    const BaseLines base = in_base_units(context, command.lines, reservation);
    if (!base.problems.empty()) return refused_lines(base.problems);
    Command converted = command;
    converted.lines = base.lines;
    return decide(converted);
}

Outcome record_in_base_units(const Context& context, const RecordEvent& event) {
    const State& state = context.state;
    const Reservation* of_order =
        event.order.empty()
            ? nullptr
            : state.reservations.find_by_order(state.order_hash(event.order), event.channel)
                  .reservation;
    return with_base_lines(context, event, of_order, [&](const RecordEvent& base) {
        if (const auto kits = kits_in_the_way(context, base); !kits.empty())
            return refused_lines(kits);
        for (const KitComponent& component : base.components)
            if (state.kits.sold_by(component.sku) != 0) return refused(Refusal::kit_not_allowed);
        return record(context, base);
    });
}

struct Dispatch {
    const Context& context;
    Outcome operator()(const ReserveStock& c) const {
        return with_base_lines(context, c, nullptr,
                               [&](const ReserveStock& base) { return reserve(context, base); });
    }
    Outcome operator()(const StepReservation& c) const {
        return with_base_lines(context, c, context.state.reservations.find(c.reservation),
                               [&](const StepReservation& base) { return step(context, base); });
    }
    Outcome operator()(const ExpireHolds& c) const { return expire(context, c); }
    Outcome operator()(const ReportOverdue& c) const { return report_overdue(context, c); }
    Outcome operator()(const RecordEvent& c) const { return record_in_base_units(context, c); }
    Outcome operator()(const UpsertItem& c) const { return upsert_item(context, c); }
    Outcome operator()(const UpsertLocation& c) const { return upsert_location(context, c); }
    Outcome operator()(const UpsertPool& c) const { return upsert_pool(context, c); }
    Outcome operator()(const UpsertChannel& c) const { return upsert_channel(context, c); }
    Outcome operator()(const UpsertGroup& c) const { return upsert_group(context, c); }
    Outcome operator()(const SetNodeStatus& c) const { return set_node_status(context, c); }
    Outcome operator()(const SetPolicy& c) const { return set_policy(context, c); }
    Outcome operator()(const ChangeSourceEpoch& c) const { return change_source_epoch(context, c); }
    Outcome operator()(const GiveUpSequence& c) const { return give_up_sequence(context, c); }
    Outcome operator()(const SetQuota& c) const { return set_quota(context, c); }
    Outcome operator()(const ChangeAuthority& c) const { return change_authority(context, c); }
    Outcome operator()(const CreateApiKey& c) const { return create_api_key(context, c); }
    Outcome operator()(const RevokeApiKey& c) const { return revoke_api_key(context, c); }
    Outcome operator()(const ActOnCases&) const { return not_ours(); }
    Outcome operator()(const WakeCases&) const { return not_ours(); }
    static Outcome not_ours() {
        HOLDFAST_CHECK(false, "commands about cases are decided by the cases machine");
        return {};
    }
};

}  // namespace

std::optional<Outcome> settled_before(const State& state, const Envelope& envelope, Instant now) {
    if (auto outcome = repeat_of(state.transport_keys, envelope.transport,
                                 Refusal::key_reused_with_other_body);
        outcome && !planted(Bug::skip_transport_key))
        return outcome;
    if (auto outcome =
            repeat_of(state.semantic_keys, envelope.semantic, Refusal::event_identity_conflict);
        outcome && !planted(Bug::skip_semantic_key))
        return outcome;
    if (envelope.source_seq != 0 && !envelope.source.empty()) {
        const Refusal refusal = refusal_of_number(state, envelope);
        if (refusal != Refusal::none) return refused(refusal);
    }
    if (!names_fit(state, envelope)) return refused(Refusal::table_full);
    if (keys_full(state, envelope, now)) return refused(Refusal::table_full);
    return std::nullopt;
}

namespace {

/// A repeat that carries a number of its source which was not heard yet: the number is settled, or
/// the source would be asked for it for ever.
Outcome settle_number(const Context& context, const Envelope& repeat, const Outcome& answer) {
    const bool fresh = repeat.source_seq != 0 && !repeat.source.empty() &&
                       refusal_of_number(context.state, repeat) == Refusal::none &&
                       names_fit(context.state, repeat);
    if (!fresh) return answer;
    Envelope envelope = repeat;
    envelope.transport = envelope.semantic = {};
    Entry entry(context.state, context.stamp, &envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::source_number_settled);
    entry.envelope_fields();
    fact.value(FieldTag::repeats, answer.seq);
    entry.end();
    Outcome outcome = answer;
    outcome.facts = entry.finish().facts;
    return outcome;
}

/// The event of a source that is not believed: decided aside, recorded without its effect.
Outcome decide_advisory(const Context& context, const RecordEvent& event) {
    std::optional<Outcome> settled =
        settled_before(context.state, event.envelope, context.stamp.now);
    const bool differs = settled && settled->refusal == Refusal::event_identity_conflict;
    if (differs) {
        // The owner told the same business step otherwise: a conflict to be shown, not refused.
        Envelope envelope = event.envelope;
        envelope.semantic = {};
        settled = settled_before(context.state, envelope, context.stamp.now);
    }
    if (settled && settled->kind == Outcome::Kind::repeated)
        return settle_number(context, event.envelope, *settled);
    if (settled) return *settled;
    std::vector<std::byte> would_be;
    FactWriter aside(would_be);
    const Outcome outcome =
        record_in_base_units(Context{context.state, context.stamp, context.arena, aside}, event);
    if (outcome.kind != Outcome::Kind::recorded) return outcome;
    return record_advisory(context, event, would_be, differs);
}

/// Whether most commands like it do.
bool begins_reservation(const Command& command) {
    const auto* event = std::get_if<RecordEvent>(&command);
    return event != nullptr ? event->type == FactType::order_created ||
                                  event->type == FactType::transfer_requested
                            : std::holds_alternative<ReserveStock>(command);
}

Outcome decide_any(const Context& context, const Command& command) {
    if (const auto* event = std::get_if<RecordEvent>(&command);
        event != nullptr && is_advisory(context.state, *event))
        return decide_advisory(context, *event);
    if (const Envelope* envelope = envelope_of(command))
        if (const auto settled = settled_before(context.state, *envelope, context.stamp.now))
            return settled->kind == Outcome::Kind::repeated
                       ? settle_number(context, *envelope, *settled)
                       : *settled;
    return std::visit(Dispatch{context}, command);
}

}  // namespace

Outcome decide(const State& state, const Command& command, const Stamp& stamp, Arena& arena,
               FactWriter& facts) {
    HOLDFAST_CHECK(stamp.next_seq == state.seq + 1, "facts are decided on the state before them");
    HOLDFAST_CHECK(stamp.now >= state.log_time, "log time never goes back");
    // Where a new reservation will be entered: there by the time that it is planned. Asking waits
    // for where that is in memory, so nobody else does.
    if (begins_reservation(command)) state.reservations.prefetch(ReservationId{stamp.next_seq});
    const std::size_t before = facts.size();
    const Outcome outcome = decide_any(Context{state, stamp, arena, facts}, command);
    HOLDFAST_CHECK((outcome.facts > 0) == (facts.size() > before), "facts are counted");
    HOLDFAST_CHECK(outcome.facts == 0 || outcome.kind == Outcome::Kind::recorded ||
                       outcome.kind == Outcome::Kind::repeated,
                   "a refusal writes nothing");
    HOLDFAST_CHECK(facts.size() - before <= entry_bytes_max, "an entry stays within its bound");
    return outcome;
}

void prefetch(const State& state, const Command& command) {
    if (const Envelope* envelope = envelope_of(command)) {
        state.transport_keys.prefetch(envelope->transport.key);
        if (envelope->semantic.key != Hash128{})
            state.semantic_keys.prefetch(envelope->semantic.key);
    }
    if (const auto* c = std::get_if<ReserveStock>(&command)) {
        if (!c->lines.empty()) state.positions.prefetch(c->lines.front().sku);
    } else if (const auto* s = std::get_if<StepReservation>(&command)) {
        state.reservations.prefetch(s->reservation);
    } else if (const auto* e = std::get_if<RecordEvent>(&command)) {
        if (!e->lines.empty()) state.positions.prefetch(e->lines.front().sku);
    }
}

Outcome refused_lines(std::span<const LineProblem> problems) {
    Outcome outcome = refused(problems.front().refusal);
    outcome.problems = planted(Bug::tell_first_problem_only) ? problems.first(1) : problems;
    return outcome;
}

std::optional<Instant> deadline(Instant now, Microseconds time_to_live) {
    if (time_to_live == Microseconds{0}) return now + time_to_live_default;
    if (time_to_live < Microseconds{0} || time_to_live > time_to_live_max) return std::nullopt;
    return now + time_to_live;
}

void post_new_parts(FactWriter& writer, std::span<const PlannedPart> parts) {
    for (const PlannedPart& part : parts)
        writer.post({.sku = part.sku,
                     .place = Place{part.location},
                     .bucket = part.bucket,
                     .delta = part.quantity});
}

namespace {

/// What a new reservation tells of units that wait: their dates and, where a line has stock and
/// supply at one place, that both are of one part. Tells which parts begin one of their own.
std::span<const bool> waiting_part_fields(FactWriter& writer, Arena& arena,
                                          std::span<const PlannedPart> parts) {
    const std::span<bool> own = arena.array<bool>(parts.size());
    const std::span<std::uint32_t> index = arena.array<std::uint32_t>(parts.size());
    ArenaList<std::int64_t> dates(arena);
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::size_t same = i;  // of the same line, item and place, the first one
        for (std::size_t j = i; j-- > 0 && parts[j].line_index == parts[i].line_index;)
            if (parts[j].sku == parts[i].sku && parts[j].location == parts[i].location) same = j;
        own[i] = same == i;
        index[i] = own[i] ? next++ : index[same];
        if (parts[i].bucket == Bucket::backordered) dates.push_back(parts[i].due);
    }
    if (next != parts.size()) writer.list<std::uint32_t>(FieldTag::part_of_posting, index);
    writer.list<std::int64_t>(FieldTag::promise_dates, dates.view());
    return own;
}

}  // namespace

void new_part_fields(FactWriter& writer, const Context& context, std::span<const PlannedPart> parts,
                     std::span<const LineProblem> refused) {
    std::span<const bool> own;  // empty: each part is one of its own
    if (waits(parts)) own = waiting_part_fields(writer, context.arena, parts);
    bool counted = own.empty();
    for (std::size_t i = 0; i < parts.size(); ++i) counted &= parts[i].line == i + 1;
    if (!counted) {
        ArenaList<std::uint64_t> lines(context.arena, parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (own.empty() || own[i]) lines.push_back(parts[i].line);
        writer.list<std::uint64_t>(FieldTag::part_lines, lines.view());
    }
    if (std::any_of(parts.begin(), parts.end(),
                    [](const auto& part) { return part.recipe != 0; })) {
        ArenaList<std::uint32_t> recipes(context.arena, parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (own.empty() || own[i]) recipes.push_back(parts[i].recipe);
        writer.list<std::uint32_t>(FieldTag::part_recipes, recipes.view());
    }
    if (refused.empty()) return;
    const std::span<RefusedLine> rows = context.arena.array<RefusedLine>(refused.size());
    for (std::size_t i = 0; i < refused.size(); ++i)
        rows[i] = {.line_index = refused[i].line_index,
                   .refusal = static_cast<std::uint16_t>(refused[i].refusal),
                   .sku = refused[i].sku.raw,
                   .location = refused[i].location.raw,
                   .requested = refused[i].requested,
                   .available_to_sell = refused[i].available_to_sell};
    const std::size_t told = rows.size() - (planted(Bug::set_aside_list_cut_short) ? 1 : 0);
    writer.list<RefusedLine>(FieldTag::refused_lines, rows.first(told));
}

void raise(FactWriter& writer, std::span<const CaseKind> kinds) {
    if (!kinds.empty()) writer.list<CaseKind>(FieldTag::raises, kinds);
}

bool within_level(const State& state, std::span<const PlannedPart> parts, Arena& arena) {
    const std::span<Posting> postings = arena.array<Posting>(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i)
        postings[i] = {.sku = parts[i].sku,
                       .place = Place{parts[i].location},
                       .bucket = parts[i].bucket,
                       .delta = parts[i].quantity};
    return levels_stay_in_range(state, postings, arena);
}

OrderOf order_of(const State& state, const RecordEvent& event) {
    if (event.channel != kNoChannel && event.channel.raw >= state.channels.size())
        return {.refusal = Refusal::unknown_channel};
    if (event.order.empty()) return {};
    const OrderMatch match =
        state.reservations.find_by_order(state.order_hash(event.order), event.channel);
    if (match.several) return {.refusal = Refusal::channel_required};
    return {.reservation = match.reservation};
}

bool order_taken(const State& state, std::string_view order, ChannelId channel,
                 ReservationId by_other_than) {
    if (order.empty()) return false;
    const OrderMatch known = state.reservations.find_by_order(state.order_hash(order), channel);
    return known.several ||
           (known.reservation != nullptr && known.reservation->id != by_other_than);
}

}  // namespace holdfast::ledger
