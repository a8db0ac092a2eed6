// Cases as JSON. Shapes: api/openapi.yaml, "case", "case_detail", "case_change", "case_changes".
#pragma once

#include <string>

#include "canonical/fact.h"
#include "cases/state.h"
#include "http/json_writer.h"
#include "ledger/state.h"

namespace holdfast::api {

/// What happened, in one sentence with the numbers of now.
std::string summary_of(const cases::Case& row, const ledger::State& state);

/// The members of `case` into an open object. `now` tells its age.
void render_case_members(http::JsonWriter& json, const cases::Case& row, const ledger::State& state,
                         Instant now);
/// The facts behind it and its history, into an open object.
void render_case_past(http::JsonWriter& json, const cases::Case& row, const ledger::State& state);

/// `case_change` and `case_changes`, from the fact of an action alone.
void render_case_change(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
void render_case_changes(http::JsonWriter& json, const FactView& fact, const ledger::State& state);
/// The members of a fact about cases, as the feed tells them, into an open object.
void render_case_members(http::JsonWriter& json, const FactView& fact);

}  // namespace holdfast::api
