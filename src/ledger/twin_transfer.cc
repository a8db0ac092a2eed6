// The twin's transfers: goods between two locations, promised to the second one until they leave.
#include <algorithm>

#include "ledger/twin.h"

namespace holdfast::ledger {
namespace {

Refusal more_than_nothing(std::int64_t quantity) {
    if (quantity > quantity_max || quantity < -quantity_max) return Refusal::quantity_too_large;
    return quantity < 1 ? Refusal::quantity_must_be_positive : Refusal::none;
}

bool names_a_source(const RecordEvent& c, const Line& line) {
    return line.names_location || c.names_location;
}

LocationId source_of(const RecordEvent& c, const Line& line) {
    return line.names_location ? line.location : c.location;
}

bool knows(const std::vector<TwinPart>& parts, const Line& line) {
    return line.line != 0 && std::any_of(parts.begin(), parts.end(), [&](const TwinPart& part) {
               return part.line == line.line && part.sku == line.sku;
           });
}

/// Indexes of the parts that a line speaks of: by number where the number is known, else by SKU.
std::vector<std::size_t> spoken_of(const std::vector<TwinPart>& parts, const Line& line) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (parts[i].sku == line.sku && (!knows(parts, line) || parts[i].line == line.line))
            found.push_back(i);
    return found;
}

TwinPart new_part(std::uint64_t number, SkuId sku, LocationId source) {
    TwinPart part;
    part.line = number;
    part.sku = sku;
    part.location = source;
    return part;
}

}  // namespace

/// The transfer of the event's document as it is, or a new one.
Twin::Draft Twin::draft_of_transfer(const RecordEvent& c) const {
    Draft draft;
    draft.type = c.type;
    const auto row = reservation_of_transfer.find(std::string(c.document));
    draft.reservation = row == reservation_of_transfer.end() ? 0 : row->second;
    if (*draft.reservation != 0) {
        draft.after = reservations.at(*draft.reservation);
        return draft;
    }
    draft.after.transfer = true;
    draft.after.confirmed = true;
    draft.after.document = c.document;
    draft.after.destination = c.destination;
    return draft;
}

/// Posts what became of the parts, lane by lane, and records it.
TwinOutcome Twin::record_transfer(Draft draft, const RecordEvent& c, Instant now) {
    const std::vector<TwinPart> before = *draft.reservation != 0
                                             ? reservations.at(*draft.reservation).parts
                                             : std::vector<TwinPart>{};
    if (draft.after.parts.size() > lines_per_request_max)
        return twin_refused(Refusal::too_many_lines);
    for (std::size_t i = 0; i < draft.after.parts.size(); ++i) {
        const TwinPart& part = draft.after.parts[i];
        const TwinPart was = i < before.size() ? before[i] : TwinPart{};
        const auto promise = [&](Bucket bucket, Units delta) {
            if (delta != 0) draft.post(part.sku, Place(part.location), bucket, delta);
        };
        promise(Bucket::reserved, part.reserved - was.reserved);
        promise(Bucket::allocated, part.allocated - was.allocated);
        promise(Bucket::picked, part.picked - was.picked);
        if (part.shipped == was.shipped && part.received == was.received && part.lost == was.lost)
            continue;
        const TwinLane road{part.location, draft.after.destination};
        std::vector<TwinLane> roads = lanes;
        roads.insert(roads.end(), draft.new_lanes.begin(), draft.new_lanes.end());
        const auto found = std::find(roads.begin(), roads.end(), road);
        if (found == roads.end()) draft.new_lanes.push_back(road);
        const Place lane(PlaceKind::lane, static_cast<std::uint32_t>(found - roads.begin()));
        draft.post(part.sku, lane, Bucket::in_transit, part.on_lane() - was.on_lane());
    }
    return record(std::move(draft), &c.envelope, now);
}

