// `holdfast journal replay`: what a start without a checkpoint would do, timed.
#include <fmt/format.h>

#include <chrono>
#include <memory_resource>

#include "cli/console.h"
#include "cli/journal_command.h"
#include "cli/journal_files.h"
#include "http/json_writer.h"
#include "journal/verify.h"
#include "os/huge_pages.h"
#include "sequencer/machines.h"

namespace holdfast::cli {
namespace {

std::string hex(const Hash128& hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }

void print_replay(const JournalOptions& options, const sequencer::Machines& machines,
                  std::uint64_t facts, double seconds) {
    const ledger::State& state = *machines.ledger;
    const cases::State& cases = *machines.cases;
    if (options.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object().member("facts", facts).member("seq", state.seq);
        json.key("seconds").raw(fmt::format("{:.6f}", seconds));
        json.member("stock_hash", hex(state.stock_hash()));
        json.member("open_cases", cases.table.live().size());
        json.member("cases_hash", hex(cases.state_hash())).end_object();
        print_data(text + "\n");
        return;
    }
    TextTable table({"REPLAY", options.data});
    table.row({"facts", grouped(facts)});
    table.row({"seconds", fmt::format("{:.2f}", seconds)});
    table.row({"facts per second", grouped(static_cast<std::uint64_t>(static_cast<double>(facts) /
                                                                      std::max(seconds, 1e-9)))});
    table.row({"stock hash", hex(state.stock_hash())});
    table.row({"open cases", grouped(cases.table.live().size())});
    table.row({"cases hash", hex(cases.state_hash())});
    print_data(table.render());
}

}  // namespace

int journal_replay(const JournalOptions& options) {
    const auto disk = open_journal(options.data);
    if (!disk) return complain(disk.error());
    std::pmr::set_default_resource(os::huge_page_resource());
    // The journal's secret seed only keys hashes of order numbers; stock does not depend on it.
    const auto started = std::chrono::steady_clock::now();
    auto machines =
        sequencer::Machines::empty(0, {.reservations_expected = options.reservations_expected});
    const auto report = journal::verify(
        **disk, [&](const journal::Batch& batch) { return machines.replay(batch.body); });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    if (!report) {
        return complain(
            trouble(report.error(), "the journal in " + options.data + " cannot be replayed")
                .value());
    }
    if (report->fault) {
        return complain({kExitProblems, "the journal is damaged", report->fault->what,
                         "holdfast journal verify --data " + options.data});
    }
    print_replay(options, machines, report->facts, took.count());
    return kExitOk;
}

}  // namespace holdfast::cli
