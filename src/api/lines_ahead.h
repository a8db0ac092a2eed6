// What the next lines of a batch of events speak about, asked for from memory before its turn. The
// codes of SKUs stand all over memory, and each look-up in a table that does not fit the caches
// waits longer for it than the line takes to read.
//
// A guess: a line that looks different is read as any other, only not as fast.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "ledger/code_table.h"

namespace holdfast::api {

class LinesAhead {
  public:
    /// Before line number `next` (from 0) of the body is read. Always of the same body.
    void look(std::string_view body, std::uint32_t next, const ledger::CodeTable& items);

  private:
    static constexpr std::uint32_t kDistance = 16;

    [[nodiscard]] std::uint64_t likely_sku(std::string_view line);

    std::size_t at_ = 0;                             ///< the first byte that was not looked at
    std::uint32_t lines_ = 0;                        ///< that were looked at
    std::size_t likely_at_ = 0;                      ///< where the last line had its SKU
    std::array<std::uint64_t, kDistance> hashes_{};  ///< of lines, by number
};

}  // namespace holdfast::api
