#include "os/sim/sim_disk_state.h"

#include <algorithm>

namespace holdfast::os::sim {
namespace {

constexpr std::size_t kSectorBytes = 512;

using Write = SimDisk::Inode::Write;

void lay_over(std::vector<std::byte>& image, const Write& write) {
    if (image.size() < write.end()) image.resize(write.end());
    if (write.zeros > 0)
        std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(write.offset), write.zeros,
                    std::byte{0});
    std::copy(write.bytes.begin(), write.bytes.end(),
              image.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

/// A piece of a write: bytes [from, to) of it.
Write piece(const Write& write, std::uint64_t from, std::uint64_t to) {
    Write part{.offset = write.offset + from, .bytes = {}, .zeros = 0};
    if (write.zeros > 0) {
        part.zeros = to - from;
    } else {
        part.bytes.assign(write.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                          write.bytes.begin() + static_cast<std::ptrdiff_t>(to));
    }
    return part;
}

/// Cuts a write where this crash cuts: whole, at blocks, at sectors, or at two odd bytes.
std::vector<Write> tear(const Write& write, SimRandom& random) {
    const std::uint64_t size = write.end() - write.offset;
    std::vector<Write> pieces;
    const std::uint64_t kind = random.below(4);
    if (kind == 0 || size == 0) return {write};
    if (kind == 3) {
        const std::uint64_t first = random.below(size + 1);
        const std::uint64_t second = first + random.below(size - first + 1);
        pieces.push_back(piece(write, 0, first));
        pieces.push_back(piece(write, first, second));
        pieces.push_back(piece(write, second, size));
        return pieces;
    }
    const std::uint64_t unit = kind == 1 ? kDiskBlockBytes : kSectorBytes;
    for (std::uint64_t at = 0; at < size; at += unit)
        pieces.push_back(piece(write, at, std::min(size, at + unit)));
    return pieces;
}

}  // namespace

void SimDisk::Inode::write(Write write) {
    lay_over(now, write);
    pending.push_back(std::move(write));
}

void SimDisk::Inode::sync() {
    for (const Write& write : pending) lay_over(synced, write);
    pending.clear();
}

void SimDisk::Inode::settle(SimRandom& random, CrashImage image) {
    if (image == CrashImage::all_kept) {
        sync();
    } else if (image == CrashImage::random) {
        std::vector<Write> pieces;
        for (const Write& write : pending)
            for (Write& part : tear(write, random)) pieces.push_back(std::move(part));
        // Without a sync between them nothing orders two writes.
        for (std::size_t i = pieces.size(); i > 1; --i)
            std::swap(pieces[i - 1], pieces[random.below(i)]);
        // One crash in four loses or keeps nearly everything, the others about half.
        const std::uint64_t keep_of_16 = random.one_in(4) ? 1 + 14 * random.below(2) : 8;
        for (const Write& part : pieces)
            if (random.below(16) < keep_of_16) lay_over(synced, part);
    }
    pending.clear();
}

void SimDisk::State::change(Change change) {
    if (!change.unlink.empty()) now.erase(change.unlink);
    if (!change.link.empty()) now[change.link] = change.inode;
    pending.push_back(std::move(change));
}

void SimDisk::State::sync_directory() {
    synced = now;
    pending.clear();
}

std::uint64_t SimDisk::State::used_bytes() const {
    std::uint64_t used = 0;
    for (const auto& [name, inode] : now) used += inode->now.size();
    return used;
}

bool SimDisk::State::step() {
    ++points;
    if (crash_at != 0 && points >= crash_at) crashed = true;
    return !crashed;
}

bool SimDisk::State::strikes(std::uint64_t& countdown) {
    if (countdown == 0) return false;
    return --countdown == 0;
}

tl::unexpected<Failure> disk_gone() {
    return failure(ErrorCode::closed, "the simulated machine is down");
}

}  // namespace holdfast::os::sim
