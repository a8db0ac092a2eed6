#include "ledger/code_table.h"

#include "base/check.h"

namespace holdfast::ledger {

void CodeTable::put(std::uint32_t id, std::string_view code, std::string_view title,
                    std::uint64_t seq) {
    HOLDFAST_CHECK(id <= rows_.size(), "ids are given out densely");
    if (id < rows_.size()) {
        HOLDFAST_CHECK(rows_[id].code == code, "a code is never renamed");
        rows_[id].title = title;
        rows_[id].seq = seq;
        return;
    }
    rows_.push_back({std::string(code), std::string(title), seq});
    const bool fresh = ids_.emplace(rows_.back().code, id).second;
    HOLDFAST_CHECK(fresh, "a code has one id");
}

}  // namespace holdfast::ledger
