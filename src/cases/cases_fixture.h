// A cases machine over a ledger that a test writes by hand: levels in a map, facts made one by one.
// For tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "cases/cases.h"
#include "cases/checkpoint_codec.h"

namespace holdfast::cases {

inline constexpr SkuId kBoot{0}, kSock{1};
inline constexpr LocationId kMain{0}, kStore{1};

class HandLedger final : public LedgerView {
  public:
    [[nodiscard]] Units level(SkuId sku, LocationId at, Bucket bucket) const override {
        const auto it = levels.find({sku, at, bucket});
        return it == levels.end() ? 0 : it->second;
    }
    [[nodiscard]] Units promised(ReservationId id, SkuId sku, LocationId at) const override {
        const auto it = promises.find({id, sku, at});
        return it == promises.end() ? 0 : it->second;
    }
    [[nodiscard]] LocationId lane_ends_at(std::uint32_t lane) const override {
        return lane == 0 ? kStore : kNoLocation;
    }
    [[nodiscard]] NumbersOfSource numbers_of(NameId) const override { return numbers; }
    [[nodiscard]] bool overdue_for(std::string_view) const override { return overdue; }
    void apply(const FactView& fact) {
        const auto reservation = fact.field_as<std::uint64_t>(FieldTag::reservation);
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting p = fact.posting(i);
            if (p.place.kind() != PlaceKind::location) continue;
            levels[{p.sku, p.place.location(), p.bucket}] += p.delta;
            if (p.bucket == Bucket::reserved && reservation)
                promises[{ReservationId{*reservation}, p.sku, p.place.location()}] += p.delta;
        }
    }
    std::map<std::tuple<SkuId, LocationId, Bucket>, Units> levels;
    std::map<std::tuple<ReservationId, SkuId, LocationId>, Units> promises;
    NumbersOfSource numbers;
    bool overdue = false;
};

class HandNames final : public NameLookup {
  public:
    [[nodiscard]] std::uint32_t id_of(std::string_view name) const override {
        const auto it = ids.find(std::string(name));
        return it == ids.end() ? kNoId : it->second;
    }
    [[nodiscard]] std::uint32_t count() const override {
        return static_cast<std::uint32_t>(ids.size());
    }
    std::map<std::string, std::uint32_t> ids;
};

class CasesTest : public testing::Test {
  protected:
    struct FactText {
        FactType type = FactType::pos_sale;
        std::vector<Posting> postings{};
        std::vector<CaseKind> raises{};
        ReservationId reservation{};
        std::string order{};
        std::string document{};
        ChannelId channel = kNoChannel;
        std::uint32_t source = kNoId;
        std::int64_t unit_value = -1;
        SkuId item = kNoSku;
    };

    /// Writes the fact, and adds it.
    std::uint64_t happens(const FactText& text) {
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        writer.begin(text.type, state_->seq + 1, now_);
        writer.header().source = text.source;
        for (const Posting& p : text.postings) writer.post(p);
        if (text.reservation.raw != 0) writer.value(FieldTag::reservation, text.reservation.raw);
        if (text.channel != kNoChannel) writer.value(FieldTag::channel, text.channel.raw);
        writer.text(FieldTag::order, text.order);
        writer.text(FieldTag::document, text.document);
        if (!text.raises.empty()) writer.list<CaseKind>(FieldTag::raises, text.raises);
        if (text.item != kNoSku) {
            writer.value(FieldTag::entity, EntityField{.id = text.item.raw});
            writer.value(FieldTag::unit_value, text.unit_value);
        }
        writer.end();
        writer.end_entry();
        add(bytes);
        return state_->seq;
    }
    /// A till sells units that drive the shelf below zero, if `raises` says so.
    std::uint64_t sells(Units units, SkuId sku = kBoot, LocationId at = kMain) {
        const Units left = ledger_.level(sku, at, Bucket::sellable) - units;
        return happens({.postings = {{sku, Place{at}, Bucket::sellable, -units}},
                        .raises = left < 0 ? std::vector{CaseKind::negative_sellable}
                                           : std::vector<CaseKind>{}});
    }
    std::uint64_t arrives(Units units, SkuId sku = kBoot, LocationId at = kMain) {
        return happens({.type = FactType::receipt_posted,
                        .postings = {{sku, Place{at}, Bucket::sellable, units}}});
    }
    std::uint64_t costs(SkuId sku, std::int64_t value) {
        return happens({.type = FactType::item_upserted, .unit_value = value, .item = sku});
    }

    Outcome run(const Command& command) {
        arena_.reset();
        std::vector<std::byte> bytes;
        FactWriter writer(bytes);
        const Outcome outcome = decide(*state_, command, {.now = now_, .next_seq = state_->seq + 1},
                                       NameBook{names_}, arena_, writer);
        add(bytes);
        return outcome;
    }
    Outcome act(CaseAction action, const std::vector<CaseId>& ids, ActOnCases command = {}) {
        command.action = action;
        command.cases = ids;
        command.envelope.actor = "mira";
        return run(command);
    }

    /// What must be recorded.
    void did(CaseAction action, const std::vector<CaseId>& ids, ActOnCases command = {}) {
        EXPECT_EQ(act(action, ids, command).kind, Outcome::Kind::recorded);
    }

    /// To the ledger first and to the cases right after it, fact by fact.
    void add(const std::vector<std::byte>& bytes) {
        history_.insert(history_.end(), bytes.begin(), bytes.end());
        const Result<void> applied = for_each_fact(bytes, [&](const FactView& fact) {
            if (fact.type() == FactType::name_interned)
                names_.ids.emplace(fact.text(FieldTag::code), names_.count());
            ledger_.apply(fact);
            apply(*state_, fact, ledger_);
            return Result<void>{};
        });
        ASSERT_TRUE(applied);
        const auto fault = state_->check_invariants();
        ASSERT_FALSE(fault) << *fault;
    }

    /// The hash of a state that was given all facts anew.
    [[nodiscard]] Hash128 replayed_hash() const {
        State fresh(42, state_->limits);
        HandLedger ledger;
        const Result<void> applied = for_each_fact(history_, [&](const FactView& fact) {
            ledger.apply(fact);
            apply(fresh, fact, ledger);
            return Result<void>{};
        });
        EXPECT_TRUE(applied);
        return fresh.state_hash();
    }

    [[nodiscard]] const Case& only() const {
        EXPECT_EQ(state_->table.size(), 1U);
        return state_->table.rows().begin()->second;
    }
    [[nodiscard]] std::vector<CaseStep> steps(const Case& row) const {
        std::vector<CaseStep> steps;
        for (const HistoryEntry& entry : row.history) steps.push_back(entry.step);
        return steps;
    }

    std::unique_ptr<State> state_ = std::make_unique<State>(42);
    HandLedger ledger_;
    HandNames names_;
    Instant now_ = instant_from_raw(1'700'000'000'000'000);
    Arena arena_;
    std::vector<std::byte> history_;
};

}  // namespace holdfast::cases
