#include "api/case_suggestions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "api/event_command.h"
#include "api/tokens.h"
#include "http/json_writer.h"
#include "ledger/availability.h"

namespace holdfast::api {
namespace {

using http::JsonWriter;

constexpr std::size_t kPreviewArenaBytes = 64 * 1024;
constexpr std::string_view kSource = "cases";

/// A request that is ready to be sent.
struct Proposal {
    std::string_view action;  ///< one word for programs
    std::string title;        ///< for people
    std::string path;
    std::string_view content_type = kJson;
    std::string body;
    Command command;
};

class Suggestions {
  public:
    Suggestions(Desk& desk, const cases::Case& row)
        : desk_(desk), row_(row), about_(row.subject), state_(desk.state()) {
        json_.begin_array();
    }

    std::string render() && {
        if (row_.live()) propose();
        json_.end_array();
        return std::move(text_);
    }

  private:
    void propose() {
        switch (about_.kind) {
            case CaseKind::negative_sellable:
                bring_here();
                put_right(Bucket::sellable);
                count();
                break;
            case CaseKind::negative_bucket:
                for (const Bucket bucket : {Bucket::damaged, Bucket::quarantine, Bucket::suspect}) {
                    put_right(bucket);
                }
                break;
            case CaseKind::reservation_at_risk:
                bring_here();
                count();
                break;
            case CaseKind::oversold_order:
            case CaseKind::late_confirm_without_stock:
                bring_here();
                cancel();
                break;
            case CaseKind::recount_needed: count(); break;
            default: accept(); break;
        }
    }

    [[nodiscard]] bool has_position() const {
        return about_.sku != kNoSku && about_.location != kNoLocation;
    }
    [[nodiscard]] Units level(Bucket bucket) const {
        return state_.positions.level(about_.sku, about_.location, bucket);
    }
    [[nodiscard]] std::string_view sku() const { return state_.items.code(about_.sku.raw); }
    [[nodiscard]] std::string_view at() const { return state_.locations.code(about_.location.raw); }

    /// Somebody looked: the shelf holds what it should hold if the promises on it were right.
    void count() {
        if (!has_position()) return;
        const Units found = std::max(Units{0}, level(Bucket::sellable));
        event("count", fmt::format("Count {} at {}; this records {}.", sku(), at(), found),
              "stock.counted", [&](JsonWriter& json) { line(json, found, {}); });
    }
    /// The units were there after all: the bucket goes back to zero.
    void put_right(Bucket bucket) {
        if (!has_position() || level(bucket) >= 0) return;
        const Units units = -level(bucket);
        event("adjust",
              fmt::format("Put {} {} of {} at {} right.", units, name(bucket), sku(), at()),
              "stock.adjusted", [&](JsonWriter& json) {
                  json.member("reason", name(about_.kind));
                  line(json, units, name(bucket));
              });
    }
    /// Units come from where most of them may be promised.
    void bring_here() {
        if (!has_position()) return;
        LocationId from = kNoLocation;
        Units most = 0;
        for (const ledger::Position& row : state_.positions.of(about_.sku)) {
            const Units units = ledger::promisable_at(state_, row);
            if (row.location == about_.location) continue;
            if (units > most) std::tie(from, most) = std::pair(row.location, units);
        }
        if (from == kNoLocation) return;
        const Units units = std::min(most, std::max(Units{1}, row_.units));
        const std::string_view source = state_.locations.code(from.raw);
        event("transfer", fmt::format("Bring {} of {} from {} to {}.", units, sku(), source, at()),
              "transfer.requested", source, [&](JsonWriter& json) {
                  json.member("destination", at()).member("document", event_id("transfer"));
                  line(json, units, {});
              });
    }
    /// The order gives back the units that nobody has: line by line, where they are promised.
    void cancel() {
        const ledger::Reservation* held = state_.reservations.find(about_.reservation);
        if (held == nullptr || !has_position()) return;
        std::map<std::uint64_t, Units> units_of_line;
        Units left = row_.units;
        for (const ledger::Part& part : state_.reservations.parts(*held)) {
            if (part.sku != about_.sku || part.location != about_.location) continue;
            const Units units = std::min(left, part.reserved);
            if (units > 0) units_of_line[part.line] += units;
            left -= units;
        }
        if (units_of_line.empty()) return;
        const auto lines = [&](JsonWriter& json, std::string_view with_sku) {
            json.key("lines").begin_array();
            for (const auto& [number, units] : units_of_line) {
                json.begin_object().member("line", number).member("quantity", units);
                if (!with_sku.empty()) json.member("sku", with_sku);
                json.end_object();
            }
            json.end_array();
        };
        const std::string title =
            fmt::format("Give up {} of {}.", row_.units - std::max(left, Units{0}), sku());
        if (!about_.order.empty()) {
            event("cancel", title, "order.cancelled", {}, [&](JsonWriter& json) {
                json.member("order", about_.order).member("reason", name(about_.kind));
                lines(json, sku());
            });
            return;
        }
        Proposal proposal{.action = "release",
                          .title = title,
                          .path = fmt::format("/v1/reservations/{}/release",
                                              as_text(reservation_name(held->id)))};
        JsonWriter json(proposal.body);
        json.begin_object();
        lines(json, {});
        json.end_object();
        StepReservation command;
        command.step = ReservationStep::release;
        command.reservation = held->id;
        offer(std::move(proposal), command,
              [&](std::string_view body, StepReservation& out, Fault& fault) {
                  return desk_.decoder().step(body, out, fault);
              });
    }
    /// Nothing in the ledger is to be put right: the loss is taken and the case is closed.
    void accept() {
        Proposal proposal{.action = "accept",
                          .title = "Accept it, and resolve the case.",
                          .path = fmt::format("/v1/cases/{}/resolve", as_text(case_name(row_.id)))};
        JsonWriter json(proposal.body);
        json.begin_object().member("resolution", name(CaseResolution::accepted)).end_object();
        ActOnCases command;
        command.action = CaseAction::resolve;
        command.cases = {&row_.id, 1};
        offer(std::move(proposal), command,
              [&](std::string_view body, ActOnCases& out, Fault& fault) {
                  return desk_.decoder().case_action(body, out, fault);
              });
    }

