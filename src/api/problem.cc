#include "api/problem.h"

#include <fmt/format.h>

#include <array>

#include "api/tokens.h"
#include "base/check.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

struct RefusalProblem {
    Refusal refusal;
    ProblemKind kind;
};

// Sorted as in canonical/vocabulary.h. Codes repeat the enumerators so that a search finds both.
constexpr std::array kRefusals{
    RefusalProblem{Refusal::unknown_sku, {"unknown_sku", 422, "The SKU is not known"}},
    RefusalProblem{Refusal::unknown_location,
                   {"unknown_location", 422, "The location is not known"}},
    RefusalProblem{Refusal::unknown_channel, {"unknown_channel", 422, "The channel is not known"}},
    RefusalProblem{Refusal::unknown_pool, {"unknown_pool", 422, "The pool is not known"}},
    RefusalProblem{Refusal::unknown_reservation,
                   {"unknown_reservation", 404, "The reservation is not known"}},
    RefusalProblem{Refusal::unknown_order, {"unknown_order", 422, "The order is not known"}},
    RefusalProblem{Refusal::unknown_line,
                   {"unknown_line", 422, "The reservation does not have this line"}},
    RefusalProblem{Refusal::unknown_api_key, {"unknown_api_key", 404, "The key is not known"}},
    RefusalProblem{Refusal::unknown_group, {"unknown_group", 422, "The group is not known"}},
    RefusalProblem{Refusal::unknown_unit,
                   {"unknown_unit", 422, "The item does not have this unit"}},
    RefusalProblem{Refusal::unknown_document,
                   {"unknown_document", 422, "The document is not known"}},
    RefusalProblem{Refusal::unknown_source, {"unknown_source", 422, "The source is not known"}},
    RefusalProblem{Refusal::no_lines, {"no_lines", 422, "There are no lines"}},
    RefusalProblem{Refusal::too_many_lines, {"too_many_lines", 422, "There are too many lines"}},
    RefusalProblem{Refusal::duplicate_line, {"duplicate_line", 422, "A line is given twice"}},
    RefusalProblem{Refusal::quantity_must_be_positive,
                   {"quantity_must_be_positive", 422, "The quantity must be positive"}},
    RefusalProblem{Refusal::quantity_too_large,
                   {"quantity_too_large", 422, "The quantity is too large"}},
    RefusalProblem{Refusal::level_out_of_range,
                   {"level_out_of_range", 422, "The stock level would leave its range"}},
    RefusalProblem{Refusal::time_to_live_out_of_range,
                   {"time_to_live_out_of_range", 422, "The time to live is out of range"}},
    RefusalProblem{Refusal::reason_required, {"reason_required", 422, "A reason is required"}},
    RefusalProblem{Refusal::location_required,
                   {"location_required", 422, "A location is required"}},
    RefusalProblem{Refusal::channel_required, {"channel_required", 422, "A channel is required"}},
    RefusalProblem{Refusal::order_required, {"order_required", 422, "An order is required"}},
    RefusalProblem{Refusal::value_out_of_range,
                   {"value_out_of_range", 422, "A value is out of range"}},
    RefusalProblem{Refusal::code_not_allowed, {"code_not_allowed", 422, "The code is not allowed"}},
    RefusalProblem{Refusal::destination_required,
                   {"destination_required", 422, "A destination is required"}},
    RefusalProblem{Refusal::document_required,
                   {"document_required", 422, "A document number is required"}},
    RefusalProblem{Refusal::same_location,
                   {"same_location", 422, "Both ends are the same location"}},
    RefusalProblem{Refusal::quantity_not_whole,
                   {"quantity_not_whole", 422, "The quantity is not a whole number of base units"}},
    RefusalProblem{Refusal::due_required, {"due_required", 422, "A due date is required"}},
    RefusalProblem{Refusal::kit_not_allowed,
                   {"kit_not_allowed", 422, "A kit has no stock of its own"}},
    RefusalProblem{Refusal::location_in_two_groups,
                   {"location_in_two_groups", 422, "A location belongs to another group"}},
    RefusalProblem{Refusal::insufficient_stock,
                   {"insufficient_stock", 409, "Not enough available to sell"}},
    RefusalProblem{Refusal::split_not_allowed,
                   {"split_not_allowed", 409, "No single location has enough"}},
    RefusalProblem{Refusal::location_not_in_pool,
                   {"location_not_in_pool", 409, "The channel does not sell from this location"}},
    RefusalProblem{Refusal::channel_has_no_pool,
                   {"channel_has_no_pool", 409, "The channel has no pool to sell from"}},
    RefusalProblem{Refusal::quota_exhausted,
                   {"quota_exhausted", 409, "The quota of the channel is used up"}},
    RefusalProblem{Refusal::group_outside_pool,
                   {"group_outside_pool", 409, "The channel does not sell from the whole group"}},
    RefusalProblem{Refusal::nothing_backordered,
                   {"nothing_backordered", 409, "Fewer units wait for supply"}},
    RefusalProblem{Refusal::backorder_limit_reached,
                   {"backorder_limit_reached", 409, "No more can be back-ordered"}},
    RefusalProblem{Refusal::reservation_ended,
                   {"reservation_ended", 409, "The reservation has ended"}},
    RefusalProblem{Refusal::reservation_already_confirmed,
                   {"reservation_already_confirmed", 409, "The reservation is confirmed already"}},
    RefusalProblem{Refusal::order_already_exists,
                   {"order_already_exists", 409, "The order has a reservation already"}},
    RefusalProblem{Refusal::nothing_to_release,
                   {"nothing_to_release", 409, "There is not that much to release"}},
    RefusalProblem{Refusal::nothing_to_cancel,
                   {"nothing_to_cancel", 409, "There is nothing left to cancel"}},
    RefusalProblem{Refusal::nothing_to_adjust,
                   {"nothing_to_adjust", 409, "There is nothing to adjust"}},
    RefusalProblem{Refusal::nothing_to_move, {"nothing_to_move", 409, "There is nothing to move"}},
    RefusalProblem{Refusal::nothing_allocated,
                   {"nothing_allocated", 409, "There is nothing allocated"}},
    RefusalProblem{Refusal::document_already_exists,
                   {"document_already_exists", 409, "The document exists already"}},
    RefusalProblem{Refusal::document_ended, {"document_ended", 409, "The document is closed"}},
    RefusalProblem{Refusal::components_required,
                   {"components_required", 422, "The components of the kit are required"}},
    RefusalProblem{Refusal::older_than_last_count,
                   {"older_than_last_count", 409, "A later count was applied"}},
    RefusalProblem{Refusal::key_reused_with_other_body,
                   {"key_reused_with_other_body", 422, "The key was used with another body"}},
    RefusalProblem{
        Refusal::event_identity_conflict,
        {"event_identity_conflict", 409, "The same business step was recorded with other content"}},
    RefusalProblem{Refusal::stale_source_epoch,
                   {"stale_source_epoch", 409, "The source has moved on to a newer epoch"}},
    RefusalProblem{Refusal::unknown_case, {"unknown_case", 422, "The case is not known"}},
    RefusalProblem{Refusal::case_already_resolved,
                   {"case_already_resolved", 409, "The case is resolved already"}},
    RefusalProblem{Refusal::case_already_open,
                   {"case_already_open", 409, "The case is open already"}},
    RefusalProblem{Refusal::wake_time_out_of_range,
                   {"wake_time_out_of_range", 422, "The time to wake is out of range"}},
    RefusalProblem{Refusal::comment_required, {"comment_required", 422, "A comment is required"}},
    RefusalProblem{
        Refusal::source_epoch_not_announced,
        {"source_epoch_not_announced", 409, "A new epoch of this source must be announced"}},
    RefusalProblem{Refusal::sequence_given_up,
                   {"sequence_given_up", 409, "The number is from where gaps were given up"}},
    RefusalProblem{Refusal::table_full,
                   {"table_full", 503, "A bound of the ledger is reached", true}},
};

