// What a story expects against what came of it.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/availability.h"
#include "ledger/backorders.h"
#include "ledger/reservation_status.h"
#include "world.h"

namespace holdfast::stories {
namespace {

using ledger::LineProblem;
using ledger::Outcome;

std::optional<Fault> compare(std::string expected, std::string got) {
    if (expected == got) return std::nullopt;
    return Fault{std::move(expected), std::move(got)};
}

/// The word of a story for what a fact did.
std::string_view effect_word(FactType type) {
    switch (type) {
        case FactType::reservation_created: return "held";
        case FactType::reservation_confirmed: return "confirmed";
        case FactType::reservation_extended: return "extended";
        case FactType::reservation_adjusted: return "adjusted";
        case FactType::reservation_released: return "released";
        case FactType::reservation_expired: return "expired";
        case FactType::order_created: return "ordered";
        case FactType::order_cancelled: return "cancelled";
        case FactType::shipment_posted: return "shipped";
        case FactType::shipment_voided: return "unshipped";
        case FactType::pickup_completed: return "fetched";
        case FactType::allocation_created: return "allocated";
        case FactType::allocation_released: return "taken_back";
        case FactType::pick_confirmed: return "picked";
        case FactType::pick_shorted: return "short";
        case FactType::pick_returned: return "put_back";
        case FactType::reservation_resourced: return "moved";
        case FactType::erp_offset: return "marked";
        case FactType::return_announced: return "announced";
        case FactType::backorder_created: return "waiting";
        case FactType::backorder_filled: return "filled";
        case FactType::return_received: return "returned";
        case FactType::return_dispositioned: return "looked_at";
        case FactType::stock_status_changed: return "turned";
        case FactType::stock_regraded: return "regraded";
        case FactType::supplier_return: return "sent_back";
        case FactType::kit_assembled: return "assembled";
        case FactType::kit_broken: return "taken_apart";
        case FactType::stock_counted: return "counted";
        case FactType::receipt_posted: return "received";
        case FactType::stock_adjusted: return "corrected";
        case FactType::pos_sale: return "sold";
        case FactType::pos_void: return "voided";
        case FactType::receipt_corrected: return "corrected";
        case FactType::inbound_scheduled: return "scheduled";
        case FactType::inbound_changed: return "changed";
        case FactType::inbound_cancelled: return "cancelled";
        case FactType::transfer_requested: return "requested";
        case FactType::transfer_cancelled: return "cancelled";
        case FactType::transfer_shipped: return "sent";
        case FactType::transfer_received: return "taken_in";
        case FactType::transfer_completed: return "closed";
        case FactType::api_key_revoked: return "revoked";
        case FactType::case_assigned: return "assigned";
        case FactType::case_snoozed: return "snoozed";
        case FactType::case_resolved: return "resolved";
        case FactType::case_reopened: return "reopened";
        case FactType::case_commented: return "commented";
        case FactType::case_woken: return "woken";
        default: return "recorded";
    }
}

/// What a source says that is not believed is noted, whatever it is.
std::string_view effect_word(const FactView& fact) {
    return fact.advisory() ? "noted" : effect_word(fact.type());
}

std::string problem_in_words(std::uint32_t index, Refusal refusal, Units available_to_sell) {
    std::string words = fmt::format("line {} {}", index + 1, name(refusal));
    const bool about_stock = refusal == Refusal::insufficient_stock ||
                             refusal == Refusal::split_not_allowed ||
                             refusal == Refusal::quota_exhausted;
    if (about_stock) words += fmt::format(" available_to_sell {}", available_to_sell);
    return words;
}

/// Reads a list of "line N REFUSAL [available_to_sell M]" in the form of problem_in_words.
std::vector<std::string> expected_problems(Words& words) {
    std::vector<std::string> list;
    while (words.peek() == "line") {
        std::string problem = words.take();
        while (!words.done() && words.peek() != ",") problem += " " + words.take();
        list.push_back(problem);
        if (words.peek(1) == "line") words.eat(",");
    }
    return list;
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& item : list) text += (text.empty() ? "" : ", ") + item;
    return text.empty() ? "nothing" : text;
}

std::vector<std::string> set_aside(const FactView& fact) {
    std::vector<std::string> list;
    const auto lines = fact.field(FieldTag::refused_lines);
    for (std::size_t i = 0; lines && (i + 1) * sizeof(RefusedLine) <= lines->size(); ++i) {
        const auto line = fact.item<RefusedLine>(lines, i, {});
        list.push_back(problem_in_words(line.line_index, static_cast<Refusal>(line.refusal),
                                        line.available_to_sell));
    }
    const auto cases = fact.field(FieldTag::refused_cases);
    for (std::size_t i = 0; cases && (i + 1) * sizeof(RefusedCase) <= cases->size(); ++i) {
        const auto row = fact.item<RefusedCase>(cases, i, {});
        list.push_back(problem_in_words(row.index, static_cast<Refusal>(row.refusal), 0));
    }
    return list;
}

/// By all facts of an entry.
std::vector<std::string> raised(ByteSpan entry) {
    std::vector<std::string> list;
    for (; !entry.empty(); entry = entry.subspan(FactView::trusted(entry).size()))
        if (const auto kinds = FactView::trusted(entry).field(FieldTag::raises))
            for (const std::byte kind : *kinds)
                list.emplace_back(name(static_cast<CaseKind>(kind)));
    return list;
}

}  // namespace

