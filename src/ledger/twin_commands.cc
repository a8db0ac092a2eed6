#include "ledger/twin_commands.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::ledger {
namespace {

constexpr std::size_t kHistory = 40;
constexpr std::int64_t kStartOfTime = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

}  // namespace

std::uint64_t TwinRandom::mix() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

std::uint64_t TwinRandom::take(std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && !bytes_.empty(); ++i) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes_.front());
        bytes_ = bytes_.subspan(1);
    }
    return value;
}

CommandStream::CommandStream(const TwinRandom& random)
    : random_(random),
      now_(instant_from_raw(kStartOfTime)),
      items_(1 + random_.below(4)),
      locations_(1 + random_.below(5)),
      pools_(1 + random_.below(3)),
      channels_(1 + random_.below(3)) {}

void CommandStream::advance_time() {
    const std::uint64_t kind = random_.below(1000);
    std::int64_t step = 0;
    if (kind < 400)
        step = 0;
    else if (kind < 800)
        step = random_.between(1, 3 * kSecond);
    else if (kind < 930)
        step = random_.between(kSecond, 300 * kSecond);
    else if (kind < 992)
        step = random_.between(5 * 60 * kSecond, 20 * 60 * kSecond);
    else if (kind < 996)
        step = random_.between(kDay, 5 * kDay);
    else
        step = random_.between(10 * kDay, 60 * kDay);
    now_ += Microseconds{step};
}

const DrawnCommand& CommandStream::next(const Twin& twin) {
    advance_time();
    const bool repeat = !history_.empty() && random_.percent(7);
    std::shared_ptr<DrawnCommand> drawn = repeat ? again() : draw(twin);
    drawn->now = now_;
    ++drawn_;
    history_.push_back(drawn);
    if (history_.size() > kHistory) history_.pop_front();
    return *history_.back();
}

/// The same command once more: a redelivery.
std::shared_ptr<DrawnCommand> CommandStream::again() {
    return history_[random_.below(history_.size())];
}

std::shared_ptr<DrawnCommand> CommandStream::draw(const Twin& twin) {
    auto d = std::make_shared<DrawnCommand>();
    const std::uint64_t set_up_commands = items_ + locations_ + pools_ + channels_ + 3;
    d->command = drawn_ < set_up_commands ? set_up(*d, twin) : any(*d, twin);
    return d;
}

Command CommandStream::set_up(DrawnCommand& d, const Twin& twin) {
    std::uint64_t i = drawn_;
    if (i < items_) return item(d, i);
    if (i -= items_; i < locations_) return location(d, i);
    if (i -= locations_; i < pools_) return pool(d, twin, i);
    if (i -= pools_; i < channels_) return channel(d, twin, i);
    if (i == channels_ && random_.percent(60)) {  // most let some orders wait, everywhere
        SetPolicy c;
        c.envelope = envelope(d);
        c.kind = PolicyKind::backorder_limit;
        c.value = random_.between(3, 20);
        return c;
    }
    return event(d, twin, random_.percent(50) ? FactType::stock_counted : FactType::receipt_posted);
}

Command CommandStream::any(DrawnCommand& d, const Twin& twin) {
    if (random_.percent(26)) return movement(d, twin);
    if (random_.percent(18)) return fulfilment(d, twin);
    const std::uint64_t kind = random_.below(100);
    if (kind < 26) return reserve(d, twin);
    if (kind < 34) return step(d, twin, ReservationStep::confirm);
    if (kind < 41) return step(d, twin, ReservationStep::release);
    if (kind < 45) return step(d, twin, ReservationStep::extend);
    if (kind < 53) return step(d, twin, ReservationStep::adjust);
    if (kind < 56) return ExpireHolds{static_cast<std::uint32_t>(random_.between(1, 4))};
    if (kind < 57) return about_sources(d, twin);
    if (kind < 68) return event(d, twin, FactType::order_created);
    if (kind < 73) return event(d, twin, FactType::order_cancelled);
    if (kind < 79) return event(d, twin, FactType::shipment_posted);
    if (kind < 81) return event(d, twin, FactType::return_received);
    if (kind < 85) return event(d, twin, FactType::stock_counted);
    if (kind < 89) return event(d, twin, FactType::receipt_posted);
    if (kind < 91) return event(d, twin, FactType::stock_adjusted);
    if (kind < 94) return event(d, twin, FactType::pos_sale);
    if (kind < 95) return event(d, twin, FactType::pos_void);
    return table(d, twin);
}

