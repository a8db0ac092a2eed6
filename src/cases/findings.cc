#include "cases/findings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "cases/kind_rules.h"

namespace holdfast::cases {
namespace {

/// What a fact changes at one position, or of one SKU outside positions.
struct Change {
    Units sellable = 0;
    Units rare = 0;  ///< damaged, quarantine and suspect: the decreases only
    Units reserved = 0;
    Units physical = 0;  ///< moved, whichever way
    Units promised = 0;
};

void add(Change& change, const Posting& posting) {
    const Units moved = posting.delta < 0 ? -posting.delta : posting.delta;
    if (is_physical(posting.bucket) || posting.bucket == Bucket::in_transit)
        change.physical += moved;
    else
        change.promised += moved;
    if (posting.bucket == Bucket::sellable) change.sellable += posting.delta;
    if (is_physical(posting.bucket) && posting.bucket != Bucket::sellable && posting.delta < 0)
        change.rare += posting.delta;
    if (posting.bucket == Bucket::reserved) change.reserved += posting.delta;
}

/// Whether the fact may be what brought this position into the state that the measure tells.
bool concerns(Measure measure, const Change& change) {
    switch (measure) {
        case Measure::below_zero:
        case Measure::at_risk: return change.sellable < 0;
        case Measure::rare_below_zero: return change.rare < 0;
        case Measure::oversold: return change.reserved > 0;
        case Measure::uncovered:
        case Measure::until_counted:
        case Measure::moved: break;
    }
    return true;
}

Subject without_position(CaseKind kind, const KindRule& rule, const FactView& fact) {
    Subject subject{.kind = kind};
    if (rule.about_channel)
        subject.channel =
            ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    if (rule.about_source) {
        // The hub itself tells of a gap; the fact names the source that left it.
        const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap);
        subject.source = NameId{gap ? gap->source : fact.header().source};
    }
    if (rule.about_order) {
        subject.order = fact.text(FieldTag::order);
        subject.reservation =
            ReservationId{makes_reservation(fact)
                              ? fact.seq()
                              : fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0)};
    }
    return subject;
}

}  // namespace

std::vector<Finding> findings_of(CaseKind kind, const FactView& fact, const LedgerView& ledger) {
    const KindRule rule = rule_of(kind);
    const Subject bare = without_position(kind, rule, fact);
    std::map<std::pair<SkuId, LocationId>, Change> changes;
    if (rule.about_position && fact.advisory()) {
        const auto would_be = fact.field(FieldTag::would_be_postings);
        for (std::size_t i = 0; would_be && (i + 1) * sizeof(WouldBePosting) <= would_be->size();
             ++i) {
            const auto posting = fact.item<WouldBePosting>(would_be, i, {});
            add(changes[{SkuId{posting.sku}, LocationId{posting.location}}],
                {.sku = SkuId{posting.sku},
                 .place = Place{LocationId{posting.location}},
                 .bucket = static_cast<Bucket>(posting.bucket),
                 .delta = posting.delta});
        }
    }
    for (std::size_t i = 0; rule.about_position && i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() == PlaceKind::location)
            add(changes[{posting.sku, posting.place.location()}], posting);
        else if (posting.place.kind() == PlaceKind::lane)
            add(changes[{posting.sku, kNoLocation}], posting);
    }
    std::vector<Finding> findings;
    for (const auto& [position, change] : changes) {
        Finding finding{bare, 0};
        finding.subject.sku = position.first;
        finding.subject.location = position.second;
        const bool by_level = is_level(rule.measure) && follows_ledger(finding.subject);
        if (by_level)
            finding.units = units_at_risk(finding.subject, ledger);
        else
            finding.units = change.physical != 0 ? change.physical : change.promised;
        if (!by_level || (finding.units > 0 && concerns(rule.measure, change)))
            findings.push_back(std::move(finding));
    }
    if (!findings.empty()) return findings;
    // Nothing of it fits: the case is about the first thing that the fact touches.
    Finding finding{bare, 0};
    if (!changes.empty()) {
        finding.subject.sku = changes.begin()->first.first;
        finding.subject.location = changes.begin()->first.second;
    }
    findings.push_back(std::move(finding));
    return findings;
}

}  // namespace holdfast::cases
