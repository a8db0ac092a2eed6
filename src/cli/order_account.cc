#include "cli/order_account.h"

#include <algorithm>
#include <unordered_map>

namespace holdfast::cli {
namespace {

std::uint64_t positive(std::int64_t units) {
    return units > 0 ? static_cast<std::uint64_t>(units) : 0;
}

constexpr const char* kNoMatchingSale = "no_matching_sale";
constexpr const char* kLineWasNotHeld = "line_was_not_held";

std::unordered_map<std::uint64_t, const std::string*> reasons_by_line(const EventOutcome& outcome) {
    std::unordered_map<std::uint64_t, const std::string*> reasons;
    for (const auto& [line, code] : outcome.refused_lines) reasons.emplace(line, &code);
    return reasons;
}

}  // namespace

RowsUnits OrderTotals::sum() const {
    RowsUnits all = held;
    all += cancelled;
    for (const auto& [code, some] : refused) all += some;
    all += cancellation_applied;
    for (const auto& [code, some] : set_aside) all += some;
    all += duplicate;
    return all;
}

void OrderAccount::row(const OrderRow& row) {
    rows_.push_back({.units = row.quantity, .kind = row.kind});
}

void OrderAccount::unmatched(std::uint64_t row, std::int64_t units) { at(row).unmatched += units; }

std::uint16_t OrderAccount::reason(const std::string& code) {
    const auto found = std::find(reasons_.begin(), reasons_.end(), code);
    if (found != reasons_.end()) return static_cast<std::uint16_t>(found - reasons_.begin());
    // The hub has a few dozen reasons; one that floods us with words gets a word of ours.
    constexpr std::size_t kReasonsMax = 256;
    if (reasons_.size() >= kReasonsMax) return static_cast<std::uint16_t>(reasons_.size() - 1);
    reasons_.push_back(code);
    return static_cast<std::uint16_t>(reasons_.size() - 1);
}

void OrderAccount::settled(const OrderEvent& event, const EventOutcome& outcome) {
    if (event.type == OrderEvent::Type::created) {
        order_settled(event, outcome);
    } else {
        cancellation_settled(event, outcome);
    }
}

void OrderAccount::order_settled(const OrderEvent& event, const EventOutcome& outcome) {
    ++events_.orders;
    if (outcome.kind == EventOutcome::Kind::duplicate) {
        ++events_.orders_duplicate;
        for (const OrderEvent::Line& line : event.lines) at(line.row).state = State::duplicate;
        return;
    }
    const bool whole = outcome.kind == EventOutcome::Kind::refused;
    const auto reasons = reasons_by_line(outcome);
    std::uint64_t refused = 0;
    for (const OrderEvent::Line& line : event.lines) {
        const auto own = reasons.find(line.row);
        if (!whole && own == reasons.end()) {
            at(line.row).state = State::held;
            continue;
        }
        ++refused;
        at(line.row).state = State::refused;
        at(line.row).reason = reason(own != reasons.end() ? *own->second : outcome.code);
    }
    lines_refused_ += refused;
    if (whole) {
        ++events_.orders_refused;
    } else if (refused > 0) {
        ++events_.orders_held_in_part;
    } else {
        ++events_.orders_held;
    }
}

void OrderAccount::cancellation_settled(const OrderEvent& event, const EventOutcome& outcome) {
    ++events_.cancellations;
    const auto reasons = reasons_by_line(outcome);
    bool took_something = false;
    for (const OrderEvent::Share& share : event.shares) {
        Row& asking = at(share.cancelling_row);
        if (outcome.kind == EventOutcome::Kind::duplicate) {
            asking.repeated += share.units;
            continue;
        }
        // What is not taken back stays open: it was not held. A cancellation of an order that was
        // refused as a whole is recorded all the same, and waits for an order that will not come.
        if (outcome.kind == EventOutcome::Kind::refused || reasons.contains(share.sale_row) ||
            at(share.sale_row).state == State::refused)
            continue;
        asking.cancelled += share.units;
        at(share.sale_row).cancelled += share.units;
        took_something = true;
    }
    if (outcome.kind == EventOutcome::Kind::duplicate)
        ++events_.cancellations_duplicate;
    else if (took_something)
        ++events_.cancellations_applied;
    else
        ++events_.cancellations_refused;
}

OrderTotals OrderAccount::totals() const {
    OrderTotals totals = events_;
    for (const Row& row : rows_) {
        const RowsUnits all{1, positive(row.units)};
        totals.read += all;
        const auto aside = [&totals](std::string_view why, const RowsUnits& some) {
            totals.set_aside[std::string(why)] += some;
        };
        if (row.kind == RowKind::sale) {
            switch (row.state) {
                case State::open: aside("not_sent", all); break;
                case State::duplicate: totals.duplicate += all; break;
                case State::refused: totals.refused[reasons_[row.reason]] += all; break;
                case State::held: {
                    const std::uint64_t back = positive(std::min(row.cancelled, row.units));
                    const bool whole = back == all.units;
                    totals.held += {whole ? 0U : 1U, all.units - back};
                    totals.cancelled += {whole ? 1U : 0U, back};
                    break;
                }
                default: break;
            }
        } else if (row.kind == RowKind::cancellation) {
            // Units of one row may go different ways: took effect, recorded before, match no sale,
            // were never held. The row itself stands where its best part stands.
            const std::uint64_t applied = positive(row.cancelled);
            const std::uint64_t repeated = positive(row.repeated);
            const std::uint64_t none = positive(row.unmatched);
            const std::uint64_t not_held = all.units - applied - repeated - none;
            const std::uint64_t best = applied > 0 ? 0 : repeated > 0 ? 1 : not_held > 0 ? 2 : 3;
            const auto rows_if = [best](std::uint64_t which) { return best == which ? 1U : 0U; };
            totals.cancellation_applied += {rows_if(0), applied};
            totals.duplicate += {rows_if(1), repeated};
            if (not_held > 0) aside(kLineWasNotHeld, {rows_if(2), not_held});
            if (none > 0) aside(kNoMatchingSale, {rows_if(3), none});
        } else {
            aside(name(row.kind), all);
        }
    }
    return totals;
}

}  // namespace holdfast::cli
