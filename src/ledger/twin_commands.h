// Random commands for the ledger and its twin: few items and places, small stock, repeated keys and
// jumps of time, so that the rules meet each other often. The same seed draws the same commands.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "canonical/command.h"
#include "ledger/twin.h"

namespace holdfast::ledger {

/// splitmix64: small, and the same everywhere. Or somebody else's bytes, so that a fuzzer makes
/// every choice: as few of them as a choice needs, and zeros when they are used up.
class TwinRandom {
  public:
    explicit TwinRandom(std::uint64_t seed) : state_(seed) {}
    explicit TwinRandom(ByteSpan bytes) : bytes_(bytes), from_bytes_(true) {}
    std::uint64_t next() { return from_bytes_ ? take(sizeof(std::uint64_t)) : mix(); }
    /// 0 .. bound - 1.
    std::uint64_t below(std::uint64_t bound) {
        if (!from_bytes_) return mix() % bound;
        return take(bound <= 1U << 8 ? 1 : bound <= 1U << 16 ? 2 : sizeof bound) % bound;
    }
    [[nodiscard]] bool used_up() const { return from_bytes_ && bytes_.empty(); }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least +
               static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
    }
    bool percent(std::uint64_t chance) { return below(100) < chance; }
    template <class T, std::size_t N>
    const T& pick(const T (&choices)[N]) {
        return choices[below(N)];
    }

  private:
    std::uint64_t mix();
    std::uint64_t take(std::size_t size);
    std::uint64_t state_ = 0;
    ByteSpan bytes_;
    bool from_bytes_ = false;
};

/// A command and everything its spans and texts point to.
struct DrawnCommand {
    Command command;
    std::vector<Line> lines;
    std::vector<LocationId> locations;
    std::vector<SourceCut> includes;
    std::vector<KitComponent> components;
    std::vector<ItemUnit> units;
    std::deque<std::string> texts;
    Instant now{};
};

class CommandStream {
  public:
    explicit CommandStream(std::uint64_t seed) : CommandStream(TwinRandom(seed)) {}
    explicit CommandStream(const TwinRandom& random);
    /// Draws the next command. It reads the twin to name things that exist most of the time.
    const DrawnCommand& next(const Twin& twin);
    [[nodiscard]] bool used_up() const { return random_.used_up(); }

  private:
    void advance_time();
    std::shared_ptr<DrawnCommand> draw(const Twin& twin);
    std::shared_ptr<DrawnCommand> again();
    Command set_up(DrawnCommand& d, const Twin& twin);
    Command any(DrawnCommand& d, const Twin& twin);
    Command reserve(DrawnCommand& d, const Twin& twin);
    Command step(DrawnCommand& d, const Twin& twin, ReservationStep step);
    Command event(DrawnCommand& d, const Twin& twin, FactType type);
    Command table(DrawnCommand& d, const Twin& twin);
    // Goods that move (twin_commands_movements.cc).
    Command movement(DrawnCommand& d, const Twin& twin);
    Command inbound(DrawnCommand& d, const Twin& twin, FactType type);
    Command count(DrawnCommand& d, const Twin& twin);
    Command customer_return(DrawnCommand& d, const Twin& twin, FactType type);
    Command shelf(DrawnCommand& d, const Twin& twin, FactType type);
    Command kit(DrawnCommand& d, const Twin& twin, FactType type);
    Command transfer(DrawnCommand& d, const Twin& twin, FactType type);
    Command receipt(DrawnCommand& d, const Twin& twin, FactType type);
    void aim_at_purchase_order(DrawnCommand& d, const Twin& twin, std::string_view number);
    std::string_view purchase_order(DrawnCommand& d, const Twin& twin);
    // The life of an order (twin_commands_fulfilment.cc).
    Command fulfilment(DrawnCommand& d, const Twin& twin);
    Command order_event(DrawnCommand& d, const Twin& twin, FactType type);
    Command item(DrawnCommand& d, std::uint64_t number);
    Command location(DrawnCommand& d, std::uint64_t number);
    Command pool(DrawnCommand& d, const Twin& twin, std::uint64_t number);
    Command channel(DrawnCommand& d, const Twin& twin, std::uint64_t number);
    // What may be sold (twin_commands_selling.cc).
    Command selling(DrawnCommand& d, const Twin& twin);
    Command group(DrawnCommand& d, const Twin& twin);
    Command node_status(DrawnCommand& d, const Twin& twin);
    Command policy(DrawnCommand& d, const Twin& twin);
    Command quota(DrawnCommand& d, const Twin& twin);
    void item_units(DrawnCommand& d, UpsertItem& c);
    Command kit(DrawnCommand& d, const Twin& twin);
    void ask_for_kits(DrawnCommand& d, const Twin& twin);
    std::string_view unit();
    GroupId any_group(const Twin& twin);
    Command api_key(DrawnCommand& d);
    Command about_sources(DrawnCommand& d, const Twin& twin);  // twin_commands_sources.cc
    Command authority(DrawnCommand& d, const Twin& twin);
    Command given_up(DrawnCommand& d, const Twin& twin);
    Envelope envelope(DrawnCommand& d);
    void draw_lines(DrawnCommand& d, const Twin& twin);
    RecordEvent drawn_event(DrawnCommand& d, const Twin& twin, FactType type, std::uint64_t placed);
    std::string_view text(DrawnCommand& d, std::string value);
    std::string_view order(DrawnCommand& d, bool fresh);
    ReservationId reservation(const Twin& twin);
    std::int64_t quantity();
    SkuId sku(const Twin& twin);
    LocationId place(const Twin& twin);
    ChannelId any_channel(const Twin& twin);

    TwinRandom random_;
    Instant now_;
    std::uint64_t items_;
    std::uint64_t locations_;
    std::uint64_t pools_;
    std::uint64_t channels_;
    std::uint64_t drawn_ = 0;
    std::uint64_t orders_ = 0;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> source_positions_;
    std::deque<CommandKey> keys_;  // the newest ones
    std::deque<std::shared_ptr<DrawnCommand>> history_;
};

/// The command in words, for a report.
std::string describe(const Command& command);

}  // namespace holdfast::ledger
