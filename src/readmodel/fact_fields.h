// The tagged fields of a fact as the read model keeps them: verbatim, so that a field nobody
// thought of here is there when somebody asks for it, but without keys and secrets, and without
// what has a column of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "canonical/fact.h"

namespace holdfast::readmodel {

/// The fields that are kept, appended to `out` in their own framing: tag u16, length u16, bytes.
void keep_fields(const FactView& fact, std::vector<std::byte>& out);

/// Payload of the first kept field with this tag; nothing when absent or cut.
std::optional<ByteSpan> kept_field(ByteSpan kept, FieldTag tag);

template <class T>
std::optional<T> kept_field_as(ByteSpan kept, FieldTag tag) {
    const auto payload = kept_field(kept, tag);
    if (!payload || payload->size() != sizeof(T)) return std::nullopt;
    return load<T>(payload->data());
}

}  // namespace holdfast::readmodel
