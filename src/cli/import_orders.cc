#include "cli/import_orders.h"

#include <fmt/format.h>

#include <deque>

#include "cli/console.h"
#include "cli/csv_reader.h"
#include "cli/event_sender.h"
#include "cli/input_file.h"
#include "cli/order_account.h"
#include "cli/order_stream.h"

namespace holdfast::cli {
namespace {

/// Rows that could not be read are shown while they are few.
constexpr std::uint64_t kMalformedShown = 5;

class OrderImport {
  public:
    OrderImport(const ImportOrdersOptions& options, HttpClient& client, std::string source)
        : options_(options),
          context_{source, options.channel},
          sender_(client,
                  {.source = std::move(source),
                   .batch_events_max = options.batch_events,
                   .wait = std::chrono::seconds(options.wait_seconds)},
                  [this](std::uint64_t, const EventOutcome& outcome) { return settle(outcome); }),
          stream_(
              [this](OrderEvent&& event) { ready_.push_back(std::move(event)); },
              [this](std::uint64_t row, std::int64_t units) { account_.unmatched(row, units); }) {}

    Attempt<void> run(InputFile& file, ColumnMap& columns, RowReader& rows) {
        const Attempt<std::uint64_t> recorded = sender_.recorded_sequence();
        if (!recorded) return tl::unexpected(recorded.error());
        resumed_from_ = *recorded;
        CsvReader csv([&file] { return file.next(); }, {}, options_.separator);
        Progress progress("importing orders", file.bytes_on_disk(), options_.progress);
        const Attempt<void> read = read_all(csv, file, columns, rows, progress);
        if (!read) return read;
        stream_.finish();
        const Attempt<void> sent = send_ready();
        if (!sent) return sent;
        const Attempt<void> flushed = sender_.flush();
        if (!flushed) return flushed;
        progress.update(file.bytes_on_disk());
        progress.finish();
        return {};
    }

    [[nodiscard]] OrderTotals totals() const { return account_.totals(); }
    [[nodiscard]] std::uint64_t resumed_from() const { return resumed_from_; }

  private:
    Attempt<void> read_all(CsvReader& csv, const InputFile& file, ColumnMap& columns,
                           RowReader& rows, Progress& progress) {
        const auto unreadable = [this](const Failure& failure) {
            return trouble(failure, "cannot read " + options_.file,
                           "mend the file; rows before this one are recorded and are not sent "
                           "twice when their bytes stay as they are");
        };
        const Result<bool> header = csv.next();
        if (!header) return unreadable(header.error());
        if (!*header) return trouble(kExitFailed, options_.file + " is empty");
        const Attempt<void> resolved = columns.resolve(csv.fields(), options_.file);
        if (!resolved) return resolved;
        for (std::uint64_t number = 1;; ++number) {
            const Result<bool> more = csv.next();
            if (!more) return unreadable(more.error());
            if (!*more) return {};
            const OrderRow row = rows.read(columns, csv.fields(), number);
            if (row.kind == RowKind::malformed_row && malformed_++ < kMalformedShown) {
                progress.clear();
                say(fmt::format("{}:{}: set aside: malformed_row", options_.file, csv.line()));
            }
            account_.row(row);
            stream_.add(row);
            const Attempt<void> sent = send_ready();
            if (!sent) return sent;
            if (interrupted()) {
                return trouble(kExitInterrupted, "interrupted", "",
                               "run the same command again: it goes on where it stopped");
            }
            progress.update(file.bytes_used(),
                            fmt::format("{} rows, {} lines refused", grouped(number),
                                        grouped(account_.lines_refused())));
        }
    }

    Attempt<void> send_ready() {
        while (!ready_.empty()) {
            OrderEvent event = std::move(ready_.front());
            ready_.pop_front();
            const std::uint64_t sequence = event.sequence;
            if (sequence <= resumed_from_) {
                EventOutcome before;
                before.kind = EventOutcome::Kind::duplicate;
                account_.settled(event, before);
                continue;
            }
            std::string json = render_event(event, context_);
            std::vector<std::uint64_t> lines;
            for (const OrderEvent::Line& line : event.lines) lines.push_back(line.row);
            in_flight_.push_back(std::move(event));
            const Attempt<void> added =
                sender_.add(sequence, sequence, std::move(json), std::move(lines));
            if (!added) return added;
        }
        return {};
    }

    Attempt<void> settle(const EventOutcome& outcome) {
        account_.settled(in_flight_.front(), outcome);
        in_flight_.pop_front();
        return {};
    }

    const ImportOrdersOptions& options_;
    EventContext context_;
    EventSender sender_;
    OrderStream stream_;
    OrderAccount account_;
    std::deque<OrderEvent> ready_;      // made by the stream, not yet queued
    std::deque<OrderEvent> in_flight_;  // queued; answers come in this order
    std::uint64_t resumed_from_ = 0;
    std::uint64_t malformed_ = 0;
};

Attempt<int> run(const ImportOrdersOptions& options) {
    ColumnMap columns(kOrderColumns);
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
    Attempt<RowReader> rows = RowReader::make(options.rules);
    if (!rows) return tl::unexpected(rows.error());
    Result<InputFile> file = InputFile::open(options.file);
    if (!file) return trouble(file.error(), "cannot read " + options.file);
    const Result<std::string> identity = file_identity(options.file);
    if (!identity) return trouble(identity.error(), "cannot read " + options.file);
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return tl::unexpected(client.error());

    ReportHeader header{.file = options.file, .source = "import/orders/" + *identity};
    const auto began = std::chrono::steady_clock::now();
    OrderImport import(options, *client, header.source);
    const Attempt<void> done = import.run(*file, columns, *rows);
    if (!done) return tl::unexpected(done.error());
    header.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    header.resumed_from = import.resumed_from();
    const OrderTotals totals = import.totals();
    print_data(options.client.json ? report_json(totals, header) : report_text(totals, header));
    return totals.adds_up() ? kExitOk : kExitFailed;
}

}  // namespace

int import_orders(const ImportOrdersOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

}  // namespace holdfast::cli
