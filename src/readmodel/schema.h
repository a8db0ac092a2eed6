// The tables of the read model, and which version of them a file has. There is no migration: a file
// of another version is built again from the journal, which loses nothing.
// Page: docs/operating/readmodel.md, "Tables".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "readmodel/database.h"

namespace holdfast::readmodel {

/// Rises with every change of a table or of what a column means.
inline constexpr std::int64_t kSchemaVersion = 7;
/// Stored where a row is about no SKU, location or channel in particular: a key cannot be NULL.
inline constexpr std::int64_t kAny = -1;

/// Kinds of `supply_lines`.
inline constexpr std::int64_t kPurchaseOrderLine = 0;
inline constexpr std::int64_t kTransferLine = 1;

/// Makes the tables in an empty file, in one transaction.
void create_tables(Database& database);
/// Version of the tables; 0 where there are none.
std::int64_t schema_version(Database& database);
/// Every table with the columns of its key, in the order in which they are made.
struct Table {
    std::string_view name;
    std::string_view key;
};
std::span<const Table> tables();

}  // namespace holdfast::readmodel