constexpr ProblemKind as_not_found(const ProblemKind& kind) {
    return {kind.code, 404, kind.title, kind.retryable};
}
constexpr ProblemKind kUnknownCase{"unknown_case", 404, "The case is not known"};
constexpr std::array kResources{
    RefusalProblem{Refusal::unknown_sku, as_not_found(kRefusals[0].kind)},
    RefusalProblem{Refusal::unknown_location, as_not_found(kRefusals[1].kind)},
    RefusalProblem{Refusal::unknown_channel, as_not_found(kRefusals[2].kind)},
    RefusalProblem{Refusal::unknown_pool, as_not_found(kRefusals[3].kind)},
    RefusalProblem{Refusal::unknown_group, as_not_found(kRefusals[8].kind)},
    RefusalProblem{Refusal::unknown_case, kUnknownCase},
};
static_assert(kResources[3].kind.code == "unknown_pool");
static_assert(kResources[4].kind.code == "unknown_group");

constexpr std::array kOwn{&problems::not_found,
                          &problems::method_not_allowed,
                          &problems::malformed_path,
                          &problems::malformed_query,
                          &problems::unknown_parameter,
                          &problems::missing_parameter,
                          &problems::invalid_parameter,
                          &problems::invalid_cursor,
                          &problems::invalid_id,
                          &problems::unauthenticated,
                          &problems::forbidden,
                          &problems::source_not_allowed,
                          &problems::idempotency_key_missing,
                          &problems::idempotency_key_malformed,
                          &problems::too_many_in_flight,
                          &problems::unsupported_media_type,
                          &problems::malformed_json,
                          &problems::unknown_field,
                          &problems::duplicate_field,
                          &problems::missing_field,
                          &problems::wrong_type,
                          &problems::invalid_value,
                          &problems::too_many_items,
                          &problems::batch_too_large,
                          &problems::overloaded,
                          &problems::disk_low,
                          &problems::disk_full,
                          &problems::draining,
                          &problems::seq_not_reached,
                          &problems::history_not_reached,
                          &problems::history_gone,
                          &problems::history_unavailable,
                          &problems::outcome_unknown};

