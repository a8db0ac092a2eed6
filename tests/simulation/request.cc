#include "simulation/request.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace holdfast::simulation {
namespace {

/// Far below any real time, so that the hub's own facts never look like a client's.
constexpr std::int64_t kTagBase = 1'000'000'000'000;
constexpr std::int64_t kTagEnd = kTagBase + 1'000'000'000;

struct Binder {
    const Request& request;
    Arena& arena;

    [[nodiscard]] std::span<const Line> lines() const {
        const std::span<Line> copy = arena.array<Line>(request.lines.size());
        std::copy(request.lines.begin(), request.lines.end(), copy.begin());
        return copy;
    }
    void operator()(ReserveStock& c) const {
        c.lines = lines();
        c.order = arena.copy(request.order);
    }
    void operator()(StepReservation& c) const {
        c.lines = lines();
        c.order = arena.copy(request.order);
    }
    void operator()(RecordEvent& c) const {
        c.lines = lines();
        c.order = arena.copy(request.order);
        c.document = arena.copy(request.document);
    }
    void operator()(UpsertPool& c) const {
        c.code = arena.copy(request.code);
        c.locations = locations();
    }
    void operator()(UpsertGroup& c) const {
        code(c);
        c.locations = locations();
    }
    void operator()(UpsertItem& c) const { code(c); }
    void operator()(UpsertLocation& c) const { code(c); }
    void operator()(UpsertChannel& c) const { code(c); }
    void operator()(CreateApiKey& c) const { c.title = arena.copy(request.title); }
    void operator()(SetPolicy&) const {}
    void operator()(SetQuota&) const {}
    void operator()(SetNodeStatus&) const {}
    void operator()(RevokeApiKey&) const {}
    void operator()(ChangeSourceEpoch&) const {}
    void operator()(GiveUpSequence&) const {}
    void operator()(ChangeAuthority&) const {}
    void operator()(ExpireHolds&) const {}
    void operator()(ActOnCases&) const {}
    void operator()(WakeCases&) const {}
    void operator()(ReportOverdue&) const {}

  private:
    [[nodiscard]] std::span<const LocationId> locations() const {
        const std::span<LocationId> copy = arena.array<LocationId>(request.locations.size());
        std::copy(request.locations.begin(), request.locations.end(), copy.begin());
        return copy;
    }
    template <class Upsert>
    void code(Upsert& c) const {
        c.code = arena.copy(request.code);
        c.title = arena.copy(request.title);
    }
};

}  // namespace

Command bind(const Request& request, Arena& arena) {
    Command command = request.command;
    std::visit(Binder{request, arena}, command);
    if (const Envelope* given = envelope_of(command)) {
        Envelope& envelope = const_cast<Envelope&>(*given);
        envelope.source = arena.copy(request.source);
        envelope.actor = arena.copy(request.actor);
        envelope.reason = arena.copy(request.reason);
    }
    return command;
}

const Envelope& envelope_of_request(const Request& request) {
    const Envelope* envelope = envelope_of(request.command);
    HOLDFAST_CHECK(envelope != nullptr, "a client's command has an envelope");
    return *envelope;
}

Envelope& envelope_of_request(Request& request) {
    return const_cast<Envelope&>(envelope_of_request(std::as_const(request)));
}

Instant tag_of(std::uint64_t request_number) {
    return instant_from_raw(kTagBase + static_cast<std::int64_t>(request_number));
}

std::uint64_t request_of(const FactView& fact) {
    // An epoch that begins unannounced is told ahead of the fact that answers, and behind an order
    // what had waited for it.
    if (fact.type() == FactType::source_epoch_changed || fact.type() == FactType::parked_settled)
        return 0;
    const std::int64_t at = fact.header().occurred_at;
    return at > kTagBase && at < kTagEnd ? static_cast<std::uint64_t>(at - kTagBase) : 0;
}

std::string describe(const FactView& fact) {
    std::string text =
        fmt::format("fact {} {} at {}", fact.seq(), name(fact.type()), to_raw(fact.recorded_at()));
    if (const std::uint64_t number = request_of(fact); number != 0)
        text += fmt::format(" of request {}", number);
    if (const auto hold = fact.field_as<std::uint64_t>(FieldTag::reservation))
        text += fmt::format(", hold {}", *hold);
    if (const auto expires_at = fact.field_as<std::int64_t>(FieldTag::expires_at))
        text += fmt::format(", until {}", *expires_at);
    if (!fact.text(FieldTag::order).empty())
        text += fmt::format(", order {}", fact.text(FieldTag::order));
    if (!fact.text(FieldTag::code).empty())
        text += fmt::format(", code {}", fact.text(FieldTag::code));
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() == PlaceKind::location)
            text += fmt::format(", {}/{} {} {:+}", posting.sku.raw, posting.place.number(),
                                name(posting.bucket), posting.delta);
    }
    return text;
}

Reply reply_of(const sequencer::Answer& answer) {
    Reply reply{.kind = answer.kind,
                .reason = answer.reason,
                .outcome = answer.outcome.kind,
                .refusal = answer.outcome.refusal,
                .seq = answer.outcome.seq};
    if (!answer.has_fact) return reply;
    reply.fact_hash = hash64(answer.fact.bytes()) | 1U;
    if (const auto entity = answer.fact.field_as<EntityField>(FieldTag::entity))
        reply.entity = entity->id;
    return reply;
}

}  // namespace holdfast::simulation
