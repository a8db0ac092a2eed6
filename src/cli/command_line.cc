#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "cli/bench_command.h"
#include "cli/bench_prepare.h"
#include "cli/case_commands.h"
#include "cli/client_commands.h"
#include "cli/console.h"
#include "cli/export_command.h"
#include "cli/generate_command.h"
#include "cli/history_commands.h"
#include "cli/import_orders.h"
#include "cli/import_stock.h"
#include "cli/journal_command.h"
#include "cli/readmodel_command.h"
#include "cli/serve_command.h"
#include "cli/source_commands.h"

namespace holdfast::cli {
namespace {

/// Set by CMake from the project's version.
constexpr const char* kVersion = HOLDFAST_VERSION;

/// All options of all commands: they must outlive the parse, and only one command runs.
struct AllOptions {
    hub::ServeOptions serve;
    ReserveOptions reserve;
    StepOptions confirm;
    StepOptions release;
    AvailabilityOptions availability;
    PositionOptions position;
    ExplainOptions explain;
    TimelineOptions timeline;
    WhyNotOptions why_not;
    CaseListOptions case_list;
    CaseOptions cases;
    StatusOptions status;
    SourceOptions source_list;
    SourceOptions source_show;
    SourceOptions source_epoch;
    SourceOptions source_give_up;
    AuthorityOptions authority_list;
    AuthorityOptions authority_set;
    ParkedOptions parked;
    KeyOptions key_create;
    KeyOptions key_list;
    KeyOptions key_revoke;
    ImportOrdersOptions import_orders;
    ImportStockOptions import_stock;
    ExportOptions export_list;
    GenerateOrdersOptions generate_orders;
    GenerateStockOptions generate_stock;
    GenerateRetailerOptions generate_retailer;
    JournalOptions journal_verify;
    JournalOptions journal_dump;
    JournalOptions journal_replay;
    ReadModelOptions read_model;
    BenchOptions bench;
    PrepareOptions prepare;
    bool version_json = false;
};

constexpr const char* kExamples = R"(
Examples:
  holdfast serve --data ./holdfast-data
  holdfast import stock stock.csv --create --channel web
  holdfast reserve BOOT-42=2 SOCK-7@DC1 --channel web --order 1001
  holdfast availability BOOT-42 --channel web
  holdfast import orders orders.csv.zst --channel web
  holdfast status

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict or not enough stock,
5 hub unreachable, 6 a check found problems, 130 interrupted.
Data goes to standard output, talk to standard error; NO_COLOR is honoured.)";

/// Registers subcommands; each leaves its action behind when it was parsed.
class Grammar {
  public:
    Grammar(CLI::App& app, Action& action, std::shared_ptr<AllOptions> options)
        : app_(app), action_(action), o_(std::move(options)) {}

    void describe() {
        app_.description(
            "Holdfast: one ledger of stock; reservations that cannot oversell, durable before they "
            "are answered.");
        app_.footer(kExamples);
        app_.require_subcommand(1);
        app_.set_version_flag("--version", version_text());
        app_.option_defaults()->always_capture_default();
        describe_serve();
        describe_stock();
        describe_history();
        describe_sources();
        describe_cases();
        describe_import();
        describe_generate();
        describe_operations();
        describe_bench();
    }

  private:
    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& what,
                      const std::string& examples, std::function<int()> run) {
        CLI::App* sub = parent.add_subcommand(name, what);
        // The examples of all commands stand on the page of all commands alone.
        sub->footer(examples.empty() ? "" : "\nExamples:\n" + examples);
        if (run) {
            sub->final_callback([this, run = std::move(run)] { action_ = run; });
        } else {
            sub->require_subcommand(1);
        }
        return sub;
    }

    static void add_client(CLI::App* sub, ClientOptions& client) {
        sub->add_option("--url", client.url, "the hub")->envname("HOLDFAST_URL")->group("Hub");
        sub->add_option_function<std::string>(
               "--key-file",
               [&client](const std::string& path) {
                   client.key_file = path;
                   client.key_file_given = true;
               },
               "file whose first line is the API key [" + client.key_file + "]")
            ->envname("HOLDFAST_KEY_FILE")
            ->group("Hub");
        sub->add_option("--ca-file", client.ca_file, "certificates to trust for https")
            ->group("Hub");
        sub->add_flag("--json", client.json, "one JSON object instead of text");
    }

