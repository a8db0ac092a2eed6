// The twin's returns: announced, come back, looked at.
#include <algorithm>

#include "ledger/return_table.h"
#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Refusal more_than_nothing(std::int64_t quantity) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    return quantity < 1 ? Refusal::quantity_must_be_positive : Refusal::none;
}

LocationId place_of(const RecordEvent& c, const Line& line) {
    return line.names_location ? line.location : c.location;
}

std::int64_t generation_at(Instant now) { return to_raw(now) / ended_document_generation.count(); }

}  // namespace

TwinOutcome Twin::return_announced(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    const std::string document(c.document);
    const auto lines_known = std::count_if(returns.begin(), returns.end(), [&](const auto& row) {
        return row.first.first == document;
    });
    if (static_cast<std::size_t>(lines_known) + c.lines.size() > lines_per_request_max)
        return twin_refused(Refusal::too_many_lines);
    if (returns.size() + c.lines.size() > limits_.return_lines_max)
        return twin_refused(Refusal::table_full);
    std::vector<TwinProblem> problems;
    std::map<std::uint64_t, TwinAnnounced> fresh;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const std::uint64_t number = line_number(c.lines, i);
        const bool number_is_new = numbers.insert(number).second;
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        if (refusal == Refusal::none && returns.contains({document, number}))
            refusal = Refusal::document_already_exists;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
        fresh[number] = {line.sku, line.quantity, 0, generation_at(now)};
    }
    if (!problems.empty()) return twin_refused(problems);
    Draft draft;
    draft.type = c.type;
    draft.upsert = [this, document, fresh] {
        for (const auto& [number, line] : fresh) returns[{document, number}] = line;
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::return_received(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    if (const auto problems = check_event_lines(c); !problems.empty())
        return twin_refused(problems);
    Draft draft;
    draft.type = c.type;
    std::map<std::pair<std::string, std::uint64_t>, TwinAnnounced> after;
    for (const auto& [key, line] : returns)
        if (key.first == c.reference) after[key] = line;
    const bool by_order = c.reference.empty() && !c.order.empty();
    for (const Line& line : c.lines) {
        draft.move(line.sku, place_of(c, line), line.bucket, line.quantity, PlaceKind::customer);
        if (by_order) continue;
        Units rest = line.quantity;
        TwinAnnounced* last = nullptr;
        for (auto& [key, row] : after) {
            if (row.sku != line.sku || (line.line != 0 && line.line != key.second)) continue;
            const Units units = std::min(rest, std::max<Units>(0, row.announced - row.received));
            row.received += units;
            rest -= units;
            last = &row;
        }
        if (last == nullptr) {
            draft.raises.insert(CaseKind::unreferenced_return);
        } else if (rest > 0) {
            draft.raises.insert(CaseKind::over_receipt);
            last->received += rest;
        }
    }
    draft.upsert = [this, after, now] {
        for (auto [key, line] : after) {
            if (line.received != returns[key].received) line.generation = generation_at(now);
            returns[key] = line;
        }
    };
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::return_dispositioned(const RecordEvent& c, Instant now) {
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (c.channel != kNoChannel && !known(c.channel)) return twin_refused(Refusal::unknown_channel);
    std::vector<TwinProblem> problems;
    Draft draft;
    draft.type = c.type;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none) {
            const LocationId at = place_of(c, line);
            draft.post(line.sku, Place(at), Bucket::quarantine, -line.quantity);
            switch (line.goes_to) {
                case PlaceKind::loss:
                case PlaceKind::supplier:
                    draft.post(line.sku, Place(line.goes_to), Bucket::external, line.quantity);
                    break;
                case PlaceKind::location:
                    if (line.bucket == Bucket::sellable || line.bucket == Bucket::damaged) {
                        draft.post(line.sku, Place(at), line.bucket, line.quantity);
                        break;
                    }
                    [[fallthrough]];
                default: refusal = Refusal::value_out_of_range;
            }
        }
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    return record(draft, &c.envelope, now);
}

}  // namespace holdfast::ledger
