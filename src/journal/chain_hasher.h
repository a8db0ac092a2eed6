// SHA-256 through OpenSSL, with everything that can be reused reused: the hash that links a batch
// to the one before.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "journal/journal.h"

namespace holdfast::journal {

class ChainHasher {
  public:
    ChainHasher();
    ~ChainHasher();
    ChainHasher(const ChainHasher&) = delete;
    ChainHasher& operator=(const ChainHasher&) = delete;

    /// Of a batch: `header` as encode_unsealed left it, then its body.
    [[nodiscard]] ChainHash batch_hash(ByteSpan header, ByteSpan body);

  private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace holdfast::journal
