// Brings a store up to a journal by reading the journal's files: at the start, after falling
// behind, and for `holdfast readmodel rebuild`.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "journal/journal_cursor.h"
#include "readmodel/store.h"

namespace holdfast::readmodel {

/// Facts of one transaction: many, because each transaction has a price, and few enough that
/// readers see them come.
inline constexpr std::uint64_t kFactsPerTransaction = 16'384;

/// Begins the store again unless it is a beginning of the journal that ends at `end`: the same
/// journal, and the fact at its cursor is the very same one. Failures of the journal's files are
/// io_error: they are no reason to begin again.
Result<void> check_history(Store& store, os::Disk& journal_files, const journal::Head& end);

struct CatchUp {
    journal::Head end;                         ///< of the journal, as its owner knows it
    std::uint64_t to_seq = ~std::uint64_t{0};  ///< and no further, exactly
    /// Told after each transaction: the seq reached.
    std::function<void(const Cursor&)> progress = {};
    /// Looked at after each transaction: true ends early, with what there is.
    const std::atomic<bool>* stop = nullptr;
};
/// Applies what the files have after the store's cursor. Failures of the files are io_error.
Result<void> catch_up(Store& store, os::Disk& journal_files, const CatchUp& wanted);

}  // namespace holdfast::readmodel
