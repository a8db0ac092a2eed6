#include "os/sim/sim_disk.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/sim/sim_disk_state.h"

namespace holdfast::os::sim {
namespace {

class SimLock final : public DirectoryLock {
  public:
    explicit SimLock(std::shared_ptr<SimDisk::State> state)
        : state_(std::move(state)), generation_(state_->generation) {}
    ~SimLock() override {
        if (state_->generation == generation_) state_->locked = false;
    }

  private:
    std::shared_ptr<SimDisk::State> state_;
    std::uint64_t generation_;
};

tl::unexpected<Failure> missing(std::string_view name) {
    return failure(ErrorCode::not_found, fmt::format("{}: no such file", name));
}

Result<void> create_zeroed_in(SimDisk::State& state, std::string_view name, std::uint64_t bytes) {
    if (state.crashed) return disk_gone();
    if (state.now.contains(name))
        return failure(ErrorCode::already_exists, fmt::format("create {}: it exists", name));
    if (SimDisk::State::strikes(state.faults.fail_change_in))
        return failure(ErrorCode::io_error, fmt::format("create {}: injected", name));
    if (const std::uint64_t used = state.used_bytes();
        used > state.capacity || bytes > state.capacity - used)
        return failure(ErrorCode::disk_full, fmt::format("allocate {}: no space", name));
    const auto inode = std::make_shared<SimDisk::Inode>();
    const std::string temporary = std::string(name) + std::string(kTemporarySuffix);
    state.change({.link = temporary, .inode = inode, .unlink = {}});
    if (!state.step()) return disk_gone();
    inode->write({.offset = 0, .bytes = {}, .zeros = bytes});
    if (!state.step()) return disk_gone();
    inode->sync();
    if (!state.step()) return disk_gone();
    state.change({.link = std::string(name), .inode = inode, .unlink = temporary});
    if (!state.step()) return disk_gone();
    state.sync_directory();
    if (!state.step()) return disk_gone();
    return {};
}

}  // namespace

SimDisk::SimDisk(SimRandom& random) : state_(std::make_shared<State>(random)) {}
SimDisk::~SimDisk() = default;

Result<std::unique_ptr<File>> SimDisk::open(std::string_view name) {
    if (state_->crashed) return disk_gone();
    const auto found = state_->now.find(name);
    if (found == state_->now.end()) return missing(name);
    if (State::strikes(state_->faults.fail_read_in))
        return failure(ErrorCode::io_error, fmt::format("open {}: injected", name));
    return make_sim_file(state_, found->second, std::string(name));
}

Result<std::unique_ptr<File>> SimDisk::create_zeroed(std::string_view name, std::uint64_t bytes) {
    if (auto made = create_zeroed_in(*state_, name, bytes); !made)
        return tl::unexpected(made.error());
    return open(name);
}

void SimDisk::create_zeroed_later(std::string_view name, std::uint64_t bytes, DiskDone done) {
    if (!state_->later) return done(create_zeroed_in(*state_, name, bytes));
    state_->later([state = state_, generation = state_->generation, name = std::string(name), bytes,
                   done = std::move(done)] {
        if (!state->crashed && state->generation == generation)
            done(create_zeroed_in(*state, name, bytes));
    });
}

Result<void> SimDisk::write_atomically(std::string_view name, ByteSpan bytes) {
    auto writer = write_file(name);
    if (!writer) return tl::unexpected(writer.error());
    if (auto put = (*writer)->append(bytes); !put) return put;
    return (*writer)->finish();
}

Result<std::unique_ptr<FileWriter>> SimDisk::write_file(std::string_view name) {
    return make_sim_writer(state_, std::string(name));
}

Result<std::vector<std::byte>> SimDisk::read_all(std::string_view name) {
    auto file = open(name);
    if (!file) return tl::unexpected(file.error());
    std::vector<std::byte> bytes((*file)->size());
    if (auto got = (*file)->read(0, bytes); !got) return tl::unexpected(got.error());
    return bytes;
}

Result<void> SimDisk::rename(std::string_view from, std::string_view to) {
    if (state_->crashed) return disk_gone();
    const auto found = state_->now.find(from);
    if (found == state_->now.end()) return missing(from);
    if (State::strikes(state_->faults.fail_change_in))
        return failure(ErrorCode::io_error, fmt::format("rename {}: injected", from));
    state_->change({.link = std::string(to), .inode = found->second, .unlink = std::string(from)});
    if (!state_->step()) return disk_gone();
    state_->sync_directory();
    if (!state_->step()) return disk_gone();
    return {};
}

Result<void> SimDisk::remove(std::string_view name) {
    if (state_->crashed) return disk_gone();
    if (!state_->now.contains(name)) return missing(name);
    if (State::strikes(state_->faults.fail_change_in))
        return failure(ErrorCode::io_error, fmt::format("remove {}: injected", name));
    state_->change({.link = {}, .inode = {}, .unlink = std::string(name)});
    if (!state_->step()) return disk_gone();
    state_->sync_directory();
    if (!state_->step()) return disk_gone();
    return {};
}

Result<std::vector<std::string>> SimDisk::list() {
    if (state_->crashed) return disk_gone();
    if (State::strikes(state_->faults.fail_read_in))
        return failure(ErrorCode::io_error, "list the directory: injected");
    std::vector<std::string> names;
    for (const auto& [name, inode] : state_->now) names.push_back(name);
    return names;
}

Result<std::unique_ptr<DirectoryLock>> SimDisk::lock() {
    if (state_->crashed) return disk_gone();
    if (state_->locked)
        return failure(ErrorCode::locked, "the directory is in use by another process");
    state_->locked = true;
    return std::make_unique<SimLock>(state_);
}

Result<DiskSpace> SimDisk::space() {
    if (state_->crashed) return disk_gone();
    if (State::strikes(state_->faults.fail_read_in))
        return failure(ErrorCode::io_error, "ask for free space: injected");
    const std::uint64_t used = state_->used_bytes();
    return DiskSpace{.free_bytes = used > state_->capacity ? 0 : state_->capacity - used,
                     .total_bytes = state_->capacity};
}

bool SimDisk::direct() const { return state_->direct; }
void SimDisk::set_direct(bool direct) { state_->direct = direct; }
void SimDisk::set_later(Later later) { state_->later = std::move(later); }
void SimDisk::set_capacity(std::uint64_t bytes) { state_->capacity = bytes; }
DiskFaults& SimDisk::faults() { return state_->faults; }

void SimDisk::crash_after(std::uint64_t points) {
    state_->crash_at = points == 0 ? 0 : state_->points + points;
}
bool SimDisk::crashed() const { return state_->crashed; }
std::uint64_t SimDisk::points() const { return state_->points; }

void SimDisk::crash(SimRandom& random, CrashImage image) {
    State::Names names = state_->synced;
    if (image != CrashImage::all_lost) {
        for (const State::Change& change : state_->pending) {
            if (image == CrashImage::random && random.one_in(2)) continue;
            if (!change.unlink.empty()) names.erase(change.unlink);
            if (!change.link.empty()) names[change.link] = change.inode;
        }
    }
    state_->now = names;
    state_->synced = std::move(names);
    state_->pending.clear();
    for (const auto& [name, inode] : state_->now) {
        inode->settle(random, image);
        inode->now = inode->synced;
    }
    kill_process();
    state_->faults = {};
}

void SimDisk::kill_process() {
    ++state_->generation;
    state_->locked = false;
    state_->crashed = false;
    state_->crash_at = 0;
}

bool SimDisk::corrupt(std::string_view name, std::uint64_t offset, std::uint8_t mask) {
    const auto found = state_->now.find(name);
    if (found == state_->now.end() || offset >= found->second->now.size()) return false;
    found->second->now[offset] ^= std::byte{mask};
    if (offset < found->second->synced.size()) found->second->synced[offset] ^= std::byte{mask};
    return true;
}

void SimDisk::fail_reads(std::string_view name, std::uint64_t offset) {
    if (const auto found = state_->now.find(name); found != state_->now.end())
        found->second->unreadable.insert(offset);
}

void SimDisk::clear_read_faults() {
    for (const auto& [name, inode] : state_->now) inode->unreadable.clear();
}

std::unique_ptr<SimDisk> SimDisk::clone() const {
    auto copy = std::make_unique<SimDisk>(*state_->random);
    *copy->state_ = *state_;
    std::map<const Inode*, std::shared_ptr<Inode>> copies;
    const auto twin = [&copies](std::shared_ptr<Inode>& inode) {
        if (!inode) return;
        auto& fresh = copies[inode.get()];
        if (!fresh) fresh = std::make_shared<Inode>(*inode);
        inode = fresh;
    };
    for (auto& [name, inode] : copy->state_->now) twin(inode);
    for (auto& [name, inode] : copy->state_->synced) twin(inode);
    for (State::Change& change : copy->state_->pending) twin(change.inode);
    return copy;
}

}  // namespace holdfast::os::sim
