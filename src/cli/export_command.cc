#include "cli/export_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "cli/hub_call.h"
#include "cli/output_file.h"

namespace holdfast::cli {
namespace {

constexpr const char* kPageLimit = "1000";

struct ListSpec {
    std::string_view name;
    std::string_view columns;  ///< of the CSV, in this order; empty: NDJSON only
};
constexpr std::array<ListSpec, 7> kLists{
    {{"positions",
      "sku,location,on_hand,reserved,allocated,available_to_sell,damaged,in_transit,backorderable"},
     {"items", "sku,title"},
     {"locations", "location,title,enabled"},
     {"pools", "pool,locations"},
     {"channels", "channel,title,pool,splits"},
     {"policies", "kind,sku,location,value"},
     {"facts", ""}}};

std::vector<std::string> split(std::string_view columns) {
    std::vector<std::string> names;
    while (!columns.empty()) {
        const std::size_t comma = std::min(columns.find(','), columns.size());
        names.emplace_back(columns.substr(0, comma));
        columns.remove_prefix(std::min(comma + 1, columns.size()));
    }
    return names;
}

Attempt<int> run(const ExportOptions& options) {
    const auto* list = std::find_if(kLists.begin(), kLists.end(), [&options](const ListSpec& spec) {
        return spec.name == options.what;
    });
    if (list == kLists.end()) {
        return trouble(kExitUsage, fmt::format("there is no list '{}'", options.what), "",
                       "one of positions, items, locations, pools, channels, policies, facts");
    }
    const bool csv = options.format == "csv" && !list->columns.empty();
    Attempt<HttpClient> client = make_client(options.client);
    if (!client) return tl::unexpected(client.error());
    Attempt<OutputFile> out = OutputFile::create(options.out);
    if (!out) return tl::unexpected(out.error());
    const std::vector<std::string> columns = split(list->columns);
    if (csv) out->write(fmt::format("{}\n", list->columns));
    Progress progress(
        "exporting " + options.what, std::nullopt,
        options.out == "-" && talk_is_terminal() ? ProgressStyle::none : options.progress);
    const bool facts = list->name == "facts";
    std::string next;
    std::uint64_t rows = 0;
    for (;;) {
        HttpRequest request;
        request.path = fmt::format("/v1/{}?limit={}", list->name, kPageLimit);
        if (!next.empty()) {
            request.path += fmt::format("&{}={}", facts ? "after" : "cursor", url_encoded(next));
        }
        if (!options.sku.empty()) request.path += "&sku=" + url_encoded(options.sku);
        if (!options.location.empty()) request.path += "&location=" + url_encoded(options.location);
        const auto page = call_hub(*client, request, "the export stopped");
        if (!page) return tl::unexpected(page.error());
        for (const auto& row : member_rows(page->body, "data")) {
            ++rows;
            if (!csv) {
                out->write(boost::json::serialize(row) + "\n");
                continue;
            }
            std::string line;
            for (const std::string& column : columns) {
                if (!line.empty()) line += ',';
                line += csv_field(member_text(row, column));
            }
            out->write(line + "\n");
        }
        progress.update(rows);
        if (interrupted())
            return trouble(kExitInterrupted, "interrupted", "the file is incomplete");
        next = member_text(page->body, facts ? "next_after" : "next_cursor");
        if (member_text(page->body, "has_more") != "true" || next.empty()) break;
    }
    const Attempt<void> closed = out->close();
    if (!closed) return tl::unexpected(closed.error());
    if (options.out != "-") {
        print_data(options.client.json
                       ? fmt::format("{{\"list\":\"{}\",\"rows\":{}}}\n", list->name, rows)
                       : fmt::format("wrote {}: {} {}\n", options.out, grouped(rows), list->name));
    }
    return kExitOk;
}

}  // namespace

int export_list(const ExportOptions& options) {
    catch_interrupts();
    const Attempt<int> done = run(options);
    return done ? *done : complain(done.error());
}

}  // namespace holdfast::cli
