#include "journal/scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/planted.h"
#include "journal/tail_witness.h"

namespace holdfast::journal {
namespace {

/// Two segments are always walked: the newest may turn out to be empty.
constexpr std::size_t kWalkedSegmentsMin = 2;

Result<void> passed_on(const Failure& failure) { return tl::unexpected(failure); }

}  // namespace

void SegmentInfo::add_to_index(const IndexEntry& batch) {
    if (index.empty() || (batch.offset > index.back().offset &&
                          batch.offset - index.back().offset >= kIndexStepBytes))
        index.push_back(batch);
}

tl::unexpected<Failure> Scanner::damaged(const std::string& file, std::uint64_t offset,
                                         std::uint64_t seq, std::string what) {
    Failure failed{ErrorCode::corrupt,
                   fmt::format("{}, offset {}, seq {}: {}", file, offset, seq, what)};
    fault_ = Fault{.file = file, .offset = offset, .seq = seq, .what = std::move(what)};
    return tl::unexpected<Failure>(std::move(failed));
}

Result<JournalScan> Scanner::run() {
    if (auto done = read_names(); !done) return tl::unexpected(done.error());
    if (auto done = read_failures(); !done) return tl::unexpected(done.error());
    if (auto done = read_head(); !done) return tl::unexpected(done.error());
    if (!found_.exists) return std::move(found_);
    if (auto done = read_headers(); !done) return tl::unexpected(done.error());
    if (!found_.segments.empty()) {
        if (auto done = walk_from(first_walked()); !done) return tl::unexpected(done.error());
        if (auto done = judge_tail(); !done) return tl::unexpected(done.error());
    }
    if (found_.end.number <= found_.head.durable_upto)
        return damaged(std::string(kHeadName), 0, found_.end.seq,
                       fmt::format("batch {} was durable, but the segments end before batch {}",
                                   found_.head.durable_upto, found_.end.number));
    return std::move(found_);
}

Result<void> Scanner::read_names() {
    const auto names = disk_.list();
    if (!names) return passed_on(names.error());
    for (const std::string& name : *names) {
        if (const auto segment = parse_segment_name(name)) {
            SegmentInfo info;
            info.name = name;
            info.first_batch = segment->first_batch;
            info.first_seq = segment->first_seq;
            found_.segments.push_back(std::move(info));
        } else if (const auto spare = parse_spare_name(name)) {
            found_.spares.push_back(*spare);
        } else if (name.ends_with(os::kTemporarySuffix)) {
            found_.unfinished.push_back(name);
        }
    }
    return {};
}

Result<void> Scanner::read_failures() {
    const auto bytes = disk_.read_all(kFailureMarkName);
    if (!bytes && bytes.error().code == ErrorCode::not_found) return {};
    if (!bytes) return passed_on(bytes.error());
    const auto mark = decode_failure_mark(*bytes);
    if (!mark && mark.error().code == ErrorCode::unsupported) return passed_on(mark.error());
    // A mark that cannot be read says one thing still: something failed here.
    found_.failures = mark ? *mark : FailureMark{.count = 1, .last = {}, .suspect = true};
    return {};
}

Result<void> Scanner::read_head() {
    const auto bytes = disk_.read_all(kHeadName);
    if (!bytes && bytes.error().code == ErrorCode::not_found) {
        if (found_.segments.empty()) return {};
        return damaged(std::string(kHeadName), 0, found_.segments.front().first_seq,
                       "it is missing, but there are segments");
    }
    if (!bytes) return passed_on(bytes.error());
    const auto head = decode_head(*bytes);
    if (!head && head.error().code == ErrorCode::corrupt)
        return damaged(std::string(kHeadName), 0, 0, head.error().detail);
    if (!head) return passed_on(head.error());
    if (!all_zero(ByteSpan(*bytes).subspan(kHeaderBytes)))
        return damaged(std::string(kHeadName), kHeaderBytes, 0, "bytes behind the head");
    found_.exists = true;
    found_.head = *head;
    return {};
}

Result<void> Scanner::read_header(SegmentInfo& segment, std::uint64_t expected_number) {
    const auto wrong = [&](std::string what) {
        return damaged(segment.name, 0, segment.first_seq, std::move(what));
    };
    auto file = disk_.open(segment.name);
    if (!file) return passed_on(file.error());
    segment.segment_bytes = (*file)->size();
    if ((*file)->size() < kBatchesStart + kBlockBytes || (*file)->size() % kBlockBytes != 0)
        return wrong(fmt::format("{} bytes are no segment", (*file)->size()));
    std::array<std::byte, kBlockBytes> block{};
    if (auto got = (*file)->read(0, block); !got) return got;
    const auto header = decode_segment_header(block);
    if (!header) {
        if (header.error().code != ErrorCode::corrupt) return passed_on(header.error());
        // Header and first batch are one write: in the newest segment a crash may have cut it. A
        // header that is whole but says something wrong was never cut.
        if (&segment != &found_.segments.back()) return wrong(header.error().detail);
        broken_header_ = header.error().detail;
        return {};
    }
    if (!all_zero(ByteSpan(block).subspan(kHeaderBytes)))
        return wrong("bytes behind the segment header");
    if (header->log_id != found_.head.log_id || header->hash_seed != found_.head.hash_seed)
        return wrong("it belongs to another journal");
    if (header->first_batch != segment.first_batch || header->first_seq != segment.first_seq)
        return wrong(fmt::format("its header says batch {} and seq {}", header->first_batch,
                                 header->first_seq));
    if (header->segment_bytes != segment.segment_bytes)
        return wrong(fmt::format("{} bytes long instead of {}", segment.segment_bytes,
                                 header->segment_bytes));
    if (expected_number != 0 && header->segment_number != expected_number)
        return wrong(fmt::format("segment number {} follows number {}", header->segment_number,
                                 expected_number - 1));
    if (header->epoch > found_.head.epoch)
        return wrong(
            fmt::format("epoch {} is ahead of the head's {}", header->epoch, found_.head.epoch));
    segment.number = header->segment_number;
    segment.first_entry = header->first_entry;
    segment.prev_hash = header->prev_hash;
    return {};
}

Result<void> Scanner::read_headers() {
    std::uint64_t expected_number = 0;  // the first one may have any: older ones were trimmed
    for (SegmentInfo& segment : found_.segments) {
        if (auto read = read_header(segment, expected_number); !read) return read;
        expected_number = segment.number + 1;
    }
    return {};
}

std::size_t Scanner::first_walked() const {
    const std::size_t count = found_.segments.size();
    std::size_t first = count;
    std::uint64_t bytes = 0;
    while (first > 0) {
        bytes += found_.segments[first - 1].segment_bytes;
        if (bytes > options_.walk_bytes && count - first >= kWalkedSegmentsMin) break;
        --first;
    }
    return first;
}

Result<void> Scanner::walk_from(std::size_t first) {
    auto& segments = found_.segments;
    if (!broken_header_.empty() && segments.size() == 1) return {};
    found_.end.number = segments[first].first_batch;
    found_.end.entry = segments[first].first_entry;
    found_.end.seq = segments[first].first_seq;
    found_.end.hash = segments[first].prev_hash;
    const std::size_t readable = segments.size() - (broken_header_.empty() ? 0 : 1);
    for (std::size_t i = first; i < readable; ++i) {
        SegmentInfo& segment = segments[i];
        ChainPosition& end = found_.end;
        if (end.number != segment.first_batch || end.entry != segment.first_entry ||
            end.seq != segment.first_seq || *end.hash != segment.prev_hash)
            return damaged(segment.name, 0, segment.first_seq,
                           "its header does not follow the last batch before it");
        auto file = disk_.open(segment.name);
        if (!file) return passed_on(file.error());
        SegmentReader reader(**file, found_.head.log_id, segment.number);
        const bool newest = i + 1 == segments.size();
        const std::uint64_t limit = newest ? ~std::uint64_t{0} : segments[i + 1].first_batch;
        if (auto walked = walk(segment, reader, limit); !walked) return walked;
        if (!newest && end.number < limit)
            return damaged(segment.name, segment.end_offset, end.seq,
                           fmt::format("batch {} is damaged or missing ({}); the next segment "
                                       "begins with batch {}",
                                       end.number, last_reason_, limit));
        if (auto checked = check_watermark(segment, reader); !checked) return checked;
    }
    return {};
}

Result<void> Scanner::walk(SegmentInfo& segment, SegmentReader& reader, std::uint64_t limit) {
    std::uint64_t offset = kBatchesStart;
    last_verdict_ = Verdict::valid;
    last_reason_.clear();
    while (found_.end.number < limit) {
        auto batch = reader.at(offset, found_.end);
        if (!batch)
            return tl::unexpected(failure(
                batch.error(),
                fmt::format("{}, offset {}, seq {}", segment.name, offset, found_.end.seq)));
        if (!*batch) {
            last_verdict_ = reader.verdict();
            last_reason_ = reader.reason();
            break;
        }
        const BatchHeader& header = (*batch)->header;
        if (header.epoch > found_.head.epoch)
            return damaged(
                segment.name, offset, header.first_seq,
                fmt::format("epoch {} is ahead of the head's {}", header.epoch, found_.head.epoch));
        segment.add_to_index({.number = header.number,
                              .entry = header.first_entry,
                              .seq = header.first_seq,
                              .offset = offset});
        if (options_.visit) {
            if (auto seen = options_.visit(to_batch(header, (*batch)->body)); !seen) return seen;
        }
        ++found_.batches;
        found_.entries += header.entry_count;
        found_.facts += header.fact_count;
        found_.bytes += batch_bytes(header.body_bytes);
        found_.end.pass(header);
        offset += batch_bytes(header.body_bytes);
    }
    segment.end_offset = offset;
    return {};
}

Result<void> Scanner::check_watermark(SegmentInfo& segment, SegmentReader& reader) {
    const auto slots = read_watermarks(reader, found_.head.log_id);
    if (!slots) return passed_on(slots.error());
    found_.damaged_watermarks += slots->damaged;
    if (!slots->newest) return {};
    const Watermark& mark = *slots->newest;
    segment.watermark_counter = mark.counter;
    if (mark.segment_number != segment.number)
        return damaged(
            segment.name, kBlockBytes, segment.first_seq,
            fmt::format("its watermark belongs to segment number {}", mark.segment_number));
    if (mark.durable_upto >= found_.end.number)
        return damaged(segment.name, segment.end_offset, found_.end.seq,
                       fmt::format("batch {} was acknowledged, says the watermark, but is damaged "
                                   "or missing ({})",
                                   found_.end.number, last_reason_));
    if (mark.durable_upto + 1 == found_.end.number && mark.hash != *found_.end.hash)
        return damaged(segment.name, kBlockBytes, found_.end.seq,
                       fmt::format("its watermark saw another batch {}", mark.durable_upto));
    return {};
}

Result<void> Scanner::judge_tail() {
    SegmentInfo& newest = found_.segments.back();
    auto file = disk_.open(newest.name);
    if (!file) return passed_on(file.error());
    if (!broken_header_.empty()) {
        if (found_.segments.size() == 1 && newest.first_batch != 1) {
            // Nothing before it says which entry it begins with.
            return damaged(newest.name, 0, newest.first_seq, broken_header_);
        }
        if (found_.end.number != newest.first_batch) {
            const SegmentInfo& before = found_.segments[found_.segments.size() - 2];
            return damaged(before.name, before.end_offset, found_.end.seq,
                           fmt::format("batch {} is damaged or missing ({}); the next segment "
                                       "begins with batch {}",
                                       found_.end.number, last_reason_, newest.first_batch));
        }
        newest.end_offset = 0;
        last_reason_ = broken_header_;
    }
    SegmentReader reader(**file, found_.head.log_id, newest.number);
    return judge_rest(reader, newest.end_offset);
}

Result<void> Scanner::judge_rest(SegmentReader& reader, std::uint64_t from) {
    SegmentInfo& newest = found_.segments.back();
    if (last_verdict_ == Verdict::misfit)
        return damaged(newest.name, from, found_.end.seq, last_reason_);
    const bool broken = !broken_header_.empty();
    if (broken) {
        const auto slots = read_watermarks(reader, found_.head.log_id);
        if (!slots) return passed_on(slots.error());
        if (slots->newest && slots->newest->durable_upto >= found_.end.number)
            return damaged(newest.name, 0, found_.end.seq,
                           fmt::format("{}, though a watermark says that batch {} was durable",
                                       broken_header_, slots->newest->durable_upto));
    }
    const auto rest =
        examine_rest(reader, found_.head.log_id, broken ? kBatchesStart : from, found_.end.number);
    if (!rest) return passed_on(rest.error());
    if (rest->proof && !planted(Bug::lost_commit_taken_for_torn_tail))
        return damaged(newest.name, from, found_.end.seq,
                       fmt::format("{}, but {}", last_reason_, *rest->proof));
    found_.tail = rest->all_zero && !broken ? Tail::clean : Tail::torn;
    if (found_.tail == Tail::clean) return {};
    found_.tail_reason = fmt::format("{}, offset {}: {}", newest.name, from, last_reason_);
    if (broken || newest.end_offset == kBatchesStart) {
        found_.empty_segment = newest.name;
        found_.segments.pop_back();
    }
    return {};
}

}  // namespace holdfast::journal
