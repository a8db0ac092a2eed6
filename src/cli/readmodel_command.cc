#include "cli/readmodel_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/rfc3339.h"
#include "cli/console.h"
#include "http/json_writer.h"
#include "journal/scan.h"
#include "os/linux_disk.h"
#include "readmodel/catch_up.h"
#include "readmodel/compare.h"
#include "readmodel/reader.h"
#include "readmodel/schema.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kScratchName = "readmodel-verify.sqlite";

/// The journal that the read model is of.
struct Journal {
    std::unique_ptr<os::LinuxDisk> disk;
    journal::Head end;
    [[nodiscard]] std::uint64_t last_seq() const { return end.next_seq - 1; }
};

Attempt<Journal> find_journal(const std::string& data) {
    auto disk = os::LinuxDisk::open_directory(data, {.read_only = true});
    if (!disk)
        return trouble(kExitNotFound, "no journal in " + data, disk.error().detail,
                       "name the hub's data directory: --data DIR");
    // The newest segments are enough to know where it ends.
    auto scan = journal::Scanner(**disk, {.walk_bytes = 0}).run();
    if (!scan) return trouble(scan.error(), "the journal in " + data + " cannot be read");
    if (!scan->exists)
        return trouble(kExitNotFound, "no journal in " + data, "it has no head",
                       "name the hub's data directory: --data DIR");
    const journal::ChainPosition& end = scan->end;
    return Journal{std::move(*disk),
                   {.log_id = scan->head.log_id,
                    .next_batch = end.number,
                    .next_entry = end.entry,
                    .next_seq = end.seq,
                    .hash = end.hash.value_or(journal::ChainHash{})}};
}

Result<void> build(readmodel::Store& store, const Journal& journal, std::uint64_t to_seq,
                   const ReadModelOptions& options) {
    Progress progress("building", to_seq, options.progress);
    std::atomic<bool> stop{false};
    const Result<void> done = readmodel::catch_up(store, *journal.disk,
                                                  {.end = journal.end,
                                                   .to_seq = to_seq,
                                                   .progress =
                                                       [&](const readmodel::Cursor& c) {
                                                           progress.update(c.seq);
                                                           stop = interrupted();
                                                       },
                                                   .stop = &stop});
    progress.finish();
    if (!done) return done;
    if (interrupted()) return failure(ErrorCode::closed, "interrupted");
    if (store.cursor().seq < to_seq)
        return failure(ErrorCode::corrupt, fmt::format("the journal's files end at fact {}, not {}",
                                                       store.cursor().seq, to_seq));
    store.database().checkpoint();
    return store.database().outcome();
}

void print_pairs(const ReadModelOptions& options, std::string_view title,
                 const std::vector<std::pair<std::string, std::string>>& texts,
                 const std::vector<std::pair<std::string, std::uint64_t>>& numbers) {
    if (options.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object();
        for (const auto& [name, value] : texts) json.member(name, value);
        for (const auto& [name, value] : numbers) json.member(name, value);
        json.end_object();
        print_data(text + "\n");
        return;
    }
    TextTable table({std::string(title), options.data});
    const auto spoken = [](std::string name) {
        std::ranges::replace(name, '_', ' ');
        return name;
    };
    for (const auto& [name, value] : texts) table.row({spoken(name), value});
    for (const auto& [name, value] : numbers) table.row({spoken(name), grouped(value)});
    print_data(table.render());
}

/// What the file keeps, so that another one is built alike; the default where it cannot be read.
Microseconds history_of(const std::string& data) {
    auto reader = readmodel::Reader::open(data + "/" + std::string(readmodel::kFileName));
    if (!reader || !(*reader)->begin()) return readmodel::kHistoryDefault;
    const readmodel::Cursor cursor = (*reader)->cursor();
    return (*reader)->end() && cursor.seq != 0 ? cursor.kept : readmodel::kHistoryDefault;
}

std::string hex(const Hash128& hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }

}  // namespace

int readmodel_rebuild(const ReadModelOptions& options) {
    const auto journal = find_journal(options.data);
    if (!journal) return complain(journal.error());
    catch_interrupts();
    auto files = os::LinuxDisk::open_directory(options.data, {.direct = false});
    if (!files) return complain(trouble(files.error(), "cannot write to " + options.data).value());
    const auto lock = (*files)->lock();
    if (!lock)
        return complain({kExitConflict, "a hub is running on " + options.data,
                         "the file that it writes cannot be replaced under it",
                         "stop the hub first; what is damaged it builds again by itself"});
    const auto began = std::chrono::steady_clock::now();
    auto store = readmodel::Store::open(**files, options.data, readmodel::kFileName,
                                        history_of(options.data));
    Result<void> done;
    if (!store) {
        done = tl::unexpected(store.error());
    } else {
        done = (*store)->begin_again("asked for");
        if (done) done = build(**store, *journal, journal->last_seq(), options);
    }
    if (!done)
        return complain(trouble(done.error(),
                                "the read model in " + options.data + " cannot be built",
                                "holdfast journal verify --data " + options.data)
                            .value());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const double rate = static_cast<double>((*store)->cursor().seq) / std::max(took.count(), 1e-9);
    print_pairs(options, "REBUILT", {{"seconds", fmt::format("{:.2f}", took.count())}},
                {{"facts", (*store)->cursor().seq},
                 {"facts_per_second", static_cast<std::uint64_t>(rate)}});
    return kExitOk;
}

