// API keys: only the hash of each secret, never the secret. A revision number lets connections
// that cached a principal notice a revocation.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/instant.h"

namespace holdfast::ledger {

struct ApiKeyRow {
    std::array<std::byte, 32> secret_hash{};  ///< SHA-256
    std::string title;
    std::string scopes;
    std::string source;  ///< the one that it speaks as; empty = any
    Instant created_at{};
    Instant expires_at{};  ///< zero = never
    bool revoked = false;
};

class AccessTable {
  public:
    [[nodiscard]] const ApiKeyRow* find(std::uint64_t id) const {
        const auto it = rows_.find(id);
        return it == rows_.end() ? nullptr : &it->second;
    }
    void put(std::uint64_t id, ApiKeyRow row) {
        rows_[id] = std::move(row);
        ++revision_;
    }
    void revoke(std::uint64_t id) {
        if (const auto it = rows_.find(id); it != rows_.end()) it->second.revoked = true;
        ++revision_;
    }
    [[nodiscard]] const std::map<std::uint64_t, ApiKeyRow>& rows() const { return rows_; }
    /// Changes whenever a key is made or revoked.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

  private:
    std::map<std::uint64_t, ApiKeyRow> rows_;
    std::uint64_t revision_ = 0;
};

}  // namespace holdfast::ledger
