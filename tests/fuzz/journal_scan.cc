// The files of a journal, damaged anywhere: a new owner refuses them, or gives back what was
// written and nothing else.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>

#include "base/check.h"
#include "input.h"
#include "journal/file_journal.h"
#include "journal/format.h"
#include "journal/segment_name.h"
#include "journal/verify.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_random.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

using journal::Batch;
using journal::FileJournal;

constexpr std::uint64_t kBatches = 9;
constexpr std::uint64_t kSegmentBytes = 8 * journal::kBlockBytes;

std::string body_of(std::uint64_t number) {
    return std::string(static_cast<std::size_t>(40 + number * 700),
                       static_cast<char>('a' + number));
}

journal::FileJournalOptions options() {
    return {.segment_bytes = kSegmentBytes,
            .spare_segments = 1,
            .body_bytes_max = 8000,
            .low_bytes = 1,
            .ring_bytes = 4096,
            .ring_batches = 4};
}

/// A journal of a few segments, its owner gone after a silence: every batch has its witness.
class Written {
  public:
    Written() {
        FileJournal owner(disk, clock, random, options());
        HOLDFAST_CHECK(owner.acquire().has_value(), "a new journal is founded");
        for (std::uint64_t number = 1; number <= kBatches; ++number) {
            const std::string body = body_of(number);
            const journal::Head& head = owner.head();
            owner.append({.number = number,
                          .first_entry = head.next_entry,
                          .entry_count = 1,
                          .first_seq = head.next_seq,
                          .fact_count = 2,
                          .log_time = instant_from_raw(static_cast<std::int64_t>(number)),
                          .body = as_byte_span(body)},
                         [](journal::AppendOutcome) {});
        }
        clock.advance(options().watermark_after);
        owner.idle_work();
        const auto names = disk.list();
        for (const std::string& name : *names)
            if (!journal::parse_spare_name(name)) files.push_back(name);
    }
    os::sim::SimRandom random{42};
    os::sim::SimClock clock;
    os::sim::SimDisk disk{random};
    std::vector<std::string> files;
};

/// Puts the checksums of all headers right again, so that what they say is believed.
void reseal(std::vector<std::byte>& bytes, std::uint64_t log_id) {
    for (std::size_t at = 0; at + journal::kHeaderBytes <= bytes.size();
         at += journal::kBlockBytes) {
        constexpr std::size_t kChecksumAt = 248;
        const ByteSpan header(bytes.data() + at, kChecksumAt);
        if (!journal::all_zero(header))
            store(bytes.data() + at + kChecksumAt, hash64(header, log_id));
    }
}

/// Batches from the first on, each with the body that it was written with.
std::uint64_t read_back(FileJournal& owner) {
    std::uint64_t next = 1;
    const Result<void> read = owner.read(1, [&](const Batch& batch) -> Result<void> {
        HOLDFAST_CHECK(batch.number == next, "no batch is left out");
        HOLDFAST_CHECK(as_text(batch.body) == body_of(batch.number), "a batch is what was written");
        ++next;
        return {};
    });
    HOLDFAST_CHECK(read.has_value() || next <= kBatches, "a refusal hides nothing that was read");
    return read ? next - 1 : kBatches;
}

}  // namespace

void journal_scan(ByteSpan bytes) {
    static Written written;
    Input in(bytes);
    const std::uint8_t choice = in.byte();
    const std::string& name = written.files[choice % written.files.size()];
    const bool sealed_again = choice >= 192;
    const auto disk = written.disk.clone();
    auto file = *disk->read_all(name);
    const std::uint64_t log_id = load<std::uint64_t>(file.data() + 16);
    const std::size_t size = file.size();
    const std::size_t changed = damage(in, file, 64);
    if (sealed_again) reseal(file, log_id);
    if (!disk->write_atomically(name, file)) return;

    const auto report = journal::verify(*disk);
    FileJournal owner(*disk, written.clock, written.random, options());
    const auto head = owner.acquire();
    if (!head) {
        // A head or mark that is simply gone is reported in its own words.
        HOLDFAST_CHECK(!report || report->fault, "verify tells what acquire refuses");
        return;
    }
    if (sealed_again) {
        (void)owner.read(1, [](const Batch&) -> Result<void> { return {}; });
        return;
    }
    const std::uint64_t read = read_back(owner);
    // Two bytes may hit a batch and its witness; one, or a shorter file, leaves one of them.
    const bool lost = read < kBatches;
    HOLDFAST_CHECK(!lost || changed > 1 || file.size() != size,
                   "one damaged byte never loses what was acknowledged");
}

}  // namespace holdfast::fuzz
