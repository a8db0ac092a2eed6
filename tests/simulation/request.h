// A command that owns its lines and texts, because a client keeps it until it knows the answer and
// the hub binds a fresh copy of it to its arena each time a message arrives.
#pragma once

#include <string>
#include <vector>

#include "base/arena.h"
#include "canonical/command.h"
#include "sequencer/sequencer.h"

namespace holdfast::simulation {

struct Request {
    /// Numbers, flags and keys. Its spans and texts are empty: the fields below hold them.
    Command command;
    std::vector<Line> lines;
    std::vector<LocationId> locations;  ///< of a pool
    std::string order;
    std::string document;
    std::string code;
    std::string title;
    std::string source;
    std::string actor;
    std::string reason;
};

/// The command with everything copied to the arena.
Command bind(const Request& request, Arena& arena);
/// The envelope of a client's command; ExpireHolds has none and is never a client's.
Envelope& envelope_of_request(Request& request);
const Envelope& envelope_of_request(const Request& request);

/// Every request of a run has a number, and its facts carry it: as their business time, which the
/// hub stores and never looks at. So a fact names its request even where no key was given.
Instant tag_of(std::uint64_t request_number);
/// The request number of a fact; 0 for facts of the hub's own.
std::uint64_t request_of(const FactView& fact);

/// One line about a fact, for traces.
std::string describe(const FactView& fact);

/// What a client gets to see of an answer.
struct Reply {
    sequencer::Answer::Kind kind{};
    sequencer::Unavailable reason{};
    ledger::Outcome::Kind outcome{};
    Refusal refusal{};
    std::uint64_t seq = 0;
    std::uint64_t fact_hash = 0;   ///< over the answering fact's bytes; 0 = none came
    std::uint32_t entity = kNoId;  ///< id of the upserted thing

    [[nodiscard]] bool decided() const { return kind == sequencer::Answer::Kind::decided; }
    /// Names a fact: recorded now, or recorded before.
    [[nodiscard]] bool names_fact() const {
        return decided() && (outcome == ledger::Outcome::Kind::recorded ||
                             outcome == ledger::Outcome::Kind::repeated);
    }
};
Reply reply_of(const sequencer::Answer& answer);

}  // namespace holdfast::simulation
