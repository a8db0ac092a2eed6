// Bytes of a journal as facts: whatever is taken keeps within its own length.
#include "canonical/fact.h"

#include "base/check.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

std::uint64_t sum(ByteSpan bytes) {
    std::uint64_t total = 0;
    for (const std::byte b : bytes) total += std::to_integer<std::uint8_t>(b);
    return total;
}

/// Touches everything that a reader may ask for; the address sanitizer watches.
void read_whole(const FactView& fact) {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        HOLDFAST_CHECK(name(posting.bucket) != "unknown", "a posting has a known bucket");
        seen += static_cast<std::uint64_t>(posting.delta);
    }
    for (std::uint16_t tag = 0; tag < 64; ++tag)
        if (const auto field = fact.field(static_cast<FieldTag>(tag))) {
            const std::byte* const end = fact.bytes().data() + fact.bytes().size();
            HOLDFAST_CHECK(
                field->data() >= fact.bytes().data() && field->data() + field->size() <= end,
                "a field stands inside its fact");
            seen += sum(*field);
        }
    const auto lines = fact.field(FieldTag::part_lines);
    for (std::size_t i = 0; i < fact.posting_count(); ++i)
        seen += fact.item<std::uint64_t>(lines, i, i + 1);
    HOLDFAST_CHECK(sum(fact.bytes()) + seen != 1 || !fact.bytes().empty(), "bytes were read");
}

}  // namespace

void fact(ByteSpan bytes) {
    // A copy of exactly this size, so that one byte too far is noticed.
    const std::vector<std::byte> body(bytes.begin(), bytes.end());
    std::size_t read = 0;
    const Result<void> all = for_each_fact(body, [&](const FactView& view) -> Result<void> {
        HOLDFAST_CHECK(view.size() >= kFactHeaderBytes, "a fact has its header");
        read += view.size();
        HOLDFAST_CHECK(read <= body.size(), "a fact ends inside its body");
        read_whole(view);
        return {};
    });
    HOLDFAST_CHECK(!all || read == body.size(), "a body that is read is read to its end");
}

}  // namespace holdfast::fuzz
