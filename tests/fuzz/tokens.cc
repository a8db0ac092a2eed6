// Ids, positions, cursors and names of files: each text that is taken is the one that would have
// been written.
#include <string>

#include "api/cursor.h"
#include "api/tokens.h"
#include "base/base32.h"
#include "base/check.h"
#include "journal/segment_name.h"
#include "targets.h"

namespace holdfast::fuzz {

void tokens(ByteSpan bytes) {
    const std::string_view text = as_text(bytes);
    if (const auto number = base32_decode(text)) {
        const auto again = base32_encode(*number);
        HOLDFAST_CHECK(std::string_view(again.data(), again.size()) == text,
                       "a base32 number has one spelling");
    }
    if (const auto seq = api::seq_from_token(text))
        HOLDFAST_CHECK(api::as_text(api::seq_token(*seq)) == text, "a position has one spelling");
    if (const auto id = api::reservation_from_name(text))
        HOLDFAST_CHECK(api::as_text(api::reservation_name(*id)) == text, "an id has one spelling");
    if (const auto name = journal::parse_segment_name(text))
        HOLDFAST_CHECK(journal::to_file_name(*name) == text, "a segment has one name");
    if (const auto number = journal::parse_spare_name(text))
        HOLDFAST_CHECK(journal::spare_file_name(*number) == text, "a spare has one name");
    const api::CursorCodec codec(7);
    if (const auto key = codec.decode("list", text))
        HOLDFAST_CHECK(codec.encode("list", *key) == text, "a cursor has one spelling");
    HOLDFAST_CHECK(codec.decode("list", codec.encode("list", {1, 2})), "a cursor leads back");
}

}  // namespace holdfast::fuzz
