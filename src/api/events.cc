// What happened outside: single CloudEvents, and batches of them.
#include "api/event_command.h"

#include "api/bulk_jobs.h"
#include "api/handlers.h"
#include "api/tokens.h"
#include "base/hash.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

constexpr std::string_view kCloudEvent = "application/cloudevents+json";
constexpr std::string_view kCloudEvents = "application/cloudevents-batch+json";

/// The stored reservations that an event is about: the one it names, and that of its order.
struct Subjects {
    const ledger::Reservation* named = nullptr;
    const ledger::Reservation* ordered = nullptr;
};
Subjects subjects_of(const ledger::State& state, const RecordEvent& event) {
    Subjects found;
    if (event.names_reservation) found.named = state.reservations.find(event.reservation);
    if (!event.order.empty()) {
        found.ordered =
            state.reservations.find_by_order(state.order_hash(event.order), event.channel)
                .reservation;
    }
    return found;
}

bool covers(const Principal& principal, ChannelId channel, LocationId at, bool names_location) {
    return principal.may(Action::events_write, {.channel = channel,
                                                .all_channels = channel == kNoChannel,
                                                .location = at,
                                                .all_locations = !names_location});
}

}  // namespace

void set_event_keys(std::uint64_t seed, const EventFacts& facts, RecordEvent& event) {
    const std::uint64_t of_source = hash64(as_byte_span(event.envelope.source), seed);
    event.envelope.transport = {hash128(as_byte_span(facts.id), of_source), facts.content_hash};
    if (!facts.semantic_key.empty()) {
        // Another seed than the transport's: the two kinds of key never meet.
        constexpr std::uint64_t kSemantic = 0x73656d616e746963;
        event.envelope.semantic = {hash128(as_byte_span(facts.semantic_key), seed ^ kSemantic),
                                   facts.content_hash};
    }
}

bool may_record(const Principal& principal, const ledger::State& state, const RecordEvent& event) {
    if (principal.may(Action::events_write, kEverywhere)) return true;
    const auto [named, ordered] = subjects_of(state, event);
    if (event.names_destination && !covers(principal, event.channel, event.destination, true))
        return false;
    // The stored objects decide, whatever channel the event claims. One that is covered is no
    // bridge to another: a feed would tell of the order as if its own channel had spoken.
    for (const ledger::Reservation* subject : {named, ordered}) {
        if (subject == nullptr) continue;
        if (event.channel != kNoChannel && event.channel != subject->channel) return false;
        for (const ledger::Part& part : state.reservations.parts(*subject)) {
            if (!covers(principal, subject->channel, part.location, true)) return false;
        }
    }
    const ledger::Reservation* subject = named != nullptr ? named : ordered;
    // One that comes before its order waits for it, wherever its units will be promised.
    if (subject == nullptr && event.type == FactType::order_cancelled) {
        return covers(principal, event.channel, kNoLocation, false);
    }
    const ChannelId channel = subject != nullptr ? subject->channel : event.channel;
    for (const Line& line : event.lines) {
        const LocationId at = line.names_location ? line.location : event.location;
        const bool at_one = line.names_location || event.names_location;
        // Lines of a known reservation stay where its parts are unless they name a place.
        if (!at_one && subject != nullptr) continue;
        if (!covers(principal, channel, at, at_one)) return false;
    }
    if (!event.lines.empty() || subject != nullptr) return true;
    return covers(principal, channel, event.location, event.names_location);
}

void record_event(Desk& desk, const Call& call) {
    if (!has_content_type(desk, call, {kCloudEvent, kJson, kCloudEvents}) ||
        !read_params(desk, call, {})) {
        return;
    }
    if (!desk.allowed(call, Action::events_write, kNowhere)) return;
    if (call.request.content_type().starts_with(kCloudEvents)) {
        desk.batches().start(call, BulkKind::events, BulkFormat::json_array);
        return;
    }
    RecordEvent command;
    EventFacts facts;
    Fault fault;
    if (!desk.decoder().event(call.request.body, command, facts, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!call.principal->speaks_as(command.envelope.source)) {
        desk.metrics().requests_forbidden.add();
        desk.refuse(call.token, problems::source_not_allowed, speaks_only_as(*call.principal));
        return;
    }
    if (!may_record(*call.principal, desk.state(), command)) {
        desk.metrics().requests_forbidden.add();
        desk.refuse(call.token, problems::forbidden,
                    "Needs events:write on the channel and on every location of the event.");
        return;
    }
    set_event_keys(desk.state().seed, facts, command);
    desk.describe(call, command.envelope);
    desk.submit(call, command, facts.content_hash);
}

void record_events(Desk& desk, const Call& call) {
    if (!has_content_type(desk, call, {kNdjson}) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::events_write, kNowhere)) {
        return;
    }
    desk.batches().start(call, BulkKind::events, BulkFormat::lines);
}

}  // namespace holdfast::api
