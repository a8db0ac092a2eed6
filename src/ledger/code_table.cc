#include "ledger/code_table.h"

#include "base/check.h"

namespace holdfast::ledger {

std::uint32_t CodeTable::find(std::string_view code, std::uint64_t hashed) const {
    if (slots_.empty()) return kNoId;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hashed & mask; slots_[at].text != nullptr; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.hashed == hashed && std::string_view(slot.text, slot.length) == code)
            return slot.id;
    }
    return kNoId;
}

void CodeTable::put(std::uint32_t id, std::string_view code, std::string_view title,
                    std::uint64_t seq) {
    HOLDFAST_CHECK(id <= rows_.size(), "ids are given out densely");
    if (id < rows_.size()) {
        HOLDFAST_CHECK(rows_[id].code == code, "a code is never renamed");
        if (rows_[id].title != title) rows_[id].title = texts_.copy(title);
        rows_[id].seq = seq;
        return;
    }
    HOLDFAST_CHECK(find(code) == kNoId, "a code has one id");
    rows_.push_back({texts_.copy(code), texts_.copy(title), seq});
    if (rows_.size() * 2 > slots_.size())
        grow();
    else
        index(id);
}

void CodeTable::index(std::uint32_t id) {
    const std::string_view code = rows_[id].code;
    const std::uint64_t hashed = hash(code);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hashed & mask;
    while (slots_[at].text != nullptr) at = (at + 1) & mask;
    slots_[at] = {hashed, code.data(), static_cast<std::uint32_t>(code.size()), id};
}

void CodeTable::grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
    for (std::uint32_t id = 0; id < rows_.size(); ++id) index(id);
}

}  // namespace holdfast::ledger
