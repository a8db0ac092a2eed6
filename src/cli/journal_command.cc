#include "cli/journal_command.h"

#include <fmt/format.h>

#include <vector>

#include "base/rfc3339.h"
#include "canonical/fact.h"
#include "cli/console.h"
#include "cli/journal_files.h"
#include "http/json_writer.h"
#include "journal/verify.h"

namespace holdfast::cli {
namespace {

/// What a reader stops with when it has seen enough; not a failure of the journal.
constexpr ErrorCode kEnough = ErrorCode::closed;

/// The codes that facts gave to ids, in the order in which they come by.
class Dictionary {
  public:
    void learn(const FactView& fact) {
        const auto entity = fact.field_as<EntityField>(FieldTag::entity);
        if (!entity) return;
        if (fact.type() == FactType::item_upserted) put(items_, entity->id, fact);
        if (fact.type() == FactType::location_upserted) put(locations_, entity->id, fact);
        if (fact.type() == FactType::channel_upserted) put(channels_, entity->id, fact);
    }
    [[nodiscard]] std::string item(std::uint32_t id) const { return get(items_, id); }
    [[nodiscard]] std::string location(std::uint32_t id) const { return get(locations_, id); }
    [[nodiscard]] std::string channel(std::uint32_t id) const { return get(channels_, id); }

  private:
    static void put(std::vector<std::string>& codes, std::uint32_t id, const FactView& fact) {
        // Ids are dense; one far beyond the next would be a damaged fact, not a reason to allocate.
        if (id > codes.size()) return;
        if (id == codes.size()) codes.emplace_back();
        codes[id] = fact.text(FieldTag::code);
    }
    static std::string get(const std::vector<std::string>& codes, std::uint32_t id) {
        return id < codes.size() ? codes[id] : fmt::format("#{}", id);
    }
    std::vector<std::string> items_;
    std::vector<std::string> locations_;
    std::vector<std::string> channels_;
};

std::string fact_json(const FactView& fact, const Dictionary& codes) {
    std::string text;
    http::JsonWriter json(text);
    const FactHeader header = fact.header();
    json.begin_object().member("seq", fact.seq()).member("type", name(fact.type()));
    json.member("recorded_at", fact.recorded_at());
    if (header.occurred_at != 0) json.member("occurred_at", instant_from_raw(header.occurred_at));
    json.member("last_of_entry", fact.last_of_entry());
    if (const auto channel = fact.field_as<std::uint32_t>(FieldTag::channel)) {
        json.member("channel", codes.channel(*channel));
    }
    if (const auto id = fact.field_as<std::uint64_t>(FieldTag::reservation)) {
        json.member("reservation_seq", *id);
    }
    if (const auto at = fact.field_as<std::int64_t>(FieldTag::expires_at)) {
        json.member("expires_at", instant_from_raw(*at));
    }
    if (const auto position = fact.field_as<SourcePositionField>(FieldTag::source_position)) {
        json.member("source_epoch", position->epoch).member("source_seq", position->seq);
    }
    const std::pair<const char*, FieldTag> texts[] = {{"order", FieldTag::order},
                                                      {"document", FieldTag::document},
                                                      {"code", FieldTag::code},
                                                      {"title", FieldTag::title}};
    for (const auto& [key, tag] : texts) {
        if (!fact.text(tag).empty()) json.member(key, fact.text(tag));
    }
    if (fact.posting_count() > 0) {
        json.key("postings").begin_array();
        for (std::size_t i = 0; i < fact.posting_count(); ++i) {
            const Posting posting = fact.posting(i);
            json.begin_object().member("sku", codes.item(posting.sku.raw));
            json.member("place", name(posting.place.kind()));
            if (posting.place.kind() == PlaceKind::location) {
                json.member("location", codes.location(posting.place.number()));
            }
            json.member("bucket", name(posting.bucket)).member("delta", posting.delta).end_object();
        }
        json.end_array();
    }
    json.end_object();
    return text + "\n";
}

void print_report(const JournalOptions& options, const journal::VerifyReport& report) {
    if (options.json) {
        std::string text;
        http::JsonWriter json(text);
        json.begin_object().member("whole", !report.fault.has_value());
        json.member("segments", report.segments).member("batches", report.batches);
        json.member("entries", report.entries).member("facts", report.facts);
        json.member("bytes", report.bytes).member("epoch", report.epoch);
        json.member("first_seq", report.first_seq).member("next_seq", report.next_seq);
        if (report.fault) {
            json.key("fault").begin_object().member("file", report.fault->file);
            json.member("offset", report.fault->offset).member("seq", report.fault->seq);
            json.member("what", report.fault->what).end_object();
        }
        json.key("notes").begin_array();
        for (const std::string& note : report.notes) json.value(note);
        json.end_array().end_object();
        print_data(text + "\n");
        return;
    }
    std::string text =
        report.fault ? fmt::format("damaged: {} at byte {} (seq {}): {}\n", report.fault->file,
                                   report.fault->offset, report.fault->seq, report.fault->what)
                     : std::string("whole: every checksum and every link holds\n");
    TextTable table({"JOURNAL", options.data});
    table.row({"segments", grouped(report.segments)});
    table.row({"batches", grouped(report.batches)});
    table.row({"facts", grouped(report.facts)});
    table.row({"bytes", grouped(report.bytes)});
    table.row({"first seq", grouped(report.first_seq)});
    table.row({"next seq", grouped(report.next_seq)});
    text += "\n" + table.render();
    for (const std::string& note : report.notes) text += "note: " + note + "\n";
    print_data(text);
}

}  // namespace

int journal_verify(const JournalOptions& options) {
    const auto disk = open_journal(options.data);
    if (!disk) return complain(disk.error());
    // The batches are sound when their checksums hold; that their facts parse is our own promise.
    const auto report = journal::verify(**disk, [](const journal::Batch& batch) {
        return for_each_fact(batch.body, [](const FactView&) { return Result<void>{}; });
    });
    if (!report) {
        return complain(
            trouble(report.error(), "the journal in " + options.data + " cannot be checked")
                .value());
    }
    print_report(options, *report);
    return report->fault ? kExitProblems : kExitOk;
}

int journal_dump(const JournalOptions& options) {
    const auto disk = open_journal(options.data);
    if (!disk) return complain(disk.error());
    Dictionary codes;
    std::uint64_t written = 0;
    constexpr std::size_t kPrintBytes = std::size_t{64} * 1024;
    std::string lines;
    const auto report = journal::verify(**disk, [&](const journal::Batch& batch) {
        return for_each_fact(batch.body, [&](const FactView& fact) -> Result<void> {
            codes.learn(fact);
            if (fact.seq() < options.from_seq) return {};
            lines += fact_json(fact, codes);
            if (lines.size() >= kPrintBytes) {
                print_data(lines);
                lines.clear();
            }
            ++written;
            if (options.limit == 0 || written < options.limit) return {};
            return failure(kEnough, "the limit is reached");
        });
    });
    print_data(lines);
    if (!report) {
        if (report.error().code == kEnough) return kExitOk;
        return complain(
            trouble(report.error(), "the journal in " + options.data + " cannot be read").value());
    }
    if (!report->fault) return kExitOk;
    return complain({kExitProblems, "the journal is damaged behind the last fact printed",
                     report->fault->what, "holdfast journal verify --data " + options.data});
}

}  // namespace holdfast::cli
