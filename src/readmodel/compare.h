// Whether two read models say the same, row by row.
#pragma once

#include <optional>
#include <string>

#include "base/hash.h"
#include "readmodel/database.h"

namespace holdfast::readmodel {

/// The first difference in words: table, and both rows; nothing when there is none. Both are read
/// from first to last row.
std::optional<std::string> difference(Database& left, Database& right);

/// Hash of every row in the order of its table's key: two files of the same facts agree on it.
Hash128 content_hash(Database& database);

/// Rows of a table.
std::uint64_t rows_of(Database& database, std::string_view table);

}  // namespace holdfast::readmodel
