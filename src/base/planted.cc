// Part of builds with -DHOLDFAST_PLANTED_BUGS=ON only.
#include "base/planted.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace holdfast {
namespace {

constexpr std::array kBugs = {
    BugRow{Bug::skip_transport_key, "skip_transport_key", "a redelivery is done once more"},
    BugRow{Bug::skip_semantic_key, "skip_semantic_key",
           "a business step that comes by two roads is done twice"},
    BugRow{Bug::take_other_body_for_repeat, "take_other_body_for_repeat",
           "a key used again with another body counts as a repeat"},
    BugRow{Bug::source_sequence_not_advanced, "source_sequence_not_advanced",
           "a numbered source may send a number twice"},
    BugRow{Bug::take_stale_epoch, "take_stale_epoch", "a source of an old epoch is heard"},
    BugRow{Bug::key_speaks_as_any_source, "key_speaks_as_any_source",
           "an API key of one source tells events of another"},
    BugRow{Bug::keys_kept_too_long, "keys_kept_too_long",
           "keys are forgotten one generation too late"},
    BugRow{Bug::check_lines_one_by_one, "check_lines_one_by_one",
           "lines of one SKU are checked each alone, not in sum"},
    BugRow{Bug::net_negative_location, "net_negative_location",
           "an oversold location lowers what the others of its pool may give"},
    BugRow{Bug::safety_stock_ignored, "safety_stock_ignored", "safety stock is promised"},
    BugRow{Bug::safety_stock_twice, "safety_stock_twice", "safety stock is subtracted twice"},
    BugRow{Bug::sell_from_closed_location, "sell_from_closed_location",
           "a location that is not enabled promises"},
    BugRow{Bug::split_where_the_channel_may_not, "split_where_the_channel_may_not",
           "a line is split although its channel may not"},
    BugRow{Bug::wide_policy_beats_narrow, "wide_policy_beats_narrow",
           "the default policy row wins over one of the position"},
    BugRow{Bug::clamp_negative_stock, "clamp_negative_stock",
           "stock below zero is kept as zero, so that a correction creates units"},
    BugRow{Bug::tell_first_problem_only, "tell_first_problem_only",
           "a refusal tells its first failing line only"},
    BugRow{Bug::set_aside_list_cut_short, "set_aside_list_cut_short",
           "the last line that a partial hold sets aside is not written down"},
    BugRow{Bug::kit_held_without_a_component, "kit_held_without_a_component",
           "a hold of a kit takes all of its components but the last"},
    BugRow{Bug::kits_not_summed_with_other_lines, "kits_not_summed_with_other_lines",
           "components of kits are checked each line alone, not in sum"},
    BugRow{Bug::kit_counted_without_a_component, "kit_counted_without_a_component",
           "what can be sold of a kit does not depend on its last component"},
    BugRow{Bug::expire_confirmed_hold, "expire_confirmed_hold",
           "a confirmed hold keeps its deadline"},
    BugRow{Bug::expire_one_too_few, "expire_one_too_few", "an expiry ends one hold too few"},
    BugRow{Bug::late_confirmation_without_case, "late_confirmation_without_case",
           "a late confirmation without stock raises no case"},
    BugRow{Bug::late_confirmation_unchecked, "late_confirmation_unchecked",
           "a late confirmation takes its old place without looking for stock"},
    BugRow{Bug::extend_keeps_old_deadline, "extend_keeps_old_deadline",
           "an extension is answered and does nothing"},
    BugRow{Bug::forced_hold_ignores_earlier_lines, "forced_hold_ignores_earlier_lines",
           "each line of a forced hold sees stock that the lines before it took"},
    BugRow{Bug::forced_hold_spares_safety_stock, "forced_hold_spares_safety_stock",
           "a forced hold oversells while safety stock is there"},
    BugRow{Bug::oversell_without_case, "oversell_without_case", "an oversold order raises no case"},
    BugRow{Bug::cancel_releases_too_much, "cancel_releases_too_much",
           "cancelling a part of a line releases all of it"},
    BugRow{Bug::ship_without_lowering_reserved, "ship_without_lowering_reserved",
           "a shipment leaves the promise of its order standing"},
    BugRow{Bug::promise_what_had_left, "promise_what_had_left",
           "an order promises once more what left before anybody told of it"},
    BugRow{Bug::count_added_to_the_book, "count_added_to_the_book",
           "a count is added to the book instead of compared with it"},
    BugRow{Bug::count_without_its_position, "count_without_its_position",
           "a count is compared with what is there when it arrives, not at its cut"},
    BugRow{Bug::restock_on_refund, "restock_on_refund",
           "goods are on the shelf again when their return is announced"},
    BugRow{Bug::loss_under_a_promise_without_case, "loss_under_a_promise_without_case",
           "stock lost under a promise raises no case"},
    BugRow{Bug::fill_backorder_from_correction, "fill_backorder_from_correction",
           "a receipt that is corrected upwards serves those that wait"},
    BugRow{Bug::resolved_case_never_regresses, "resolved_case_never_regresses",
           "what is raised again about a resolved case is not shown to anybody"},
    BugRow{Bug::snoozed_case_sleeps_through_worse, "snoozed_case_sleeps_through_worse",
           "a case that was put aside stays aside though more units are at risk"},
    BugRow{Bug::snoozed_case_never_wakes, "snoozed_case_never_wakes",
           "a case that was put aside stays aside for ever"},
    BugRow{Bug::case_outlives_its_cause, "case_outlives_its_cause",
           "a case stays open though its cause is gone"},
    BugRow{Bug::checkpoint_without_sources, "checkpoint_without_sources",
           "a checkpoint loses the positions of numbered sources"},
    BugRow{Bug::checkpoint_one_fact_short, "checkpoint_one_fact_short",
           "a checkpoint says that it ends one fact earlier than it does"},
    BugRow{Bug::any_history_will_do, "any_history_will_do",
           "a checkpoint of a copy that went its own way is loaded"},
    BugRow{Bug::acknowledge_before_sync, "acknowledge_before_sync",
           "callers are answered when the group is handed to the disk"},
    BugRow{Bug::failed_sync_ignored, "failed_sync_ignored",
           "a write or sync that failed counts as done"},
    BugRow{Bug::drop_body_hash_check, "drop_body_hash_check",
           "the body of a stored batch is not held against its hash"},
    BugRow{Bug::drop_chain_check, "drop_chain_check", "a batch need not follow the one before it"},
    BugRow{Bug::lost_commit_taken_for_torn_tail, "lost_commit_taken_for_torn_tail",
           "a damaged batch that was acknowledged is cut off as a torn tail"},
    BugRow{Bug::watermark_forgotten, "watermark_forgotten",
           "the newest batch never gets its witness"},
    BugRow{Bug::epoch_not_raised, "epoch_not_raised", "a new owner keeps the old owner's epoch"},
    BugRow{Bug::read_one_batch_less, "read_one_batch_less",
           "reading a segment back stops before its last batch"},
    BugRow{Bug::trust_any_clock, "trust_any_clock",
           "holds end by a wall clock that somebody moved"},
    BugRow{Bug::low_disk_takes_everything, "low_disk_takes_everything",
           "a hub on a low disk still takes new promises"},
    BugRow{Bug::repeat_tells_another_fact, "repeat_tells_another_fact",
           "a repeated command is answered with the fact before its own"},
};

constexpr bool every_bug_has_its_row() {
    if (kBugs.size() + 1 != static_cast<std::size_t>(Bug::kCount)) return false;
    for (std::size_t i = 0; i < kBugs.size(); ++i)
        if (static_cast<std::size_t>(kBugs[i].bug) != i + 1) return false;
    return true;
}
static_assert(every_bug_has_its_row(), "rows stand in the order of the list in planted.h");

/// A name that nobody knows must not look like a run without a bug.
Bug chosen_by_environment() {
    const char* name = std::getenv("HOLDFAST_PLANTED");
    if (name == nullptr || *name == '\0') return Bug::none;
    for (const BugRow& row : kBugs)
        if (row.name == name) return row.bug;
    std::fprintf(stderr, "HOLDFAST_PLANTED: there is no bug '%s'\n", name);
    std::exit(2);
}

}  // namespace

bool planted(Bug bug) {
    static const Bug chosen = chosen_by_environment();
    return chosen == bug;
}

std::span<const BugRow> planted_bugs() { return kBugs; }

}  // namespace holdfast
