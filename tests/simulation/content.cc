#include "simulation/content.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace holdfast::simulation {
namespace {

using Wrong = std::optional<std::string>;

std::uint64_t number_of(const Line& line, std::size_t index) {
    return line.line != 0 ? line.line : index + 1;
}

Wrong wrong_type(const FactView& fact, FactType wanted) {
    if (fact.type() == wanted) return std::nullopt;
    return fmt::format("is {} where {} was asked for", name(fact.type()), name(wanted));
}

Wrong wrong_text(const FactView& fact, FieldTag tag, std::string_view wanted) {
    if (fact.text(tag) == wanted) return std::nullopt;
    return fmt::format("says '{}' where '{}' was asked for", fact.text(tag), wanted);
}

Wrong wrong_key(const FactView& fact, FieldTag tag, const CommandKey& key) {
    const auto field = fact.field_as<KeyField>(tag);
    if (field.has_value() != key.given()) return "has a key where none was given, or none";
    if (field && (field->key != key.key || field->body_hash != key.body_hash))
        return "has another request's key";
    return std::nullopt;
}

Wrong wrong_envelope(const Envelope& envelope, const FactView& fact) {
    if (auto wrong = wrong_key(fact, FieldTag::transport_key, envelope.transport)) return wrong;
    if (auto wrong = wrong_key(fact, FieldTag::semantic_key, envelope.semantic)) return wrong;
    const auto at = fact.field_as<SourcePositionField>(FieldTag::source_position)
                        .value_or(SourcePositionField{});
    const bool numbered = envelope.source_seq != 0;
    if (at.seq != envelope.source_seq || (numbered && at.epoch != envelope.source_epoch))
        return "has another position of its source";
    return std::nullopt;
}

bool set_aside(const FactView& fact, std::size_t line) {
    const auto refused = fact.field(FieldTag::refused_lines);
    for (std::size_t r = 0; refused && r < refused->size() / sizeof(RefusedLine); ++r)
        if (fact.item<RefusedLine>(refused, r, {}).line_index == line) return true;
    return false;
}

/// Every line is promised whole, or set aside where that was allowed.
/// `awaited`: some of the lines may have left before.
Wrong wrong_promise(const Request& request, const FactView& fact, bool partial, bool awaited) {
    const auto part_lines = fact.field(FieldTag::part_lines);
    const auto refused = fact.field(FieldTag::refused_lines);
    const std::size_t refused_count = refused ? refused->size() / sizeof(RefusedLine) : 0;
    if (refused_count != 0 && !partial) return "sets lines aside that were to be all or none";
    Units total = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) total += fact.posting(i).delta;
    for (std::size_t n = 0; n < request.lines.size(); ++n) {
        const Line& line = request.lines[n];
        const bool aside = set_aside(fact, n);
        Units promised = 0;
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting posting = fact.posting(i);
            if (fact.item<std::uint64_t>(part_lines, i, i + 1) != number_of(line, n)) continue;
            if (posting.sku != line.sku) return fmt::format("line {} promises another SKU", n);
            if (line.names_location && posting.place != Place{line.location})
                return fmt::format("line {} promises from elsewhere", n);
            promised += posting.delta;
        }
        // Where line numbers repeat, the lines refused as duplicates share one with a held line.
        const bool fits =
            promised == line.quantity || (awaited && promised >= 0 && promised < line.quantity);
        if (!aside && !fits)
            return fmt::format("line {} promises {} of {}", n, promised, line.quantity);
        if (!aside) total -= promised;
    }
    if (total != 0) return fmt::format("promises {} units nobody asked for", total);
    return std::nullopt;
}

Wrong wrong_time_to_live(const FactView& fact, Microseconds asked) {
    const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at);
    if (!expires_at) return "has no deadline";
    const Microseconds given = instant_from_raw(*expires_at) - fact.recorded_at();
    const Microseconds wanted = asked == Microseconds{0} ? time_to_live_default : asked;
    if (given == wanted) return std::nullopt;
    return fmt::format("lives {} us where {} us were asked for", given.count(), wanted.count());
}

/// The goods themselves line by line; a shipment's promises stand between them.
std::optional<Posting> next_movement(const FactView& fact, std::size_t& at) {
    for (; at < fact.posting_count(); ++at) {
        const Posting posting = fact.posting(at);
        if (is_physical(posting.bucket) && posting.place.kind() == PlaceKind::location) {
            ++at;
            return posting;
        }
    }
    return std::nullopt;
}

/// What one line moves of the shelves of its location.
struct Leg {
    SkuId sku;
    Bucket bucket = Bucket::sellable;
    Units units = 0;
};

