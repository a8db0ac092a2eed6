// Why a reservation would be refused: each failing line, what is short where, who holds it, and the
// changes that would let the line pass. Decides by the ledger's own rules and changes nothing.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "canonical/command.h"
#include "ledger/outcome.h"
#include "ledger/state.h"
#include "readmodel/reader.h"

namespace holdfast::explain {

/// Lines of a request that may be asked about, and failing ones that are told.
inline constexpr std::size_t why_not_lines_max = 200;
inline constexpr std::size_t why_not_failing_max = 20;
/// Locations told per line, those that hold most first; holders told per location.
inline constexpr std::size_t why_not_places_max = 10;
inline constexpr std::size_t why_not_holders_max = 5;
/// Components told of a kit, the scarcest first.
inline constexpr std::size_t why_not_components_max = 8;

/// What would let a failing line pass, the smallest change first. All but the last two were tried
/// and decided.
enum class ChangeKind : std::uint8_t {
    any_location,      ///< leave the location out
    another_location,  ///< name this one
    named_locations,   ///< split by hand: a line for each of these
    fewer_units,       ///< ask for so many
    allow_split,       ///< let the channel split
    wait_for_supply,   ///< so many more are expected until then
};
std::string_view name(ChangeKind kind);

struct Change {
    ChangeKind kind{};
    LocationId location = kNoLocation;
    Units units = 0;
    std::vector<std::pair<LocationId, Units>> split = {};
    Instant due{};
};

/// A location that could have served the line.
struct ShortPlace {
    LocationId location;
    Units sellable = 0;
    Units reserved = 0;
    Units allocated = 0;
    Units safety_stock = 0;
    Units buffer = 0;
    Units promisable = 0;
    std::vector<readmodel::Holder> holders = {};  ///< add_holders() fills them
};

/// A component of a kit that a failing line asks for: one of which there is too little, whatever
/// else the kit is made of. Where each would do alone, but no place has them all, they are told
/// with nothing missing.
struct ShortComponent {
    SkuId sku;
    Units units = 0;      ///< of it in one kit
    Units requested = 0;  ///< of it by the line
    Units available_to_sell = 0;
    Units missing = 0;
    std::vector<ShortPlace> places;
    bool more_places = false;
    std::vector<Change> changes;  ///< `wait_for_supply` alone
};

struct FailingLine {
    LineProblem problem;
    Units missing = 0;
    std::vector<ShortPlace> places;  ///< of a kit: what could be promised of it, in kits
    bool more_places = false;
    std::vector<Change> changes;
    std::vector<ShortComponent> components = {};  ///< where the line asks for a kit
};

struct WhyNot {
    std::uint64_t seq = 0;            ///< of the state that it was asked of
    Refusal refusal = Refusal::none;  ///< none: it would be held
    std::vector<FailingLine> lines;   ///< by request line; empty: the refusal is of the whole
    bool more_lines = false;
    bool partial_would_hold = false;  ///< with `partial` the other lines would be held
};

/// `command` as a reservation would have it; its keys are not looked at.
WhyNot why_not(const ledger::State& state, const ReserveStock& command);

/// Open reservations at the places, as of the reader's cut.
void add_holders(readmodel::Reader& reader, WhyNot& answer);

}  // namespace holdfast::explain
