// Keeps a few zero-filled segments ready, so that a commit never waits for one and a full disk
// shows when a spare cannot be made, long before a commit would meet it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/disk.h"

namespace holdfast::journal {

struct Spare {
    std::string name;
    std::unique_ptr<os::File> file;
};

class SpareSegments {
  public:
    /// `on_change` is called when a preparation ended, well or not; from within replenish() on a
    /// disk without threads.
    SpareSegments(os::Disk& disk, std::uint64_t segment_bytes, std::size_t wanted,
                  std::function<void()> on_change);

    /// Takes over what an earlier owner left; one of another size is removed.
    Result<void> adopt(const std::vector<std::uint64_t>& numbers);
    /// The oldest spare, or nothing.
    std::optional<Spare> take();
    /// Starts preparing what is missing, one at a time. Returns whether it started something.
    bool replenish();
    [[nodiscard]] std::size_t count() const { return ready_.size(); }
    /// The last preparation failed and none has succeeded since.
    [[nodiscard]] bool blocked() const { return blocked_; }
    /// One is on its way; how that ends, nobody knows yet.
    [[nodiscard]] bool preparing() const { return preparing_; }

  private:
    void prepared(std::uint64_t number, const Result<void>& made);

    os::Disk& disk_;
    std::uint64_t segment_bytes_;
    std::size_t wanted_;
    std::function<void()> on_change_;
    std::vector<Spare> ready_;
    std::uint64_t next_number_ = 1;
    bool preparing_ = false;
    bool blocked_ = false;
    /// A preparation may end after this object has.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::journal