std::string World::outcome_in_words() const {
    switch (outcome_.kind) {
        case Outcome::Kind::idle: return "nothing";
        case Outcome::Kind::repeated: return "repeated";
        case Outcome::Kind::refused: {
            std::vector<std::string> problems{fmt::format("refused {}", name(outcome_.refusal))};
            for (const LineProblem& p : outcome_.problems)
                problems.push_back(problem_in_words(p.line_index, p.refusal, p.available_to_sell));
            return joined(problems);
        }
        case Outcome::Kind::recorded: break;
    }
    const FactView fact = FactView::trusted(ByteSpan(entry_).subspan(outcome_.answer_offset));
    std::string words(effect_word(fact));
    for (const std::string& kind : raised(entry_)) words += ", raises " + kind;
    const std::vector<std::string> aside = set_aside(fact);
    if (!aside.empty()) words += ", sets aside " + joined(aside);
    return words;
}

std::optional<Fault> World::check_outcome(std::string_view expected) {
    const Fault fault{std::string(expected), outcome_in_words()};
    Words words(expected);
    if (words.eat("refused")) {
        if (outcome_.kind != Outcome::Kind::refused) return fault;
        return check_refusal(words);
    }
    if (words.eat("repeated"))
        return outcome_.kind == Outcome::Kind::repeated && words.done() ? std::nullopt
                                                                        : std::optional(fault);
    if (words.eat("nothing"))
        return outcome_.kind == Outcome::Kind::idle && words.done() ? std::nullopt
                                                                    : std::optional(fault);
    if (outcome_.kind != Outcome::Kind::recorded) return fault;
    return check_effect(words);
}

/// "insufficient_stock, available_to_sell 0" or "insufficient_stock, line 1 ..., line 2 ...".
std::optional<Fault> World::check_refusal(Words words) {
    const std::string got = outcome_in_words();
    const Fault fault{"refused " + words.rest(), got};
    if (words.take() != name(outcome_.refusal)) return fault;
    if (words.eat(", available_to_sell")) {
        const bool equal = !outcome_.problems.empty() &&
                           words.take_number() == outcome_.problems.front().available_to_sell;
        return equal && words.done() ? std::nullopt : std::optional(fault);
    }
    if (words.eat(",")) {
        std::vector<std::string> problems;
        for (const LineProblem& p : outcome_.problems)
            problems.push_back(problem_in_words(p.line_index, p.refusal, p.available_to_sell));
        if (expected_problems(words) != problems) return fault;
    }
    return words.done() ? std::nullopt : std::optional(fault);
}

/// "held", "sold, raises negative_sellable", "held, sets aside line 2 unknown_sku". What is raised
/// or set aside must be said.
std::optional<Fault> World::check_effect(Words words) {
    const FactView fact = FactView::trusted(ByteSpan(entry_).subspan(outcome_.answer_offset));
    const Fault fault{words.rest(), outcome_in_words()};
    if (words.take() != effect_word(fact)) return fault;
    std::vector<std::string> raises;
    std::vector<std::string> aside;
    while (words.eat(",")) {
        if (words.eat("raises"))
            raises.push_back(words.take());
        else if (words.eat("sets aside"))
            aside = expected_problems(words);
        else
            return fault;
    }
    std::vector<std::string> got_raises = raised(entry_);
    std::sort(raises.begin(), raises.end());
    std::sort(got_raises.begin(), got_raises.end());
    const bool equal = words.done() && raises == got_raises && aside == set_aside(fact);
    return equal ? std::nullopt : std::optional(fault);
}

std::optional<Units> World::quantity(std::string_view word, SkuId sku, LocationId at) const {
    const ledger::Position* row = state_->positions.find(sku, at);
    const ledger::Position position = row != nullptr ? *row : ledger::Position{};
    const ledger::RareBuckets rare = state_->positions.rare(sku, at);
    if (word == "on_hand") return position.sellable + rare.damaged + rare.quarantine + rare.suspect;
    if (word == "free") return position.free();
    if (word == "oversold") return position.oversold();
    if (word == "safety_stock") return position.safety_stock;
    if (word == "backorderable") return ledger::backorderable(*state_, sku, at, now_);
    if (word == "buffer") return position.buffer;
    if (word == "available_to_sell" || word == "promisable")
        return row != nullptr ? ledger::promisable_at(*state_, *row) : 0;
    if (const auto bucket = bucket_from(word)) return state_->positions.level(sku, at, *bucket);
    return std::nullopt;
}

