// What every pure machine is given to decide, and what it answers: an effect (named by the facts it
// wrote), a repeat, or a refusal with its reasons, line by line.
#pragma once

#include <cstdint>
#include <span>

#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast {

/// The sequencer's stamp: log time (never goes back) and the seq of the next fact.
struct Stamp {
    Instant now{};
    std::uint64_t next_seq = 1;
};

/// Why one line cannot be had, with the numbers behind it.
struct LineProblem {
    std::uint32_t line_index = 0;  ///< position in the request, from 0
    Refusal refusal = Refusal::none;
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    Units requested = 0;
    Units available_to_sell = 0;  ///< to this channel (at this location, if named), now
    // Of the named location, or summed over the pool:
    Units sellable = 0;
    Units reserved = 0;
    Units allocated = 0;
    Units safety_stock = 0;
};

struct [[nodiscard]] Outcome {
    enum class Kind : std::uint8_t {
        recorded,  ///< facts were written; `seq` names the one that answers
        repeated,  ///< known key and body: the fact `seq` answers again. Nothing was written, or
                   ///< only that a source's number carried a repeat
        refused,   ///< nothing was written
        idle,      ///< nothing to do (expiry with no hold due)
    };
    Kind kind = Kind::idle;
    Refusal refusal = Refusal::none;
    std::uint64_t seq = 0;
    /// key_reused_with_other_body: the hash that came first.
    std::uint64_t first_body_hash = 0;
    std::uint32_t facts = 0;                  ///< how many were written
    std::uint32_t answer_offset = 0;          ///< of the answering fact in the writer's buffer
    std::span<const LineProblem> problems{};  ///< in the turn's arena
};

inline Outcome refused(Refusal refusal) {
    return {.kind = Outcome::Kind::refused, .refusal = refusal};
}

}  // namespace holdfast
