#include "readmodel/expected_supply.h"

#include <vector>

#include "canonical/purchase_order.h"
#include "readmodel/schema.h"

namespace holdfast::readmodel {
namespace {

/// The row of a transfer's own date, beside those of its lines.
constexpr std::int64_t kWholeDocument = -1;

bool dates_a_transfer(FactType type) {
    return type == FactType::transfer_requested || type == FactType::transfer_shipped ||
           type == FactType::transfer_received || type == FactType::transfer_completed;
}

}  // namespace

ExpectedSupply::ExpectedSupply(Database& database)
    : find_line_(database,
                 "SELECT sku, location, due, units FROM supply_lines WHERE kind = ? AND "
                 "document = ? AND line = ?"),
      put_line_(database, "INSERT OR REPLACE INTO supply_lines VALUES (?,?,?,?,?,?,?,?)"),
      lines_of_(database,
                "SELECT line, sku, location, due, units FROM supply_lines WHERE kind = ? AND "
                "document = ? AND line >= 0 ORDER BY line"),
      delete_lines_(database, "DELETE FROM supply_lines WHERE kind = ? AND document = ?"),
      holds_of_(database, "SELECT holds FROM reservations WHERE id = ?"),
      destination_(database, "SELECT destination FROM lanes WHERE number = ?"),
      newest_(database,
              "SELECT units FROM expected WHERE sku = ? AND location = ? AND due = ? "
              "ORDER BY seq DESC LIMIT 1"),
      insert_(database, "INSERT INTO expected VALUES (?,?,?,?,?,?)") {}

void ExpectedSupply::add(const FactView& fact, std::uint64_t reservation) {
    if (fact.advisory()) return;
    seq_ = fact.seq();
    if (const auto number = purchase_order_of(fact); !number.empty())
        add_purchase_order(fact, number);
    else if (reservation != 0 && dates_a_transfer(fact.type()))
        add_transfer(fact, reservation);
    write_changes();
}

void ExpectedSupply::add_purchase_order(const FactView& fact, std::string_view number) {
    const auto lines = fact.field(FieldTag::document_lines);
    if (!lines) return;
    const auto told = fact.field_as<std::int64_t>(FieldTag::due);
    const std::size_t count = lines->size() / sizeof(std::uint64_t);
    const std::size_t postings = fact.posting_count_without_quotas();
    // The lines are those of the last postings.
    for (std::size_t i = 0; i < count && count <= postings; ++i) {
        const Posting posting = fact.posting(postings - count + i);
        const auto key = static_cast<std::int64_t>(fact.item<std::uint64_t>(lines, i, 0));
        Line row = line(kPurchaseOrderLine, number, key);
        row.sku = posting.sku.raw;
        row.location = posting.place.location().raw;
        const std::int64_t due = told.value_or(row.due);
        change(row, row.due, -row.units);
        row.units += posting.delta;
        row.due = due;
        change(row, due, row.units);
        put(kPurchaseOrderLine, number, key, row);
    }
}

void ExpectedSupply::add_transfer(const FactView& fact, std::uint64_t reservation) {
    const std::string id = std::to_string(reservation);
    const std::int64_t before = date_of_transfer(id, reservation);
    const std::int64_t due = fact.field_as<std::int64_t>(FieldTag::due).value_or(before);
    if (due != before) {
        move_transfer(id, due);
        put(kTransferLine, id, kWholeDocument, {.due = due});
    }
    const auto parts = fact.field(FieldTag::part_of_posting);
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        if (posting.place.kind() != PlaceKind::lane) continue;
        destination_.with(std::int64_t{posting.place.number()});
        const std::int64_t location = destination_.step() ? destination_.integer(0) : kAny;
        destination_.reset();
        const auto part = static_cast<std::uint32_t>(i);
        const std::int64_t key{fact.item<std::uint32_t>(parts, i, part)};
        Line row = line(kTransferLine, id, key);
        row.sku = posting.sku.raw;
        row.location = location;
        row.due = due;
        row.units += posting.delta;
        change(row, due, posting.delta);
        put(kTransferLine, id, key, row);
    }
}

/// A transfer that has nothing open and nothing under way has ended, and its date with it.
std::int64_t ExpectedSupply::date_of_transfer(std::string_view id, std::uint64_t reservation) {
    const Line whole = line(kTransferLine, id, kWholeDocument);
    holds_of_.with(static_cast<std::int64_t>(reservation));
    bool open = holds_of_.step() && holds_of_.integer(0) != 0;
    holds_of_.reset();
    lines_of_.with(kTransferLine, id);
    bool any = false;
    while (lines_of_.step()) {
        any = true;
        open |= lines_of_.integer(4) != 0;
    }
    if (open || (!any && whole.due == kNoDate)) return whole.due;
    delete_lines_.with(kTransferLine, id).finish();
    return kNoDate;
}

void ExpectedSupply::move_transfer(std::string_view id, std::int64_t due) {
    std::vector<std::pair<std::int64_t, Line>> lines;
    lines_of_.with(kTransferLine, id);
    while (lines_of_.step())
        lines.push_back({lines_of_.integer(0),
                         {.sku = lines_of_.integer(1),
                          .location = lines_of_.integer(2),
                          .due = lines_of_.integer(3),
                          .units = lines_of_.integer(4)}});
    for (auto& [number, row] : lines) {
        change(row, row.due, -row.units);
        change(row, due, row.units);
        row.due = due;
        put(kTransferLine, id, number, row);
    }
}

ExpectedSupply::Line ExpectedSupply::line(std::int64_t kind, std::string_view document,
                                          std::int64_t number) {
    find_line_.with(kind, document, number);
    Line found;
    if (find_line_.step())
        found = {.sku = find_line_.integer(0),
                 .location = find_line_.integer(1),
                 .due = find_line_.integer(2),
                 .units = find_line_.integer(3)};
    find_line_.reset();
    return found;
}

void ExpectedSupply::put(std::int64_t kind, std::string_view document, std::int64_t number,
                         const Line& line) {
    put_line_
        .with(kind, document, number, line.sku, line.location, line.due, line.units,
              static_cast<std::int64_t>(seq_))
        .finish();
}

void ExpectedSupply::write_changes() {
    for (const auto& [key, delta] : changes_) {
        if (delta == 0) continue;
        const auto& [sku, location, due] = key;
        newest_.with(sku, location, due);
        const Units before = newest_.step() ? newest_.integer(0) : 0;
        newest_.reset();
        insert_.with(sku, location, due, static_cast<std::int64_t>(seq_), delta, before + delta)
            .finish();
    }
    changes_.clear();
}

}  // namespace holdfast::readmodel
