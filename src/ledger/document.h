// Numbers of documents, as the ledger keeps them: a keyed hash that says which kind of document it
// is, so that an order and a transfer of the same number never meet.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace holdfast::ledger {

enum class DocumentKind : std::uint8_t {
    order = 0,
    transfer = 1,
    purchase_order = 2,
    announced_return = 3,
    shipment = 4,
};
inline constexpr std::uint64_t document_kind_mask = 7;

inline std::uint64_t document_hash(DocumentKind kind, std::string_view number, std::uint64_t seed) {
    return (hash64(as_byte_span(number), seed) & ~document_kind_mask) |
           static_cast<std::uint64_t>(kind);
}

}  // namespace holdfast::ledger
