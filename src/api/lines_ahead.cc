#include "api/lines_ahead.h"

#include <algorithm>

namespace holdfast::api {
namespace {

constexpr std::string_view kMember = "\"sku\":\"";

}  // namespace

/// Lines of one producer are alike: most have it where the line before had it.
std::uint64_t LinesAhead::likely_sku(std::string_view line) {
    if (!line.substr(std::min(likely_at_, line.size())).starts_with(kMember)) {
        const std::size_t found = line.find(kMember);
        if (found == std::string_view::npos) return 0;
        likely_at_ = found;
    }
    const std::string_view rest = line.substr(likely_at_ + kMember.size());
    return ledger::CodeTable::hash(rest.substr(0, rest.find('"')));
}

void LinesAhead::look(std::string_view body, std::uint32_t next, const ledger::CodeTable& items) {
    for (; lines_ < next + kDistance && at_ < body.size(); ++lines_) {
        const std::size_t end = std::min(body.find('\n', at_), body.size());
        const std::uint64_t hashed = likely_sku(body.substr(at_, end - at_));
        items.prefetch_slot(hashed);
        hashes_[lines_ % kDistance] = hashed;
        at_ = std::min(end + 1, body.size());
    }
    // Half of the way on, the slot is there and says where the text is.
    items.prefetch_text(hashes_[(next + kDistance / 2) % kDistance]);
}

}  // namespace holdfast::api
