// One program for each target: HOLDFAST_FUZZ_TARGET names its function.
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    holdfast::fuzz::HOLDFAST_FUZZ_TARGET({reinterpret_cast<const std::byte*>(data), size});
    return 0;
}
