// One running hub: all parts of it, built in order and stopped in the reverse one.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "hub/serve.h"

namespace holdfast::hub {

class Hub {
  public:
    explicit Hub(ServeOptions options);
    ~Hub();

    /// Opens the directory, recovers, makes the first key, listens. Failures name what to do.
    Result<void> start();
    /// Serves until a signal stops it. Returns the exit code.
    int run();

  private:
    struct Parts;
    ServeOptions options_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::hub
