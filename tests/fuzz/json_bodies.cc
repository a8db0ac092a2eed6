// Bodies of requests: what the strict reader takes is JSON to any other reader, and is a command
// that the ledger can decide.
#include <boost/json.hpp>
#include <memory>
#include <string>

#include "api/decoder.h"
#include "api/event_command.h"
#include "base/check.h"
#include "http/limits.h"
#include "input.h"
#include "ledger/ledger.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

using api::Fault;

Instant start() { return instant_from_raw(1'767'225'600'000'000); }

/// A small retailer that nothing changes: commands are decided on it and not applied.
class Retailer {
  public:
    Retailer() {
        for (const char* code : {"SHOE", "HAT"}) make(UpsertItem{.code = code});
        for (const char* code : {"MAIN", "SHOP"}) make(UpsertLocation{.code = code});
        const LocationId all[] = {LocationId{0}, LocationId{1}};
        make(UpsertPool{.code = "all", .locations = all});
        make(UpsertChannel{.code = "web", .pool = PoolId{0}});
        const Line lines[] = {{.sku = SkuId{0}, .quantity = 20}, {.sku = SkuId{1}, .quantity = 5}};
        make(RecordEvent{.type = FactType::stock_counted,
                         .location = LocationId{0},
                         .names_location = true,
                         .lines = lines});
        const Line held[] = {{.sku = SkuId{0}, .quantity = 2}};
        make(ReserveStock{.channel = ChannelId{0}, .lines = held, .order = "A-1"});
        hold = ReservationId{state.seq};
    }
    /// Whatever was asked, the ledger answers and its facts can be read.
    void decide(const Command& command) {
        facts_.clear();
        Arena arena;
        FactWriter writer(facts_);
        const ledger::Outcome outcome = ledger::decide(
            state, command, {.now = start(), .next_seq = state.seq + 1}, arena, writer);
        std::uint32_t read = 0;
        const auto all = for_each_fact(facts_, [&](const FactView&) -> Result<void> {
            ++read;
            return {};
        });
        HOLDFAST_CHECK(all.has_value() && read == outcome.facts, "facts read as they were written");
    }
    ledger::State state{7};
    ReservationId hold;

  private:
    void make(const Command& command) {
        decide(command);
        const auto all = for_each_fact(facts_, [&](const FactView& fact) -> Result<void> {
            ledger::apply(state, fact);
            return {};
        });
        HOLDFAST_CHECK(all.has_value() && !facts_.empty(), "the retailer is set up");
    }
    std::vector<std::byte> facts_;
};

Retailer& retailer() {
    static Retailer made;
    return made;
}

template <class T>
bool decided(bool taken, const T& command) {
    if (taken) retailer().decide(command);
    return taken;
}

bool read(api::Decoder& decoder, std::uint8_t kind, std::string_view body, Fault& fault) {
    ReserveStock hold;
    StepReservation step{.reservation = retailer().hold};
    RecordEvent event;
    api::EventFacts facts;
    UpsertItem item{.code = "SHOE"};
    UpsertLocation location{.code = "MAIN"};
    UpsertPool pool{.code = "all"};
    UpsertChannel channel{.code = "web"};
    SetPolicy policy;
    api::ApiKeyRequest key;
    api::AvailabilityQuery asked;
    switch (kind % 12) {
        case 0: return decided(decoder.reservation(body, hold, fault), hold);
        case 1: {
            const bool taken = decoder.event(body, event, facts, fault);
            if (taken) api::set_event_keys(retailer().state.seed, facts, event);
            return decided(taken, event);
        }
        case 2: return decided(decoder.item(body, item, fault), item);
        case 3: return decided(decoder.location(body, location, fault), location);
        case 4: return decided(decoder.pool(body, pool, fault), pool);
        case 5: return decided(decoder.channel(body, channel, fault), channel);
        case 6: return decided(decoder.policy(body, policy, fault), policy);
        case 7: return decoder.api_key(body, key, fault);
        case 8:
            if (!decoder.availability(body, asked, fault)) return false;
            HOLDFAST_CHECK(asked.items.size() <= api::availability_items_max, "a list is bounded");
            return true;
        default:
            step.step = static_cast<ReservationStep>(kind % 12 - 9);  // adjust has its own below
            if (step.step == ReservationStep::extend && kind >= 128)
                step.step = ReservationStep::adjust;
            return decided(decoder.step(body, step, fault), step);
    }
}

}  // namespace

void json_bodies(ByteSpan bytes) {
    Input in(bytes);
    const std::uint8_t kind = in.byte();
    // Exactly as much memory as the reader is promised, so that a byte too far is noticed.
    const std::unique_ptr<char[]> padded(new char[in.rest().size() + http::kBodyPadding]());
    std::ranges::copy(in.text(), padded.get());
    const std::string_view body(padded.get(), in.rest().size());

    static api::Decoder decoder;
    Arena arena;
    decoder.begin(retailer().state, arena);
    Fault fault;
    if (!read(decoder, kind, body, fault)) {
        HOLDFAST_CHECK(fault.kind != nullptr && fault.kind->status >= 400, "a refusal says why");
        return;
    }
    if (body.empty()) return;  // an empty body stands for {}
    boost::system::error_code error;
    (void)boost::json::parse(body, error);
    HOLDFAST_CHECK(!error, "what is taken is JSON");
}

}  // namespace holdfast::fuzz