std::vector<Leg> legs_of(FactType type, const Line& line) {
    switch (type) {
        case FactType::shipment_posted: return {{line.sku, Bucket::sellable, -line.quantity}};
        case FactType::pos_sale:
        case FactType::supplier_return: return {{line.sku, line.bucket, -line.quantity}};
        case FactType::stock_status_changed:
            return {{line.sku, line.from_bucket, -line.quantity},
                    {line.sku, line.bucket, line.quantity}};
        case FactType::return_dispositioned:
            return {{line.sku, Bucket::quarantine, -line.quantity},
                    {line.sku, line.bucket, line.quantity}};
        case FactType::stock_regraded:
            return {{line.sku, line.bucket, -line.quantity},
                    {line.other_sku, line.bucket, line.quantity}};
        default: return {{line.sku, line.bucket, line.quantity}};
    }
}

/// A count settles what was missing: it is in the count, or it is gone.
void pass_settled(const FactView& fact, const Posting& counted, std::size_t& next) {
    std::size_t after = next;
    const std::optional<Posting> settled = next_movement(fact, after);
    if (settled && settled->bucket == Bucket::suspect && settled->delta < 0 &&
        settled->sku == counted.sku && settled->place == counted.place)
        next = after;
}

/// Requests come late, and a count may have seen what they tell: that moves back at once, right
/// behind the leg (a shipment's customer stands between): the next line may be its opposite.
void pass_moved_back(const FactView& fact, const Posting& moved, std::size_t& next) {
    std::size_t after = next;
    const std::optional<Posting> back = next_movement(fact, after);
    const bool adjacent = after == next + 1;
    if (back && back->sku == moved.sku && back->place == moved.place &&
        back->bucket == moved.bucket && back->delta == -moved.delta &&
        (adjacent || fact.type() == FactType::shipment_posted))
        next = after;
}

Wrong wrong_movement(const Request& request, const RecordEvent& event, const FactView& fact) {
    const bool counted = event.type == FactType::stock_counted;
    std::size_t next = 0;
    for (std::size_t n = 0; n < request.lines.size(); ++n) {
        const Line& line = request.lines[n];
        const LocationId at = line.names_location ? line.location : event.location;
        if (counted && set_aside(fact, n)) continue;
        for (const Leg& leg : legs_of(event.type, line)) {
            const std::optional<Posting> found = next_movement(fact, next);
            if (!found) return "moves too little";
            if (found->sku != leg.sku || found->place != Place{at} || found->bucket != leg.bucket)
                return fmt::format("line {} moves something else", n);
            if (!counted && found->delta != leg.units)
                return fmt::format("line {} moves {} units, not {}", n, found->delta, leg.units);
            if (counted)
                pass_settled(fact, *found, next);
            else
                pass_moved_back(fact, *found, next);
        }
    }
    if (next_movement(fact, next)) return "moves more than was asked for";
    return std::nullopt;
}

struct Check {
    const Request& request;
    const FactView& fact;
    bool awaited = false;

