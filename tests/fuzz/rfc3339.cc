// Times: what is taken is an instant that reads back from its own writing.
#include "base/rfc3339.h"

#include "base/check.h"
#include "targets.h"

namespace holdfast::fuzz {

void rfc3339(ByteSpan bytes) {
    const Result<Instant> at = parse_rfc3339(as_text(bytes));
    if (!at) return;
    const auto text = rfc3339_micros(*at);
    const Result<Instant> again = parse_rfc3339(holdfast::as_text(text));
    HOLDFAST_CHECK(again.has_value(), "what is written can be read");
    // An offset may carry a time out of the years that can be written; those are clamped.
    const auto other = rfc3339_micros(*again);
    HOLDFAST_CHECK(text == other, "what is read is written alike");
    const bool by_hand = bytes.size() >= 20 && as_text(bytes).substr(4, 1) == "-" &&
                         as_text(bytes).substr(10, 1) == "T";
    HOLDFAST_CHECK(by_hand, "only the one shape is taken");
}

}  // namespace holdfast::fuzz
