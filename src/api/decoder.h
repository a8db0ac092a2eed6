// From the bytes of a body to commands: strict, and straight into the arena of the turn. Outside
// codes become ids here; a code nobody knows becomes kNo..., and the ledger refuses it line by
// line. A one-line reservation allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_text.h"
#include "api/problem.h"
#include "base/arena.h"
#include "canonical/command.h"
#include "ledger/state.h"

namespace holdfast::api {

inline constexpr std::size_t event_id_bytes_max = 255;
inline constexpr std::size_t semantic_key_bytes_max = 255;
inline constexpr std::size_t availability_items_max = 1000;

/// A channel that was named but that nobody knows. kNoChannel would mean "not named".
inline constexpr ChannelId kUnknownChannel{kNoId - 1};
inline constexpr PoolId kUnknownPool{kNoId - 1};

struct AvailabilityItem {
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    bool names_location = false;
};
struct AvailabilityQuery {
    ChannelId channel = kNoChannel;
    std::vector<AvailabilityItem> items;
    bool consistent = false;
};

struct ExplainQuery {
    ChannelId channel = kNoChannel;  ///< kUnknownChannel where nobody made it
    std::vector<AvailabilityItem> items;
    std::string_view at;  ///< in the arena
    bool names_at = false;
    std::int64_t facts = 3;
};

struct ApiKeyRequest {
    std::string title;
    std::string scopes;  ///< comma-separated, as the ledger keeps them
    std::string source;  ///< the one that the key speaks as; empty = any
    Instant expires_at{};
};

/// Texts of the returned commands live in `arena`. One decoder per thread; every function answers
/// false with a fault. Bodies are followed by kBodyPadding readable bytes.
class Decoder {
  public:
    Decoder();
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// Sets what the next calls resolve codes in and copy to.
    void begin(const ledger::State& state, Arena& arena);
    /// For event_text() alone, which looks nothing up. `seed` is the state's.
    void begin(std::uint64_t seed, Arena& arena);

    bool reservation(std::string_view body, ReserveStock& out, Fault& fault);
    /// Body of confirm, release, extend or adjust, as `out.step` says. An empty body is {}.
    bool step(std::string_view body, StepReservation& out, Fault& fault);

    bool event(std::string_view body, RecordEvent& out, EventFacts& facts, Fault& fault);
    /// The same, with codes that are not resolved yet.
    bool event_text(std::string_view body, EventText& out, Fault& fault);
    /// Splits a JSON array into its elements, so that each can be read on its own.
    bool elements(std::string_view body, std::size_t items_max, std::vector<std::string_view>& out,
                  Fault& fault);

    /// `out.code` is set when the path names it; a batch line must carry it.
    bool item(std::string_view body, UpsertItem& out, Fault& fault);
    bool location(std::string_view body, UpsertLocation& out, Fault& fault);
    bool pool(std::string_view body, UpsertPool& out, Fault& fault);
    bool channel(std::string_view body, UpsertChannel& out, Fault& fault);
    bool group(std::string_view body, UpsertGroup& out, Fault& fault);
    bool policy(std::string_view body, SetPolicy& out, Fault& fault);
    bool quota(std::string_view body, SetQuota& out, Fault& fault);
    bool node_status(std::string_view body, SetNodeStatus& out, Fault& fault);
    /// `out.source` is set from the path.
    bool source_epoch(std::string_view body, ChangeSourceEpoch& out, Fault& fault);
    bool given_up(std::string_view body, GiveUpSequence& out, Fault& fault);
    bool authority(std::string_view body, ChangeAuthority& out, Fault& fault);
    bool api_key(std::string_view body, ApiKeyRequest& out, Fault& fault);

    /// Body of one action, as `out.action` says, on the case in the path.
    bool case_action(std::string_view body, ActOnCases& out, Fault& fault);
    /// Body of an action on several cases: it names them and the action.
    bool case_actions(std::string_view body, ActOnCases& out, Fault& fault);

    bool availability(std::string_view body, AvailabilityQuery& out, Fault& fault);
    bool explanations(std::string_view body, ExplainQuery& out, Fault& fault);

    /// Of the sources that implement this class.
    struct Parts;

  private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::api
