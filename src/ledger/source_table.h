// How far each numbered source has been recorded: its epoch and its highest sequence number. Kept
// for ever: a source with a sequence needs no keys.
#pragma once

#include <cstdint>
#include <map>

#include "canonical/ids.h"

namespace holdfast::ledger {

struct SourcePosition {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
};

class SourceTable {
  public:
    [[nodiscard]] SourcePosition position(NameId source) const {
        const auto it = rows_.find(source);
        return it == rows_.end() ? SourcePosition{} : it->second;
    }
    void put(NameId source, const SourcePosition& position) { rows_[source] = position; }
    [[nodiscard]] const std::map<NameId, SourcePosition>& rows() const { return rows_; }

  private:
    std::map<NameId, SourcePosition> rows_;
};

}  // namespace holdfast::ledger
