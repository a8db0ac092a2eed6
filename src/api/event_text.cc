#include "api/event_text.h"

#include "api/decoder.h"

namespace holdfast::api {
namespace {

/// What is asked for ahead of one event: most have a line or two.
constexpr std::size_t kPrefetchedMax = 4;

template <class Visit>
void for_first_items(const EventText& text, Visit&& visit) {
    std::size_t left = kPrefetchedMax;
    for (const EventCode& code : text.codes) {
        const bool item = code.place >= CodePlace::kFirstComponent &&
                          code.place % CodePlace::kPartsOfLine != CodePlace::location;
        if (!item) continue;
        visit(code.hashed);
        if (--left == 0) return;
    }
}

void resolve_of_line(const ledger::State& state, const EventCode& code, EventText& text) {
    const std::uint32_t at = code.place - CodePlace::kFirstLine;
    Line& line = text.lines[at / CodePlace::kPartsOfLine];
    switch (at % CodePlace::kPartsOfLine) {
        case CodePlace::sku: line.sku = SkuId{state.items.find(code.text, code.hashed)}; break;
        case CodePlace::location:
            line.location = LocationId{state.locations.find(code.text, code.hashed)};
            break;
        default: line.other_sku = SkuId{state.items.find(code.text, code.hashed)}; break;
    }
}

}  // namespace

void resolve_codes(const ledger::State& state, EventText& text) {
    RecordEvent& event = text.event;
    for (const EventCode& code : text.codes) {
        if (code.place >= CodePlace::kFirstLine) {
            resolve_of_line(state, code, text);
        } else if (code.place >= CodePlace::kFirstComponent) {
            text.components[code.place - CodePlace::kFirstComponent].sku =
                SkuId{state.items.find(code.text, code.hashed)};
        } else if (code.place == CodePlace::kLocation) {
            event.location = LocationId{state.locations.find(code.text, code.hashed)};
        } else if (code.place == CodePlace::kDestination) {
            event.destination = LocationId{state.locations.find(code.text, code.hashed)};
        } else {
            event.channel = ChannelId{state.channels.find(code.text, code.hashed)};
            if (event.channel == kNoChannel) event.channel = kUnknownChannel;
        }
    }
}

void prefetch_codes(const ledger::State& state, const EventText& text) {
    for_first_items(text, [&](std::uint64_t hashed) { state.items.prefetch_slot(hashed); });
}

void prefetch_code_texts(const ledger::State& state, const EventText& text) {
    for_first_items(text, [&](std::uint64_t hashed) { state.items.prefetch_text(hashed); });
}

}  // namespace holdfast::api
