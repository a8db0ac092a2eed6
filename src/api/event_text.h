// An event as its text says it, before anything is looked up: codes are still texts. Reading needs
// no state, so that a batch is read beside the loop; what the codes stand for is the loop's to say.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "canonical/command.h"
#include "ledger/state.h"

namespace holdfast::api {

/// What a decoded event needs beside its command.
struct EventFacts {
    std::string_view id;            ///< in the arena
    std::string_view semantic_key;  ///< in the arena; empty = none
    /// Hash of what the event says, not of its bytes: two spellings of one event are one event.
    std::uint64_t content_hash = 0;
};

/// Where in an event the id of a code belongs. One number, so that codes have an order that does
/// not depend on the order of members: first those of the whole event, then of components, by
/// index, then of lines, by index.
struct CodePlace {
    enum Part : std::uint32_t { sku = 0, location = 1, other_sku = 2 };
    static constexpr std::uint32_t kLocation = 0;
    static constexpr std::uint32_t kChannel = 1;
    static constexpr std::uint32_t kDestination = 2;
    static constexpr std::uint32_t kFirstComponent = 4;
    static constexpr std::uint32_t kFirstLine = 64;
    static constexpr std::uint32_t kPartsOfLine = 4;

    static constexpr std::uint32_t component(std::size_t index) {
        return kFirstComponent + static_cast<std::uint32_t>(index);
    }
    static constexpr std::uint32_t line(std::size_t index, Part part) {
        return kFirstLine + kPartsOfLine * static_cast<std::uint32_t>(index) + part;
    }
};
static_assert(CodePlace::kFirstComponent + kit_components_max <= CodePlace::kFirstLine);

/// A code on its way to an id.
struct EventCode {
    std::string_view text;  ///< in the arena
    std::uint64_t hashed = 0;
    std::uint32_t place = 0;
};

struct EventText {
    RecordEvent event;  ///< complete but for the ids of codes
    std::span<Line> lines;
    std::span<KitComponent> components;
    std::span<const EventCode> codes;  ///< in order of their places
    EventFacts facts;
};

/// Puts the ids of codes into the event. A code nobody knows becomes kNo..., and the ledger refuses
/// it line by line.
void resolve_codes(const ledger::State& state, EventText& text);
/// Hints ahead of that, for many events one after the other: first where the codes of lines are
/// indexed, then (when that is there) their texts.
void prefetch_codes(const ledger::State& state, const EventText& text);
void prefetch_code_texts(const ledger::State& state, const EventText& text);

}  // namespace holdfast::api
