// The kernel's randomness: log ids, hash seeds, tokens. Safe from any thread.
#pragma once

#include "os/random.h"

namespace holdfast::os {

class SystemRandom final : public Random {
  public:
    void fill(MutableByteSpan bytes) override;
};

}  // namespace holdfast::os
