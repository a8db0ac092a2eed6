// The twin's purchase orders: what is expected, what came of it, and what came beside it.
#include <algorithm>

#include "ledger/ended_rows.h"
#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

using Line_ = std::pair<std::uint64_t, TwinInboundLine>;

Refusal more_than_nothing(std::int64_t quantity) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    return quantity < 1 ? Refusal::quantity_must_be_positive : Refusal::none;
}

/// What came beyond the order.
Units too_much(const TwinInboundLine& line) {
    return std::max<Units>(0, line.received - line.ordered);
}

}  // namespace

Units Twin::expected(SkuId sku, LocationId at, std::int64_t until) const {
    Units units = 0;
    for (const auto& [key, line] : inbound)
        if (line.sku == sku && line.location == at && line.due <= until) units += line.open();
    for (const auto& [id, r] : reservations)
        if (r.transfer && r.destination == at && r.due <= until)
            for (const TwinPart& part : r.parts)
                if (part.sku == sku) units += part.on_lane();
    return units;
}

std::map<std::uint64_t, TwinInboundLine> Twin::purchase_order(std::string_view number) const {
    std::map<std::uint64_t, TwinInboundLine> lines;
    for (const auto& [key, line] : inbound)
        if (key.first == number) lines[key.second] = line;
    return lines;
}

/// Puts the lines as they are now beside what they were: the draft gets the difference.
void Twin::put_purchase_order(Draft& draft, std::string_view number,
                              const std::map<std::uint64_t, TwinInboundLine>& lines, Instant now) {
    for (const auto& [line, after] : lines) {
        const auto before = inbound.find({std::string(number), line});
        const Units open = before == inbound.end() ? 0 : before->second.open();
        draft.post(after.sku, Place(after.location), Bucket::inbound, after.open() - open);
    }
    draft.upsert = [this, number = std::string(number), lines, now] {
        for (auto [line, after] : lines) {
            if (after.open() > 0)
                after.ended_generation.reset();
            else if (!after.ended_generation)
                after.ended_generation = to_raw(now) / ended_document_generation.count();
            inbound[{number, line}] = after;
        }
    };
}

TwinOutcome Twin::inbound_scheduled(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.due == Instant{}) return twin_refused(Refusal::due_required);
    std::map<std::uint64_t, TwinInboundLine> lines = purchase_order(c.document);
    if (lines.size() + c.lines.size() > lines_per_request_max)
        return twin_refused(Refusal::too_many_lines);
    if (inbound.size() + c.lines.size() > limits_.inbound_lines_max)
        return twin_refused(Refusal::table_full);
    const auto before = lines;
    std::vector<TwinProblem> problems;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const std::uint64_t number = line_number(c.lines, i);
        const bool number_is_new = numbers.insert(number).second;
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none && before.contains(number))
            refusal = Refusal::document_already_exists;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        TwinInboundLine& row = lines[number];
        row.sku = line.sku;
        row.location = line.names_location ? line.location : c.location;
        row.due = to_raw(c.due);
        row.ordered = line.quantity;
    }
    if (!problems.empty()) return twin_refused(problems);
    Draft draft;
    draft.type = c.type;
    put_purchase_order(draft, c.document, lines, now);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::inbound_changed(const RecordEvent& c, Instant now) {
    const bool cancels = c.type == FactType::inbound_cancelled;
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty() && !cancels) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    std::map<std::uint64_t, TwinInboundLine> lines = purchase_order(c.document);
    if (lines.empty()) return twin_refused(Refusal::unknown_document);
    const auto before = lines;
    std::vector<TwinProblem> problems;
    std::set<std::uint64_t> numbers;
    bool changes = false;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const std::uint64_t number = line_number(c.lines, i);
        const bool number_is_new = numbers.insert(number).second;
        const auto row = lines.find(number);
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none && (row == lines.end() || row->second.sku != line.sku))
            refusal = Refusal::unknown_line;
        if (refusal == Refusal::none && before.at(number).open() == 0)
            refusal = Refusal::document_ended;
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        if (cancels) {
            row->second.ordered -= std::min(line.quantity, row->second.open());
            continue;
        }
        const std::int64_t due = c.due == Instant{} ? row->second.due : to_raw(c.due);
        changes = changes || row->second.ordered != line.quantity || row->second.due != due;
        row->second.ordered = line.quantity;
        row->second.due = due;
    }
    if (!problems.empty()) return twin_refused(problems);
    if (c.lines.empty()) {
        for (auto& [number, row] : lines) row.ordered -= row.open();
        const bool any = std::any_of(before.begin(), before.end(),
                                     [](const Line_& line) { return line.second.open() > 0; });
        if (!any) return twin_refused(Refusal::document_ended);
    } else if (!cancels && !changes) {
        return twin_refused(Refusal::nothing_to_adjust);
    }
    Draft draft;
    draft.type = c.type;
    flag_late(draft, c.document, lines);
    put_purchase_order(draft, c.document, lines, now);
    return record(draft, &c.envelope, now);
}

/// The lines of the order that a line of a receipt is about, in the order in which they are served.
std::vector<TwinInboundLine*> Twin::served(std::map<std::uint64_t, TwinInboundLine>& order,
                                           const Line& line, LocationId at) const {
    std::vector<TwinInboundLine*> rows;
    for (auto& [number, row] : order)
        if (row.sku == line.sku && (line.line == 0 || line.line == number)) rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto* a, const auto* b) { return a->due < b->due; });
    std::stable_partition(rows.begin(), rows.end(),
                          [&](const auto* row) { return row->location == at; });
    return rows;
}

TwinOutcome Twin::receipt(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    const bool corrects = c.type == FactType::receipt_corrected;
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = more_than_nothing(corrects ? std::abs(line.quantity) : line.quantity);
        if (corrects && line.quantity == 0) refusal = Refusal::nothing_to_adjust;
        if (refusal == Refusal::none) refusal = no_place(c, line);
        const bool shelf = line.bucket == Bucket::sellable || line.bucket == Bucket::damaged ||
                           line.bucket == Bucket::quarantine;
        if (refusal == Refusal::none && !shelf) refusal = Refusal::value_out_of_range;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    Draft draft;
    draft.type = c.type;
    std::map<std::uint64_t, TwinInboundLine> order = purchase_order(c.reference);
    for (const Line& line : c.lines) {
        const LocationId at = line.names_location ? line.location : c.location;
        draft.move(line.sku, at, line.bucket, line.quantity, PlaceKind::supplier);
        // A correction brings nothing in: it was there, or it was not.
        if (!corrects && line.bucket == Bucket::sellable) draft.arrivals.push_back({line.sku, at});
        const std::vector<TwinInboundLine*> rows = served(order, line, at);
        Units rest = line.quantity;
        for (TwinInboundLine* row : rows) {
            if (rest <= 0) break;
            const Units units = std::min(rest, row->open());
            row->received += units;
            rest -= units;
        }
        if (rest > 0 && !order.empty()) {
            draft.raises.insert(CaseKind::over_receipt);
            if (!rows.empty()) rows.front()->received += rest;
        }
        for (TwinInboundLine* row : rows) {
            if (rest >= 0) break;
            const Units units = std::min(-rest, too_much(*row));
            row->received -= units;
            rest += units;
        }
        for (auto row = rows.rbegin(); row != rows.rend() && rest < 0; ++row) {
            const Units units = std::min(-rest, (*row)->received);
            (*row)->received -= units;
            rest += units;
        }
    }
    put_purchase_order(draft, c.reference, order, now);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
