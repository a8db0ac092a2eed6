// What a SimDisk holds: for each file the synced image, the image a process sees, and the writes
// between the two; for the directory the same. Included by sim_disk*.cc only.
#pragma once

#include <set>
#include <utility>

#include "os/sim/sim_disk.h"

namespace holdfast::os::sim {

struct SimDisk::Inode {
    struct Write {
        std::uint64_t offset = 0;
        std::vector<std::byte> bytes;
        std::uint64_t zeros = 0;  ///< instead of bytes: the file grows to offset + zeros
        [[nodiscard]] std::uint64_t end() const { return offset + bytes.size() + zeros; }
    };
    std::vector<std::byte> synced;  ///< what a power cut leaves at least
    std::vector<std::byte> now;     ///< what a read sees
    std::vector<Write> pending;     ///< handed over, not synced
    std::set<std::uint64_t> unreadable;

    void write(Write write);
    void sync();
    /// The pending writes happen or not, as `image` says; `synced` is then what the device holds.
    void settle(SimRandom& random, CrashImage image);
};

struct SimDisk::State {
    struct Change {
        std::string link;  ///< empty: none
        std::shared_ptr<Inode> inode;
        std::string unlink;  ///< empty: none
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>, std::less<>>;

    explicit State(SimRandom& random_source) : random(&random_source) {}

    Names now;
    Names synced;
    std::vector<Change> pending;
    SimRandom* random;
    DiskFaults faults;
    Later later;
    std::uint64_t capacity = ~std::uint64_t{0};
    std::uint64_t generation = 1;  ///< rises when the process of before is gone
    std::uint64_t points = 0;
    std::uint64_t crash_at = 0;
    bool crashed = false;
    bool locked = false;
    bool direct = true;

    void change(Change change);
    void sync_directory();
    [[nodiscard]] std::uint64_t used_bytes() const;
    /// A persistence point. False: the machine stopped here.
    bool step();
    /// Counts a fault down; true when it strikes now.
    static bool strikes(std::uint64_t& countdown);
};

/// What every operation of a dead process or a stopped machine answers.
tl::unexpected<Failure> disk_gone();

/// The file a process sees; sim_file.cc.
std::unique_ptr<File> make_sim_file(std::shared_ptr<SimDisk::State> state,
                                    std::shared_ptr<SimDisk::Inode> inode, std::string name);
Result<std::unique_ptr<FileWriter>> make_sim_writer(std::shared_ptr<SimDisk::State> state,
                                                    std::string name);

}  // namespace holdfast::os::sim
