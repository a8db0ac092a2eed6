// A directory in memory that forgets like a real one: what was not synced may be lost, torn or
// reordered at a crash. One SimDisk is the device and outlives the processes that use it; after
// crash() every File, FileWriter and lock of before is dead (ErrorCode::closed).
//
// Every step that a crash could separate from the next one is a *persistence point*: a temporary
// file made, bytes handed over, bytes synced, a name changed, the directory synced. A test counts
// them in one run and then repeats the run with crash_after(k) for each k.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/disk.h"
#include "os/sim/sim_random.h"

namespace holdfast::os::sim {

/// Runs the task later; the event queue of the simulation decides when.
using Later = std::function<void(std::function<void()>)>;

/// What a crash does to the writes that were not synced.
enum class CrashImage : std::uint8_t {
    random,  ///< any subset, in any order, torn at blocks, sectors or single bytes
    all_lost,
    all_kept,
};

/// Which call fails next, counted from now: 1 is the next one. 0: none.
struct DiskFaults {
    std::uint64_t fail_read_in = 0;    ///< open, read, list and space answer io_error
    std::uint64_t fail_write_in = 0;   ///< write_synced answers io_error before its sync
    std::uint64_t fail_sync_in = 0;    ///< write_synced answers io_error from its sync
    std::uint64_t fail_change_in = 0;  ///< create, write_atomically, rename, remove answer io_error
    bool syncs_lie = false;  ///< write_synced answers well and syncs nothing, as a bad disk does
};

class SimDisk final : public Disk {
  public:
    struct Inode;  // sim_disk_state.h
    struct State;

    /// `random` decides what survives failed syncs; it outlives the disk.
    explicit SimDisk(SimRandom& random);
    ~SimDisk() override;

    Result<std::unique_ptr<File>> open(std::string_view name) override;
    Result<std::unique_ptr<File>> create_zeroed(std::string_view name,
                                                std::uint64_t bytes) override;
    void create_zeroed_later(std::string_view name, std::uint64_t bytes, DiskDone done) override;
    Result<void> write_atomically(std::string_view name, ByteSpan bytes) override;
    Result<std::unique_ptr<FileWriter>> write_file(std::string_view name) override;
    Result<std::vector<std::byte>> read_all(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> remove(std::string_view name) override;
    Result<std::vector<std::string>> list() override;
    Result<std::unique_ptr<DirectoryLock>> lock() override;
    Result<DiskSpace> space() override;
    [[nodiscard]] bool direct() const override;

    /// False: reads see what was written though a sync failed, as a page cache shows it.
    void set_direct(bool direct);
    /// write_synced and create_zeroed_later complete through it; without one, before they return.
    void set_later(Later later);
    /// Sum of the sizes of all files that may exist; creation beyond it is disk_full.
    void set_capacity(std::uint64_t bytes);
    DiskFaults& faults();

    /// The machine stops at the n-th persistence point from now: the step itself still happens to
    /// the volatile image, every later operation answers closed. 0: never.
    void crash_after(std::uint64_t points);
    [[nodiscard]] bool crashed() const;
    /// Persistence points passed since the disk was made.
    [[nodiscard]] std::uint64_t points() const;
    /// The power goes, now or at the point of crash_after; the disk then serves its next process.
    void crash(SimRandom& random, CrashImage image = CrashImage::random);
    /// The process dies, the machine stays: locks and files are gone, the page cache survives.
    void kill_process();

    /// Flips the bits of `mask` in one stored byte, at rest. False: no such byte.
    bool corrupt(std::string_view name, std::uint64_t offset, std::uint8_t mask = 0x01);
    /// Reads that touch the byte fail with io_error until cleared.
    void fail_reads(std::string_view name, std::uint64_t offset);
    void clear_read_faults();
    /// A copy of the whole device, for trying several continuations of one history.
    [[nodiscard]] std::unique_ptr<SimDisk> clone() const;

  private:
    std::shared_ptr<State> state_;
};

}  // namespace holdfast::os::sim
