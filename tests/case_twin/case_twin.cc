#include "case_twin.h"

#include <algorithm>

namespace holdfast::case_twin {
namespace {

using std::chrono::hours;

constexpr std::int64_t kMoneyMost = 10'000'000'000'000;
constexpr Units kUnitsMost = level_max;
constexpr std::size_t kOpenedByOneFact = 4096;
constexpr std::size_t kForgottenByOneEntry = 256;

TwinStep step_of(const FactView& fact, CaseStep step) {
    TwinStep entry;
    entry.seq = fact.seq();
    entry.at = fact.recorded_at();
    entry.step = step;
    entry.actor = fact.header().actor;
    return entry;
}

std::uint64_t reservation_of(const FactView& fact) {
    if (makes_reservation(fact)) return fact.seq();
    return fact.field_as<std::uint64_t>(FieldTag::reservation).value_or(0);
}

}  // namespace

bool TwinSubject::same_as(const TwinSubject& other) const {
    if (kind != other.kind || sku != other.sku || location != other.location ||
        channel != other.channel || source != other.source || reservation != other.reservation)
        return false;
    return reservation != 0 || (order == other.order && document == other.document);
}

const TwinCase* CaseTwin::find(std::uint64_t id) const {
    for (const TwinCase& row : cases)
        if (row.id == id) return &row;
    return nullptr;
}

std::vector<std::uint64_t> CaseTwin::queue() const {
    std::vector<std::pair<std::int64_t, std::uint64_t>> places;
    for (const TwinCase& row : cases)
        if (row.live()) places.emplace_back(-row.money, row.id);
    std::sort(places.begin(), places.end());
    std::vector<std::uint64_t> ids;
    for (const auto& [money, id] : places) ids.push_back(id);
    return ids;
}

Units CaseTwin::level(SkuId sku, LocationId at, Bucket bucket) const {
    const auto row = levels_.find({sku, at, bucket});
    return row == levels_.end() ? 0 : row->second;
}

std::optional<LocationId> CaseTwin::place_of(Place place) const {
    if (place.kind() == PlaceKind::location) return place.location();
    if (place.kind() != PlaceKind::lane) return std::nullopt;
    const auto lane = lane_ends_.find(place.number());
    return lane == lane_ends_.end() ? kNoLocation : lane->second;
}

void CaseTwin::apply(const FactView& fact, const ledger::Twin& ledger) {
    move_stock(fact);
    learn_value(fact);
    act(fact);
    follow(fact);
    settle(fact, ledger);
    raise(fact);
    if (fact.last_of_entry()) forget_old(fact.recorded_at());
}

void CaseTwin::move_stock(const FactView& fact) {
    const auto lanes = fact.field(FieldTag::lanes);
    for (std::size_t i = 0; lanes && (i + 1) * sizeof(LaneField) <= lanes->size(); ++i) {
        const auto lane = fact.item<LaneField>(lanes, i, {});
        lane_ends_[lane.number] = LocationId{lane.destination};
    }
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting p = fact.posting(i);
        const auto at = place_of(p.place);
        if (!at) continue;
        levels_[{p.sku, *at, p.bucket}] += p.delta;
        if (p.bucket == Bucket::reserved || p.bucket == Bucket::allocated)
            promised_[{reservation_of(fact), p.sku, *at}] += p.delta;
    }
}

void CaseTwin::learn_value(const FactView& fact) {
    const auto value = fact.field_as<std::int64_t>(FieldTag::unit_value);
    if (fact.type() != FactType::item_upserted || !value) return;
    const SkuId sku{fact.field_as<EntityField>(FieldTag::entity)->id};
    if (unit_values[sku] == *value) return;
    unit_values[sku] = *value;
    for (TwinCase& row : cases) {
        if (row.about.sku != sku || !row.live()) continue;
        put_at_risk(row, row.units);
        row.seq = fact.seq();
    }
}

void CaseTwin::put_at_risk(TwinCase& row, Units units) const {
    row.units = std::min(units, kUnitsMost);
    row.units_peak = std::max(row.units_peak, row.units);
    const auto value = unit_values.find(row.about.sku);
    const std::int64_t worth = value == unit_values.end() ? 0 : value->second;
    const bool too_much = worth > 0 && row.units > kMoneyMost / worth;
    row.money = too_much ? kMoneyMost : row.units * worth;
}

void CaseTwin::wake(TwinCase& row) {
    row.state = CaseState::open;
    row.wake_at = Instant{};
    row.units_when_snoozed = 0;
}

void CaseTwin::resolve(TwinCase& row, CaseResolution why, Instant at) {
    wake(row);
    row.state = CaseState::resolved;
    row.resolution = why;
    row.resolved_at = at;
}

void CaseTwin::act(const FactView& fact) {
    const auto ids = fact.field(FieldTag::case_ids);
    for (std::size_t i = 0; ids && i < ids->size() / 8; ++i) {
        const auto id = fact.item<std::uint64_t>(ids, i, 0);
        for (TwinCase& row : cases)
            if (row.id == id) act_on(row, fact);
    }
}

