#include "simulation/coverage.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::simulation {
namespace {

/// In the order of Path.
constexpr std::array<std::string_view, kPathCount> kNames = {
    "request_sent",
    "request_lost",
    "request_duplicated",
    "request_late",
    "request_met_no_hub",
    "answer_lost",
    "client_timed_out",
    "client_gave_up",
    "answered_recorded",
    "answered_repeated",
    "answered_refused",
    "answered_overloaded",
    "answered_disk_low",
    "answered_disk_full",
    "answered_draining",
    "answered_unknown",
    "group_of_one",
    "group_of_many",
    "group_while_committing",
    "process_killed",
    "process_killed_at_point",
    "power_cut",
    "power_cut_at_point",
    "power_cut_in_recovery",
    "process_killed_in_recovery",
    "checkpoint_interrupted",
    "write_failed",
    "sync_failed",
    "change_failed",
    "disk_filled",
    "disk_slow",
    "hub_paused",
    "hub_stopped",
    "hub_unreachable",
    "wall_stepped_forward",
    "wall_stepped_back",
    "wall_slewed",
    "quiet_time",
    "expiry_resumed_by_person",
    "recovered",
    "recovered_from_checkpoint",
    "recovered_from_start",
    "recovery_failed",
    "recovered_in_same_boot",
    "recovered_in_other_boot",
    "recovered_after_failed_disk",
    "torn_tail",
    "group_in_flight_lost",
    "group_in_flight_kept",
    "segment_begun",
    "checkpoint_taken",
    "commits_during_checkpoint",
    "hold_split",
    "hold_partial",
    "hold_late_confirmed",
    "hold_expired",
    "order_oversold",
    "order_excess_forced",
    "position_negative",
    "key_reused",
    "source_repeated",
    "damage_found",
    "damage_harmless",
};
static_assert(!kNames.back().empty(), "every path has a name");

constexpr FactType kFactTypes[] = {
    FactType::name_interned,
    FactType::item_upserted,
    FactType::location_upserted,
    FactType::channel_upserted,
    FactType::pool_upserted,
    FactType::policy_changed,
    FactType::api_key_created,
    FactType::api_key_revoked,
    FactType::reservation_created,
    FactType::reservation_confirmed,
    FactType::reservation_extended,
    FactType::reservation_adjusted,
    FactType::reservation_released,
    FactType::reservation_expired,
    FactType::order_created,
    FactType::order_cancelled,
    FactType::shipment_posted,
    FactType::return_received,
    FactType::return_dispositioned,
    FactType::stock_status_changed,
    FactType::supplier_return,
    FactType::stock_regraded,
    FactType::stock_counted,
    FactType::receipt_posted,
    FactType::stock_adjusted,
    FactType::pos_sale,
    FactType::pos_void,
};

/// Refusals that short histories reach. Level bounds need thousands of the largest quantities.
constexpr Refusal kRefusals[] = {
    Refusal::unknown_sku,
    Refusal::unknown_location,
    Refusal::unknown_channel,
    Refusal::unknown_pool,
    Refusal::unknown_reservation,
    Refusal::unknown_order,
    Refusal::unknown_line,
    Refusal::unknown_api_key,
    Refusal::no_lines,
    Refusal::too_many_lines,
    Refusal::duplicate_line,
    Refusal::quantity_must_be_positive,
    Refusal::quantity_too_large,
    Refusal::time_to_live_out_of_range,
    Refusal::reason_required,
    Refusal::location_required,
    Refusal::channel_required,
    Refusal::order_required,
    Refusal::value_out_of_range,
    Refusal::code_not_allowed,
    Refusal::insufficient_stock,
    Refusal::split_not_allowed,
    Refusal::location_not_in_pool,
    Refusal::channel_has_no_pool,
    Refusal::reservation_ended,
    Refusal::reservation_already_confirmed,
    Refusal::order_already_exists,
    Refusal::nothing_to_release,
    Refusal::nothing_to_cancel,
    Refusal::nothing_to_adjust,
    Refusal::key_reused_with_other_body,
    Refusal::event_identity_conflict,
    Refusal::stale_source_epoch,
    Refusal::already_recorded,
    Refusal::table_full,
};

template <std::size_t N>
void add_all(std::array<std::uint64_t, N>& sum, const std::array<std::uint64_t, N>& more) {
    for (std::size_t i = 0; i < N; ++i) sum[i] += more[i];
}

}  // namespace

std::string_view name(Path path) { return kNames[static_cast<std::size_t>(path)]; }

void Coverage::add(const Coverage& other) {
    add_all(paths, other.paths);
    add_all(facts, other.facts);
    add_all(refusals, other.refusals);
}

std::string describe(const Coverage& coverage) {
    std::string text;
    for (std::size_t i = 0; i < kPathCount; ++i)
        text += fmt::format("  {:<32} {:>12}\n", kNames[i], coverage.paths[i]);
    for (const FactType type : kFactTypes)
        text += fmt::format("  fact {:<27} {:>12}\n", name(type),
                            coverage.facts[static_cast<std::size_t>(type)]);
    for (std::size_t i = 1; i < kRefusalSlots; ++i)
        if (coverage.refusals[i] != 0)
            text += fmt::format("  refused {:<24} {:>12}\n", name(static_cast<Refusal>(i)),
                                coverage.refusals[i]);
    return text;
}

std::vector<std::string> never_hit(const Coverage& coverage) {
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < kPathCount; ++i)
        if (coverage.paths[i] == 0) missing.emplace_back(kNames[i]);
    for (const FactType type : kFactTypes)
        if (coverage.facts[static_cast<std::size_t>(type)] == 0)
            missing.push_back(fmt::format("fact {}", name(type)));
    for (const Refusal refusal : kRefusals)
        if (coverage.refusals[static_cast<std::size_t>(refusal)] == 0)
            missing.push_back(fmt::format("refusal {}", name(refusal)));
    return missing;
}

}  // namespace holdfast::simulation
