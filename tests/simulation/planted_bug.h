// Bugs that the harness can plant in its own hub process, to show that it would find them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast::simulation {

enum class PlantedBug : std::uint8_t {
    none,
    answers_early,         ///< says "durable" when the group is handed over
    sync_lies,             ///< the disk confirms what it did not sync
    forgets_keys,          ///< loses all keys now and then
    invents_stock,         ///< a unit appears in memory that no fact brought
    trusts_any_clock,      ///< ends holds by a wall clock that jumped
    mixes_requests,        ///< gives some requests the lines of another one
    mixes_answers,         ///< answers some requests with the neighbour's fact
    loses_tail,            ///< the last durable block is wiped while the machine is down
    loses_checkpoint_row,  ///< a state is changed after recovery, as by a bad checkpoint
    drops_answers,         ///< never answers some requests
    kCount,
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(PlantedBug::kCount)>
    kPlantedBugNames = {"none",          "answers_early",        "sync_lies",      "forgets_keys",
                        "invents_stock", "trusts_any_clock",     "mixes_requests", "mixes_answers",
                        "loses_tail",    "loses_checkpoint_row", "drops_answers"};

}  // namespace holdfast::simulation
