#include "explain/why_not.h"

#include <algorithm>
#include <limits>
#include <map>

#include "ledger/availability.h"
#include "ledger/kit_availability.h"
#include "ledger/ledger.h"

namespace holdfast::explain {
namespace {

/// Requests of at most so many lines are tried whole; of longer ones only the lines that take of
/// the same stock, which is all that bears on each other.
constexpr std::size_t kTriedWholeMax = 20;
constexpr std::size_t kLocationsTriedMax = 5;
/// Numbers for lines that are made by splitting: above any that a caller uses.
constexpr std::uint64_t kOwnLines = 9'100'000'000'000'000;

/// Whether the item, or what it is sold from, is `of`.
bool takes(const ledger::State& state, SkuId sku, SkuId of) {
    if (sku == of) return true;
    const std::uint32_t recipe = state.kits.sold_by(sku);
    if (recipe == 0) return false;
    return std::ranges::any_of(state.kits.recipe(recipe).components,
                               [&](const ledger::Component& c) { return c.sku == of; });
}

/// Whether two lines take of the same stock.
bool share_stock(const ledger::State& state, SkuId a, SkuId b) {
    if (takes(state, b, a)) return true;
    const std::uint32_t recipe = state.kits.sold_by(a);
    if (recipe == 0) return false;
    return std::ranges::any_of(state.kits.recipe(recipe).components,
                               [&](const ledger::Component& c) { return takes(state, b, c.sku); });
}

/// Decides variations of one request.
class Trial {
  public:
    Trial(const ledger::State& state, const ReserveStock& command)
        : state_(state), command_(command) {
        command_.envelope = {};
        command_.order = {};
    }

    ledger::Outcome decide(const ReserveStock& command) {
        bytes_.clear();
        FactWriter writer(bytes_);
        return ledger::decide(
            state_, command, {.now = state_.log_time + Microseconds{1}, .next_seq = state_.seq + 1},
            arena_, writer);
    }
    /// Whether no line of `changed`, which stands in the place of line `index`, fails any more.
    bool passes(std::size_t index, std::span<const Line> changed) {
        return !problem_of(index, changed);
    }
    /// The first problem of those lines; of no line in particular where the request is refused
    /// whole.
    std::optional<LineProblem> problem_of(std::size_t index, std::span<const Line> changed) {
        std::vector<Line> lines;
        std::size_t first = 0;
        const bool whole = command_.lines.size() <= kTriedWholeMax;
        for (std::size_t i = 0; i < command_.lines.size(); ++i) {
            if (i == index) {
                first = lines.size();
                lines.insert(lines.end(), changed.begin(), changed.end());
            } else if (whole ||
                       share_stock(state_, command_.lines[index].sku, command_.lines[i].sku)) {
                lines.push_back(command_.lines[i]);
            }
        }
        ReserveStock tried = command_;
        tried.lines = lines;
        const ledger::Outcome outcome = decide(tried);
        if (outcome.kind == ledger::Outcome::Kind::recorded) return std::nullopt;
        if (outcome.problems.empty()) return LineProblem{.refusal = outcome.refusal};
        const auto found = std::ranges::find_if(outcome.problems, [&](const LineProblem& problem) {
            return problem.line_index >= first && problem.line_index < first + changed.size();
        });
        if (found == outcome.problems.end()) return std::nullopt;
        return *found;
    }
    [[nodiscard]] const Line& line(std::size_t index) const { return command_.lines[index]; }
    [[nodiscard]] ChannelId channel() const { return command_.channel; }

  private:
    const ledger::State& state_;
    ReserveStock command_;
    Arena arena_;
    std::vector<std::byte> bytes_;
};

class LineReasons {
  public:
    LineReasons(const ledger::State& state, Trial& trial, const LineProblem& problem)
        : state_(state), trial_(trial), line_(trial.line(problem.line_index)) {
        answer_.problem = problem;
        answer_.missing = std::max<Units>(0, problem.requested - problem.available_to_sell);
        const PoolId pool = state.channel_row(trial.channel()).pool;
        if (pool != kNoPool) pool_ = &state.pool_rows[pool.raw];
    }

    FailingLine find() {
        if (line_.sku.raw >= state_.items.size()) return std::move(answer_);
        const std::uint32_t recipe = state_.kits.sold_by(line_.sku);
        places_ = recipe == 0 ? places_of(line_.sku) : places_of_kit(state_.kits.recipe(recipe));
        try_other_locations();
        try_split();
        try_fewer();
        if (recipe == 0)
            look_ahead(line_.sku, answer_.missing, answer_.changes);
        else
            tell_components(state_.kits.recipe(recipe));
        answer_.more_places = tell_places(places_);
        answer_.places = std::move(places_);
        return std::move(answer_);
    }

