#include "canonical/command.h"

#include <type_traits>

namespace holdfast {

const Envelope* envelope_of(const Command& command) {
    return std::visit(
        [](const auto& c) -> const Envelope* {
            using Given = std::decay_t<decltype(c)>;
            if constexpr (std::is_same_v<Given, ExpireHolds> || std::is_same_v<Given, WakeCases>)
                return nullptr;
            else
                return &c.envelope;
        },
        command);
}

}  // namespace holdfast
