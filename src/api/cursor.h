// Cursors of lists: where the next page starts, bound to the list and its filters by a keyed
// checksum, so that a cursor that was made up or belongs elsewhere is refused instead of followed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::api {

/// Two numbers are enough for every list: a primary and a secondary key.
struct CursorKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

class CursorCodec {
  public:
    /// `secret` is the journal's: cursors stay valid over restarts.
    explicit CursorCodec(std::uint64_t secret) : secret_(secret) {}

    /// `list` names the list and its filters.
    [[nodiscard]] std::string encode(std::string_view list, const CursorKey& key) const;
    [[nodiscard]] std::optional<CursorKey> decode(std::string_view list,
                                                  std::string_view cursor) const;

  private:
    std::uint64_t secret_;
};

}  // namespace holdfast::api
