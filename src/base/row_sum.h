// The fingerprint of a state: the sum mod 2^128 of XXH3-128 over rows in their canonical encoding,
// so that neither layout nor order of rows matters. Page: docs/journal_format.md, "State hash".
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_stream.h"
#include "base/hash.h"

namespace holdfast {

/// `Tag` names the table of a row in one byte; no two tables of the product share one.
template <class Tag>
class RowSum {
  public:
    /// Starts a row; fields are appended to the writer it returns.
    ByteWriter& row(Tag tag) {
        flush();
        writer_.put(static_cast<std::uint8_t>(tag));
        return writer_;
    }
    Hash128 total() {
        flush();
        return sum_;
    }

  private:
    void flush() {
        if (!bytes_.empty()) sum_ += hash128(bytes_);
        bytes_.clear();
    }
    std::vector<std::byte> bytes_;
    ByteWriter writer_{bytes_};
    Hash128 sum_;
};

}  // namespace holdfast
