#include "ledger/transfer_changes.h"

#include "ledger/reservation_changes.h"

namespace holdfast::ledger {

TransferChanges::TransferChanges(const Context& context, const Reservation* transfer,
                                 LocationId destination)
    : context_(context),
      transfer_(transfer),
      destination_(transfer != nullptr ? transfer->destination : destination),
      known_(transfer != nullptr ? transfer->part_count : 0),
      rows_(context.arena, known_),
      new_lanes_(context.arena, 0),
      new_lane_from_(context.arena),
      part_of_posting_(context.arena, 0) {
    if (transfer == nullptr) return;
    for (const Part& part : context.state.reservations.parts(*transfer)) {
        const PartCounts counts = context.state.reservations.counts(part);
        rows_.push_back({.line = part.line,
                         .sku = part.sku,
                         .location = part.location,
                         .before = counts,
                         .now = counts});
    }
}

bool TransferChanges::has_number(const Line& line) const {
    if (line.line == 0) return false;
    for (const Row& row : rows_.view())
        if (row.line == line.line && row.sku == line.sku) return true;
    return false;
}

TransferChanges::Row& TransferChanges::row_from(const Line& line, std::uint64_t number,
                                                bool by_number, LocationId source) {
    for (Row& row : rows_.view())
        if (row.location == source && serves(row, line, by_number)) return row;
    rows_.push_back({.line = number, .sku = line.sku, .location = source});
    return rows_.view().back();
}

std::uint32_t TransferChanges::lane_of(const Row& row) const {
    const std::uint32_t known = context_.state.lanes.find({row.location, destination_});
    return known != kNoId ? known : new_lane_from_.get({row.location.raw, 0}) - 1;
}

bool TransferChanges::number_lanes() {
    const LaneTable& lanes = context_.state.lanes;
    for (const Row& row : rows_.view()) {
        if (row.now.shipped == row.before.shipped && row.now.received == row.before.received &&
            row.now.lost == row.before.lost)
            continue;
        if (lanes.find({row.location, destination_}) != kNoId) continue;
        std::uint32_t& number = new_lane_from_[{row.location.raw, 0}];
        if (number != 0) continue;
        const auto next = lanes.size() + static_cast<std::uint32_t>(new_lanes_.size());
        if (next >= lanes_max) return false;
        number = next + 1;
        new_lanes_.push_back(
            {.number = next, .source = row.location.raw, .destination = destination_.raw});
    }
    return true;
}

void TransferChanges::post_to(Movement& movement) {
    for (std::size_t i = 0; i < movement.postings().size(); ++i)
        part_of_posting_.push_back(kNoPart);
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_.view()[i];
        const auto post = [&](Place place, Bucket bucket, Units delta) {
            if (delta == 0) return;
            movement.post({.sku = row.sku, .place = place, .bucket = bucket, .delta = delta});
            part_of_posting_.push_back(i);
        };
        const Place source{row.location};
        post(source, Bucket::allocated, row.now.allocated - row.before.allocated);
        post(source, Bucket::picked, row.now.picked - row.before.picked);
        post(source, Bucket::reserved, row.now.reserved - row.before.reserved);
        const Units shipped = row.now.shipped - row.before.shipped;
        const Units received = row.now.received - row.before.received;
        const Units lost = row.now.lost - row.before.lost + row.back_from_loss;
        if (shipped == 0 && received == 0 && lost == 0 && row.back_from_loss == 0) continue;
        const Place lane{PlaceKind::lane, lane_of(row)};
        post(lane, Bucket::in_transit, shipped);
        post(lane, Bucket::in_transit, row.back_from_loss);
        post(lane, Bucket::in_transit, -received);
        post(lane, Bucket::in_transit, -lost);
    }
}

void TransferChanges::write_fields(FactWriter& fact) const {
    if (transfer_ != nullptr)
        fact.value(FieldTag::reservation, transfer_->id.raw);
    else
        fact.value(FieldTag::destination, destination_.raw);
    if (!part_of_posting_.empty())
        fact.list<std::uint32_t>(FieldTag::part_of_posting, part_of_posting_.view());
    ArenaList<std::uint64_t> new_lines(context_.arena, 0);
    for (std::size_t i = known_; i < rows_.size(); ++i) new_lines.push_back(rows_.view()[i].line);
    if (!new_lines.empty()) fact.list<std::uint64_t>(FieldTag::part_lines, new_lines.view());
    if (!new_lanes_.empty()) fact.list<LaneField>(FieldTag::lanes, new_lanes_.view());
}

}  // namespace holdfast::ledger