int readmodel_status(const ReadModelOptions& options) {
    const auto journal = find_journal(options.data);
    if (!journal) return complain(journal.error());
    const std::string path = options.data + "/" + std::string(readmodel::kFileName);
    auto reader = readmodel::Reader::open(path);
    if (!reader)
        return complain({kExitNotFound, "no read model in " + options.data + " that can be read",
                         to_string(reader.error()),
                         "a hub builds it by itself; holdfast readmodel rebuild builds it now"});
    auto database =
        readmodel::Database::open(path, readmodel::OpenMode::read, readmodel::kReaderCacheBytes);
    if (!database || !(*reader)->begin())
        return complain({kExitFailed, "the read model cannot be read", path,
                         "holdfast readmodel rebuild --data " + options.data});
    const readmodel::Cursor cursor = (*reader)->cursor();
    std::vector<std::pair<std::string, std::uint64_t>> numbers{
        {"schema_version", readmodel::kSchemaVersion},
        {"applied_seq", cursor.seq},
        {"journal_seq", journal->last_seq()},
        {"lag_facts", journal->last_seq() - std::min(cursor.seq, journal->last_seq())},
        {"first_seq", cursor.first_seq}};
    for (const readmodel::Table& table : readmodel::tables())
        if (table.name != "cursor")
            numbers.emplace_back(std::string(table.name),
                                 readmodel::rows_of(**database, table.name));
    print_pairs(options, "READ MODEL",
                {{"applied_at", std::string(as_text(rfc3339_millis(cursor.recorded_at)))}},
                numbers);
    return kExitOk;
}

int readmodel_verify(const ReadModelOptions& options) {
    const auto journal = find_journal(options.data);
    if (!journal) return complain(journal.error());
    const std::string path = options.data + "/" + std::string(readmodel::kFileName);
    auto database =
        readmodel::Database::open(path, readmodel::OpenMode::read, readmodel::kReaderCacheBytes);
    if (!database)
        return complain({kExitNotFound,
                         database.error().code == ErrorCode::not_found
                             ? "no read model in " + options.data
                             : "the read model in " + options.data + " cannot be read",
                         to_string(database.error()),
                         "holdfast readmodel rebuild --data " + options.data});
    // One cut of it, whatever a running hub adds meanwhile.
    (*database)->run("BEGIN");
    readmodel::Statement find(**database, "SELECT seq, kept_us FROM cursor");
    const bool any = find.step();
    const std::uint64_t seq = any ? find.number(0) : 0;
    const Microseconds kept = any ? Microseconds{find.integer(1)} : readmodel::kHistoryDefault;
    find.reset();
    catch_interrupts();
    auto files = os::LinuxDisk::open_directory(options.data, {.direct = false});
    if (!files) return complain(trouble(files.error(), "cannot write to " + options.data).value());
    auto store = readmodel::Store::open(**files, options.data, kScratchName, kept);
    Result<void> built;
    if (!store) {
        built = tl::unexpected(store.error());
    } else {
        built = (*store)->begin_again("a scratch copy");
        if (built) built = build(**store, *journal, seq, options);
    }
    if (interrupted()) {
        if (store) (void)(*store)->remove();
        return kExitInterrupted;
    }
    if (!built)
        return complain(
            trouble(built.error(), "another read model cannot be built to compare with").value());
    const auto differs = readmodel::difference(**database, (*store)->database());
    const Hash128 hash = readmodel::content_hash((*store)->database());
    const Result<void> read = (*database)->outcome();
    if (Result<void> removed = (*store)->remove(); !removed) say(to_string(removed.error()));
    if (!read || differs)
        return complain({kExitProblems, "the read model is not what its journal makes",
                         read ? *differs : to_string(read.error()),
                         "holdfast readmodel rebuild --data " + options.data});
    print_pairs(options, "EQUAL", {{"content_hash", hex(hash)}}, {{"facts", seq}});
    return kExitOk;
}

}  // namespace holdfast::cli
