// What a fact that raises a kind of case is about, and what the levels say of it: the table of
// docs/api/cases.md, row by row.
#include <algorithm>

#include "case_twin.h"

namespace holdfast::case_twin {
namespace {

/// What a fact does at one position, in units that came and units that left.
struct Moves {
    Units goods_in = 0, goods_out = 0;
    Units promises_in = 0, promises_out = 0;
    Units sellable = 0, reserved = 0;
    bool rare_left = false;
    Units was_expected = 0;
};

void add(Moves& moves, Bucket bucket, Units delta) {
    const Units in = std::max<Units>(0, delta), out = std::max<Units>(0, -delta);
    const bool rare =
        bucket == Bucket::damaged || bucket == Bucket::quarantine || bucket == Bucket::suspect;
    if (bucket == Bucket::sellable || rare || bucket == Bucket::in_transit) {
        moves.goods_in += in;
        moves.goods_out += out;
    }
    if (bucket == Bucket::reserved || bucket == Bucket::allocated ||
        bucket == Bucket::backordered) {
        moves.promises_in += in;
        moves.promises_out += out;
    }
    if (bucket == Bucket::sellable) moves.sellable += delta;
    if (bucket == Bucket::reserved) moves.reserved += delta;
    if (rare && out > 0) moves.rare_left = true;
    if (bucket == Bucket::inbound) moves.was_expected += out;
}

bool is(CaseKind kind, std::initializer_list<CaseKind> kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

using enum CaseKind;

bool names_order(CaseKind kind) {
    return is(kind, {oversold_order, late_confirm_without_stock, over_shipment, cancelled_too_late,
                     beyond_promise, event_without_cause});
}
bool names_document(CaseKind kind) {
    return is(kind, {transfer_residue, unreferenced_return, event_without_cause});
}
bool tells_no_units(CaseKind kind) {
    return is(kind, {beyond_promise, backorder_unfilled, promise_slipped, quota_overcommitted,
                     sequence_gap, source_epoch_unannounced, node_silent, unknown_code});
}
bool names_no_position(CaseKind kind) {
    return is(kind, {sequence_gap, source_epoch_unannounced, node_silent, unknown_code});
}

TwinSubject subject_of(CaseKind kind, const FactView& fact) {
    TwinSubject about;
    about.kind = kind;
    if (kind == quota_overcommitted)
        about.channel = ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    if (is(kind, {ownership_conflict, unknown_code})) about.source = fact.header().source;
    if (kind == sequence_gap || kind == source_epoch_unannounced) {
        about.source = fact.header().source;
        if (fact.field(FieldTag::source_gap))
            about.source = fact.field_as<SourceGapField>(FieldTag::source_gap)->source;
        if (fact.field(FieldTag::source_epoch))
            about.source = fact.field_as<SourceEpochField>(FieldTag::source_epoch)->source;
    }
    if (kind == node_silent)
        about.location = LocationId{fact.field_as<EntityField>(FieldTag::entity)->id};
    if (names_order(kind)) about.order = fact.text(FieldTag::order);
    if (names_document(kind)) about.document = fact.text(FieldTag::document);
    if (names_order(kind) || names_document(kind))
        about.reservation = makes_reservation(fact)
                                ? fact.seq()
                                : fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0);
    return about;
}

}  // namespace

std::optional<Units> CaseTwin::told_by_levels(const TwinSubject& about) const {
    if (about.sku == kNoSku || about.location == kNoLocation) return std::nullopt;
    const auto here = [&](Bucket bucket) { return level(about.sku, about.location, bucket); };
    const auto missing = [](Units units) { return units < 0 ? -units : 0; };
    const Units promised = here(Bucket::reserved) + here(Bucket::allocated);
    switch (about.kind) {
        case negative_sellable: return missing(here(Bucket::sellable));
        case negative_bucket:
            return missing(here(Bucket::damaged)) + missing(here(Bucket::quarantine)) +
                   missing(here(Bucket::suspect));
        case reservation_at_risk:
            // A shelf below zero puts no more at risk than was promised.
            return std::max<Units>(0, promised - std::max<Units>(0, here(Bucket::sellable)));
        case oversold_order:
        case late_confirm_without_stock: {
            const auto own = promised_.find({about.reservation, about.sku, about.location});
            const Units of_order = own == promised_.end() ? 0 : own->second;
            return std::min(missing(here(Bucket::sellable) - promised), of_order);
        }
        case backorder_uncovered:
            return missing(here(Bucket::inbound) + here(Bucket::in_transit) -
                           here(Bucket::backordered));
        default: return std::nullopt;
    }
}

std::vector<TwinFinding> CaseTwin::findings(CaseKind kind, const FactView& fact) const {
    const TwinSubject about = subject_of(kind, fact);
    if (names_no_position(kind)) return {{about, 0}};

    std::map<std::pair<SkuId, LocationId>, Moves> positions;
    const auto would_be = fact.advisory() ? fact.field(FieldTag::would_be_postings) : std::nullopt;
    for (std::size_t i = 0; would_be && (i + 1) * sizeof(WouldBePosting) <= would_be->size(); ++i) {
        const auto w = fact.item<WouldBePosting>(would_be, i, {});
        add(positions[{SkuId{w.sku}, LocationId{w.location}}], static_cast<Bucket>(w.bucket),
            w.delta);
    }
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting p = fact.posting(i);
        if (const auto at = place_of(p.place)) add(positions[{p.sku, *at}], p.bucket, p.delta);
    }

