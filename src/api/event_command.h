// What single events and batches of them share.
#pragma once

#include "api/authenticator.h"
#include "api/decoder.h"

namespace holdfast::api {

/// The two keys of an event: source and id; and the business step, whatever road it came by. `seed`
/// is the state's.
void set_event_keys(std::uint64_t seed, const EventFacts& facts, RecordEvent& event);

/// Does the key cover the event's channel and locations, and those of the reservation it is about?
bool may_record(const Principal& principal, const ledger::State& state, const RecordEvent& event);

}  // namespace holdfast::api