void CaseTwin::act_on(TwinCase& row, const FactView& fact) {
    TwinStep entry = step_of(fact, CaseStep::commented);
    entry.text = fact.text(FieldTag::comment);
    row.seq = fact.seq();
    if (fact.type() == FactType::case_assigned) {
        if (!entry.text.empty()) row.history.push_back(entry);
        row.assignee = fact.text(FieldTag::assignee);
        entry.step = CaseStep::assigned;
        entry.text = row.assignee;
    } else if (fact.type() == FactType::case_snoozed) {
        entry.step = CaseStep::snoozed;
        row.state = CaseState::snoozed;
        row.wake_at = instant_from_raw(*fact.field_as<std::int64_t>(FieldTag::wake_at));
        row.units_when_snoozed = row.units;
    } else if (fact.type() == FactType::case_resolved) {
        entry.step = CaseStep::resolved;
        entry.resolution =
            static_cast<CaseResolution>(*fact.field_as<std::uint8_t>(FieldTag::case_resolution));
        resolve(row, *entry.resolution, fact.recorded_at());
    } else if (fact.type() == FactType::case_reopened) {
        entry.step = CaseStep::reopened;
        // What was at risk when it was resolved may be long gone, or more by now.
        const auto now = row.live() ? std::nullopt : told_by_levels(row.about);
        wake(row);
        row.resolution.reset();
        row.resolved_at = Instant{};
        put_at_risk(row, now.value_or(row.units));
    } else if (fact.type() == FactType::case_woken) {
        entry.step = CaseStep::woken;
        wake(row);
    }
    row.history.push_back(entry);
}

void CaseTwin::follow(const FactView& fact) {
    for (TwinCase& row : cases) {
        bool touched = false;
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting p = fact.posting(i);
            touched |= p.place.kind() == PlaceKind::location && p.sku == row.about.sku &&
                       p.place.location() == row.about.location;
        }
        if (!touched || !row.live()) continue;
        const bool counted = fact.type() == FactType::stock_counted;
        const auto now = told_by_levels(row.about);
        if (now && *now != row.units && *now > 0) {
            put_at_risk(row, *now);
            row.seq = fact.seq();
            if (row.state == CaseState::snoozed && row.units > row.units_when_snoozed) {
                wake(row);
                row.history.push_back(step_of(fact, CaseStep::woken));
            }
        }
        const bool gone = now ? *now == 0 && row.units != 0
                              : row.about.kind == CaseKind::recount_needed && counted;
        if (!gone) continue;
        remove_cause(row, fact);
    }
}

void CaseTwin::remove_cause(TwinCase& row, const FactView& fact) {
    resolve(row, CaseResolution::cause_removed, fact.recorded_at());
    TwinStep entry = step_of(fact, CaseStep::resolved);
    entry.resolution = CaseResolution::cause_removed;
    row.history.push_back(entry);
    row.seq = fact.seq();
}

void CaseTwin::raise(const FactView& fact) {
    const auto kinds = fact.field(FieldTag::raises);
    std::uint64_t opened = 0;
    for (std::size_t i = 0; kinds && i < kinds->size(); ++i) {
        for (const TwinFinding& finding : findings(static_cast<CaseKind>((*kinds)[i]), fact)) {
            const auto known = std::find_if(cases.begin(), cases.end(), [&](const TwinCase& row) {
                return row.about.same_as(finding.about);
            });
            if (known != cases.end()) {
                join(*known, finding, fact);
                continue;
            }
            if (opened == kOpenedByOneFact || !make_room()) {
                ++not_opened;
                continue;
            }
            TwinCase row;
            row.id = fact.seq() * 65'536 + opened++;
            row.about = finding.about;
            row.count = 1;
            row.facts = {fact.seq()};
            row.opened_by = fact.type();
            row.opened_at = row.raised_at = fact.recorded_at();
            row.seq = fact.seq();
            put_at_risk(row, finding.units);
            row.history = {step_of(fact, CaseStep::opened)};
            cases.push_back(row);
        }
    }
}

void CaseTwin::join(TwinCase& row, const TwinFinding& finding, const FactView& fact) {
    row.count += 1;
    if (row.facts.back() != fact.seq()) row.facts.push_back(fact.seq());
    row.raised_at = fact.recorded_at();
    row.seq = fact.seq();
    if (row.about.order.empty()) row.about.order = finding.about.order;
    Units before = told_by_levels(row.about) ? 0 : row.units;
    if (!row.live()) {
        before = 0;
        row.state = CaseState::open;
        row.resolution.reset();
        row.resolved_at = Instant{};
        row.regressed += 1;
        row.history.push_back(step_of(fact, CaseStep::regressed));
    }
    put_at_risk(row, before + finding.units);
    if (row.state == CaseState::snoozed && row.units > row.units_when_snoozed) {
        wake(row);
        row.history.push_back(step_of(fact, CaseStep::woken));
    }
}

bool CaseTwin::make_room() {
    if (cases.size() < bounds_.cases) return true;
    auto first = cases.end();
    for (auto row = cases.begin(); row != cases.end(); ++row)
        if (!row->live() && (first == cases.end() || row->resolved_at < first->resolved_at))
            first = row;
    if (first == cases.end()) return false;
    cases.erase(first);
    return true;
}

void CaseTwin::forget_old(Instant now) {
    std::vector<std::pair<Instant, std::uint64_t>> old;
    for (const TwinCase& row : cases)
        if (!row.live() && now - row.resolved_at >= hours(24 * 30))
            old.emplace_back(row.resolved_at, row.id);
    std::sort(old.begin(), old.end());
    if (old.size() > kForgottenByOneEntry) old.resize(kForgottenByOneEntry);
    for (const auto& [at, id] : old)
        std::erase_if(cases, [id = id](const TwinCase& row) { return row.id == id; });
}

}  // namespace holdfast::case_twin