    // Goods that left before their order was told of: what speaks of them later moves none.
    const bool speaks_of_them =
        fact.type() == FactType::parked_overdue || fact.type() == FactType::parked_settled;
    const auto had_left = speaks_of_them ? fact.field(FieldTag::parked_lines) : std::nullopt;
    for (std::size_t i = 0; had_left && (i + 1) * sizeof(ParkedLineField) <= had_left->size();
         ++i) {
        const auto line = fact.item<ParkedLineField>(had_left, i, {});
        if (line.sku != kNoId)
            positions[{SkuId{line.sku}, LocationId{line.location}}].goods_out += line.units;
    }

    // What left of an item beyond what was promised of it anywhere.
    std::map<SkuId, Units> beyond;
    for (const auto& [where, moves] : positions)
        beyond[where.first] += moves.goods_out - moves.promises_out;

    std::vector<TwinFinding> found;
    for (const auto& [where, moves] : positions) {
        TwinFinding finding{about, 0};
        finding.about.sku = where.first;
        finding.about.location = where.second;
        const bool any_goods = moves.goods_in != 0 || moves.goods_out != 0;
        const Units moved = any_goods ? std::max(moves.goods_in, moves.goods_out)
                                      : std::max(moves.promises_in, moves.promises_out);
        bool is_its_cause = true;
        if (is(kind, {negative_sellable, reservation_at_risk})) is_its_cause = moves.sellable < 0;
        if (kind == negative_bucket) is_its_cause = moves.rare_left;
        if (is(kind, {oversold_order, late_confirm_without_stock}))
            is_its_cause = moves.reserved > 0;
        if (kind == over_receipt)
            finding.units = std::max<Units>(0, moves.goods_in - moves.was_expected);
        else if (kind == over_shipment) {
            Units& left = beyond[where.first];
            finding.units = std::max<Units>(0, std::min(left, moves.goods_out));
            left -= finding.units;
        } else if (const auto told = told_by_levels(finding.about))
            finding.units = *told;
        else if (!tells_no_units(kind))
            finding.units = moved;
        if (is_its_cause && (finding.units > 0 || tells_no_units(kind))) found.push_back(finding);
    }
    if (!found.empty()) return found;
    TwinFinding whole{about, 0};
    if (!positions.empty()) {
        whole.about.sku = positions.begin()->first.first;
        whole.about.location = positions.begin()->first.second;
    }
    return {whole};
}

}  // namespace holdfast::case_twin