std::string_view CommandStream::text(DrawnCommand& d, std::string value) {
    d.texts.push_back(std::move(value));
    return d.texts.back();
}

std::string_view CommandStream::order(DrawnCommand& d, bool fresh) {
    if (fresh && random_.percent(80)) ++orders_;
    const std::uint64_t back = fresh ? 0 : random_.below(6);
    return text(d, fmt::format("order-{}", orders_ > back ? orders_ - back : 0));
}

Envelope CommandStream::envelope(DrawnCommand& d) {
    static constexpr std::string_view kSources[] = {"till-1", "till-2", "wms"};
    static constexpr std::string_view kActors[] = {"", "", "key-1", "key-2"};
    static constexpr std::string_view kReasons[] = {"", "damage", "theft"};
    Envelope e;
    const auto key = [&](CommandKey& given) {
        if (!keys_.empty() && random_.percent(8)) {
            given = keys_[random_.below(keys_.size())];
            if (random_.percent(70)) given.body_hash = random_.next();
            return;
        }
        given = {{random_.next(), random_.next()}, random_.next()};
        keys_.push_back(given);
        if (keys_.size() > kHistory) keys_.pop_front();
    };
    if (random_.percent(70)) key(e.transport);
    if (random_.percent(25)) key(e.semantic);
    e.actor = random_.pick(kActors);
    e.reason = random_.pick(kReasons);
    if (random_.percent(30)) {
        e.source = random_.pick(kSources);
        if (random_.percent(80)) {
            auto& [epoch, last] = source_positions_[std::string(e.source)];
            if (random_.percent(3)) ++epoch;
            last += random_.below(3);
            if (random_.percent(5)) last -= std::min<std::uint64_t>(last, 4);
            if (e.source == "till-2") last += random_.below(3);  // loses much, and finds some of it
            e.source_epoch = epoch - std::min<std::uint64_t>(epoch, random_.percent(5) ? 1 : 0);
            e.source_seq = random_.percent(8) ? random_.below(last + 1) : last;
        }
    }
    if (random_.percent(1)) e.source_seq = 7;  // with or without a source to count
    if (random_.percent(1)) e.source = text(d, fmt::format("source-{}", random_.below(1000)));
    if (random_.percent(4)) {  // somebody new, perhaps in two roles at once
        e.actor = text(d, fmt::format("name-{}", random_.below(1000)));
        if (random_.percent(25)) e.reason = e.actor;
    }
    if (random_.percent(20)) e.occurred_at = now_ - Microseconds{kDay};
    return e;
}

