// `holdfast journal`: looks at a journal at rest, or beside a running hub; changes nothing.
#pragma once

#include <cstdint>
#include <string>

namespace holdfast::cli {

struct JournalOptions {
    std::string data = "./holdfast-data";
    std::uint64_t from_seq = 1;                       ///< dump
    std::uint64_t limit = 0;                          ///< dump: facts at most; 0 = all
    std::uint64_t reservations_expected = 4'000'000;  ///< replay: as `serve` has it
    bool json = false;
};

/// Checks every checksum and every link. 0: whole; 6: something is wrong, and where.
int journal_verify(const JournalOptions& options);

/// Prints the facts as NDJSON, one a line. Ids are written with the codes that the journal's own
/// facts gave them.
int journal_dump(const JournalOptions& options);

/// Replays the journal from its first fact into an empty ledger, and says how fast: what a start
/// without a checkpoint would take.
int journal_replay(const JournalOptions& options);

}  // namespace holdfast::cli