    static void add_progress(CLI::App* sub, ProgressStyle& style) {
        const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                          {"plain", ProgressStyle::plain},
                                                          {"json", ProgressStyle::json},
                                                          {"none", ProgressStyle::none}};
        sub->add_option("--progress", style, "auto, plain, json or none")
            ->transform(CLI::CheckedTransformer(styles))
            ->default_str("auto");
    }

    static void add_columns(CLI::App* sub, std::vector<std::string>& columns, std::string& mapping,
                            char& separator) {
        sub->add_option("--column", columns, "MEANING=NAME of a column in the file; repeat it");
        sub->add_option("--mapping", mapping, "TOML file with a table [columns] of the same");
        sub->add_option("--separator", separator, "between fields");
    }

    void describe_serve() {
        auto& s = o_->serve;
        auto* sub =
            command(app_, "serve", "Run a hub until SIGTERM or Ctrl-C",
                    "  holdfast serve\n"
                    "  holdfast serve --data /srv/holdfast --listen 127.0.0.1:9000 --admin ''\n\n"
                    "Exit codes: 0 stopped in order, 2 usage, 65 a stored record fails its check,\n"
                    "69 address or directory in use, 70 the disk failed: start again,\n"
                    "74 it failed twice in ten minutes: look at the disk.",
                    [&s] { return hub::serve(s); });
        add_serve_flags(*sub, s);
    }

    void describe_stock() {
        auto& r = o_->reserve;
        auto* sub = command(app_, "reserve", "Hold stock for a cart or an order",
                            "  holdfast reserve BOOT-42=2\n"
                            "  holdfast reserve BOOT-42@DC1=1 SOCK-7=3 --order 1001 --ttl 30m",
                            [&r] { return reserve(r); });
        sub->add_option("lines", r.lines, "SKU[@LOCATION][=QUANTITY], one or more")->required();
        sub->add_option("--channel", r.channel, "who sells");
        sub->add_option("--order", r.order, "order number, for finding it again");
        sub->add_option("--ttl", r.time_to_live_s, "how long: 900s, 15m, 2h, 1d")
            ->transform(CLI::AsNumberWithUnit(time_units()))
            ->default_str("15m");
        sub->add_flag("--partial", r.partial, "hold what there is, set the other lines aside");
        sub->add_option("--idempotency-key", r.key, "makes a repeat harmless; drawn when absent");
        add_client(sub, r.client);

        auto& c = o_->confirm;
        sub = command(app_, "confirm", "Keep a hold beyond its deadline, for an order",
                      "  holdfast confirm rsv_00000000000w1 --order 1001",
                      [&c] { return confirm(c); });
        sub->add_option("reservation", c.reservation, "rsv_...")->required();
        sub->add_option("--order", c.order, "the order it belongs to");
        sub->add_option("--idempotency-key", c.key, "makes a repeat harmless; drawn when absent");
        add_client(sub, c.client);

        auto& l = o_->release;
        sub = command(app_, "release", "Give units of a hold back, all or some",
                      "  holdfast release rsv_00000000000w1\n"
                      "  holdfast release rsv_00000000000w1 --line 1=2 --reason customer",
                      [&l] { return release(l); });
        sub->add_option("reservation", l.reservation, "rsv_...")->required();
        sub->add_option("--line", l.line_units, "LINE=QUANTITY; repeat it");
        sub->add_option("--reason", l.reason, "recorded with it");
        sub->add_option("--idempotency-key", l.key, "makes a repeat harmless; drawn when absent");
        add_client(sub, l.client);

        auto& a = o_->availability;
        sub = command(app_, "availability", "What a channel may sell",
                      "  holdfast availability BOOT-42 SOCK-7 --channel web",
                      [&a] { return availability(a); });
        sub->add_option("skus", a.skus, "up to 1,000 SKUs")->required();
        sub->add_option("--channel", a.channel, "who sells");
        sub->add_option("--location", a.location, "only from here");
        add_client(sub, a.client);

        auto& p = o_->position;
        sub = command(app_, "position", "One SKU at one location, or at all of them",
                      "  holdfast position BOOT-42\n  holdfast position BOOT-42 DC1",
                      [&p] { return position(p); });
        sub->add_option("sku", p.sku, "the SKU")->required();
        sub->add_option("location", p.location, "every bucket by name at this location");
        add_client(sub, p.client);
    }

    void describe_history() {
        auto& e = o_->explain;
        auto* sub = command(app_, "explain", "Where a number comes from",
                            "  holdfast explain BOOT-42 DC1\n"
                            "  holdfast explain BOOT-42 DC1 --channel web --at 0-918273\n"
                            "  holdfast explain BOOT-42 --channel web --at 2026-11-24T06:07:00Z\n"
                            "  holdfast explain BOOT-42 S1 --at-business-time 2026-11-23T18:00:00Z",
                            [&e] { return explain(e); });
        sub->add_option("sku", e.sku, "the SKU")->required();
        sub->add_option("location", e.location, "absent: what the channel may sell");
        sub->add_option("--channel", e.channel, "also what this channel may sell");
        sub->add_option("--at", e.at, "SEQ or TIME; absent: now");
        sub->add_option("--at-business-time", e.at_business_time,
                        "TIME: what was there then, also what was recorded later; --at: as known");
        sub->add_option("--facts", e.facts, "newest facts per bucket");
        add_client(sub, e.client);
        auto& w = o_->why_not;
        sub = command(
            app_, "why-not", "Why a reservation would be refused, and what would let it pass",
            "  holdfast why-not BOOT-42=3 --channel web\n  holdfast why-not BOOT-42=3 SOCK-7@DC1",
            [&w] { return why_not(w); });
        sub->add_option("lines", w.lines, "SKU[@LOCATION][=QUANTITY], one or more")->required();
        sub->add_option("--channel", w.channel, "who would sell");
        add_client(sub, w.client);
        auto& t = o_->timeline;
        sub = command(app_, "timeline", "What happened, the newest first",
                      "  holdfast timeline BOOT-42 DC1\n  holdfast timeline --order 1001",
                      [&t] { return timeline(t); });
        sub->add_option("sku", t.sku, "the SKU");
        sub->add_option("location", t.location, "absent: everywhere");
        sub->add_option("--order", t.order, "of an order instead");
        sub->add_option("--before", t.before, "SEQ: older than this");
        sub->add_option("--limit", t.limit, "facts at most");
        add_client(sub, t.client);
    }

    void describe_sources() {
        auto* parent = command(app_, "source", "Who tells the hub what happened", "", {});
        auto& l = o_->source_list;
        auto* sub = command(*parent, "list", "All of them, and what is missing", "",
                            [&l] { return source_list(l); });
        add_client(sub, l.client);
        const auto add_source = [](CLI::App* to, SourceOptions& options) {
            to->add_option("source", options.source, "its name")->required();
        };
        auto& w = o_->source_show;
        sub = command(*parent, "show", "One of them", "  holdfast source show till-17",
                      [&w] { return source_show(w); });
        add_source(sub, w);
        add_client(sub, w.client);
        auto& e = o_->source_epoch;
        sub = command(*parent, "epoch", "Announce that it counts anew",
                      "  holdfast source epoch till-17 2 --reason 'new till'\n"
                      "  holdfast source epoch erp 3 --announced-only",
                      [&e] { return source_epoch(e); });
        add_source(sub, e);
        sub->add_option("epoch", e.epoch, "a later one than it is in")->required();
        sub->add_option("--first", e.first, "the number that it begins with");
        sub->add_flag("--announced-only", e.announced_only,
                      "refuse epochs that nobody announced from now on");
        sub->add_option("--reason", e.reason, "recorded with it");
        add_client(sub, e.client);
        auto& g = o_->source_give_up;
        sub = command(*parent, "give-up", "Say that what it skipped will not come",
                      "  holdfast source give-up till-17 88120 --reason 'disk was lost'",
                      [&g] { return source_give_up(g); });
        add_source(sub, g);
        sub->add_option("last", g.last, "the number up to which nothing will come")->required();
        sub->add_option("--reason", g.reason, "recorded with it");
        sub->add_option("--idempotency-key", g.key, "makes a repeat harmless; drawn when absent");
        add_client(sub, g.client);
        describe_authority();
        auto& p = o_->parked;
        sub = command(app_, "parked", "Events that wait for their orders",
                      "  holdfast parked\n  holdfast parked --order 1001",
                      [&p] { return parked(p); });
        sub->add_option("--order", p.order, "of this order only");
        sub->add_option("--limit", p.limit, "events at most")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000}));
        add_client(sub, p.client);
    }

    void describe_authority() {
        auto* parent = command(app_, "authority", "Which source is believed", "", {});
        auto& l = o_->authority_list;
        auto* sub = command(*parent, "list", "Every row", "", [&l] { return authority_list(l); });
        add_client(sub, l.client);
        auto& a = o_->authority_set;
        sub = command(*parent, "set", "Name the one that is believed, or nobody in particular",
                      "  holdfast authority set wms --type stock.counted --location DC1\n"
                      "  holdfast authority set --nobody --type stock.counted --location DC1",
                      [&a] { return authority_set(a); });
        sub->add_option("source", a.source, "its name");
        sub->add_flag("--nobody", a.nobody, "every source is believed there again");
        sub->add_option("--type", a.type, "of event; absent: every one");
        sub->add_option("--location", a.location, "absent: everywhere");
        sub->add_option("--reason", a.reason, "recorded with it");
        add_client(sub, a.client);
    }

    void describe_cases() {
        auto* parent =
            command(app_, "cases", "What a person should look at, and what was done",
                    "  holdfast cases list\n  holdfast cases show case_0000000w20000", {});
        auto& l = o_->case_list;
        auto* sub = command(*parent, "list", "The work list, the most money at risk first",
                            "  holdfast cases list\n"
                            "  holdfast cases list --location STORE-17 --nobodys",
                            [&l] { return case_list(l); });
        sub->add_option("--state", l.state, "open, snoozed or resolved; absent: open");
        sub->add_option("--kind", l.kind, "of this kind, as negative_sellable");
        sub->add_option("--sku", l.sku, "about this SKU");
        sub->add_option("--location", l.location, "about this location");
        auto* assignee = sub->add_option("--assignee", l.assignee, "who looks after them");
        sub->add_flag("--nobodys", l.nobodys, "those that nobody looks after")->excludes(assignee);
        sub->add_option("--order", l.order, "about this order");
        sub->add_option("--limit", l.limit, "cases at most")->check(CLI::Range(1U, 1'000U));
        sub->add_option("--cursor", l.cursor, "where the page before ended");
        add_client(sub, l.client);

        auto& c = o_->cases;
        sub = command(*parent, "show", "One case: facts, history, and what can be done",
                      "  holdfast cases show case_0000000w20000", [&c] { return case_show(c); });
        sub->add_option("case", c.cases, "case_...")->required()->expected(1);
        add_client(sub, c.client);

        sub = case_verb(*parent, "assign", "Say who looks after cases",
                        "  holdfast cases assign case_0000000w20000 --to mira", case_assign);
        auto* nobody = sub->add_flag("--nobody", c.nobody, "nobody does");
        sub->add_option("--to", c.assignee, "who")->excludes(nobody);
        sub = case_verb(*parent, "snooze", "Put cases aside until a time, or until they get worse",
                        "  holdfast cases snooze case_0000000w20000 --for 8h\n"
                        "  holdfast cases snooze case_0000000w20000 --until 2026-11-25T08:00:00Z",
                        case_snooze);
        sub->add_option("--until", c.until, "a time, 90 days away at most");
        sub->add_option("--for", c.for_s, "how long: 900s, 15m, 2h, 1d")
            ->transform(CLI::AsNumberWithUnit(time_units()))
            ->default_str("");
        sub = case_verb(*parent, "resolve", "Say that cases need nobody any more",
                        "  holdfast cases resolve case_0000000w20000 --as accepted\n"
                        "  holdfast cases resolve case_0000000w20000 --with adjust --dry-run\n"
                        "  holdfast cases resolve case_0000000w20000 --with adjust -m 'found it'",
                        case_resolve);
        sub->add_option("--as", c.resolution, "corrected, accepted, false_alarm or duplicate")
            ->check(CLI::IsMember({"corrected", "accepted", "false_alarm", "duplicate"}));
        sub->add_option("--with", c.with, "do first what is suggested: the action that show tells");
        sub->add_flag("--dry-run", c.dry_run, "with --with: tell what it would change, no more");
        case_verb(*parent, "reopen", "Take a resolution back, or end a snooze",
                  "  holdfast cases reopen case_0000000w20000", case_reopen);
        case_verb(*parent, "comment", "Write something to cases",
                  "  holdfast cases comment case_0000000w20000 -m 'called the store'", case_comment)
            ->get_option("--comment")
            ->required();
    }

    /// What people do to one case or several: all take a comment.
    CLI::App* case_verb(CLI::App& parent, const char* name, const char* what, const char* examples,
                        int (*run)(const CaseOptions&)) {
        auto& c = o_->cases;
        CLI::App* sub = command(parent, name, what, examples, [&c, run] { return run(c); });
        sub->add_option("cases", c.cases, "case_..., one or more")->required();
        sub->add_option("-m,--comment", c.comment, "kept in the history");
        add_client(sub, c.client);
        return sub;
    }

    static std::map<std::string, std::uint64_t> time_units() {
        return {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    }

    void describe_import() {
        auto* parent = command(app_, "import", "Stream files into a running hub", "", {});
        auto& i = o_->import_orders;
        auto* sub = command(*parent, "orders",
                            "Orders and cancellations of a CSV file, plain or zst; can be stopped "
                            "and run again",
                            "  holdfast import orders orders.csv --channel web\n"
                            "  holdfast import orders export.csv.zst --column invoice=OrderNo "
                            "--column stock_code=SKU",
                            [&i] { return import_orders(i); });
        sub->add_option("file", i.file, "CSV with a header line")->required();
        sub->add_option("--channel", i.channel, "who sold");
        add_columns(sub, i.columns, i.mapping_file, i.separator);
        sub->add_option("--sku-pattern", i.rules.sku_pattern,
                        "codes that are products; other rows are set aside as not_stock");
        sub->add_option("--cancellation-prefix", i.rules.cancellation_prefix,
                        "of invoices that take lines back");
        sub->add_option("--batch", i.batch_events, "events in one request")
            ->check(CLI::Range(1U, 50'000U));
        sub->add_option("--wait", i.wait_seconds, "seconds to wait for a hub that is away");
        add_progress(sub, i.progress);
        add_client(sub, i.client);

        auto& s = o_->import_stock;
        sub = command(*parent, "stock", "Opening counts of a CSV file, plain or zst",
                      "  holdfast import stock stock.csv --create --channel web\n"
                      "  holdfast import stock counts.csv --location DC1 --column quantity=on_hand",
                      [&s] { return import_stock(s); });
        sub->add_option("file", s.file, "CSV with a header line: sku,location,quantity")
            ->required();
        sub->add_flag("--create", s.create, "create items and locations that are not known");
        sub->add_option("--channel", s.channel,
                        "with --create: a channel that sells from all locations of the file");
        sub->add_option("--pool", s.pool, "with --channel: its pool");
        sub->add_option("--location", s.location, "of rows that name none");
        sub->add_option("--reason", s.reason, "recorded with the counts");
        add_columns(sub, s.columns, s.mapping_file, s.separator);
        sub->add_option("--wait", s.wait_seconds, "seconds to wait for a hub that is away");
        add_progress(sub, s.progress);
        add_client(sub, s.client);

        auto& e = o_->export_list;
        sub = command(app_, "export", "Lists of a hub as CSV or NDJSON",
                      "  holdfast export positions --out positions.csv\n"
                      "  holdfast export facts --out facts.ndjson",
                      [&e] { return export_list(e); });
        sub->add_option("list", e.what,
                        "positions, items, locations, pools, channels, policies or facts")
            ->required();
        sub->add_option("--format", e.format, "csv or ndjson")
            ->check(CLI::IsMember({"csv", "ndjson"}));
        sub->add_option("--out", e.out, "file, or - for standard output");
        sub->add_option("--sku", e.sku, "positions of this SKU only");
        sub->add_option("--location", e.location, "positions of this location only");
        add_progress(sub, e.progress);
        add_client(sub, e.client);
    }

    void describe_generate() {
        auto* parent =
            command(app_, "generate", "Files and a made-up retailer to try things with", "", {});
        auto& g = o_->generate_orders;
        auto* sub =
            command(*parent, "orders", "A year of orders with the statistics of a real retailer",
                    "  holdfast generate orders --orders 20000 --seed 1 --out orders.csv",
                    [&g] { return generate_orders_file(g); });
        sub->add_option("--seed", g.orders.seed, "same seed, same file");
        sub->add_option("--orders", g.orders.orders, "how many, over one year")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
        sub->add_option("--skus", g.orders.skus, "how many products")
            ->check(CLI::Range(1U, 2'000'000U));
        sub->add_option("--out", g.out, "file, or - for standard output");
        sub->add_flag("--json", g.json, "one JSON object instead of text");
        add_progress(sub, g.progress);

        auto& s = o_->generate_stock;
        sub = command(*parent, "stock", "Opening counts for an order file; some products run out",
                      "  holdfast generate stock --from orders.csv --out stock.csv",
                      [&s] { return generate_stock_file(s); });
        sub->add_option("--from", s.from, "the order file")->required();
        sub->add_option("--out", s.out, "file, or - for standard output");
        sub->add_option("--location", s.location, "where it lies");
        sub->add_option("--seed", s.seed, "decides which products run out");
        sub->add_option("--short", s.short_percent, "percent of the products that run out")
            ->check(CLI::Range(0U, 100U));
        sub->add_option("--cover", s.cover_percent, "percent of their demand that is there")
            ->check(CLI::Range(0U, 100U));
        sub->add_option("--sku-pattern", s.rules.sku_pattern, "codes that are products");
        sub->add_flag("--json", s.json, "one JSON object instead of text");
        add_progress(sub, s.progress);

        auto& r = o_->generate_retailer;
        sub = command(*parent, "retailer", "Footwear, four nodes, stores, three channels, stock",
                      "  holdfast generate retailer --load\n"
                      "  holdfast generate retailer --out ./retailer --skus 500 --locations 20",
                      [&r] { return generate_retailer(r); });
        sub->add_option("--seed", r.seed, "same seed, same retailer");
        sub->add_option("--skus", r.skus, "how many")->check(CLI::Range(1U, 2'000'000U));
        sub->add_option("--locations", r.locations, "four nodes and the stores")
            ->check(CLI::Range(5U, 2'048U));
        sub->add_option("--out", r.out, "directory for items, locations, channels and stock");
        sub->add_flag("--load", r.load, "into the running hub");
        add_progress(sub, r.progress);
        add_client(sub, r.client);
    }

    void describe_operations() {
        auto* parent = command(app_, "journal", "Look at a journal on disk", "", {});
        for (auto* options : {&o_->journal_verify, &o_->journal_dump}) {
            const bool dump = options == &o_->journal_dump;
            auto* sub =
                command(*parent, dump ? "dump" : "verify",
                        dump ? "Print the facts as NDJSON" : "Check every checksum and every link",
                        dump ? "  holdfast journal dump --from 1000 --limit 10"
                             : "  holdfast journal verify --data ./holdfast-data",
                        [options, dump] {
                            return dump ? journal_dump(*options) : journal_verify(*options);
                        });
            sub->add_option("--data", options->data, "the hub's data directory");
            if (dump) {
                sub->add_option("--from", options->from_seq, "first seq");
                sub->add_option("--limit", options->limit, "facts at most; 0 is all");
            } else {
                sub->add_flag("--json", options->json, "one JSON object instead of text");
            }
        }
        auto* replayed = &o_->journal_replay;
        auto* replay = command(*parent, "replay", "Replay it into an empty ledger, and time it",
                               "  holdfast journal replay --data ./holdfast-data",
                               [replayed] { return journal_replay(*replayed); });
        replay->add_option("--data", replayed->data, "the hub's data directory");
        replay->add_option("--reservations-expected", replayed->reservations_expected,
                           "open reservations to make room for at the start");
        replay->add_flag("--json", replayed->json, "one JSON object instead of text");
        describe_read_model();
        describe_keys();
        auto& s = o_->status;
        auto* sub = command(app_, "status", "How a hub is",
                            "  holdfast status --json\n  holdfast status --state-hash --check",
                            [&s] { return status(s); });
        sub->add_flag("--state-hash", s.state_hash, "with the hash of the whole state");
        sub->add_flag("--check", s.check, "prove the ledger's invariants; 6 when one fails");
        add_client(sub, s.client);

        auto& json = o_->version_json;
        sub = command(app_, "version", "Version of this binary", "", [&json] {
            print_data(json
                           ? fmt::format("{{\"name\":\"holdfast\",\"version\":\"{}\"}}\n", kVersion)
                           : version_text() + "\n");
            return kExitOk;
        });
        sub->add_flag("--json", json, "one JSON object instead of text");
    }

    void describe_read_model() {
        auto* parent = command(app_, "readmodel", "The file that history is answered from", "", {});
        auto& r = o_->read_model;
        struct Verb {
            const char* name;
            const char* what;
            int (*run)(const ReadModelOptions&);
        };
        for (const Verb verb :
             {Verb{"status", "How far it is", readmodel_status},
              Verb{"rebuild", "Build it again from the journal", readmodel_rebuild},
              Verb{"verify", "Compare it with one built anew", readmodel_verify}}) {
            auto* sub =
                command(*parent, verb.name, verb.what,
                        fmt::format("  holdfast readmodel {} --data ./holdfast-data", verb.name),
                        [&r, verb] { return verb.run(r); });
            sub->add_option("--data", r.data, "the hub's data directory");
            sub->add_flag("--json", r.json, "one JSON object instead of text");
            add_progress(sub, r.progress);
        }
    }

    void describe_keys() {
        auto* parent = command(app_, "key", "API keys of a hub", "", {});
        auto& c = o_->key_create;
        auto* sub = command(*parent, "create", "Make a key; it is shown once",
                            "  holdfast key create --title 'Web shop' --scope "
                            "'reserve:write@web/*' --scope 'stock:read@web/*'\n"
                            "  holdfast key create --title 'Till 17' --scope "
                            "'events:write@*/STORE-17' --source till-17",
                            [&c] { return key_create(c); });
        sub->add_option("--title", c.title, "who has it")->required();
        sub->add_option("--scope", c.scopes, "ACTION@CHANNEL/LOCATION; repeat it")->required();
        sub->add_option("--source", c.source, "the only source that it tells events of");
        add_client(sub, c.client);
        auto& l = o_->key_list;
        sub = command(*parent, "list", "Keys, without their secrets", "",
                      [&l] { return key_list(l); });
        add_client(sub, l.client);
        auto& r = o_->key_revoke;
        sub = command(*parent, "revoke", "End a key now", "  holdfast key revoke key_4fQ9zX1b",
                      [&r] { return key_revoke(r); });
        sub->add_option("id", r.id, "key_...")->required();
        add_client(sub, r.client);
    }

    void describe_bench() {
        auto& b = o_->bench;
        auto* sub = command(app_, "bench", "Load a hub and measure it",
                            "  holdfast bench prepare --skus 1000\n"
                            "  holdfast bench --skus 1000 --rate 20000 --duration 10s",
                            [&b] { return run_bench(b); });
        add_bench_flags(*sub, b);
        sub->require_subcommand(0, 1);
        auto& p = o_->prepare;
        auto* prepare =
            sub->add_subcommand("prepare", "Items, locations, channel and stock for it");
        add_prepare_flags(*prepare, p);
        prepare->final_callback([this, &p] { action_ = [&p] { return run_prepare(p); }; });
        // The parent's callback runs after the child's; it must not take the action back.
        sub->final_callback([this, &b, prepare] {
            if (prepare->count() == 0) action_ = [&b] { return run_bench(b); };
        });
    }

    CLI::App& app_;
    Action& action_;
    std::shared_ptr<AllOptions> o_;
};

}  // namespace

std::shared_ptr<void> describe_commands(CLI::App& app, Action& action) {
    auto options = std::make_shared<AllOptions>();
    auto grammar = std::make_shared<Grammar>(app, action, options);
    grammar->describe();
    return grammar;
}

std::string version_text() { return fmt::format("holdfast {}", kVersion); }

}  // namespace holdfast::cli
