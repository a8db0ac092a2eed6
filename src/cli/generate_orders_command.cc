// `holdfast generate orders` and `holdfast generate stock`.
#include <fmt/format.h>

#include <map>

#include "base/hash.h"
#include "cli/console.h"
#include "cli/csv_reader.h"
#include "cli/generate_command.h"
#include "cli/input_file.h"
#include "cli/output_file.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

Attempt<int> run(const GenerateOrdersOptions& options) {
    Attempt<OutputFile> out = OutputFile::create(options.out);
    if (!out) return tl::unexpected(out.error());
    out->write(
        "invoice,stock_code,description,quantity,invoice_ts,unit_price,customer_id,country\n");
    Progress progress("generating orders", std::nullopt,
                      options.out == "-" ? ProgressStyle::none : options.progress);
    std::uint64_t rows = 0;
    bool stopped = false;
    generate_orders(options.orders, [&](const GeneratedRow& row) {
        stopped = stopped || interrupted();
        if (stopped) return;
        const std::string price = row.pence == 0
                                      ? std::string("0")
                                      : fmt::format("{}.{:02}", row.pence / 100, row.pence % 100);
        out->write(fmt::format("{},{},{},{},{},{},{},{}\n", row.invoice, row.stock_code,
                               csv_field(row.description), row.quantity, minute_text(row.minute),
                               price, row.customer, row.country));
        progress.update(++rows);
    });
    if (stopped) return trouble(kExitInterrupted, "interrupted", "the file is incomplete");
    const Attempt<void> closed = out->close();
    if (!closed) return tl::unexpected(closed.error());
    if (options.out == "-") return kExitOk;
    if (options.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object().member("file", options.out).member("rows", rows);
        json.member("orders", options.orders.orders)
            .member("seed", options.orders.seed)
            .end_object();
        print_data(text + "\n");
    } else {
        print_data(fmt::format("wrote {}: {} rows, {} orders, seed {}\n", options.out,
                               grouped(rows), grouped(options.orders.orders), options.orders.seed));
    }
    return kExitOk;
}

/// Units asked for by product, over the whole file.
Attempt<std::map<std::string, std::int64_t>> demand_of(const GenerateStockOptions& options) {
    Result<InputFile> file = InputFile::open(options.from);
    if (!file) return trouble(file.error(), "cannot read " + options.from);
    Attempt<RowReader> rows = RowReader::make(options.rules);
    if (!rows) return tl::unexpected(rows.error());
    ColumnMap columns(kOrderColumns);
    CsvReader csv([&file] { return file->next(); });
    Progress progress("reading orders", file->bytes_on_disk(), options.progress);
    std::map<std::string, std::int64_t> demand;
    for (std::uint64_t number = 0;; ++number) {
        const Result<bool> more = csv.next();
        if (!more) return trouble(more.error(), "cannot read " + options.from);
        if (!*more) break;
        if (number == 0) {
            const Attempt<void> resolved = columns.resolve(csv.fields(), options.from);
            if (!resolved) return tl::unexpected(resolved.error());
            continue;
        }
        if (interrupted()) return trouble(kExitInterrupted, "interrupted");
        const OrderRow row = rows->read(columns, csv.fields(), number);
        if (row.kind == RowKind::sale) demand[std::string(row.stock_code)] += row.quantity;
        progress.update(file->bytes_used());
    }
    progress.finish();
    return demand;
}

Attempt<int> run(const GenerateStockOptions& options) {
    const auto demand = demand_of(options);
    if (!demand) return tl::unexpected(demand.error());
    Attempt<OutputFile> out = OutputFile::create(options.out);
    if (!out) return tl::unexpected(out.error());
    out->write("sku,location,quantity\n");
    std::int64_t units = 0;
    std::uint64_t short_skus = 0;
    for (const auto& [sku, wanted] : *demand) {
        // Which products run out depends on their code and the seed alone, not on their order.
        const std::uint64_t draw = hash64(as_byte_span(sku), options.seed) % 100;
        const bool is_short = draw < options.short_percent;
        const std::int64_t opening = is_short ? wanted * options.cover_percent / 100 : wanted;
        short_skus += is_short ? 1U : 0U;
        units += opening;
        out->write(fmt::format("{},{},{}\n", csv_field(sku), csv_field(options.location), opening));
    }
    const Attempt<void> closed = out->close();
    if (!closed) return tl::unexpected(closed.error());
    if (options.out == "-") return kExitOk;
    if (options.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object().member("file", options.out).member("units", units);
        json.member("skus", std::uint64_t{demand->size()}).member("short_skus", short_skus);
        json.member("seed", options.seed).end_object();
        print_data(text + "\n");
    } else {
        print_data(fmt::format("wrote {}: {} products, {} units; {} will run out\n", options.out,
                               grouped(demand->size()), grouped(static_cast<std::uint64_t>(units)),
                               grouped(short_skus)));
    }
    return kExitOk;
}

}  // namespace

int generate_orders_file(const GenerateOrdersOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

int generate_stock_file(const GenerateStockOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

}  // namespace holdfast::cli