  private:
    std::size_t index() const { return answer_.problem.line_index; }

    /// Whether the line may be served from there, were its location left out.
    [[nodiscard]] bool may_serve(LocationId at) const {
        const bool named = line_.names_location && at == line_.location;
        return named || (pool_ != nullptr && pool_->contains(at));
    }

    /// Positions of the pool, or the named one, the largest promise first.
    std::vector<ShortPlace> places_of(SkuId sku) const {
        std::vector<ShortPlace> places;
        for (const ledger::Position& row : state_.positions.of(sku)) {
            if (!may_serve(row.location)) continue;
            places.push_back({.location = row.location,
                              .sellable = row.sellable,
                              .reserved = row.reserved,
                              .allocated = row.allocated,
                              .safety_stock = row.safety_stock,
                              .buffer = Units{row.buffer},
                              .promisable = ledger::promisable_at(state_, row)});
        }
        std::ranges::stable_sort(places, std::greater{}, &ShortPlace::promisable);
        return places;
    }

    /// The same of a kit, which has no position of its own: as many as its components allow.
    std::vector<ShortPlace> places_of_kit(const ledger::Recipe& recipe) const {
        std::vector<ShortPlace> places;
        for (const ledger::Position& row : state_.positions.of(recipe.components.front().sku))
            if (may_serve(row.location))
                places.push_back(
                    {.location = row.location,
                     .promisable = ledger::kits_promisable(state_, recipe, row.location).units});
        std::ranges::stable_sort(places, std::greater{}, &ShortPlace::promisable);
        return places;
    }

    /// Which components there is too little of, each tried as if the line asked for it alone.
    void tell_components(const ledger::Recipe& recipe) {
        const Refusal refusal = answer_.problem.refusal;
        if (refusal != Refusal::insufficient_stock && refusal != Refusal::quota_exhausted &&
            refusal != Refusal::split_not_allowed)
            return;  // the line is not what it should be, whatever the stock
        std::vector<std::pair<Units, ledger::Component>> by_kits;
        for (const ledger::Component& component : recipe.components) {
            const Units units =
                line_.names_location
                    ? ledger::available_to_sell(state_, trial_.channel(), component.sku,
                                                line_.location)
                          .units
                    : ledger::available_to_sell(state_, trial_.channel(), component.sku).units;
            by_kits.emplace_back(units / component.units, component);
        }
        std::ranges::stable_sort(by_kits, {}, [](const auto& of) { return of.first; });
        if (by_kits.size() > why_not_components_max) by_kits.resize(why_not_components_max);
        bool any_short = false;
        for (const auto& [kits, component] : by_kits) {
            answer_.components.push_back(component_of(component));
            any_short |= answer_.components.back().missing > 0;
        }
        if (any_short)
            std::erase_if(answer_.components, [](const auto& c) { return c.missing == 0; });
    }

    ShortComponent component_of(const ledger::Component& component) {
        ShortComponent answer{.sku = component.sku,
                              .units = component.units,
                              .requested = answer_.problem.requested * component.units};
        Line alone = line_;
        alone.sku = component.sku;
        alone.quantity = answer.requested;
        alone.unit = {};
        const auto problem = trial_.problem_of(index(), {&alone, 1});
        answer.available_to_sell = problem ? problem->available_to_sell : answer.requested;
        answer.missing = std::max<Units>(0, answer.requested - answer.available_to_sell);
        look_ahead(answer.sku, answer.missing, answer.changes);
        answer.places = places_of(answer.sku);
        answer.more_places = tell_places(answer.places);
        return answer;
    }

    bool passes(const Line& changed) { return trial_.passes(index(), {&changed, 1}); }

    void try_other_locations() {
        if (!line_.names_location) return;
        Line changed = line_;
        changed.names_location = false;
        changed.location = kNoLocation;
        if (passes(changed)) answer_.changes.push_back({.kind = ChangeKind::any_location});
        changed.names_location = true;
        std::size_t tried = 0;
        for (const ShortPlace& place : places_) {
            if (place.location == line_.location || place.promisable <= 0) continue;
            if (++tried > kLocationsTriedMax) break;
            changed.location = place.location;
            if (!passes(changed)) continue;
            answer_.changes.push_back(
                {.kind = ChangeKind::another_location, .location = place.location});
            break;
        }
    }