    /// The same suggestion for the same state of the case is the same event, however often it is
    /// sent.
    [[nodiscard]] std::string event_id(std::string_view action) const {
        return fmt::format("{}-{}-{}", as_text(case_name(row_.id)), action, row_.seq);
    }
    void line(JsonWriter& json, Units units, std::string_view bucket) const {
        json.key("lines").begin_array().begin_object();
        json.member("sku", sku()).member("quantity", units);
        if (!bucket.empty()) json.member("bucket", bucket);
        json.end_object().end_array();
    }
    template <class Data>
    void event(std::string_view action, const std::string& title, std::string_view type,
               Data&& data) {
        event(action, title, type, at(), std::forward<Data>(data));
    }
    template <class Data>
    void event(std::string_view action, const std::string& title, std::string_view type,
               std::string_view location, Data&& data) {
        Proposal proposal{.action = action,
                          .title = title,
                          .path = "/v1/events",
                          .content_type = "application/cloudevents+json"};
        JsonWriter json(proposal.body);
        json.begin_object()
            .member("specversion", std::string_view("1.0"))
            .member("id",
                    event_id(std::string(action) + (++events_ == 1 ? "" : std::to_string(events_))))
            .member("source", kSource)
            .member("type", type)
            .key("data")
            .begin_object();
        if (!location.empty()) json.member("location", location);
        data(json);
        json.end_object().end_object();
        offer(std::move(proposal), RecordEvent{},
              [&](std::string_view body, RecordEvent& out, Fault& fault) {
                  EventFacts facts;
                  if (!desk_.decoder().event(body, out, facts, fault)) return false;
                  set_event_keys(state_.seed, facts, out);
                  return true;
              });
    }

    /// Decodes the request as the hub would, and shows what its decision would be.
    template <class Given, class Decode>
    void offer(Proposal proposal, Given command, Decode&& decode) {
        std::string padded = proposal.body;
        padded.append(http::kBodyPadding, '\0');
        Fault fault;
        if (!decode(std::string_view(padded).substr(0, proposal.body.size()), command, fault))
            return;
        json_.begin_object()
            .member("action", proposal.action)
            .member("title", proposal.title)
            .key("request")
            .begin_object()
            .member("method", std::string_view("POST"))
            .member("path", proposal.path)
            .member("content_type", proposal.content_type)
            .key("body")
            .raw(proposal.body)
            .end_object();
        preview(command);
        json_.end_object();
    }

    void preview(const Command& command) {
        Arena arena(kPreviewArenaBytes);
        std::vector<std::byte> bytes;
        FactWriter facts(bytes);
        const Stamp stamp{.now = std::max(desk_.wall(), state_.log_time),
                          .next_seq = state_.seq + 1};
        const Outcome outcome = desk_.sequencer().machines().decide(command, stamp, arena, facts);
        json_.key("preview").begin_object();
        if (outcome.kind == Outcome::Kind::refused) {
            json_.member("outcome", std::string_view("refused"))
                .member("code", name(outcome.refusal))
                .end_object();
            return;
        }
        json_
            .member(
                "outcome",
                std::string_view(outcome.kind == Outcome::Kind::repeated ? "repeated" : "recorded"))
            .key("changes")
            .begin_array();
        for (const auto& [where, delta] : changes_of(bytes)) {
            const auto& [location, item, bucket] = where;
            const Units before = state_.positions.level(item, location, bucket);
            json_.begin_object()
                .member("sku", state_.items.code(item.raw))
                .member("location", state_.locations.code(location.raw))
                .member("bucket", name(bucket))
                .member("before", before)
                .member("after", before + delta)
                .end_object();
        }
        json_.end_array().end_object();
    }

    /// What the facts change at positions, in one sum for each bucket.
    static std::map<std::tuple<LocationId, SkuId, Bucket>, Units> changes_of(ByteSpan facts) {
        std::map<std::tuple<LocationId, SkuId, Bucket>, Units> changes;
        for (; !facts.empty(); facts = facts.subspan(FactView::trusted(facts).size())) {
            const FactView fact = FactView::trusted(facts);
            for (std::size_t i = 0; i < fact.posting_count(); ++i) {
                const Posting posting = fact.posting(i);
                if (posting.place.kind() != PlaceKind::location) continue;
                changes[{posting.place.location(), posting.sku, posting.bucket}] += posting.delta;
            }
        }
        std::erase_if(changes, [](const auto& change) { return change.second == 0; });
        return changes;
    }

    Desk& desk_;
    const cases::Case& row_;
    const cases::Subject& about_;
    const ledger::State& state_;
    std::string text_;
    JsonWriter json_{text_};
    int events_ = 0;
};

}  // namespace

std::string suggestions_for(Desk& desk, const cases::Case& row) {
    return Suggestions(desk, row).render();
}

}  // namespace holdfast::api
