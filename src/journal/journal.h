// Remembers batches of bytes in order. It knows sequence numbers and entry numbers, never what a
// fact means. Implementations: the file journal (file_journal.h), later the replicated one.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/instant.h"
#include "base/result.h"

namespace holdfast::journal {

using ChainHash = std::array<std::byte, 32>;  ///< SHA-256 over header and body of a batch

/// Where the journal ends.
struct Head {
    std::uint64_t log_id = 0;      ///< random, fixed when the journal is created
    std::uint64_t hash_seed = 0;   ///< secret of this journal for keyed hashes, fixed likewise
    std::uint64_t epoch = 0;       ///< rises by one at every acquire
    std::uint64_t next_batch = 1;  ///< number of the next batch
    std::uint64_t next_entry = 1;  ///< number of the next entry
    std::uint64_t next_seq = 1;    ///< seq of the next fact
    Instant last_log_time{};       ///< log time of the last batch
    Instant last_wall{};           ///< of the last batch
    Microseconds last_since_boot{};
    std::uint64_t last_boot_id = 0;
    ChainHash hash{};
};

/// What is appended at once: one commit group. All of it becomes durable, or none of it.
struct Batch {
    std::uint64_t epoch = 0;  ///< filled in by the journal on append
    std::uint64_t number = 0;
    std::uint64_t first_entry = 0;
    std::uint32_t entry_count = 0;  ///< commands that had an effect
    std::uint64_t first_seq = 0;
    std::uint32_t fact_count = 0;
    Instant log_time{};  ///< stamp of the last entry; never goes back
    Instant wall{};      ///< wall clock, as far as the writer trusts it
    Microseconds since_boot{};
    std::uint64_t boot_id = 0;
    ByteSpan body{};   ///< facts, back to back; unchanged until `done` is called
    ChainHash hash{};  ///< of this batch; filled in by the journal for readers
};

enum class AppendOutcome : std::uint8_t {
    applied,  ///< durable
    unknown,  ///< the disk failed: what it holds is not known; the process must end
    fenced,   ///< another writer owns the journal now
};
using AppendDone = std::function<void(AppendOutcome)>;

/// Called for each batch in order; a failure stops the read and is passed on.
using BatchVisitor = std::function<Result<void>(const Batch&)>;

struct JournalStatus {
    bool direct = true;     ///< O_DIRECT in use
    bool disk_low = false;  ///< under the reserve: only commands that end promises are welcome
    /// Bytes that may still be used before the disk is low.
    std::uint64_t room_bytes = std::numeric_limits<std::uint64_t>::max();
    bool disk_full = false;  ///< no segment can be prepared: every append is refused early
    /// A write or sync failed, or another process owns the journal: this one must end.
    bool failed = false;
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;  ///< of batches, without unused space
    std::uint64_t durable_seq = 0;
    std::uint64_t first_seq = 1;                     ///< oldest that was not trimmed
    std::uint64_t body_bytes_max = 8 * 1024 * 1024;  ///< of one batch
};

/// Used by one thread (the sequencer's loop), except where noted.
class Journal {
  public:
    virtual ~Journal() = default;
    /// Takes ownership: locks, recovers the tail, raises the epoch. Call once, before all else.
    /// Fails with locked, corrupt (message names segment, offset and seq), unsupported, io_error.
    virtual Result<Head> acquire() = 0;
    /// Makes one batch durable. At most one in flight. Never blocks on a full disk: `unknown` is
    /// for a failed write or sync, after which nothing may be appended.
    virtual void append(const Batch& batch, AppendDone done) = 0;
    /// Every durable batch whose facts reach `from_seq` or later, in order.
    virtual Result<void> read(std::uint64_t from_seq, const BatchVisitor& visit) = 0;
    /// Forgets whole segments below `before_seq`. Nothing calls it unless retention is configured.
    virtual Result<void> trim(std::uint64_t before_seq) = 0;
    /// Between commits: prepare spare segments, write the watermark block, look at free space.
    /// Returns whether there was anything to do.
    virtual bool idle_work() = 0;
    [[nodiscard]] virtual JournalStatus status() const = 0;
    /// Where the journal ends now: after acquire(), then after each applied append.
    [[nodiscard]] virtual const Head& head() const = 0;
};

}  // namespace holdfast::journal
