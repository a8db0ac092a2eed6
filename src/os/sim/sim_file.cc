// Files and writers of a SimDisk.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "os/sim/sim_disk_state.h"

namespace holdfast::os::sim {
namespace {

using State = SimDisk::State;
using Inode = SimDisk::Inode;

class SimFile final : public File {
  public:
    SimFile(std::shared_ptr<State> state, std::shared_ptr<Inode> inode, std::string name)
        : state_(std::move(state)),
          inode_(std::move(inode)),
          name_(std::move(name)),
          generation_(state_->generation) {}
    ~SimFile() override { *alive_ = false; }

    [[nodiscard]] std::uint64_t size() const override { return inode_->now.size(); }

    Result<void> read(std::uint64_t offset, MutableByteSpan into) override {
        if (gone()) return disk_gone();
        if (offset > size() || into.size() > size() - offset)
            return failure(ErrorCode::invalid_argument,
                           fmt::format("{}: read of {} bytes at {} passes the end at {}", name_,
                                       into.size(), offset, size()));
        if (State::strikes(state_->faults.fail_read_in))
            return failure(ErrorCode::io_error, fmt::format("read {}: injected", name_));
        const auto bad = inode_->unreadable.lower_bound(offset);
        if (bad != inode_->unreadable.end() && *bad < offset + into.size())
            return failure(ErrorCode::io_error, fmt::format("read at {} of {}", *bad, name_));
        std::copy_n(inode_->now.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                    into.begin());
        return {};
    }

    Result<void> write_now(std::uint64_t offset, ByteSpan bytes) override {
        const Later later = std::exchange(state_->later, nullptr);
        Result<void> outcome;
        write_synced(offset, bytes, [&](Result<void> result) { outcome = std::move(result); });
        state_->later = later;
        return outcome;
    }

    Result<void> sync_now() override {
        if (gone()) return disk_gone();
        return end(false, State::strikes(state_->faults.fail_sync_in));
    }

    void write_synced(std::uint64_t offset, ByteSpan bytes, DiskDone done) override {
        HOLDFAST_CHECK(offset % kDiskBlockBytes == 0 && bytes.size() % kDiskBlockBytes == 0 &&
                           reinterpret_cast<std::uintptr_t>(bytes.data()) % kDiskBlockBytes == 0,
                       "commits are whole blocks");
        HOLDFAST_CHECK(!busy_, "one commit is in flight per file");
        if (gone()) return done(disk_gone());
        const bool write_fails = State::strikes(state_->faults.fail_write_in);
        const bool sync_fails = !write_fails && State::strikes(state_->faults.fail_sync_in);
        inode_->write({.offset = offset, .bytes = {bytes.begin(), bytes.end()}, .zeros = 0});
        const bool alive = state_->step();
        if (!state_->later) return done(alive ? end(write_fails, sync_fails) : disk_gone());
        busy_ = true;
        state_->later([this, alive_flag = alive_, write_fails, sync_fails, done] {
            if (!*alive_flag || gone()) return;
            busy_ = false;
            done(end(write_fails, sync_fails));
        });
    }

  private:
    [[nodiscard]] bool gone() const { return state_->crashed || state_->generation != generation_; }

    Result<void> end(bool write_fails, bool sync_fails) {
        if (write_fails || sync_fails) {
            // The kernel marks the pages clean: the device holds any part of them, and no later
            // sync brings the rest. Only a page cache still shows the whole.
            inode_->settle(*state_->random, CrashImage::random);
            if (state_->direct) inode_->now = inode_->synced;
            return failure(ErrorCode::io_error,
                           fmt::format("{} {}: injected", write_fails ? "write" : "sync", name_));
        }
        if (!state_->faults.syncs_lie) inode_->sync();
        if (!state_->step()) return disk_gone();
        return {};
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<Inode> inode_;
    std::string name_;
    std::uint64_t generation_;
    bool busy_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class SimWriter final : public FileWriter {
  public:
    SimWriter(std::shared_ptr<State> state, std::string name)
        : state_(std::move(state)),
          name_(std::move(name)),
          temporary_(name_ + std::string(kTemporarySuffix)),
          generation_(state_->generation),
          inode_(std::make_shared<Inode>()) {
        state_->change({.link = temporary_, .inode = inode_, .unlink = {}});
        state_->step();
    }
    ~SimWriter() override {
        if (!finished_ && !gone()) state_->change({.link = {}, .inode = {}, .unlink = temporary_});
    }

    Result<void> append(ByteSpan bytes) override {
        if (gone()) return disk_gone();
        if (state_->used_bytes() + bytes.size() > state_->capacity)
            return failure(ErrorCode::disk_full, fmt::format("write {}: no space", temporary_));
        inode_->write(
            {.offset = inode_->now.size(), .bytes = {bytes.begin(), bytes.end()}, .zeros = 0});
        if (!state_->step()) return disk_gone();
        return {};
    }

    Result<void> finish() override {
        if (gone()) return disk_gone();
        if (State::strikes(state_->faults.fail_change_in))
            return failure(ErrorCode::io_error, fmt::format("sync {}: injected", temporary_));
        inode_->sync();
        if (!state_->step()) return disk_gone();
        state_->change({.link = name_, .inode = inode_, .unlink = temporary_});
        finished_ = true;
        if (!state_->step()) return disk_gone();
        state_->sync_directory();
        if (!state_->step()) return disk_gone();
        return {};
    }

  private:
    [[nodiscard]] bool gone() const { return state_->crashed || state_->generation != generation_; }

    std::shared_ptr<State> state_;
    std::string name_;
    std::string temporary_;
    std::uint64_t generation_;
    std::shared_ptr<Inode> inode_;
    bool finished_ = false;
};

}  // namespace

std::unique_ptr<File> make_sim_file(std::shared_ptr<State> state, std::shared_ptr<Inode> inode,
                                    std::string name) {
    return std::make_unique<SimFile>(std::move(state), std::move(inode), std::move(name));
}

Result<std::unique_ptr<FileWriter>> make_sim_writer(std::shared_ptr<State> state,
                                                    std::string name) {
    if (state->crashed) return disk_gone();
    auto writer = std::make_unique<SimWriter>(state, std::move(name));
    if (state->crashed) return disk_gone();
    return writer;
}

}  // namespace holdfast::os::sim
