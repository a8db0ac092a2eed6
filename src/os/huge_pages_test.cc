// Goal: blocks of every size come back usable and can be given back.
#include "os/huge_pages.h"

#include <gtest/gtest.h>

#include <cstring>

namespace holdfast::os {
namespace {

TEST(HugePages, GivesWritableBlocksOfEverySize) {
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{4096}, kHugeBlockBytesMin - 1, kHugeBlockBytesMin,
          3 * kHugeBlockBytesMin + 5, 16 * kHugeBlockBytesMin}) {
        void* block = huge_page_resource()->allocate(bytes, 64);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
        std::memset(block, 0x5a, bytes);
        huge_page_resource()->deallocate(block, bytes, 64);
    }
}

}  // namespace
}  // namespace holdfast::os
