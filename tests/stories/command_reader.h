// Turns the words of a `when` into a command of the ledger.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "canonical/command.h"
#include "ledger/state.h"
#include "story.h"

namespace holdfast::stories {

/// A command and everything that its spans and texts point to. Not copied: the command points in.
struct ReadCommand {
    ReadCommand() = default;
    ReadCommand(const ReadCommand&) = delete;
    ReadCommand& operator=(const ReadCommand&) = delete;

    Command command;
    std::vector<Line> lines;
    std::vector<LocationId> locations;
    std::vector<SourceCut> includes;
    std::vector<KitComponent> components;
    std::vector<ItemUnit> units;
    std::vector<CaseId> cases;
    std::deque<std::string> texts;
    std::string label;  ///< what the story calls the reservation that this one makes
};

/// What the reader must know of the story so far.
struct Names {
    const ledger::State& state;
    std::map<std::string, ReservationId>& labels;
    const std::vector<CaseId>& cases;  ///< in the order in which they were opened
    std::function<ChannelId(const std::string&)> channel;
    Instant now{};
    std::map<std::string, std::uint64_t> cuts{};  ///< moments that a story gave a name
};

class CommandReader {
  public:
    CommandReader(Names names, std::string_view text)
        : names_(std::move(names)), text_(text), words_(text) {}
    /// Fills `out`; words that were not understood, if there are any.
    std::optional<std::string> read(ReadCommand& out);

  private:
    bool read_body(ReadCommand& out);
    void read_options(ReadCommand& out);
    bool read_hold(ReadCommand& out);
    bool read_step(ReadCommand& out, ReservationStep step);
    bool read_order(ReadCommand& out);
    bool read_event(ReadCommand& out, FactType type);
    bool read_movement(ReadCommand& out);  // read_movements.cc, with its options
    bool read_movement_option(ReadCommand& out);
    bool read_document(ReadCommand& out, FactType type);
    bool read_movement_word(Line& line);
    bool read_fulfilment(ReadCommand& out);  // read_fulfilment.cc
    bool read_table(ReadCommand& out);
    bool read_channel(ReadCommand& out);
    bool read_selling(ReadCommand& out);  // read_selling.cc
    bool read_group(ReadCommand& out);
    bool read_node(ReadCommand& out);
    bool read_quota(ReadCommand& out);
    bool read_units(ReadCommand& out, UpsertItem c);
    bool read_kit(ReadCommand& out, UpsertItem c);
    bool read_policy(ReadCommand& out, PolicyKind kind);
    bool read_api_key(ReadCommand& out);
    bool read_source(ReadCommand& out);  // read_sources.cc
    bool read_authority(ReadCommand& out);
    bool read_cases(ReadCommand& out);  // read_cases.cc
    bool read_case_list(ReadCommand& out);
    void read_lines(ReadCommand& out);
    void read_one_line(ReadCommand& out);
    [[nodiscard]] bool lines_follow() const;
    [[nodiscard]] std::string body_text() const;
    ReservationId reservation();
    LocationId location() { return names_.state.location(words_.take()); }
    /// A list of them, into the command's own.
    void read_locations(ReadCommand& out) {
        do out.locations.push_back(location());
        while (words_.eat(","));
    }
    /// "SHOE x1 and SOCK x2".
    void read_components(ReadCommand& out);
    SkuId sku() { return names_.state.sku(words_.take()); }

    Names names_;
    std::string_view text_;
    Words words_;
};

/// Keeps a text for the command that points to it.
std::string_view keep(ReadCommand& out, std::string text);

/// "15 minutes", "1 hour", "20 days": taken if it comes next.
std::optional<Microseconds> take_duration(Words& words);

}  // namespace holdfast::stories
