#include "canonical/command.h"

#include <type_traits>

namespace holdfast {

const Envelope* envelope_of(const Command& command) {
    return std::visit(
        [](const auto& c) -> const Envelope* {
            if constexpr (std::is_same_v<std::decay_t<decltype(c)>, ExpireHolds>)
                return nullptr;
            else
                return &c.envelope;
        },
        command);
}

}  // namespace holdfast