constexpr auto kAll = [] {
    std::array<const ProblemKind*, kOwn.size() + kRefusals.size()> all{};
    std::size_t at = 0;
    for (const ProblemKind* kind : kOwn) all[at++] = kind;
    for (const RefusalProblem& row : kRefusals) all[at++] = &row.kind;
    return all;
}();

std::string hyphenated(std::string_view code) {
    std::string text(code);
    for (char& c : text) {
        if (c == '_') c = '-';
    }
    return text;
}

/// The members that every problem has. Leaves the object open.
void begin_problem(http::JsonWriter& json, const ProblemKind& kind, std::string_view detail) {
    const std::string slug = hyphenated(kind.code);
    json.begin_object()
        .member("type", "urn:holdfast:problem:" + slug)
        .member("title", kind.title)
        .member("status", std::uint64_t{kind.status});
    if (!detail.empty()) json.member("detail", detail);
    const bool unknown = &kind == &problems::outcome_unknown;
    json.member("code", kind.code)
        .member("outcome", unknown ? std::string_view("unknown") : std::string_view("not_applied"))
        .member("retryable", kind.retryable)
        .member("documentation", "/docs/problems/" + slug);
}

/// Which member of a line the refusal is about; empty for the line as a whole.
std::string_view member_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::kit_not_allowed:
        case Refusal::unknown_sku: return "/sku";
        case Refusal::unknown_location:
        case Refusal::location_required:
        case Refusal::location_not_in_pool: return "/location";
        case Refusal::unknown_line:
        case Refusal::duplicate_line: return "/line";
        case Refusal::insufficient_stock:
        case Refusal::split_not_allowed:
        case Refusal::quantity_must_be_positive:
        case Refusal::quantity_too_large:
        case Refusal::quantity_not_whole:
        case Refusal::nothing_to_release: return "/quantity";
        case Refusal::unknown_unit: return "/unit";
        default: return "";
    }
}