    /// A line for each of the largest locations, as few as it takes.
    void try_split() {
        Units wanted = answer_.problem.requested;
        std::vector<Line> lines;
        Change change{.kind = ChangeKind::named_locations};
        for (const ShortPlace& place : places_) {
            if (wanted <= 0 || place.promisable <= 0 || lines.size() == why_not_places_max) break;
            const Units units = std::min(wanted, place.promisable);
            Line part = line_;
            part.line = kOwnLines + lines.size();
            part.names_location = true;
            part.location = place.location;
            part.quantity = units;
            part.unit = {};
            lines.push_back(part);
            change.split.emplace_back(place.location, units);
            wanted -= units;
        }
        const bool splits = state_.channel_row(trial_.channel()).splits;
        if (wanted > 0 || lines.size() < 2 || !trial_.passes(index(), lines)) return;
        answer_.changes.push_back(std::move(change));
        if (!splits && !line_.names_location)
            answer_.changes.push_back({.kind = ChangeKind::allow_split});
    }

    void try_fewer() {
        const Units units = answer_.problem.available_to_sell;
        if (units < 1 || units >= answer_.problem.requested) return;
        Line changed = line_;
        changed.quantity = units;
        changed.unit = {};
        if (passes(changed))
            answer_.changes.push_back({.kind = ChangeKind::fewer_units, .units = units});
    }

    /// The first date until which as much is expected as is missing.
    void look_ahead(SkuId sku, Units missing, std::vector<Change>& changes) const {
        if (missing <= 0) return;
        std::map<std::int64_t, Units> by_due;
        const ledger::ExpectedSupply::Key from{sku, LocationId{0},
                                               std::numeric_limits<std::int64_t>::min()};
        const auto& rows = state_.expected.rows();
        for (auto it = rows.lower_bound(from); it != rows.end() && it->first.sku == sku; ++it) {
            const LocationId at = it->first.location;
            const bool counts = line_.names_location ? at == line_.location
                                                     : pool_ != nullptr && pool_->contains(at);
            if (counts && it->first.due != ledger::due_unknown) by_due[it->first.due] += it->second;
        }
        Units sum = 0;
        for (const auto& [due, units] : by_due) {
            sum += units;
            if (sum < missing) continue;
            changes.push_back(
                {.kind = ChangeKind::wait_for_supply, .units = sum, .due = instant_from_raw(due)});
            return;
        }
    }

    /// The named one, then those that hold most. Tells whether there are more.
    bool tell_places(std::vector<ShortPlace>& places) const {
        const auto held = [](const ShortPlace& p) { return p.reserved + p.allocated; };
        std::ranges::stable_sort(places, std::greater{}, held);
        if (line_.names_location)
            std::ranges::stable_partition(
                places, [&](const ShortPlace& p) { return p.location == line_.location; });
        const bool more = places.size() > why_not_places_max;
        if (more) places.resize(why_not_places_max);
        return more;
    }

    const ledger::State& state_;
    Trial& trial_;
    const Line& line_;
    const ledger::PoolRow* pool_ = nullptr;
    std::vector<ShortPlace> places_;
    FailingLine answer_;
};

}  // namespace

std::string_view name(ChangeKind kind) {
    switch (kind) {
        case ChangeKind::any_location: return "any_location";
        case ChangeKind::another_location: return "another_location";
        case ChangeKind::named_locations: return "named_locations";
        case ChangeKind::fewer_units: return "fewer_units";
        case ChangeKind::allow_split: return "allow_split";
        case ChangeKind::wait_for_supply: return "wait_for_supply";
    }
    return "unknown";
}

WhyNot why_not(const ledger::State& state, const ReserveStock& command) {
    WhyNot answer{.seq = state.seq};
    Trial trial(state, command);
    ReserveStock whole = command;
    whole.envelope = {};
    whole.partial = false;
    const ledger::Outcome outcome = trial.decide(whole);
    if (outcome.kind == ledger::Outcome::Kind::recorded) return answer;
    answer.refusal = outcome.refusal;
    const std::vector<LineProblem> problems(outcome.problems.begin(), outcome.problems.end());
    if (problems.empty()) return answer;
    whole.partial = true;
    answer.partial_would_hold = trial.decide(whole).kind == ledger::Outcome::Kind::recorded;
    answer.more_lines = problems.size() > why_not_failing_max;
    for (std::size_t i = 0; i < std::min(problems.size(), why_not_failing_max); ++i)
        answer.lines.push_back(LineReasons(state, trial, problems[i]).find());
    return answer;
}

void add_holders(readmodel::Reader& reader, WhyNot& answer) {
    const auto add = [&](SkuId sku, std::vector<ShortPlace>& places) {
        for (ShortPlace& place : places)
            place.holders = reader.holders(sku, Place(place.location), why_not_holders_max);
    };
    for (FailingLine& line : answer.lines) {
        add(line.problem.sku, line.places);
        for (ShortComponent& component : line.components) add(component.sku, component.places);
    }
}

}  // namespace holdfast::explain
