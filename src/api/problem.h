// Every "no" of the HTTP interface in one place: the code, its status, its title, and whether the
// same request may succeed later. Rendered as problem+json (RFC 9457) with our fixed members.
// The list is the enum `problem_code` of api/openapi.yaml; a test holds the two together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "canonical/vocabulary.h"
#include "ledger/outcome.h"
#include "ledger/state.h"
#include "sequencer/sequencer.h"

namespace holdfast::api {

struct ProblemKind {
    std::string_view code;  ///< snake_case; the type is urn:holdfast:problem: and it, hyphenated
    std::uint16_t status = 400;
    std::string_view title;
    bool retryable = false;
};

namespace problems {
// The route and the query.
inline constexpr ProblemKind not_found{"not_found", 404, "There is no such resource"};
inline constexpr ProblemKind method_not_allowed{"method_not_allowed", 405,
                                                "The resource does not have this method"};
inline constexpr ProblemKind malformed_path{"malformed_path", 400,
                                            "The path is not valid percent-encoding"};
inline constexpr ProblemKind malformed_query{"malformed_query", 400, "The query is not valid"};
inline constexpr ProblemKind unknown_parameter{"unknown_parameter", 400,
                                               "The query parameter is not known"};
inline constexpr ProblemKind missing_parameter{"missing_parameter", 400,
                                               "A query parameter is missing"};
inline constexpr ProblemKind invalid_parameter{"invalid_parameter", 400,
                                               "A query parameter has no valid value"};
inline constexpr ProblemKind invalid_cursor{"invalid_cursor", 400,
                                            "The cursor is not one of this list"};
inline constexpr ProblemKind invalid_id{"invalid_id", 400, "The id has another shape"};
// The key.
inline constexpr ProblemKind unauthenticated{"unauthenticated", 401,
                                             "The API key is missing or not valid"};
inline constexpr ProblemKind forbidden{"forbidden", 403, "The API key may not do this"};
inline constexpr ProblemKind source_not_allowed{"source_not_allowed", 403,
                                                "The API key speaks as another source"};
inline constexpr ProblemKind idempotency_key_missing{"idempotency_key_missing", 400,
                                                     "The Idempotency-Key header is missing"};
inline constexpr ProblemKind idempotency_key_malformed{
    "idempotency_key_malformed", 400, "The Idempotency-Key header is not a valid key"};
inline constexpr ProblemKind too_many_in_flight{
    "too_many_in_flight", 429, "Too many commands of this key are in flight", true};
// The body.
inline constexpr ProblemKind unsupported_media_type{"unsupported_media_type", 415,
                                                    "The content type is not supported"};
inline constexpr ProblemKind malformed_json{"malformed_json", 400, "The body is not valid JSON"};
inline constexpr ProblemKind unknown_field{"unknown_field", 400, "The field is not known"};
inline constexpr ProblemKind duplicate_field{"duplicate_field", 400, "The field is given twice"};
inline constexpr ProblemKind missing_field{"missing_field", 400, "A field is missing"};
inline constexpr ProblemKind wrong_type{"wrong_type", 400, "The value has another type"};
inline constexpr ProblemKind invalid_value{"invalid_value", 400, "The value is not allowed"};
inline constexpr ProblemKind too_many_items{"too_many_items", 400, "The list is too long"};
inline constexpr ProblemKind batch_too_large{"batch_too_large", 413,
                                             "The batch has too many lines"};
// Not now.
inline constexpr ProblemKind overloaded{"overloaded", 503,
                                        "The hub cannot take more commands right now", true};
inline constexpr ProblemKind disk_low{
    "disk_low", 503, "Disk space is low: only confirms, releases and facts are taken", true};
inline constexpr ProblemKind disk_full{"disk_full", 503,
                                       "The disk is full: nothing can be recorded", true};
inline constexpr ProblemKind draining{"draining", 503, "The hub is stopping", true};
inline constexpr ProblemKind seq_not_reached{"seq_not_reached", 503,
                                             "The ledger has not reached min_seq yet", true};
inline constexpr ProblemKind history_not_reached{
    "history_not_reached", 503, "The read model has not reached this position yet", true};
inline constexpr ProblemKind history_gone{"history_gone", 410, "This past is no longer kept"};
inline constexpr ProblemKind history_unavailable{"history_unavailable", 503,
                                                 "The read model cannot answer right now", true};
inline constexpr ProblemKind outcome_unknown{"outcome_unknown", 500,
                                             "Whether the change happened is not known", true};
}  // namespace problems

/// `names_resource`: the thing that is unknown stands in the path, so the answer is 404.
const ProblemKind& problem_of(Refusal refusal, bool names_resource = false);
const ProblemKind& problem_of(sequencer::Unavailable reason);
/// Every kind this folder can answer, for the test against the document.
std::span<const ProblemKind* const> all_problems();

/// What was wrong with a request, found before any command was made of it.
struct Fault {
    const ProblemKind* kind = nullptr;
    std::string pointer;  ///< JSON Pointer as a URI fragment, "#/lines/0/sku"; empty: the whole
    std::string detail;

    bool set(const ProblemKind& what, std::string where, std::string why) {
        kind = &what;
        pointer = std::move(where);
        detail = std::move(why);
        return false;  // so that decoders can `return fault.set(...)`
    }
};

/// Appends the problem's JSON.
void append_problem(std::string& out, const ProblemKind& kind, std::string_view detail);
void append_fault(std::string& out, const Fault& fault);

/// A refusal of the ledger with its lines. `lines_pointer` is where the request had its lines,
/// such as "#/lines" or "#/data/lines".
struct RefusalContext {
    const ledger::State& state;
    std::string_view lines_pointer;
    bool names_resource = false;
    std::uint64_t body_hash = 0;
    std::uint64_t as_of_seq = 0;
};
void append_refusal(std::string& out, const ledger::Outcome& outcome,
                    const RefusalContext& context);

}  // namespace holdfast::api
