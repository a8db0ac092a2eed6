#include "os/huge_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace holdfast::os {
namespace {

constexpr std::size_t kHugePageBytes = 2 * 1024 * 1024;
/// Populated and given back so much at a time: the kernel holds the process's memory map meanwhile,
/// and a thread that needs a page would wait.
constexpr std::size_t kSliceBytes = 16 * 1024 * 1024;

std::size_t rounded(std::size_t bytes) {
    return (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
}

class HugePageResource final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        if (bytes < kHugeBlockBytesMin)
            return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        // Mapped with one page to spare, then trimmed to a huge page's boundary.
        const std::size_t size = rounded(bytes);
        void* mapped = mmap(nullptr, size + kHugePageBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED) throw std::bad_alloc();
        const auto start = reinterpret_cast<std::uintptr_t>(mapped);
        const std::uintptr_t aligned = rounded(start);
        if (aligned != start) munmap(mapped, aligned - start);
        const std::size_t behind = start + kHugePageBytes - aligned;
        if (behind != 0) munmap(reinterpret_cast<void*>(aligned + size), behind);
        void* block = reinterpret_cast<void*>(aligned);
        // Only advice: without huge pages the block works, with more faults.
        (void)madvise(block, size, MADV_HUGEPAGE);
        // Pages are cleared now, at growth or start-up, and not one by one under a reservation.
        for (std::size_t at = 0; at < size; at += kSliceBytes)
            (void)madvise(static_cast<char*>(block) + at, std::min(kSliceBytes, size - at),
                          MADV_POPULATE_WRITE);
        return block;
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
        if (bytes < kHugeBlockBytesMin)
            return std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
        const std::size_t size = rounded(bytes);
        for (std::size_t at = 0; at < size; at += kSliceBytes)
            munmap(static_cast<char*>(block) + at, std::min(kSliceBytes, size - at));
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

}  // namespace

std::pmr::memory_resource* huge_page_resource() {
    static HugePageResource resource;
    return &resource;
}

}  // namespace holdfast::os
