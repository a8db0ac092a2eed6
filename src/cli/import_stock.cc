#include "cli/import_stock.h"

#include <fmt/format.h>

#include <algorithm>

#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "cli/console.h"
#include "cli/csv_reader.h"
#include "cli/input_file.h"
#include "cli/order_columns.h"
#include "cli/order_rows.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

bool is_code(std::string_view text) {
    return !text.empty() && text.size() <= code_bytes_max && is_plain_text(text);
}

Attempt<void> read_rows(const ImportStockOptions& options, InputFile& file, ColumnMap& columns,
                        CatalogLoader& catalog, StockCounter& counter) {
    CsvReader csv([&file] { return file.next(); }, {}, options.separator);
    Progress progress("importing stock", file.bytes_on_disk(), options.progress);
    const auto unreadable = [&options](const Failure& failure) {
        return trouble(failure, "cannot read " + options.file);
    };
    const Result<bool> header = csv.next();
    if (!header) return unreadable(header.error());
    if (!*header) return trouble(kExitFailed, options.file + " is empty");
    Attempt<void> done = columns.resolve(csv.fields(), options.file);
    if (!done) return done;
    for (std::uint64_t row = 1;; ++row) {
        const Result<bool> more = csv.next();
        if (!more) return unreadable(more.error());
        if (!*more) break;
        ++counter.totals().rows;
        const bool whole = csv.fields().size() == columns.header_size();
        const std::string_view sku = whole ? columns.field(kStockSku, csv.fields()) : "";
        std::string_view location = whole ? columns.field(kStockLocation, csv.fields()) : "";
        if (location.empty()) location = options.location;
        const std::int64_t quantity =
            whole ? whole_number(columns.field(kStockQuantity, csv.fields())).value_or(-1) : -1;
        if (!is_code(sku) || !is_code(location) || quantity < 0 || quantity > quantity_max) {
            ++counter.totals().malformed;
            continue;
        }
        if (options.create) {
            const std::string_view title = columns.field(kStockTitle, csv.fields());
            const bool sound = title.size() <= title_bytes_max && is_plain_text(title);
            // Rows that are recorded have their items; only the pool needs their locations.
            done = catalog.add_location(location, "");
            if (done && row > counter.recorded()) done = catalog.add_item(sku, sound ? title : "");
            if (!done) return done;
        }
        done = counter.add(row, sku, location, quantity);
        if (!done) return done;
        if (interrupted()) return trouble(kExitInterrupted, "interrupted");
        progress.update(file.bytes_used(), fmt::format("{} rows", grouped(row)));
    }
    done = counter.finish();
    if (done) {
        progress.update(file.bytes_on_disk());
        progress.finish();
    }
    return done;
}

std::string report_text(const StockTotals& t, const std::string& file) {
    std::string text =
        t.counted == 0
            ? fmt::format("nothing changed: {} rows of {} were recorded before\n",
                          grouped(t.duplicate), file)
            : fmt::format("counted {} positions, {} units\n", grouped(t.counted), grouped(t.units));
    TextTable table({"ROWS OF THE FILE", "ROWS"});
    table.row({"counted", grouped(t.counted)});
    table.row({"duplicate", grouped(t.duplicate)});
    for (const auto& [code, rows] : t.refused) table.row({"refused: " + code, grouped(rows)});
    table.row({"set aside: malformed_row", grouped(t.malformed)});
    table.row({"read", grouped(t.rows)});
    return text + "\n" + table.render();
}

std::string report_json(const StockTotals& t, const std::string& file, const std::string& source) {
    std::string text;
    http::JsonWriter json(text);
    json.begin_object().member("file", file).member("source", source);
    json.member("changed", t.counted > 0).member("adds_up", t.adds_up()).member("rows", t.rows);
    json.member("counted", t.counted).member("units", t.units).member("duplicate", t.duplicate);
    json.member("malformed", t.malformed).key("refused").begin_object();
    for (const auto& [code, rows] : t.refused) json.member(code, rows);
    json.end_object().end_object();
    return text + "\n";
}

Attempt<int> run(const ImportStockOptions& options) {
    ColumnMap columns(kStockColumns);
    if (!options.mapping_file.empty()) {
        const auto mapping = read_mapping(options.mapping_file);
        if (!mapping) return tl::unexpected(mapping.error());
        for (const auto& [meaning, column] : *mapping) {
            const Attempt<void> mapped = columns.map(meaning, column);
            if (!mapped) return tl::unexpected(mapped.error());
        }
    }
    for (const std::string& assignment : options.columns) {
        const Attempt<void> mapped = columns.map(assignment);
        if (!mapped) return tl::unexpected(mapped.error());
    }
    Result<InputFile> file = InputFile::open(options.file);
    if (!file) return trouble(file.error(), "cannot read " + options.file);
    const Result<std::string> identity = file_identity(options.file);
    if (!identity) return trouble(identity.error(), "cannot read " + options.file);
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return tl::unexpected(client.error());

    const std::string source = "import/stock/" + *identity;
    CatalogLoader catalog(*client);
    StockCounter counter(*client, source, options.reason, options.wait_seconds);
    counter.before_sending([&catalog] { return catalog.flush(); });
    Attempt<void> done = counter.begin();
    if (done) done = read_rows(options, *file, columns, catalog, counter);
    if (done && options.create) done = catalog.flush();
    if (done && options.create && !options.channel.empty()) {
        done = catalog.extend_pool(options.pool, catalog.locations());
        if (done) done = catalog.put_channel(options.channel, options.channel, options.pool);
    }
    if (!done) return tl::unexpected(done.error());
    const StockTotals& totals = counter.totals();
    print_data(options.client.json ? report_json(totals, options.file, source)
                                   : report_text(totals, options.file));
    if (totals.refused.contains("unknown_sku") || totals.refused.contains("unknown_location")) {
        say("to create what the hub does not know, run it again with --create");
    }
    return totals.adds_up() ? kExitOk : kExitFailed;
}

}  // namespace

