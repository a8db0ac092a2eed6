#include "journal/verify.h"

#include <fmt/format.h>

namespace holdfast::journal {
namespace {

std::vector<std::string> notes_of(const JournalScan& scan) {
    std::vector<std::string> notes;
    if (!scan.tail_reason.empty())
        notes.push_back(
            fmt::format("torn tail, a commit nobody was told about: {}", scan.tail_reason));
    if (scan.damaged_watermarks > 0)
        notes.push_back(
            fmt::format("{} watermark slots hold no watermark: one may be torn by a "
                        "crash",
                        scan.damaged_watermarks));
    for (const std::string& name : scan.unfinished)
        notes.push_back(fmt::format("unfinished file of a crash: {}", name));
    if (scan.failures.count > 0)
        notes.push_back(fmt::format("the disk has failed {} times", scan.failures.count));
    return notes;
}

}  // namespace

Result<VerifyReport> verify(os::Disk& disk, const BatchVisitor& visit) {
    VerifyReport report;
    Scanner scanner(disk, {.visit = [&](const Batch& batch) -> Result<void> {
                        if (report.batches++ == 0) report.first_seq = batch.first_seq;
                        report.entries += batch.entry_count;
                        report.facts += batch.fact_count;
                        report.next_seq = batch.first_seq + batch.fact_count;
                        return visit ? visit(batch) : Result<void>{};
                    }});
    auto scan = scanner.run();
    if (!scan) {
        if (!scanner.fault()) return tl::unexpected(scan.error());
        report.fault = scanner.fault();
        return report;
    }
    if (!scan->exists) return failure(ErrorCode::not_found, "there is no journal here");
    report.log_id = scan->head.log_id;
    report.epoch = scan->head.epoch;
    report.segments = scan->segments.size();
    report.bytes = scan->bytes;
    report.next_seq = scan->end.seq;
    report.hash = scan->end.hash.value_or(ChainHash{});
    report.notes = notes_of(*scan);
    return report;
}

}  // namespace holdfast::journal
