#include "readmodel/catch_up.h"

#include <fmt/format.h>

namespace holdfast::readmodel {
namespace {

/// What a visitor stops with when it has seen enough; not a failure of the journal.
constexpr ErrorCode kEnough = ErrorCode::closed;

/// Visits every fact from `from_seq` on. A failure of the files says so, so that nobody takes it
/// for damage of the store.
template <class Visit>
Result<void> for_each_stored_fact(os::Disk& files, const journal::Head& end, std::uint64_t from_seq,
                                  Visit&& visit) {
    const auto of_journal = [](const Failure& cause) {
        return failure(ErrorCode::io_error, "reading the journal: " + to_string(cause));
    };
    journal::JournalCursor cursor(files, end.log_id);
    if (Result<void> found = cursor.seek(from_seq, end); !found) return of_journal(found.error());
    while (true) {
        const auto batch = cursor.next();
        if (!batch) return of_journal(batch.error());
        if (!*batch) return {};
        if (Result<void> seen = for_each_fact((*batch)->body, visit); !seen) return seen;
    }
}

}  // namespace

Result<void> check_history(Store& store, os::Disk& journal_files, const journal::Head& end) {
    const Cursor cursor = store.cursor();
    if (cursor.seq == 0) return {};
    if (cursor.log_id != end.log_id) return store.begin_again("it is of another journal");
    if (cursor.seq >= end.next_seq)
        return store.begin_again(fmt::format("it knows fact {}, and the journal ends at {}",
                                             cursor.seq, end.next_seq - 1));
    std::uint64_t hash = 0;
    const Result<void> read = for_each_stored_fact(journal_files, end, cursor.seq,
                                                   [&](const FactView& fact) -> Result<void> {
                                                       if (fact.seq() == cursor.seq)
                                                           hash = hash_of(fact);
                                                       if (fact.seq() >= cursor.seq)
                                                           return failure(kEnough, "found");
                                                       return {};
                                                   });
    if (!read && read.error().code != kEnough) return read;
    if (hash != cursor.fact_hash)
        return store.begin_again(fmt::format("the journal has another fact {}", cursor.seq));
    return {};
}

Result<void> catch_up(Store& store, os::Disk& journal_files, const CatchUp& wanted) {
    Projection& projection = store.projection();
    const std::uint64_t to_seq = std::min(wanted.to_seq, wanted.end.next_seq - 1);
    if (projection.cursor().seq >= to_seq) return {};
    std::uint64_t in_transaction = 0;
    const auto commit = [&]() -> Result<void> {
        in_transaction = 0;
        if (Result<void> done = projection.commit(); !done) return done;
        store.keep_log_short();
        if (wanted.progress) wanted.progress(projection.cursor());
        if (wanted.stop != nullptr && *wanted.stop) return failure(kEnough, "stopping");
        return {};
    };
    const auto add = [&](const FactView& fact) -> Result<void> {
        if (fact.seq() > to_seq) return failure(kEnough, "all there");
        if (in_transaction == 0) projection.begin(wanted.end.log_id);
        projection.apply(fact);
        if (++in_transaction < kFactsPerTransaction) return {};
        return commit();
    };
    const Result<void> read =
        for_each_stored_fact(journal_files, wanted.end, projection.cursor().seq + 1, add);
    if (in_transaction > 0) {
        if (Result<void> done = commit(); !done && done.error().code != kEnough) return done;
    }
    if (!read && read.error().code != kEnough) return read;
    return {};
}

}  // namespace holdfast::readmodel
