// Who is believed: for a type of event, at a location, one source. No row, and everyone is.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "canonical/ids.h"
#include "canonical/vocabulary.h"

namespace holdfast::ledger {

inline constexpr std::size_t authority_rows_max = 65'536;

struct AuthorityScope {
    FactType type{};                    ///< FactType{} = every event
    LocationId location = kNoLocation;  ///< kNoLocation = everywhere
    friend auto operator<=>(const AuthorityScope&, const AuthorityScope&) = default;
};

struct AuthorityRow {
    NameId source = kNoName;
    std::uint64_t seq = 0;  ///< of the fact since which it holds
};

class AuthorityTable {
  public:
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] bool contains(const AuthorityScope& scope) const { return rows_.contains(scope); }
    /// The source that is believed; kNoName where everyone is. The most specific row wins: type and
    /// location, type, location, everything.
    [[nodiscard]] NameId owner(FactType type, LocationId at) const {
        for (const AuthorityScope& scope :
             {AuthorityScope{type, at}, AuthorityScope{type, kNoLocation},
              AuthorityScope{FactType{}, at}, AuthorityScope{FactType{}, kNoLocation}})
            if (const auto row = rows_.find(scope); row != rows_.end()) return row->second.source;
        return kNoName;
    }
    /// A row without a source is removed.
    void put(const AuthorityScope& scope, const AuthorityRow& row) {
        if (row.source == kNoName)
            rows_.erase(scope);
        else
            rows_[scope] = row;
    }
    [[nodiscard]] const std::map<AuthorityScope, AuthorityRow>& rows() const { return rows_; }

  private:
    std::map<AuthorityScope, AuthorityRow> rows_;
};

}  // namespace holdfast::ledger