std::int64_t CommandStream::quantity() {
    const std::uint64_t kind = random_.below(100);
    if (kind < 86) return random_.between(1, 5);
    if (kind < 92) return random_.between(6, 30);
    if (kind < 94) return 0;
    if (kind < 96) return -random_.between(1, 5);
    if (kind < 97) return quantity_max + random_.between(0, 1);
    return random_.between(100, 10'000);
}

SkuId CommandStream::sku(const Twin& twin) {
    if (twin.items.empty() || random_.percent(2)) return kNoSku;
    const auto any = [&] {
        return SkuId{static_cast<std::uint32_t>(random_.below(twin.items.size()))};
    };
    // Most events may not speak of kits.
    const SkuId first = any();
    return twin.kits.contains(first) && random_.percent(70) ? any() : first;
}

LocationId CommandStream::place(const Twin& twin) {
    if (twin.locations.empty() || random_.percent(2)) return kNoLocation;
    return LocationId{static_cast<std::uint32_t>(random_.below(twin.locations.size()))};
}

ChannelId CommandStream::any_channel(const Twin& twin) {
    if (twin.channels.empty() || random_.percent(3)) return kNoChannel;
    return ChannelId{static_cast<std::uint32_t>(random_.below(twin.channels.size()))};
}

void CommandStream::draw_lines(DrawnCommand& d, const Twin& twin) {
    std::uint64_t count = 1 + random_.below(random_.percent(80) ? 3 : 8);
    if (random_.percent(3)) count = 0;
    if (random_.below(1500) == 0) count = lines_per_request_max + random_.below(2);
    const bool numbered = random_.percent(35);
    for (std::uint64_t i = 0; i < count; ++i) {
        Line line;
        line.line = numbered ? random_.below(5) : 0;
        if (numbered && random_.percent(70)) line.line = i + 1;
        line.sku = sku(twin);
        line.names_location = random_.percent(35);
        if (line.names_location) line.location = place(twin);
        line.quantity = quantity();
        line.unit = unit();
        static constexpr Bucket kBuckets[] = {Bucket::damaged, Bucket::quarantine, Bucket::suspect,
                                              Bucket::reserved};
        if (random_.percent(3)) line.bucket = random_.pick(kBuckets);
        d.lines.push_back(line);
    }
}

ReservationId CommandStream::reservation(const Twin& twin) {
    if (twin.reservations.empty() || random_.percent(4)) return ReservationId{random_.below(50)};
    const std::uint64_t back = random_.below(random_.percent(80) ? 8 : 60);
    auto it = twin.reservations.rbegin();
    for (std::uint64_t i = 0; i < back && std::next(it) != twin.reservations.rend(); ++i) ++it;
    return ReservationId{it->first};
}

Command CommandStream::reserve(DrawnCommand& d, const Twin& twin) {
    draw_lines(d, twin);
    ask_for_kits(d, twin);
    ReserveStock c;
    c.envelope = envelope(d);
    c.channel = any_channel(twin);
    c.lines = d.lines;
    c.partial = random_.percent(30);
    if (random_.percent(30)) c.time_to_live = Microseconds{random_.between(1, 600 * kSecond)};
    if (random_.percent(2)) c.time_to_live = Microseconds{random_.between(-kSecond, 0)};
    if (random_.percent(2)) c.time_to_live = time_to_live_max + Microseconds{random_.between(0, 1)};
    if (random_.percent(15)) c.order = order(d, random_.percent(80));
    if (random_.percent(12)) {
        c.names_replaced = true;
        c.replaced = reservation(twin);
        const auto before = twin.reservations.find(c.replaced.raw);
        if (before != twin.reservations.end() && random_.percent(85))
            c.channel = before->second.channel;
        if (before != twin.reservations.end() && random_.percent(50))
            c.order = text(d, before->second.order);
    }
    return c;
}

Command CommandStream::step(DrawnCommand& d, const Twin& twin, ReservationStep step) {
    StepReservation c;
    c.envelope = envelope(d);
    c.step = step;
    c.reservation = reservation(twin);
    const bool needs_lines = step == ReservationStep::adjust || step == ReservationStep::resource;
    if (needs_lines || random_.percent(50)) {
        draw_lines(d, twin);
        const auto row = twin.reservations.find(c.reservation.raw);
        for (Line& line : d.lines)
            if (row != twin.reservations.end() && !row->second.parts.empty() &&
                random_.percent(75)) {
                const auto& parts = row->second.parts;
                line.line = parts[random_.below(parts.size())].line;
                if (random_.percent(20)) line.quantity = row->second.reserved_on(line.line);
                if (random_.percent(30))
                    line.quantity = row->second.reserved_on(line.line) + random_.between(1, 3);
            }
        c.lines = d.lines;
    }
    if (random_.percent(30)) c.time_to_live = Microseconds{random_.between(1, 3600 * kSecond)};
    if (random_.percent(3)) c.time_to_live = Microseconds{-1};
    if (step == ReservationStep::confirm && random_.percent(50))
        c.order = order(d, random_.percent(85));
    return c;
}

Command CommandStream::event(DrawnCommand& d, const Twin& twin, FactType type) {
    draw_lines(d, twin);
    RecordEvent c;
    c.type = type;
    c.envelope = envelope(d);
    if (random_.percent(65)) {
        c.names_location = true;
        c.location = place(twin);
    }
    if (random_.percent(80)) c.channel = any_channel(twin);
    const bool large = drawn_ < 30 && random_.percent(80);
    for (Line& line : d.lines) {
        if (type == FactType::stock_adjusted && random_.percent(60)) line.quantity = -line.quantity;
        const bool shelves = type == FactType::return_received ||
                             type == FactType::receipt_posted || type == FactType::stock_adjusted;
        if (shelves && random_.percent(25))
            line.bucket = random_.percent(50) ? Bucket::damaged : Bucket::quarantine;
        if (large && type != FactType::stock_adjusted && line.quantity > 0) line.quantity += 10;
    }
    if (random_.percent(30)) c.document = text(d, fmt::format("document-{}", random_.below(50)));
    if (type == FactType::order_created) {
        ask_for_kits(d, twin);
        c.order = random_.percent(97) ? order(d, random_.percent(90)) : std::string_view{};
        const std::uint64_t kind = random_.below(100);
        c.already_sold = kind < 40;
        c.names_reservation = kind >= 70;
        c.partial = random_.percent(30);
        c.pinned = random_.percent(20);
        c.backorder = random_.percent(40);
        if (c.names_reservation) c.reservation = reservation(twin);
        if (c.names_reservation && random_.percent(40)) d.lines.clear();
    } else if (random_.percent(80)) {
        c.order = order(d, false);
        // One that will be told of in a moment.
        if (random_.percent(15)) c.order = text(d, fmt::format("order-{}", orders_ + 1));
    }
    const auto row = twin.reservations.find(twin.named_by(c.order, c.channel).id);
    if ((type == FactType::order_cancelled || type == FactType::shipment_posted) &&
        row != twin.reservations.end() && random_.percent(75)) {
        const auto& parts = row->second.parts;
        for (Line& line : d.lines) {
            if (parts.empty()) break;
            const TwinPart& part = parts[random_.below(parts.size())];
            line.sku = part.sku;
            if (random_.percent(70)) line.line = part.line;
            if (random_.percent(40)) line.quantity = std::max<Units>(1, part.reserved);
        }
    }
    if (type == FactType::order_cancelled && random_.percent(50)) d.lines.clear();
    c.lines = d.lines;
    return c;
}

Command CommandStream::table(DrawnCommand& d, const Twin& twin) {
    const std::uint64_t kind = random_.below(100);
    if (kind < 10) return item(d, random_.below(items_));
    if (kind < 30) return location(d, random_.below(locations_));
    if (kind < 42) return pool(d, twin, random_.below(pools_));
    if (kind < 54) return channel(d, twin, random_.below(channels_));
    if (kind < 90) return selling(d, twin);
    return api_key(d);
}

Command CommandStream::item(DrawnCommand& d, std::uint64_t number) {
    UpsertItem c;
    c.envelope = envelope(d);
    c.code = text(d, fmt::format("item-{}", number));
    if (random_.percent(4)) c.code = text(d, "item\n");
    c.title = text(d, fmt::format("title {}", random_.below(3)));
    if (random_.percent(50)) c.unit_value = static_cast<std::int64_t>(random_.below(5'000));
    if (random_.percent(4)) c.unit_value = unit_value_max + 1;
    item_units(d, c);
    return c;
}

Command CommandStream::location(DrawnCommand& d, std::uint64_t number) {
    UpsertLocation c;
    c.envelope = envelope(d);
    c.code = text(d, random_.percent(4) ? std::string(code_bytes_max + 1, 'L')
                                        : fmt::format("location-{}", number));
    c.title = text(d, "a place");
    c.enabled = random_.percent(85);
    return c;
}

Command CommandStream::pool(DrawnCommand& d, const Twin& twin, std::uint64_t number) {
    UpsertPool c;
    c.envelope = envelope(d);
    c.code = text(d, random_.percent(4) ? std::string{} : fmt::format("pool-{}", number));
    for (std::uint32_t i = 0; i < twin.locations.size(); ++i)
        if (random_.percent(80)) d.locations.push_back(LocationId{i});
    for (std::size_t i = d.locations.size(); i > 1; --i)
        std::swap(d.locations[i - 1], d.locations[random_.below(i)]);
    if (!d.locations.empty() && random_.percent(5)) d.locations.push_back(d.locations.front());
    if (random_.percent(3)) d.locations.push_back(kNoLocation);
    c.locations = d.locations;
    return c;
}

Command CommandStream::channel(DrawnCommand& d, const Twin& twin, std::uint64_t number) {
    UpsertChannel c;
    c.envelope = envelope(d);
    c.code = text(
        d, random_.percent(4) ? std::string("channel\x7f") : fmt::format("channel-{}", number));
    c.title = text(d, "a shop");
    if (!twin.pools.empty() && random_.percent(90))
        c.pool = PoolId{static_cast<std::uint32_t>(random_.below(twin.pools.size()))};
    if (random_.percent(2)) c.pool = PoolId{pools_max};
    c.splits = random_.percent(60);
    return c;
}

Command CommandStream::api_key(DrawnCommand& d) {
    if (random_.percent(50)) {
        RevokeApiKey c;
        c.envelope = envelope(d);
        c.id = random_.below(4);
        return c;
    }
    CreateApiKey c;
    c.envelope = envelope(d);
    c.id = random_.below(4);
    c.secret_hash[0] = static_cast<std::byte>(random_.below(256));
    c.title = text(d, "a key");
    c.scopes = text(d, "reservations:write");
    if (random_.percent(50)) c.source = text(d, random_.percent(10) ? "till\n" : "till-1");
    if (random_.percent(50)) c.expires_at = now_ + Microseconds{kDay};
    return c;
}

namespace {

std::string describe_lines(std::span<const Line> lines) {
    std::string words;
    for (std::size_t i = 0; i < lines.size() && i < 12; ++i) {
        const Line& l = lines[i];
        words += fmt::format(" [line {} sku {} x{}", l.line, static_cast<std::int32_t>(l.sku.raw),
                             l.quantity);
        if (!l.unit.empty()) words += fmt::format(" {}", l.unit);
        if (l.names_location)
            words += fmt::format(" at {}", static_cast<std::int32_t>(l.location.raw));
        if (l.names_book) words += fmt::format(" book {} suspect {}", l.book, l.book_suspect);
        words += l.bucket == Bucket::sellable ? "]" : fmt::format(" {}]", name(l.bucket));
    }
    if (lines.size() > 12) words += fmt::format(" and {} more", lines.size() - 12);
    return words;
}

std::string describe_envelope(const Envelope& e) {
    std::string words;
    if (e.transport.given()) words += fmt::format(" key {:x}", e.transport.key.low & 0xffff);
    if (e.semantic.given()) words += fmt::format(" semantic {:x}", e.semantic.key.low & 0xffff);
    if (!e.source.empty())
        words += fmt::format(" source {} epoch {} seq {}", e.source, e.source_epoch, e.source_seq);
    if (!e.actor.empty()) words += fmt::format(" actor {}", e.actor);
    if (!e.reason.empty()) words += fmt::format(" reason {}", e.reason);
    return words;
}

std::string describe_body(const ReserveStock& c) {
    return fmt::format("reserve channel {} ttl {} order '{}'{}{}{}",
                       static_cast<std::int32_t>(c.channel.raw), c.time_to_live.count(), c.order,
                       c.partial ? " partial" : "",
                       c.names_replaced ? fmt::format(" replaces {}", c.replaced.raw) : "",
                       describe_lines(c.lines));
}
std::string describe_body(const StepReservation& c) {
    static constexpr std::string_view kSteps[] = {"confirm", "release", "extend", "adjust",
                                                  "resource"};
    return fmt::format("{} reservation {} ttl {} order '{}'{}",
                       kSteps[static_cast<std::size_t>(c.step)], c.reservation.raw,
                       c.time_to_live.count(), c.order, describe_lines(c.lines));
}
std::string describe_body(const ExpireHolds& c) {
    return fmt::format("expire at most {}", c.holds_max);
}
std::string describe_body(const ReportOverdue& c) {
    return fmt::format("report at most {} overdue", c.facts_max);
}
std::string describe_body(const ChangeAuthority& c) {
    return fmt::format("authority of {} at {} is '{}'",
                       c.type == FactType{} ? "everything" : name(c.type),
                       c.names_location ? static_cast<std::int32_t>(c.location.raw) : -2, c.source);
}
std::string describe_body(const GiveUpSequence& c) {
    return fmt::format("source '{}' will not send up to {}", c.source, c.last);
}
std::string describe_body(const ChangeSourceEpoch& c) {
    return fmt::format("source '{}' begins epoch {} with {}{}", c.source, c.epoch, c.first,
                       c.announced_only ? " announced_only" : "");
}
std::string describe_body(const RecordEvent& c) {
    std::string words = fmt::format("{} order '{}'", name(c.type), c.order);
    if (c.names_location) words += fmt::format(" at {}", static_cast<std::int32_t>(c.location.raw));
    if (c.channel != kNoChannel) words += fmt::format(" channel {}", c.channel.raw);
    if (!c.document.empty()) words += fmt::format(" document '{}'", c.document);
    if (!c.reference.empty()) words += fmt::format(" reference '{}'", c.reference);
    if (c.names_destination)
        words += fmt::format(" to {}", static_cast<std::int32_t>(c.destination.raw));
    if (c.envelope.occurred_at != Instant{})
        words += fmt::format(" happened {}", to_raw(c.envelope.occurred_at));
    if (c.cut_seq != 0) words += fmt::format(" cut {}", c.cut_seq);
    if (!c.picked_included) words += " picked aside";
    for (const SourceCut& cut : c.includes)
        words += fmt::format(" with {} up to {}.{}", cut.source, cut.epoch, cut.seq);
    for (const KitComponent& part : c.components)
        words += fmt::format(" made of sku {} x{}", static_cast<std::int32_t>(part.sku.raw),
                             part.quantity);
    if (c.due != Instant{}) words += fmt::format(" due {}", to_raw(c.due));
    if (c.already_sold) words += " already_sold";
    if (c.pinned) words += " pinned";
    if (c.backorder) words += " backorder";
    if (c.partial) words += " partial";
    if (c.names_reservation) words += fmt::format(" reservation {}", c.reservation.raw);
    return words + describe_lines(c.lines);
}
std::string describe_body(const ActOnCases& c) {
    std::string words = fmt::format("{} cases", name(c.action));
    for (const CaseId id : c.cases) words += fmt::format(" {}", id.raw);
    if (c.partial) words += " in part";
    return words;
}
std::string describe_body(const WakeCases& c) { return fmt::format("wake {} cases", c.cases_max); }

std::string describe_body(const UpsertItem& c) {
    return fmt::format("item '{}' worth {}", c.code, c.unit_value);
}
std::string describe_body(const UpsertLocation& c) {
    return fmt::format("location '{}' enabled {}", c.code, c.enabled);
}
std::string describe_body(const UpsertPool& c) {
    std::string words = fmt::format("pool '{}'", c.code);
    for (const LocationId at : c.locations)
        words += fmt::format(" {}", static_cast<std::int32_t>(at.raw));
    return words;
}
std::string describe_body(const UpsertChannel& c) {
    return fmt::format("channel '{}' pool {} splits {}", c.code,
                       static_cast<std::int32_t>(c.pool.raw), c.splits);
}
std::string describe_body(const UpsertGroup& c) {
    std::string words = fmt::format("group '{}'", c.code);
    for (const LocationId at : c.locations)
        words += fmt::format(" {}", static_cast<std::int32_t>(at.raw));
    return words;
}
std::string describe_body(const SetNodeStatus& c) {
    return fmt::format("node {} {} since {}", static_cast<std::int32_t>(c.location.raw),
                       c.online ? "online" : "offline", to_raw(c.since));
}
std::string describe_body(const SetQuota& c) {
    return fmt::format("quota group {} channel {} sku {} guarantee {} cap {} priority {}{}",
                       static_cast<std::int32_t>(c.group.raw),
                       static_cast<std::int32_t>(c.channel.raw),
                       c.names_sku ? fmt::to_string(c.sku.raw) : "any", c.guarantee, c.cap,
                       c.priority, c.refill ? " refill" : "");
}
std::string describe_body(const SetPolicy& c) {
    return fmt::format("policy {} sku {} location {} group {} value {}", name(c.kind),
                       c.names_sku ? fmt::to_string(c.sku.raw) : "any",
                       c.names_location ? fmt::to_string(c.location.raw) : "any",
                       c.names_group ? fmt::to_string(c.group.raw) : "any", c.value);
}
std::string describe_body(const CreateApiKey& c) { return fmt::format("create API key {}", c.id); }
std::string describe_body(const RevokeApiKey& c) { return fmt::format("revoke API key {}", c.id); }

}  // namespace

std::string describe(const Command& command) {
    std::string words = std::visit([](const auto& c) { return describe_body(c); }, command);
    if (const Envelope* e = envelope_of(command)) words += describe_envelope(*e);
    return words;
}

}  // namespace holdfast::ledger