TwinOutcome Twin::transfer_requested(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    if (!c.names_destination) return twin_refused(Refusal::destination_required);
    if (!known(c.destination)) return twin_refused(Refusal::unknown_location);
    if (reservation_of_transfer.contains(std::string(c.document)))
        return twin_refused(Refusal::document_already_exists);
    if (reservations.size() >= limits_.reservations_max) return twin_refused(Refusal::table_full);
    Draft draft = draft_of_transfer(c);
    if (c.due != Instant{}) draft.after.due = to_raw(c.due);
    std::vector<TwinProblem> problems;
    std::set<std::uint64_t> numbers;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const bool number_is_new = numbers.insert(line_number(c.lines, i)).second;
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none && source_of(c, line) == c.destination)
            refusal = Refusal::same_location;
        if (refusal == Refusal::none && !number_is_new) refusal = Refusal::duplicate_line;
        const LocationId from = source_of(c, line);
        const Units here = left(kNoChannel, line.sku, from, draft.taken);
        if (refusal == Refusal::none && here < line.quantity) {
            const bool quota_is_why =
                left_but_for_quotas(line.sku, from, draft.taken) >= line.quantity;
            problems.push_back(
                {i, quota_is_why ? Refusal::quota_exhausted : Refusal::insufficient_stock, here});
            continue;
        }
        if (refusal != Refusal::none)
            problems.push_back({i, refusal, 0});
        else
            draft.promise(line_number(c.lines, i), line.sku, from, line.quantity);
    }
    if (!problems.empty()) return twin_refused(problems);
    return record(draft, &c.envelope, now);
}

TwinOutcome Twin::transfer_cancelled(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    Draft draft = draft_of_transfer(c);
    if (*draft.reservation == 0) return twin_refused(Refusal::unknown_document);
    Units cancelled = 0;
    const auto cancel = [&](TwinPart& part, Units units) {
        part.reserved -= units;
        part.ended += units;
        cancelled += units;
    };
    if (c.lines.empty())
        for (TwinPart& part : draft.after.parts) cancel(part, part.reserved);
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        Line line = c.lines[i];
        line.line = line_number(c.lines, i);
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none && !knows(draft.after.parts, line))
            refusal = Refusal::unknown_line;
        if (refusal != Refusal::none) {
            problems.push_back({i, refusal, 0});
            continue;
        }
        Units rest = line.quantity;
        for (const std::size_t p : spoken_of(draft.after.parts, line)) {
            const Units units = std::min(rest, draft.after.parts[p].reserved);
            cancel(draft.after.parts[p], units);
            rest -= units;
        }
    }
    if (!problems.empty()) return twin_refused(problems);
    if (cancelled == 0) return twin_refused(Refusal::nothing_to_cancel);
    return record_transfer(draft, c, now);
}

TwinOutcome Twin::transfer_shipped(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    Draft draft = draft_of_transfer(c);
    const bool is_new = *draft.reservation == 0;
    if (is_new && !c.names_destination) return twin_refused(Refusal::destination_required);
    if (c.names_destination && !known(c.destination))
        return twin_refused(Refusal::unknown_location);
    const LocationId to = draft.after.destination;
    if (c.names_destination && c.destination != to)
        return twin_refused(Refusal::value_out_of_range);
    if (is_new && reservations.size() >= limits_.reservations_max)
        return twin_refused(Refusal::table_full);
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none) refusal = no_place(c, line);
        if (refusal == Refusal::none && source_of(c, line) == to) refusal = Refusal::same_location;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    if (c.due != Instant{}) draft.after.due = to_raw(c.due);
    std::vector<TwinPart>& parts = draft.after.parts;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const LocationId from = source_of(c, line);
        draft.post(line.sku, Place(from), Bucket::sellable, -line.quantity);
        // What was promised for these units ends: where they left, then elsewhere.
        std::vector<std::size_t> spoken = spoken_of(parts, line);
        std::stable_partition(spoken.begin(), spoken.end(),
                              [&](std::size_t p) { return parts[p].location == from; });
        Units rest = line.quantity;
        for (const std::size_t p : spoken) {
            const Units allocated = std::min(rest, parts[p].allocated);
            const Units reserved = std::min(rest - allocated, parts[p].reserved);
            parts[p].picked -= std::min(allocated, parts[p].picked);
            parts[p].allocated -= allocated;
            parts[p].reserved -= reserved;
            parts[p].created -= allocated + reserved;
            rest -= allocated + reserved;
        }
        const bool here = !spoken.empty() && parts[spoken.front()].location == from;
        const std::size_t lane_part = here ? spoken.front() : parts.size();
        if (!here) parts.push_back(new_part(line_number(c.lines, i), line.sku, from));
        parts[lane_part].created += line.quantity;
        parts[lane_part].shipped += line.quantity;
    }
    return record_transfer(draft, c, now);
}