/// "SHOE at MAIN on_hand 1 reserved 1".
std::optional<Fault> World::position_is(Words words) {
    const std::string sku_code = words.take();
    const SkuId sku = state_->sku(sku_code);
    words.eat("at");
    const LocationId at = state_->location(words.take());
    std::string expected;
    std::string got;
    while (!words.done()) {
        const std::string what = words.take();
        const auto value = words.take_number();
        const auto actual = quantity(what, sku, at);
        if (!value || !actual) return Fault{"a quantity by its name", what};
        expected += fmt::format("{} {}  ", what, *value);
        got += fmt::format("{} {}  ", what, *actual);
    }
    return compare(expected, got);
}

/// "SHOE at MAIN within 3 days is 10".
std::optional<Fault> World::expected_is(Words words) {
    const SkuId sku = state_->sku(words.take());
    words.eat("at");
    const LocationId at = state_->location(words.take());
    words.eat("within");
    const auto length = take_duration(words);
    words.eat("is");
    const auto units = words.take_number();
    if (!length || !units) return Fault{"within how long, and how many", words.rest()};
    const Units got = ledger::expected(*state_, sku, at, now_ + *length);
    return compare(fmt::format("expected {}", *units), fmt::format("expected {}", got));
}

/// "quota of web in north for SHOE  used 3".
std::optional<Fault> World::quota_is(Words words) {
    const ChannelId from = channel(words.take());
    words.eat("in");
    const GroupId group = state_->group(words.take());
    words.eat("for");
    const SkuId sku = state_->sku(words.take());
    words.eat("used");
    const auto expected = words.take_number();
    if (!expected) return Fault{"used and how many", words.rest()};
    return compare(fmt::format("used {}", *expected),
                   fmt::format("used {}", state_->quotas.used({group, from, sku})));
}

std::string World::parts_in_words(const ledger::Reservation& r) const {
    std::vector<std::string> list;
    for (const ledger::Part& part : state_->reservations.parts(r))
        if (const Units open = state_->reservations.counts(part).open(); open != 0)
            list.push_back(fmt::format("{} x{} at {}", state_->items.code(part.sku.raw), open,
                                       state_->locations.code(part.location.raw)));
    return joined(list);
}

/// "SHOE x2 at MAIN in 3 days", "HAT x1 at STORE some day".
std::string World::waits_in_words(const ledger::Reservation& r) const {
    std::vector<std::string> list;
    const auto parts = state_->reservations.parts(r);
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        const ledger::BackorderRow* row = state_->backorders.find({r.id.raw, i});
        if (row == nullptr) continue;
        std::string when = "some day";
        if (row->due != ledger::due_unknown)
            when = fmt::format(
                "in {} days",
                std::chrono::floor<std::chrono::days>(instant_from_raw(row->due) - now_).count());
        list.push_back(fmt::format("{} x{} at {} {}", state_->items.code(row->sku.raw), row->units,
                                   state_->locations.code(row->location.raw), when));
    }
    return joined(list);
}

/// "web-1 is held", "order 1001 holds SHOE x2 at MAIN", "web-1 expires in 15 minutes".
std::optional<Fault> World::reservation_is(Words words) {
    ReservationId id;
    const std::string first = words.take();
    if (first == "order") {
        const std::uint64_t order = state_->order_hash(words.take());
        const ChannelId of = words.eat("of") ? state_->channel(words.take()) : kNoChannel;
        const auto* found = state_->reservations.find_by_order(order, of).reservation;
        if (found != nullptr) id = found->id;
    } else if (first == "transfer") {
        const std::uint64_t document =
            state_->document_hash(ledger::DocumentKind::transfer, words.take());
        const auto* found = state_->reservations.find_by_order(document).reservation;
        if (found != nullptr) id = found->id;
    } else if (const auto label = labels_.find(first); label != labels_.end()) {
        id = label->second;
    }
    const ledger::Reservation* r = state_->reservations.find(id);
    if (words.eat("is forgotten"))
        return compare("forgotten", r == nullptr ? "forgotten" : "known");
    if (r == nullptr) return Fault{"a reservation that the ledger knows", first + " is unknown"};
    if (words.eat("is"))
        return compare(words.rest(),
                       std::string(ledger::reservation_status(state_->reservations, *r)));
    if (words.eat("expires in")) {
        const auto length = take_duration(words);
        if (!length) return Fault{"how long the hold lasts", words.rest()};
        const auto left = instant_from_raw(r->expires_at) - now_;
        return compare(fmt::format("{} seconds", length->count() / 1'000'000),
                       fmt::format("{} seconds", left.count() / 1'000'000));
    }
    const bool waits = words.eat("waits for");
    if (waits || words.eat("holds")) {
        std::string expected;
        while (!words.done()) {
            const std::string word = words.take();
            expected += (expected.empty() || word == "," ? "" : " ") + word;
        }
        return compare(expected, waits ? waits_in_words(*r) : parts_in_words(*r));
    }
    return Fault{"is, holds, waits for or expires in", words.rest()};
}

}  // namespace holdfast::stories
