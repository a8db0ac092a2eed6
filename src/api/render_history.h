// What the read model tells, as JSON. Used beside the loop: codes come from the read model, never
// from the ledger's state. Shapes: api/openapi.yaml.
#pragma once

#include "explain/ledger_check.h"
#include "explain/timeline.h"
#include "explain/why_not.h"
#include "http/json_writer.h"

namespace holdfast::api {

/// Whether orders, documents and reservations of facts are told: to keys that may read facts there.
enum class References : std::uint8_t { told, withheld };

/// `explanation`. `numbers`: of the ledger at the same moment; none for the past. Returns how many
/// of them differ.
std::uint64_t render_explanation(http::JsonWriter& json, const explain::Explanation& explanation,
                                 explain::Moment& moment, References references,
                                 const explain::LedgerNumbers* numbers);

/// `timeline`, as of the reader's cut.
void render_timeline(http::JsonWriter& json, const explain::Timeline& timeline,
                     readmodel::Reader& reader);

/// `why_not`. Holders were added within the reader's cut.
void render_why_not(http::JsonWriter& json, const explain::WhyNot& answer,
                    readmodel::Reader& reader);

}  // namespace holdfast::api