TwinOutcome Twin::transfer_received(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (c.lines.empty()) return twin_refused(Refusal::no_lines);
    if (c.lines.size() > lines_per_request_max) return twin_refused(Refusal::too_many_lines);
    Draft draft = draft_of_transfer(c);
    const bool is_new = *draft.reservation == 0;
    if (is_new && !c.names_destination) return twin_refused(Refusal::unknown_document);
    if (c.names_destination && !known(c.destination))
        return twin_refused(Refusal::unknown_location);
    if (is_new && reservations.size() >= limits_.reservations_max)
        return twin_refused(Refusal::table_full);
    const bool closed = draft.after.ended_by == FactType::transfer_completed;
    std::vector<TwinProblem> problems;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        const bool sourced = names_a_source(c, line);
        Refusal refusal = more_than_nothing(line.quantity);
        if (refusal == Refusal::none && (is_new || sourced)) refusal = no_place(c, line);
        if (refusal == Refusal::none && !known(line.sku)) refusal = Refusal::unknown_sku;
        if (refusal == Refusal::none && sourced && source_of(c, line) == draft.after.destination)
            refusal = Refusal::same_location;
        if (refusal == Refusal::none &&
            (!is_physical(line.bucket) || line.bucket == Bucket::suspect))
            refusal = Refusal::value_out_of_range;
        if (refusal != Refusal::none) problems.push_back({i, refusal, 0});
    }
    if (!problems.empty()) return twin_refused(problems);
    const LocationId shelf = c.names_destination ? c.destination : draft.after.destination;
    std::vector<TwinPart>& parts = draft.after.parts;
    for (std::uint32_t i = 0; i < c.lines.size(); ++i) {
        const Line& line = c.lines[i];
        draft.post(line.sku, Place(shelf), line.bucket, line.quantity);
        if (line.bucket == Bucket::sellable) draft.arrivals.push_back({line.sku, shelf});
        std::vector<std::size_t> spoken = spoken_of(parts, line);
        if (names_a_source(c, line))
            std::erase_if(spoken,
                          [&](std::size_t p) { return parts[p].location != source_of(c, line); });
        Units rest = line.quantity;
        for (const std::size_t p : spoken) {
            const Units units = std::min(rest, std::max<Units>(0, parts[p].on_lane()));
            parts[p].received += units;
            rest -= units;
        }
        Units found = 0;
        for (const std::size_t p : spoken) {
            const Units units = std::min(rest, std::max<Units>(0, parts[p].lost));
            parts[p].received += units;
            parts[p].lost -= units;
            found += units;
            rest -= units;
        }
        if (rest > 0) {
            if (spoken.empty()) {
                const LocationId from =
                    names_a_source(c, line) ? source_of(c, line) : parts.front().location;
                const auto same =
                    std::find_if(parts.begin(), parts.end(), [&](const TwinPart& part) {
                        return part.sku == line.sku && part.location == from &&
                               (!knows(parts, line) || part.line == line.line);
                    });
                spoken.push_back(static_cast<std::size_t>(same - parts.begin()));
                if (same == parts.end())
                    parts.push_back(new_part(line_number(c.lines, i), line.sku, from));
            }
            parts[spoken.front()].received += rest;
            if (closed) {
                parts[spoken.front()].lost -= rest;
                found += rest;
            }
        }
        draft.post(line.sku, Place(PlaceKind::loss), Bucket::external, -found);
    }
    return record_transfer(draft, c, now);
}

TwinOutcome Twin::transfer_completed(const RecordEvent& c, Instant now) {
    if (c.document.empty()) return twin_refused(Refusal::document_required);
    if (!c.lines.empty()) return twin_refused(Refusal::value_out_of_range);
    Draft draft = draft_of_transfer(c);
    if (*draft.reservation == 0) return twin_refused(Refusal::unknown_document);
    if (draft.after.ended()) return twin_refused(Refusal::document_ended);
    bool anything = false;
    for (TwinPart& part : draft.after.parts) {
        anything = anything || part.reserved > 0 || part.on_lane() != 0;
        part.ended += part.reserved;
        part.reserved = 0;
        const Units missing = part.on_lane();
        if (missing != 0) draft.raises.insert(CaseKind::transfer_residue);
        part.lost += missing;
        draft.post(part.sku, Place(PlaceKind::loss), Bucket::external, missing);
    }
    if (!anything) return twin_refused(Refusal::nothing_to_move);
    return record_transfer(draft, c, now);
}

}  // namespace holdfast::ledger
