// A number that only compares with its own kind.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace holdfast {

template <class Tag, class Raw>
struct StrongId {
    using raw_type = Raw;
    Raw raw{};

    constexpr StrongId() = default;
    explicit constexpr StrongId(Raw value) : raw(value) {}
    friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

}  // namespace holdfast

template <class Tag, class Raw>
struct std::hash<holdfast::StrongId<Tag, Raw>> {
    std::size_t operator()(holdfast::StrongId<Tag, Raw> id) const noexcept {
        return std::hash<Raw>{}(id.raw);
    }
};