    Wrong operator()(const ReserveStock& c) const {
        if (auto wrong = wrong_type(fact, FactType::reservation_created)) return wrong;
        if (auto wrong = wrong_text(fact, FieldTag::order, request.order)) return wrong;
        if (fact.field_as<std::uint32_t>(FieldTag::channel) != c.channel.raw)
            return "is of another channel";
        if (auto wrong = wrong_time_to_live(fact, c.time_to_live)) return wrong;
        return wrong_promise(request, fact, c.partial, false);
    }
    Wrong operator()(const StepReservation& c) const {
        constexpr FactType kTypes[] = {
            FactType::reservation_confirmed, FactType::reservation_released,
            FactType::reservation_extended, FactType::reservation_adjusted};
        if (auto wrong = wrong_type(fact, kTypes[static_cast<std::size_t>(c.step)])) return wrong;
        if (fact.field_as<std::uint64_t>(FieldTag::reservation) != c.reservation.raw)
            return "is of another hold";
        if (c.step == ReservationStep::extend) return wrong_time_to_live(fact, c.time_to_live);
        return c.step == ReservationStep::confirm ? wrong_text(fact, FieldTag::order, request.order)
                                                  : std::nullopt;
    }
    Wrong operator()(const RecordEvent& c) const {
        if (auto wrong = wrong_type(fact, c.type)) return wrong;
        if (auto wrong = wrong_text(fact, FieldTag::order, request.order)) return wrong;
        if (c.type == FactType::order_cancelled) return std::nullopt;
        if (c.type != FactType::order_created) return wrong_movement(request, c, fact);
        if (c.names_reservation) {
            if (fact.field_as<std::uint64_t>(FieldTag::reservation) != c.reservation.raw)
                return "is of another hold";
            return std::nullopt;
        }
        return wrong_promise(request, fact, c.partial && !c.already_sold, awaited);
    }
    Wrong operator()(const UpsertItem&) const { return upsert(FactType::item_upserted); }
    Wrong operator()(const UpsertLocation& c) const {
        const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
        if (((entity.flags & kLocationEnabled) != 0) != c.enabled) return "opens what was closed";
        return upsert(FactType::location_upserted);
    }
    Wrong operator()(const UpsertChannel& c) const {
        const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
        if (entity.link != c.pool.raw || ((entity.flags & kChannelSplits) != 0) != c.splits)
            return "sells from another pool";
        return upsert(FactType::channel_upserted);
    }
    Wrong operator()(const UpsertPool&) const {
        const auto ids = fact.field(FieldTag::ids);
        for (std::size_t i = 0; i < request.locations.size(); ++i)
            if (fact.item<std::uint32_t>(ids, i, kNoId) != request.locations[i].raw)
                return "has other locations";
        return upsert(FactType::pool_upserted);
    }
    Wrong operator()(const UpsertGroup&) const { return upsert(FactType::group_upserted); }
    Wrong operator()(const SetNodeStatus& c) const {
        const auto entity = fact.field_as<EntityField>(FieldTag::entity).value_or(EntityField{});
        if (entity.id != c.location.raw) return "is another node";
        return wrong_type(fact, c.online ? FactType::node_online : FactType::node_offline);
    }
    Wrong operator()(const SetQuota& c) const {
        if (auto wrong = wrong_type(fact, FactType::policy_changed)) return wrong;
        const auto row = fact.field_as<QuotaField>(FieldTag::quota).value_or(QuotaField{});
        if (row.group != c.group.raw || row.channel != c.channel.raw) return "sets another quota";
        return std::nullopt;
    }
    Wrong operator()(const SetPolicy& c) const {
        if (auto wrong = wrong_type(fact, FactType::policy_changed)) return wrong;
        const auto row = fact.field_as<PolicyField>(FieldTag::policy).value_or(PolicyField{});
        if (row.value != c.value || row.sku != (c.names_sku ? c.sku.raw : kNoId) ||
            row.location != (c.names_location ? c.location.raw : kNoId))
            return "sets another policy";
        return std::nullopt;
    }
    Wrong operator()(const CreateApiKey& c) const {
        return api_key(FactType::api_key_created, c.id);
    }
    Wrong operator()(const RevokeApiKey& c) const {
        return api_key(FactType::api_key_revoked, c.id);
    }
    Wrong operator()(const ChangeSourceEpoch&) const { return "was asked by nobody"; }
    Wrong operator()(const GiveUpSequence&) const { return "was asked by nobody"; }
    Wrong operator()(const ChangeAuthority&) const { return "was asked by nobody"; }
    Wrong operator()(const ExpireHolds&) const { return "answers nobody"; }
    Wrong operator()(const ActOnCases&) const { return "is about cases, which nobody sends here"; }
    Wrong operator()(const WakeCases&) const { return "answers nobody"; }
    Wrong operator()(const ReportOverdue&) const { return "answers nobody"; }

  private:
    [[nodiscard]] Wrong upsert(FactType type) const {
        if (auto wrong = wrong_type(fact, type)) return wrong;
        if (auto wrong = wrong_text(fact, FieldTag::code, request.code)) return wrong;
        return wrong_text(fact, FieldTag::title, request.title);
    }
    [[nodiscard]] Wrong api_key(FactType type, std::uint64_t id) const {
        if (auto wrong = wrong_type(fact, type)) return wrong;
        if (fact.field_as<ApiKeyField>(FieldTag::api_key).value_or(ApiKeyField{}).id == id)
            return std::nullopt;
        return "is another key";
    }
};

}  // namespace

bool refusal_fits(const Request& request, Refusal refusal) {
    const auto any_line = [&](auto&& is) { return std::ranges::any_of(request.lines, is); };
    const auto* reserve = std::get_if<ReserveStock>(&request.command);
    const auto* event = std::get_if<RecordEvent>(&request.command);
    switch (refusal) {
        case Refusal::no_lines: return request.lines.empty();
        case Refusal::too_many_lines: return request.lines.size() > lines_per_request_max;
        case Refusal::quantity_must_be_positive:
            return any_line([](const Line& line) { return line.quantity < 1; });
        case Refusal::quantity_too_large:
            return any_line([](const Line& line) {
                return line.quantity > quantity_max || line.quantity < -quantity_max;
            });
        case Refusal::duplicate_line: return request.lines.size() > 1;
        case Refusal::unknown_channel:
            return (reserve != nullptr && reserve->channel == kNoChannel) || event != nullptr;
        case Refusal::time_to_live_out_of_range:
            return reserve != nullptr && reserve->time_to_live > time_to_live_max;
        case Refusal::reason_required: return request.reason.empty();
        case Refusal::order_required: return request.order.empty();
        case Refusal::channel_required: return event != nullptr && event->channel == kNoChannel;
        case Refusal::location_required: return event != nullptr && !event->names_location;
        default: return true;
    }
}

std::optional<std::string> wrong_content(const Request& request, const FactView& fact,
                                         bool awaited) {
    if (auto wrong = wrong_envelope(envelope_of_request(request), fact)) return wrong;
    return std::visit(Check{request, fact, awaited}, request.command);
}

}  // namespace holdfast::simulation
