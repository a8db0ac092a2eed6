// Tests of the journal: a simulated disk with a journal on it, batches whose bodies tell who they
// are, and what a reader gets back.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/file_journal.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_random.h"

namespace holdfast::journal {

inline FileJournalOptions small_options() {
    return {.segment_bytes = 64 * 1024,
            .spare_segments = 2,
            .body_bytes_max = 16 * 1024,
            .low_bytes = 1,
            .ring_bytes = 32 * 1024,
            .ring_batches = 8};
}

/// Recognisable bytes for batch `number`; sizes cross block borders now and then.
inline std::string body_of(std::uint64_t number) {
    std::string text = fmt::format("batch {} ", number);
    const std::size_t size = 100 + (number * 1'777) % 6'000;
    while (text.size() < size) text += fmt::format("{:x}.", number * 7919 + text.size());
    return text;
}

/// The batch that continues `head`: two entries, three facts.
inline Batch next_batch(const Head& head, std::string_view body) {
    return {.epoch = 0,
            .number = head.next_batch,
            .first_entry = head.next_entry,
            .entry_count = 2,
            .first_seq = head.next_seq,
            .fact_count = 3,
            .log_time = head.last_log_time + Microseconds{1},
            .wall = instant_from_raw(1'000'000),
            .since_boot = Microseconds{5},
            .boot_id = 9,
            .body = as_byte_span(body)};
}

/// Appends the next batch with its own body. Nothing: it has not ended yet.
inline std::optional<AppendOutcome> append_next(FileJournal& journal) {
    std::optional<AppendOutcome> outcome;
    const std::string body = body_of(journal.head().next_batch);
    journal.append(next_batch(journal.head(), body),
                   [&outcome](AppendOutcome got) { outcome = got; });
    return outcome;
}

/// Reads from `from_seq` on, checking that the bodies are the ones appended: the batch numbers.
inline Result<std::vector<std::uint64_t>> numbers_from(FileJournal& journal,
                                                       std::uint64_t from_seq) {
    std::vector<std::uint64_t> numbers;
    auto read = journal.read(from_seq, [&](const Batch& batch) -> Result<void> {
        if (as_text(batch.body) != body_of(batch.number))
            return failure(ErrorCode::corrupt, fmt::format("body of {}", batch.number));
        if (batch.first_seq != 1 + 3 * (batch.number - 1) ||
            batch.first_entry != 1 + 2 * (batch.number - 1))
            return failure(ErrorCode::corrupt, fmt::format("place of {}", batch.number));
        numbers.push_back(batch.number);
        return {};
    });
    if (!read) return tl::unexpected(read.error());
    return numbers;
}

/// 1, 2, ... last.
inline std::vector<std::uint64_t> up_to(std::uint64_t last, std::uint64_t first = 1) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = first; i <= last; ++i) numbers.push_back(i);
    return numbers;
}

class JournalTest : public testing::Test {
  protected:
    /// A journal on the disk as it is now; the one before must be gone.
    std::unique_ptr<FileJournal> make() {
        return std::make_unique<FileJournal>(disk_, clock_, random_, options_);
    }
    std::unique_ptr<FileJournal> acquired() {
        auto journal = make();
        const auto head = journal->acquire();
        EXPECT_TRUE(head) << to_string(head.error());
        return journal;
    }
    void append(FileJournal& journal, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            ASSERT_EQ(append_next(journal), AppendOutcome::applied);
    }
    /// Long enough silence for a watermark.
    void fall_silent(FileJournal& journal) {
        clock_.advance(options_.watermark_after);
        journal.idle_work();
    }

    os::sim::SimRandom random_{42};
    os::sim::SimClock clock_;
    os::sim::SimDisk disk_{random_};
    FileJournalOptions options_ = small_options();
};

}  // namespace holdfast::journal
