#include "canonical/command.h"

namespace holdfast {

const Envelope* envelope_of(const Command& command) {
    return std::visit(
        [](const auto& c) -> const Envelope* {
            if constexpr (requires { c.envelope; })
                return &c.envelope;
            else
                return nullptr;
        },
        command);
}

}  // namespace holdfast
