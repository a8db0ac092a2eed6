#include "readmodel/compare.h"

#include <fmt/format.h>

#include "readmodel/schema.h"

namespace holdfast::readmodel {
namespace {

std::string select_all(const Table& table) {
    return fmt::format("SELECT * FROM {} ORDER BY {}", table.name, table.key);
}

std::string row_text(const Statement& row) {
    std::string text;
    for (int i = 0; i < row.columns(); ++i) {
        if (i > 0) text += ',';
        text += row.literal(i);
    }
    return text;
}

}  // namespace

std::optional<std::string> difference(Database& left, Database& right) {
    for (const Table& table : tables()) {
        Statement a(left, select_all(table));
        Statement b(right, select_all(table));
        while (true) {
            const bool more_a = a.step(), more_b = b.step();
            const std::string row_a = more_a ? row_text(a) : "no row";
            const std::string row_b = more_b ? row_text(b) : "no row";
            if (row_a != row_b) return fmt::format("{}: {} and {}", table.name, row_a, row_b);
            if (!more_a) break;
        }
    }
    return std::nullopt;
}

Hash128 content_hash(Database& database) {
    // A sum of chained row hashes would hide which table a row is of, so that is part of each.
    Hash128 sum;
    for (const Table& table : tables()) {
        const std::uint64_t seed = hash64(as_byte_span(table.name));
        Statement rows(database, select_all(table));
        while (rows.step()) sum += hash128(as_byte_span(row_text(rows)), seed);
    }
    return sum;
}

std::uint64_t rows_of(Database& database, std::string_view table) {
    Statement count(database, fmt::format("SELECT count(*) FROM {}", table));
    const std::uint64_t rows = count.step() ? count.number(0) : 0;
    count.reset();
    return rows;
}

}  // namespace holdfast::readmodel
