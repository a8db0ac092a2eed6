#include "world.h"

#include <fmt/format.h>

#include "base/check.h"
#include "ledger/availability.h"

namespace holdfast::stories {
namespace {

constexpr std::int64_t kMonday = 1'772'442'000'000'000;  // 2026-03-02T09:00:00Z
constexpr std::uint64_t kSeed = 20260302;

std::optional<Fault> not_understood(std::string_view what) {
    return Fault{"words that README.md explains", fmt::format("not understood: {}", what)};
}

}  // namespace

World::World(Met& met)
    : met_(met),
      machines_(case_twin::make_machines(kSeed, {})),
      state_(machines_.ledger.get()),
      now_(instant_from_raw(kMonday)) {}

std::optional<Fault> World::run(const Statement& statement) {
    switch (statement.kind) {
        case Kind::given: return given(Words(statement.text));
        case Kind::when: return when(statement);
        case Kind::then: return then(statement.text);
    }
    return std::nullopt;
}

std::optional<std::string> World::execute(const Command& command) {
    arena_.reset();
    entry_.clear();
    FactWriter writer(entry_);
    outcome_ = machines_.decide(command, {now_, state_->seq + 1}, arena_, writer);
    const ledger::TwinOutcome expected = twins_.decide(command, now_);
    std::optional<std::string> difference = twins_.take(outcome_, entry_, expected);
    const Result<void> applied = for_each_fact(entry_, [&](const FactView& fact) -> Result<void> {
        machines_.apply(fact);
        met_.facts.insert(fact.type());
        for (std::size_t i = 0; i < fact.posting_count(); ++i)
            met_.buckets.insert(fact.posting(i).bucket);
        if (const auto kinds = fact.field(FieldTag::raises))
            for (const std::byte kind : *kinds) met_.cases.insert(static_cast<CaseKind>(kind));
        if (const auto aside = fact.field(FieldTag::refused_lines))
            for (std::size_t i = 0; (i + 1) * sizeof(RefusedLine) <= aside->size(); ++i)
                met_.refusals.insert(
                    static_cast<Refusal>(fact.item<RefusedLine>(aside, i, {}).refusal));
        return {};
    });
    if (!applied) return "facts that do not parse: " + to_string(applied.error());
    if (outcome_.kind == ledger::Outcome::Kind::refused) {
        met_.refusals.insert(outcome_.refusal);
        for (const ledger::LineProblem& p : outcome_.problems) met_.refusals.insert(p.refusal);
    }
    name_new_cases();
    if (!difference) difference = state_->check_invariants();
    if (!difference) difference = machines_.cases->check_invariants();
    if (!difference) difference = twins_.difference(machines_);
    return difference;
}

void World::must(const Command& command) {
    const std::optional<std::string> difference = execute(command);
    HOLDFAST_CHECK(!difference, "what a story is given agrees with the twin");
    HOLDFAST_CHECK(outcome_.kind == ledger::Outcome::Kind::recorded,
                   "what a story is given can be recorded");
}

SkuId World::item(const std::string& code) {
    if (state_->sku(code) == kNoSku) must(UpsertItem{.code = code});
    return state_->sku(code);
}

LocationId World::location(const std::string& code) {
    if (state_->location(code) == kNoLocation) {
        must(UpsertLocation{.code = code});
        locations_.push_back(state_->location(code));
    }
    return state_->location(code);
}

/// A channel that no `given` spoke of sells from all locations, in the order they were named.
ChannelId World::channel(const std::string& code) {
    if (unknown_channels_.contains(code)) return kNoChannel;
    if (state_->channel(code) == kNoChannel) make_channel(code, locations_, true);
    return state_->channel(code);
}

void World::make_channel(const std::string& code, std::span<const LocationId> from, bool splits) {
    const std::string pool = "pool of " + code;
    must(UpsertPool{.code = pool, .locations = from});
    must(UpsertChannel{.code = code, .pool = state_->pool(pool), .splits = splits});
}

std::optional<Fault> World::given(Words words) {
    if (words.eat("item")) {
        item(words.take());
    } else if (words.eat("location")) {
        const std::string code = words.take();
        location(code);
        if (words.eat("is closed")) must(UpsertLocation{.code = code, .enabled = false});
    } else if (words.eat("cut")) {
        cuts_[words.take()] = state_->seq;
    } else if (words.eat("no channel")) {
        unknown_channels_.insert(words.take());
    } else if (words.eat("channel")) {
        const std::string code = words.take();
        if (words.eat("sells from nowhere")) {
            must(UpsertChannel{.code = code});
        } else if (words.eat("sells from")) {
            std::vector<LocationId> from;
            do {
                from.push_back(location(words.take()));
            } while (words.eat(","));
            make_channel(code, from, !words.eat("without splitting"));
        }
    } else if (words.eat("limit")) {
        HOLDFAST_CHECK(state_->seq == 0, "limits are a story's first words");
        ledger::Limits limits;
        const std::string what = words.take();
        const auto most = static_cast<std::uint64_t>(words.take_number().value_or(0));
        if (what == "keys")
            limits.keys_max = most;
        else if (what == "reservations")
            limits.reservations_max = most;
        else if (what == "shipments")
            limits.shipped_changes_max = most;
        else if (what == "backorders")
            limits.backorders_max = most;
        else if (what == "fills")
            limits.backorders_filled_max = static_cast<std::uint32_t>(most);
        else if (what == "reasons")
            limits.reason_names_max = static_cast<std::uint32_t>(most);
        else if (what == "parked")
            limits.parked_lines_max = most;
        else if (what == "sources")
            limits.source_names_max = static_cast<std::uint32_t>(most);
        else
            return not_understood("limit " + what);
        const case_twin::AllLimits all{.ledger = limits, .cases = {}};
        machines_ = case_twin::make_machines(kSeed, all);
        state_ = machines_.ledger.get();
        twins_ = case_twin::Twins(all);
    } else {
        return given_stock(words);
    }
    return words.done() ? std::nullopt : not_understood(words.rest());
}

/// "SHOE at MAIN on_hand 5 damaged 1 safety_stock 2".
std::optional<Fault> World::given_stock(Words words) {
    const std::string sku_code = words.take();
    if (!words.eat("at")) return not_understood(sku_code + " " + words.rest());
    const SkuId sku = item(sku_code);
    const LocationId at = location(words.take());
    while (!words.done()) {
        const std::string what = words.take();
        const auto value = words.take_number();
        if (!value) return not_understood(what + " " + words.rest());
        Line line{.sku = sku, .location = at, .names_location = true, .quantity = *value};
        const auto kind = policy_kind_from(what);
        if (kind) {
            must(SetPolicy{.kind = *kind,
                           .sku = sku,
                           .names_sku = true,
                           .location = at,
                           .names_location = true,
                           .value = *value});
        } else if (what == "on_hand" || what == "sellable") {
            must(RecordEvent{.type = FactType::stock_counted, .lines = {&line, 1}});
        } else if (what == "damaged" || what == "quarantine") {
            line.bucket = *bucket_from(what);
            must(RecordEvent{.type = FactType::receipt_posted, .lines = {&line, 1}});
        } else {
            return not_understood(what);
        }
    }
    return std::nullopt;
}

std::optional<Fault> World::when(const Statement& statement) {
    if (auto fault = time_passes(statement); fault || Words(statement.text).take_number())
        return fault;
    if (statement.expected.empty())
        return Fault{"-> and what comes of it", "nothing behind the statement"};
    ReadCommand read;
    CommandReader reader({*state_, labels_, cases_,
                          [this](const std::string& code) { return channel(code); }, now_, cuts_},
                         statement.text);
    if (auto unread = reader.read(read)) return not_understood(*unread);
    if (auto difference = execute(read.command))
        return Fault{"what the twin says and invariants that hold", *difference};
    const bool made = outcome_.kind == ledger::Outcome::Kind::recorded;
    if (made && !read.label.empty()) labels_[read.label] = ReservationId{outcome_.seq};
    return check_outcome(statement.expected);
}

std::optional<std::string> World::hear_the_clock() {
    if (auto difference = execute(WakeCases{})) return difference;
    const bool woke = outcome_.kind == Outcome::Kind::recorded;
    const Outcome outcome = outcome_;
    const std::vector<std::byte> entry = entry_;
    if (auto difference = execute(ExpireHolds{})) return difference;
    if (woke && outcome_.kind == Outcome::Kind::idle) {
        outcome_ = outcome;
        entry_ = entry;
    }
    return std::nullopt;
}

/// "15 minutes pass": holds whose time has come expire and cases wake, unless it passes
/// "unnoticed".
std::optional<Fault> World::time_passes(const Statement& statement) {
    Words words(statement.text);
    const auto length = take_duration(words);
    if (!length) return std::nullopt;
    if (!words.eat("pass") && !words.eat("passes")) return not_understood(words.rest());
    now_ += *length;
    if (words.eat("unnoticed")) return std::nullopt;
    if (!words.done()) return not_understood(words.rest());
    if (auto difference = hear_the_clock())
        return Fault{"what the twin says and invariants that hold", *difference};
    return statement.expected.empty() ? std::nullopt : check_outcome(statement.expected);
}

std::optional<Fault> World::then(const std::string& text) {
    Words words(text);
    if (words.eat("source")) {
        const std::string source = words.take();
        const NameId id{state_->names.find(source)};
        if (words.eat("misses")) {
            const ledger::SourceRow* row = state_->sources.find(id);
            const std::string expected = words.rest();
            std::string got;
            for (std::size_t i = 0; row != nullptr && i < row->gaps.size(); ++i) {
                const ledger::SourceGap& gap = row->gaps[i];
                got += got.empty() ? "" : " , ";
                got += gap.first == gap.last ? fmt::to_string(gap.first)
                                             : fmt::format("{} to {}", gap.first, gap.last);
            }
            if (got.empty()) got = "nothing";
            return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
        }
        const ledger::SourcePosition at = state_->sources.position(id);
        words.eat("is at");
        const auto seq = words.take_number();
        const auto epoch = words.eat("epoch") ? words.take_number() : 0;
        const std::string got = fmt::format("{} epoch {}", at.seq, at.epoch);
        const std::string expected = fmt::format("{} epoch {}", seq.value_or(-1), *epoch);
        return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
    }
    if (words.eat("the last reason is")) {
        const FactView fact = FactView::trusted(ByteSpan(entry_).subspan(outcome_.answer_offset));
        const std::uint16_t id = fact.header().reason;
        const std::string expected = words.take();
        const std::string got(id != 0 ? state_->names.code(id - 1U)
                                      : fact.text(FieldTag::reason_text));
        return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
    }
    if (words.eat("quota of")) return quota_is(words);
    if (words.eat("item")) {
        const SkuId sku = state_->sku(words.take());
        if (!words.eat("is called")) return not_understood(text);
        const std::string expected = words.take();
        const std::string got(state_->items.title(sku.raw));
        return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
    }
    if (words.eat("expected of")) return expected_is(words);
    if (words.eat("case")) return case_is(words);
    if (words.eat("the work list is")) return queue_is(words);
    if (words.eat("api key")) {
        const auto id = static_cast<std::uint64_t>(words.take_number().value_or(0));
        words.eat("is");
        const std::string expected = words.take();
        const ledger::ApiKeyRow* row = state_->access.find(id);
        const std::string got = row == nullptr ? "unknown" : row->revoked ? "revoked" : "valid";
        return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
    }
    if (words.peek(1) == "at") return position_is(words);
    if (words.peek(1) == "may") {
        const ChannelId from = channel(words.take());
        words.eat("may sell");
        const SkuId sku = state_->sku(words.take());
        const std::string expected = words.take();
        const Units units =
            words.eat("at")
                ? ledger::available_to_sell(*state_, from, sku, state_->location(words.take()))
                      .units
                : ledger::available_to_sell(*state_, from, sku).units;
        const std::string got = fmt::format("x{}", units);
        return got == expected ? std::nullopt : std::optional<Fault>({expected, got});
    }
    return reservation_is(words);
}

}  // namespace holdfast::stories