bool is_about_case(Refusal refusal) {
    return refusal == Refusal::unknown_case || refusal == Refusal::case_already_resolved ||
           refusal == Refusal::case_already_open;
}

void append_line(http::JsonWriter& json, const ledger::LineProblem& line,
                 const RefusalContext& context) {
    json.begin_object()
        .member("pointer", fmt::format("{}/{}{}", context.lines_pointer, line.line_index,
                                       member_of(line.refusal)))
        .member("code", name(line.refusal));
    if (const auto sku = context.state.items.code(line.sku.raw); !sku.empty()) {
        json.member("sku", sku);
    }
    if (const auto at = context.state.locations.code(line.location.raw); !at.empty()) {
        json.member("location", at);
    }
    // A case that cannot be changed is a line without a quantity.
    if (!is_about_case(line.refusal)) json.member("requested", line.requested);
    if (line.refusal == Refusal::insufficient_stock || line.refusal == Refusal::split_not_allowed ||
        line.refusal == Refusal::location_not_in_pool) {
        json.member("available_to_sell", line.available_to_sell);
        json.key("because")
            .begin_object()
            .member("sellable", line.sellable)
            .member("reserved", line.reserved)
            .member("allocated", line.allocated)
            .member("safety_stock", line.safety_stock)
            .end_object();
    }
    json.end_object();
}

}  // namespace

const ProblemKind& problem_of(Refusal refusal, bool names_resource) {
    if (names_resource) {
        for (const RefusalProblem& row : kResources) {
            if (row.refusal == refusal) return row.kind;
        }
    }
    for (const RefusalProblem& row : kRefusals) {
        if (row.refusal == refusal) return row.kind;
    }
    HOLDFAST_CHECK(false, "every refusal but already_recorded has its problem");
}

const ProblemKind& problem_of(sequencer::Unavailable reason) {
    switch (reason) {
        case sequencer::Unavailable::disk_low: return problems::disk_low;
        case sequencer::Unavailable::disk_full: return problems::disk_full;
        case sequencer::Unavailable::draining: return problems::draining;
        case sequencer::Unavailable::none:
        case sequencer::Unavailable::overloaded: break;
    }
    return problems::overloaded;
}

std::span<const ProblemKind* const> all_problems() { return kAll; }

void append_problem(std::string& out, const ProblemKind& kind, std::string_view detail) {
    http::JsonWriter json(out);
    begin_problem(json, kind, detail);
    json.end_object();
}

void append_fault(std::string& out, const Fault& fault) {
    http::JsonWriter json(out);
    begin_problem(json, *fault.kind, fault.detail);
    if (!fault.pointer.empty()) {
        json.key("errors").begin_array().begin_object();
        json.member("pointer", fault.pointer).member("code", fault.kind->code);
        if (!fault.detail.empty()) json.member("detail", fault.detail);
        json.end_object().end_array();
    }
    json.end_object();
}

void append_refusal(std::string& out, const ledger::Outcome& outcome,
                    const RefusalContext& context) {
    const ProblemKind& kind = problem_of(outcome.refusal, context.names_resource);
    const std::size_t failed = outcome.problems.size();
    std::string detail;
    if (failed > 0)
        detail = fmt::format("{} line{} cannot be done.", failed, failed > 1 ? "s" : "");
    http::JsonWriter json(out);
    begin_problem(json, kind, detail);
    json.member("as_of_seq", as_text(seq_token(context.as_of_seq)));
    if (outcome.refusal == Refusal::key_reused_with_other_body ||
        outcome.refusal == Refusal::event_identity_conflict) {
        if (context.body_hash != 0) {
            json.member("body_hash", fmt::format("{:016x}", context.body_hash));
        }
        json.member("first_body_hash", fmt::format("{:016x}", outcome.first_body_hash));
    }
    if (failed > 0) {
        json.key("errors").begin_array();
        for (const ledger::LineProblem& line : outcome.problems) append_line(json, line, context);
        json.end_array();
    }
    json.end_object();
}

}  // namespace holdfast::api
