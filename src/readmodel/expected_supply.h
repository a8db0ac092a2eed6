// What is expected at each position and for which day, as it was at any seq: what is open on
// purchase orders, and goods on the lanes that lead there. Dates belong to documents, so it keeps
// what each document's lines still have to bring, and moves it when the document's date moves.
// Internal to the folder.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "canonical/fact.h"
#include "readmodel/database.h"

namespace holdfast::readmodel {

/// Nobody told a date: it is within no horizon, and not kept.
inline constexpr std::int64_t kNoDate = std::numeric_limits<std::int64_t>::max();

class ExpectedSupply {
  public:
    /// The database has its tables and outlives it.
    explicit ExpectedSupply(Database& database);

    /// What the fact changed. Its lanes are in their table already; `holds` of its reservation are
    /// still those before it. `reservation`: the one it makes or is about; 0: none.
    void add(const FactView& fact, std::uint64_t reservation);

  private:
    /// What a line of a document still has to bring, where and when.
    struct Line {
        std::int64_t sku = 0;
        std::int64_t location = 0;
        std::int64_t due = kNoDate;
        Units units = 0;
    };
    void add_purchase_order(const FactView& fact, std::string_view number);
    void add_transfer(const FactView& fact, std::uint64_t id);
    /// The date of a transfer; kNoDate when it has none, or had ended before.
    std::int64_t date_of_transfer(std::string_view id, std::uint64_t reservation);
    void move_transfer(std::string_view id, std::int64_t due);

    [[nodiscard]] Line line(std::int64_t kind, std::string_view document, std::int64_t number);
    void put(std::int64_t kind, std::string_view document, std::int64_t number, const Line& line);
    void change(const Line& of, std::int64_t due, Units delta) {
        if (due != kNoDate && delta != 0) changes_[{of.sku, of.location, due}] += delta;
    }
    void write_changes();

    std::uint64_t seq_ = 0;  // of one fact, as its changes
    std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, Units> changes_;

    Statement find_line_;
    Statement put_line_;
    Statement lines_of_;
    Statement delete_lines_;
    Statement holds_of_;
    Statement destination_;
    Statement newest_;
    Statement insert_;
};

}  // namespace holdfast::readmodel