bool StockTotals::adds_up() const {
    std::uint64_t sum = counted + duplicate + malformed;
    for (const auto& [code, some] : refused) sum += some;
    return sum == rows;
}

StockCounter::StockCounter(HttpClient& client, std::string source, std::string reason,
                           std::uint32_t wait_seconds)
    : source_(source),
      reason_(std::move(reason)),
      sender_(client, {.source = std::move(source), .wait = std::chrono::seconds(wait_seconds)},
              [this](std::uint64_t, const EventOutcome& outcome) -> Attempt<void> {
                  last_ = outcome;
                  return {};
              }) {}

Attempt<void> StockCounter::begin() {
    const Attempt<std::uint64_t> recorded = sender_.recorded_sequence();
    if (!recorded) return tl::unexpected(recorded.error());
    recorded_ = *recorded;
    return {};
}

Attempt<void> StockCounter::add(std::uint64_t row, std::string_view sku, std::string_view location,
                                std::int64_t quantity) {
    if (row <= recorded_) {
        ++totals_.duplicate;
        return {};
    }
    std::string position = fmt::format("{}\x1F{}", sku, location);
    // Two counts of one position in one event would both be measured against the book before it.
    if (lines_.size() >= kCountLinesMax || positions_.contains(position)) {
        const Attempt<void> sent = send();
        if (!sent) return sent;
    }
    positions_.insert(std::move(position));
    lines_.push_back({row, std::string(sku), std::string(location), quantity});
    return {};
}

std::string StockCounter::render() const {
    std::string text;
    http::JsonWriter json(text);
    const std::string sequence = std::to_string(lines_.back().row);
    json.begin_object()
        .member("specversion", "1.0")
        .member("id", sequence)
        .member("source", source_)
        .member("type", "stock.counted")
        .member("sequence", sequence)
        .key("data")
        .begin_object()
        .member("reason", reason_)
        .key("lines")
        .begin_array();
    for (const Line& line : lines_) {
        json.begin_object()
            .member("line", line.row)
            .member("sku", line.sku)
            .member("location", line.location)
            .member("quantity", line.quantity)
            .end_object();
    }
    json.end_array().end_object().end_object();
    return text;
}

/// A count with a line that cannot be recorded is refused as a whole; those lines are set aside and
/// the rest is sent again. Each event is settled before the next, so the sequence has not moved.
Attempt<void> StockCounter::send() {
    if (before_ && !lines_.empty()) {
        const Attempt<void> ready = before_();
        if (!ready) return ready;
    }
    while (!lines_.empty()) {
        std::vector<std::uint64_t> numbers;
        for (const Line& line : lines_) numbers.push_back(line.row);
        Attempt<void> sent = sender_.add(0, lines_.back().row, render(), std::move(numbers));
        if (sent) sent = sender_.flush();
        if (!sent) return sent;
        if (last_.kind == EventOutcome::Kind::duplicate) {
            totals_.duplicate += lines_.size();
            break;
        }
        std::map<std::uint64_t, std::string> reasons;
        for (const auto& [row, code] : last_.refused_lines) reasons.emplace(row, code);
        const bool whole = last_.kind == EventOutcome::Kind::refused;
        // Without a reason for any of our lines there is nothing to set aside: all are refused.
        const bool named = std::any_of(lines_.begin(), lines_.end(), [&reasons](const Line& line) {
            return reasons.contains(line.row);
        });
        std::vector<Line> rest;
        for (Line& line : lines_) {
            const auto reason = reasons.find(line.row);
            if (reason != reasons.end()) {
                ++totals_.refused[reason->second];
            } else if (whole && !named) {
                ++totals_.refused[last_.code];
            } else if (whole) {
                rest.push_back(std::move(line));
            } else {
                ++totals_.counted;
                totals_.units += static_cast<std::uint64_t>(line.quantity);
            }
        }
        lines_ = std::move(rest);
        if (!whole) break;
    }
    lines_.clear();
    positions_.clear();
    return {};
}

int import_stock(const ImportStockOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

}  // namespace holdfast::cli
