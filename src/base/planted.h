// Bugs that a test build can switch on, one per process, to show that the tests find them: the
// board of tests/lanes/planted. Each stands at the place where a tired hand would make it, as one
// condition: `if (!planted(Bug::skip_transport_key)) ...`.
//
// In every build without -DHOLDFAST_PLANTED_BUGS=ON, the product's among them, planted() is a
// constant false and the compiler removes the site. With the option, the environment variable
// HOLDFAST_PLANTED names the bug; an unknown name ends the process.
//
// To add one: its name here, its row in planted.cc, its site, and a run of the board. A bug that no
// lane catches is a test to write, not a bug to leave out.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace holdfast {

enum class Bug : std::uint8_t {
    none,
    // Commands that come again.
    skip_transport_key,
    skip_semantic_key,
    take_other_body_for_repeat,
    source_sequence_not_advanced,
    take_stale_epoch,
    key_speaks_as_any_source,
    keys_kept_too_long,
    // What may be promised.
    check_lines_one_by_one,
    net_negative_location,
    safety_stock_ignored,
    safety_stock_twice,
    sell_from_closed_location,
    split_where_the_channel_may_not,
    wide_policy_beats_narrow,
    clamp_negative_stock,
    tell_first_problem_only,
    set_aside_list_cut_short,
    // Kits.
    kit_held_without_a_component,
    kits_not_summed_with_other_lines,
    kit_counted_without_a_component,
    // The life of a hold.
    expire_confirmed_hold,
    expire_one_too_few,
    late_confirmation_without_case,
    late_confirmation_unchecked,
    extend_keeps_old_deadline,
    // Orders and physical events.
    forced_hold_ignores_earlier_lines,
    forced_hold_spares_safety_stock,
    oversell_without_case,
    cancel_releases_too_much,
    ship_without_lowering_reserved,
    promise_what_had_left,
    count_added_to_the_book,
    count_without_its_position,
    restock_on_refund,
    loss_under_a_promise_without_case,
    fill_backorder_from_correction,
    // The work list.
    resolved_case_never_regresses,
    snoozed_case_sleeps_through_worse,
    snoozed_case_never_wakes,
    case_outlives_its_cause,
    // State that is written down and read again.
    checkpoint_without_sources,
    checkpoint_one_fact_short,
    any_history_will_do,
    // The journal and its single writer.
    acknowledge_before_sync,
    failed_sync_ignored,
    drop_body_hash_check,
    drop_chain_check,
    lost_commit_taken_for_torn_tail,
    watermark_forgotten,
    epoch_not_raised,
    read_one_batch_less,
    trust_any_clock,
    low_disk_takes_everything,
    repeat_tells_another_fact,
    kCount,
};

#ifdef HOLDFAST_PLANTED_BUGS
/// Whether this process runs with the bug.
[[nodiscard]] bool planted(Bug bug);

struct BugRow {
    Bug bug;
    std::string_view name;  ///< the enumerator's
    std::string_view what;  ///< what goes wrong, in a few words
};
/// All bugs but none, in the order of the list above.
[[nodiscard]] std::span<const BugRow> planted_bugs();
#else
[[nodiscard]] constexpr bool planted(Bug /*bug*/) { return false; }
#endif

}  // namespace holdfast
