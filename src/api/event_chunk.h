// Some lines of a batch of events, read: what each of them says, or why it says nothing. Made
// beside the loop from bytes alone, and decided on the loop.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/batch_lines.h"
#include "api/decoder.h"
#include "base/arena.h"

namespace holdfast::api {

/// Text that one chunk takes: a quarter of a millisecond of reading, so that the loop has something
/// to decide soon, and what was read is still near the processor when it does.
inline constexpr std::size_t kChunkBytesMax = 64 * 1024;
/// What a line costs beyond its bytes, in bytes: an empty one has an answer too.
inline constexpr std::size_t kLineBytes = 64;

class EventChunk {
  public:
    /// Reads the next lines. `seed` is the state's.
    void read(Decoder& decoder, std::uint64_t seed, BatchLines& lines);
    /// Ready to be read into again; keeps its memory.
    void clear();

    /// Whether every line was taken out.
    [[nodiscard]] bool done() const { return at_ == rows_.size(); }
    [[nodiscard]] std::size_t lines() const { return rows_.size(); }
    /// Lines that nobody wants any more.
    void drop_rest() { at_ = rows_.size(); }

    struct Row {
        EventText text;
        std::uint32_t bytes = 0;  ///< of the line
        bool good = false;        ///< false: see the fault
    };
    /// The next line, resolved if it is good; those behind it are asked for from memory.
    Row& take(const ledger::State& state);
    /// Of the row that was taken last.
    [[nodiscard]] const Fault& fault() const { return faults_[faults_taken_ - 1]; }

    // The batch's own bookkeeping.
    std::uint32_t first_line = 0;  ///< number of its first line in the batch
    std::uint32_t unanswered = 0;  ///< of the lines that were submitted

  private:
    Arena arena_;  // of the texts and lines of the rows
    std::vector<Row> rows_;
    std::vector<Fault> faults_;  // of rows that are not good, in order
    std::size_t at_ = 0;
    std::size_t faults_taken_ = 0;
};

}  // namespace holdfast::api
