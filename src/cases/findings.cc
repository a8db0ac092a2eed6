#include "cases/findings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "cases/kind_rules.h"

namespace holdfast::cases {
namespace {

using Position = std::pair<SkuId, LocationId>;

/// What a fact changes at one position; goods on their way count where they go.
struct Change {
    Units sellable = 0;
    Units rare_out = 0;  ///< of damaged, quarantine and suspect
    Units reserved = 0;
    Units in = 0;   ///< physical units and units on their way that came
    Units out = 0;  ///< likewise, that left
    Units promised_in = 0;
    Units promised_out = 0;
    Units expected_out = 0;

    [[nodiscard]] Units moved() const {
        const Units goods = std::max(in, out);
        return goods != 0 ? goods : std::max(promised_in, promised_out);
    }
};

void add(Change& change, const Posting& posting) {
    const auto count = [&](Units& plus, Units& minus) {
        (posting.delta > 0 ? plus : minus) += posting.delta > 0 ? posting.delta : -posting.delta;
    };
    switch (posting.bucket) {
        case Bucket::sellable:
            change.sellable += posting.delta;
            count(change.in, change.out);
            break;
        case Bucket::damaged:
        case Bucket::quarantine:
        case Bucket::suspect:
            if (posting.delta < 0) change.rare_out -= posting.delta;
            count(change.in, change.out);
            break;
        case Bucket::in_transit: count(change.in, change.out); break;
        case Bucket::reserved:
            change.reserved += posting.delta;
            count(change.promised_in, change.promised_out);
            break;
        case Bucket::allocated:
        case Bucket::backordered: count(change.promised_in, change.promised_out); break;
        case Bucket::inbound:
            if (posting.delta < 0) change.expected_out -= posting.delta;
            break;
        case Bucket::picked:
        case Bucket::erp_held:
        case Bucket::external:
        case Bucket::quota_used: break;
    }
}

using Changes = std::map<Position, Change>;

/// Goods that left before anybody told of their order: a fact that speaks of them moves none
/// itself.
void add_goods_that_had_left(Changes& changes, const FactView& fact) {
    if (fact.type() != FactType::parked_overdue && fact.type() != FactType::parked_settled) return;
    const auto lines = fact.field(FieldTag::parked_lines);
    for (std::size_t i = 0; lines && (i + 1) * sizeof(ParkedLineField) <= lines->size(); ++i) {
        const auto line = fact.item<ParkedLineField>(lines, i, {});
        if (line.sku != kNoId)
            changes[{SkuId{line.sku}, LocationId{line.location}}].out += line.units;
    }
}

Changes changes_of(const FactView& fact, const LedgerView& ledger) {
    Changes changes;
    // What a source that is not believed would have changed.
    const auto would_be = fact.advisory() ? fact.field(FieldTag::would_be_postings) : std::nullopt;
    for (std::size_t i = 0; would_be && (i + 1) * sizeof(WouldBePosting) <= would_be->size(); ++i) {
        const auto posting = fact.item<WouldBePosting>(would_be, i, {});
        const LocationId at{posting.location};
        add(changes[{SkuId{posting.sku}, at}], {.sku = SkuId{posting.sku},
                                                .place = Place{at},
                                                .bucket = static_cast<Bucket>(posting.bucket),
                                                .delta = posting.delta});
    }
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() == PlaceKind::location)
            add(changes[{posting.sku, posting.place.location()}], posting);
        else if (posting.place.kind() == PlaceKind::lane)
            add(changes[{posting.sku, ledger.lane_ends_at(posting.place.number())}], posting);
    }
    add_goods_that_had_left(changes, fact);
    return changes;
}

/// Whether the fact may be what brought the position into the state that the measure tells.
bool concerns(Measure measure, const Change& change) {
    switch (measure) {
        case Measure::below_zero:
        case Measure::at_risk: return change.sellable < 0;
        case Measure::rare_below_zero: return change.rare_out > 0;
        case Measure::oversold: return change.reserved > 0;
        default: return true;
    }
}

/// Units that left of each SKU beyond what the order was promised, wherever that was.
std::map<SkuId, Units> over_shipped(const Changes& changes) {
    std::map<SkuId, Units> beyond;
    for (const auto& [position, change] : changes)
        beyond[position.first] += change.out - change.promised_out;
    return beyond;
}

Subject without_position(CaseKind kind, const KindRule& rule, const FactView& fact) {
    Subject subject{.kind = kind};
    if (rule.about_channel)
        subject.channel =
            ChannelId{fact.field_as<std::uint32_t>(FieldTag::channel).value_or(kNoId)};
    if (rule.about_source) {
        subject.source = NameId{fact.header().source};
        if (const auto gap = fact.field_as<SourceGapField>(FieldTag::source_gap))
            subject.source = NameId{gap->source};
        if (const auto epoch = fact.field_as<SourceEpochField>(FieldTag::source_epoch))
            subject.source = NameId{epoch->source};
    }
    if (const auto node = fact.field_as<EntityField>(FieldTag::entity); rule.about_node && node)
        subject.location = LocationId{node->id};
    if (rule.about_document) subject.document = fact.text(FieldTag::document);
    if (rule.about_order) subject.order = fact.text(FieldTag::order);
    if (rule.about_order || rule.about_document)
        subject.reservation =
            ReservationId{makes_reservation(fact)
                              ? fact.seq()
                              : fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0)};
    return subject;
}

}  // namespace

std::vector<Finding> findings_of(CaseKind kind, const FactView& fact, const LedgerView& ledger) {
    const KindRule rule = rule_of(kind);
    const Subject bare = without_position(kind, rule, fact);
    const Changes changes = rule.about_position ? changes_of(fact, ledger) : Changes{};
    std::map<SkuId, Units> beyond = over_shipped(changes);
    std::vector<Finding> findings;
    for (const auto& [position, change] : changes) {
        Finding finding{bare, 0};
        finding.subject.sku = position.first;
        finding.subject.location = position.second;
        switch (rule.measure) {
            case Measure::until_counted:
            case Measure::moved: finding.units = change.moved(); break;
            case Measure::over_received:
                finding.units = std::max(Units{0}, change.in - change.expected_out);
                break;
            case Measure::over_shipped: {
                Units& rest = beyond[position.first];
                finding.units = std::clamp(rest, Units{0}, change.out);
                rest -= finding.units;
                break;
            }
            case Measure::untold: break;
            default: finding.units = units_at_risk(finding.subject, ledger); break;
        }
        const bool counted = rule.measure == Measure::untold || finding.units > 0;
        if (counted && concerns(rule.measure, change)) findings.push_back(std::move(finding));
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
