#include "explain/why_not.h"

#include <algorithm>
#include <limits>
#include <map>

#include "ledger/availability.h"
#include "ledger/ledger.h"

namespace holdfast::explain {
namespace {

/// Requests of at most so many lines are tried whole; of longer ones only the lines of one SKU,
/// which is all that bears on each other.
constexpr std::size_t kTriedWholeMax = 20;
constexpr std::size_t kLocationsTriedMax = 5;
/// Numbers for lines that are made by splitting: above any that a caller uses.
constexpr std::uint64_t kOwnLines = 9'100'000'000'000'000;

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
        std::vector<Line> lines;
        std::size_t first = 0;
        const bool whole = command_.lines.size() <= kTriedWholeMax;
        for (std::size_t i = 0; i < command_.lines.size(); ++i) {
            if (i == index) {
                first = lines.size();
                lines.insert(lines.end(), changed.begin(), changed.end());
            } else if (whole || command_.lines[i].sku == command_.lines[index].sku) {
                lines.push_back(command_.lines[i]);
            }
        }
        ReserveStock tried = command_;
        tried.lines = lines;
        const ledger::Outcome outcome = decide(tried);
        if (outcome.kind == ledger::Outcome::Kind::recorded) return true;
        if (outcome.problems.empty()) return false;
        return std::ranges::none_of(outcome.problems, [&](const LineProblem& problem) {
            return problem.line_index >= first && problem.line_index < first + changed.size();
        });
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
        gather_places();
        try_other_locations();
        try_split();
        try_fewer();
        look_ahead();
        tell_places();
        return std::move(answer_);
    }

  private:
    std::size_t index() const { return answer_.problem.line_index; }

    /// Positions of the pool, or the named one, the largest promise first.
    void gather_places() {
        for (const ledger::Position& row : state_.positions.of(line_.sku)) {
            const bool named = line_.names_location && row.location == line_.location;
            if (!named && (pool_ == nullptr || !pool_->contains(row.location))) continue;
            places_.push_back({.location = row.location,
                               .sellable = row.sellable,
                               .reserved = row.reserved,
                               .allocated = row.allocated,
                               .safety_stock = row.safety_stock,
                               .buffer = Units{row.buffer},
                               .promisable = ledger::promisable_at(state_, row)});
        }
        std::ranges::stable_sort(places_, std::greater{}, &ShortPlace::promisable);
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
    void look_ahead() {
        if (answer_.missing <= 0) return;
        std::map<std::int64_t, Units> by_due;
        const ledger::ExpectedSupply::Key from{line_.sku, LocationId{0},
                                               std::numeric_limits<std::int64_t>::min()};
        const auto& rows = state_.expected.rows();
        for (auto it = rows.lower_bound(from); it != rows.end() && it->first.sku == line_.sku;
             ++it) {
            const LocationId at = it->first.location;
            const bool counts = line_.names_location ? at == line_.location
                                                     : pool_ != nullptr && pool_->contains(at);
            if (counts && it->first.due != ledger::due_unknown) by_due[it->first.due] += it->second;
        }
        Units sum = 0;
        for (const auto& [due, units] : by_due) {
            sum += units;
            if (sum < answer_.missing) continue;
            answer_.changes.push_back(
                {.kind = ChangeKind::wait_for_supply, .units = sum, .due = instant_from_raw(due)});
            return;
        }
    }

    void tell_places() {
        const auto held = [](const ShortPlace& p) { return p.reserved + p.allocated; };
        std::ranges::stable_sort(places_, std::greater{}, held);
        if (line_.names_location)
            std::ranges::stable_partition(
                places_, [&](const ShortPlace& p) { return p.location == line_.location; });
        answer_.more_places = places_.size() > why_not_places_max;
        if (answer_.more_places) places_.resize(why_not_places_max);
        answer_.places = std::move(places_);
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
    for (FailingLine& line : answer.lines)
        for (ShortPlace& place : line.places)
            place.holders =
                reader.holders(line.problem.sku, Place(place.location), why_not_holders_max);
}

}  // namespace holdfast::explain
