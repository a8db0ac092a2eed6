// Records of facts and of the journal: what was written is what is read, and what was damaged is
// not taken for it.
#include <algorithm>

#include "base/byte_stream.h"
#include "canonical/fact.h"
#include "journal/format.h"
#include "journal/segment_name.h"
#include "properties.h"

namespace holdfast::properties {
namespace {

constexpr Units kDeltaMax = (Units{1} << 55) - 1;  // 56 bits with their sign

Posting any_posting() {
    // A bucket goes with a kind of place; any location will do here.
    return {.sku = SkuId{*rc::gen::arbitrary<std::uint32_t>()},
            .place = Place{LocationId{*between<std::uint32_t>(0, locations_max)}},
            .bucket = static_cast<Bucket>(*between(1, 12)),
            .delta = *between<Units>(-kDeltaMax, kDeltaMax)};
}

Instant any_instant() { return instant_from_raw(*between<std::int64_t>(0, 4'000'000'000'000'000)); }

struct DrawnFact {
    FactType type = FactType::stock_adjusted;
    std::uint64_t seq = 0;
    Instant recorded_at{};
    std::vector<Posting> postings;
    std::string document;
    std::uint64_t reservation = 0;
    std::vector<std::byte> bytes;
};

DrawnFact any_fact() {
    DrawnFact f;
    f.type = *rc::gen::element(FactType::stock_adjusted, FactType::order_created,
                               FactType::reservation_created, FactType::shipment_posted);
    f.seq = *rc::gen::arbitrary<std::uint64_t>();
    f.recorded_at = any_instant();
    for (int left = *between(0, 12); left > 0; --left) f.postings.push_back(any_posting());
    f.document = *rc::gen::arbitrary<std::string>();
    f.reservation = *rc::gen::arbitrary<std::uint64_t>();
    FactWriter writer(f.bytes);
    writer.begin(f.type, f.seq, f.recorded_at);
    for (const Posting& posting : f.postings) writer.post(posting);
    writer.text(FieldTag::document, f.document);
    writer.value(FieldTag::reservation, f.reservation);
    writer.end();
    return f;
}

void facts() {
    const DrawnFact f = any_fact();
    const Result<FactView> view = FactView::parse(f.bytes);
    RC_ASSERT(view.has_value());
    RC_ASSERT(view->type() == f.type);
    RC_ASSERT(view->seq() == f.seq);
    RC_ASSERT(view->recorded_at() == f.recorded_at);
    RC_ASSERT(view->size() == f.bytes.size());
    RC_ASSERT(view->posting_count() == f.postings.size());
    for (std::size_t i = 0; i < f.postings.size(); ++i)
        RC_ASSERT(view->posting(i) == f.postings[i]);
    RC_ASSERT(view->text(FieldTag::document) == f.document);
    RC_ASSERT(view->field_as<std::uint64_t>(FieldTag::reservation) == f.reservation);
    RC_ASSERT(!view->field(FieldTag::order));
}

void facts_cut_short() {
    const DrawnFact f = any_fact();
    const std::size_t left = *between<std::size_t>(0, f.bytes.size());
    RC_ASSERT(!FactView::parse(ByteSpan(f.bytes).first(left)).has_value());
}

void facts_in_a_row() {
    std::vector<std::byte> body;
    std::vector<std::uint64_t> seqs;
    for (int left = *between(0, 8); left > 0; --left) {
        const DrawnFact f = any_fact();
        seqs.push_back(f.seq);
        body.insert(body.end(), f.bytes.begin(), f.bytes.end());
    }
    std::vector<std::uint64_t> read;
    RC_ASSERT(for_each_fact(body, [&](const FactView& fact) -> Result<void> {
                  read.push_back(fact.seq());
                  return {};
              }).has_value());
    RC_ASSERT(read == seqs);
}

void rows_of_values() {
    struct Row {
        std::uint64_t number;
        std::int32_t small;
        std::string text;
    };
    std::vector<Row> rows;
    for (int left = *between(0, 20); left > 0; --left)
        rows.push_back({*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::int32_t>(),
                        *rc::gen::arbitrary<std::string>()});
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    out.put(std::uint64_t{rows.size()});
    for (const Row& row : rows) {
        out.put(row.number);
        out.put(row.small);
        out.put_text(row.text);
    }
    const std::size_t cut = *between<std::size_t>(0, bytes.size() + 1);
    for (const std::size_t size : {bytes.size(), cut}) {
        ByteReader in(ByteSpan(bytes).first(size));
        bool same = in.get_count(16) == rows.size();
        for (const Row& row : rows) {
            same &= in.get<std::uint64_t>() == row.number && in.good();
            same &= in.get<std::int32_t>() == row.small;
            same &= in.get_text() == row.text;
        }
        RC_ASSERT((same && in.good() && in.at_end()) == (size == bytes.size()));
    }
}

journal::ChainHash any_hash() {
    journal::ChainHash hash;
    for (std::byte& b : hash) b = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    return hash;
}

using HeaderBytes = std::array<std::byte, journal::kHeaderBytes>;

/// Flips one bit of the record; nobody may take it for the one that was written.
void damage(HeaderBytes& bytes) {
    const auto bit = *between<std::size_t>(0, bytes.size() * 8);
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
}

void batch_headers() {
    journal::BatchHeader header;
    header.log_id = *rc::gen::arbitrary<std::uint64_t>();
    header.epoch = *rc::gen::arbitrary<std::uint64_t>();
    header.number = *rc::gen::arbitrary<std::uint64_t>();
    header.first_entry = *rc::gen::arbitrary<std::uint64_t>();
    header.first_seq = *rc::gen::arbitrary<std::uint64_t>();
    header.entry_count = *rc::gen::arbitrary<std::uint32_t>();
    header.fact_count = *rc::gen::arbitrary<std::uint32_t>();
    header.body_bytes = *rc::gen::arbitrary<std::uint32_t>();
    header.log_time = any_instant();
    header.boot_id = *rc::gen::arbitrary<std::uint64_t>();
    header.durable_upto = *rc::gen::arbitrary<std::uint64_t>();
    header.prev_hash = any_hash();
    header.segment_number = *rc::gen::arbitrary<std::uint64_t>();
    header.offset = *rc::gen::arbitrary<std::uint64_t>();
    const journal::ChainHash hash = any_hash();
    HeaderBytes bytes{};
    journal::encode_unsealed(header, bytes);
    journal::seal(hash, header.log_id, bytes);
    const auto read = journal::decode_batch_header(bytes, header.log_id);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->log_id == header.log_id && read->epoch == header.epoch &&
              read->number == header.number && read->first_entry == header.first_entry &&
              read->first_seq == header.first_seq && read->entry_count == header.entry_count &&
              read->fact_count == header.fact_count && read->body_bytes == header.body_bytes &&
              read->log_time == header.log_time && read->boot_id == header.boot_id &&
              read->durable_upto == header.durable_upto && read->prev_hash == header.prev_hash &&
              read->hash == hash && read->segment_number == header.segment_number &&
              read->offset == header.offset);
    // Another journal's record is not ours, nor is a damaged one.
    RC_ASSERT(!journal::decode_batch_header(bytes, header.log_id + 1).has_value());
    damage(bytes);
    RC_ASSERT(!journal::decode_batch_header(bytes, header.log_id).has_value());
}

void segment_headers() {
    journal::SegmentHeader header;
    header.log_id = *rc::gen::arbitrary<std::uint64_t>();
    header.segment_number = *rc::gen::arbitrary<std::uint64_t>();
    header.first_batch = *rc::gen::arbitrary<std::uint64_t>();
    header.first_seq = *rc::gen::arbitrary<std::uint64_t>();
    header.segment_bytes = *rc::gen::arbitrary<std::uint64_t>();
    header.prev_hash = any_hash();
    HeaderBytes bytes{};
    journal::encode(header, bytes);
    const auto read = journal::decode_segment_header(bytes);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->log_id == header.log_id && read->segment_number == header.segment_number &&
              read->first_batch == header.first_batch && read->first_seq == header.first_seq &&
              read->segment_bytes == header.segment_bytes && read->prev_hash == header.prev_hash);
    damage(bytes);
    RC_ASSERT(!journal::decode_segment_header(bytes).has_value());
}

void watermarks() {
    const auto log_id = *rc::gen::arbitrary<std::uint64_t>();
    const journal::Watermark mark{.segment_number = *rc::gen::arbitrary<std::uint64_t>(),
                                  .counter = *rc::gen::arbitrary<std::uint64_t>(),
                                  .durable_upto = *rc::gen::arbitrary<std::uint64_t>(),
                                  .hash = any_hash(),
                                  .wall = any_instant()};
    HeaderBytes bytes{};
    journal::encode(mark, log_id, bytes);
    const auto read = journal::decode_watermark(bytes, log_id);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->segment_number == mark.segment_number && read->counter == mark.counter &&
              read->durable_upto == mark.durable_upto && read->hash == mark.hash &&
              read->wall == mark.wall);
    damage(bytes);
    RC_ASSERT(!journal::decode_watermark(bytes, log_id).has_value());
}

void heads() {
    const journal::HeadRecord head{.log_id = *rc::gen::arbitrary<std::uint64_t>(),
                                   .hash_seed = *rc::gen::arbitrary<std::uint64_t>(),
                                   .epoch = *rc::gen::arbitrary<std::uint64_t>(),
                                   .durable_upto = *rc::gen::arbitrary<std::uint64_t>(),
                                   .wall = any_instant(),
                                   .boot_id = *rc::gen::arbitrary<std::uint64_t>()};
    HeaderBytes bytes{};
    journal::encode(head, bytes);
    const auto read = journal::decode_head(bytes);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->log_id == head.log_id && read->hash_seed == head.hash_seed &&
              read->epoch == head.epoch && read->durable_upto == head.durable_upto &&
              read->wall == head.wall && read->boot_id == head.boot_id);
    damage(bytes);
    RC_ASSERT(!journal::decode_head(bytes).has_value());
}

void segment_names() {
    const journal::SegmentName name{*rc::gen::arbitrary<std::uint64_t>(),
                                    *rc::gen::arbitrary<std::uint64_t>()};
    const auto read = journal::parse_segment_name(journal::to_file_name(name));
    RC_ASSERT(read && read->first_batch == name.first_batch && read->first_seq == name.first_seq);
    const auto spare = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(journal::parse_spare_name(journal::spare_file_name(spare)) == spare);
    // Names sort as batches do, so that a listing is a history.
    const journal::SegmentName later{name.first_batch + 1, 0};
    if (later.first_batch != 0)
        RC_ASSERT(journal::to_file_name(name) < journal::to_file_name(later));
}

}  // namespace

void check_records(Properties& p) {
    p.check("a fact is read as it was written", facts);
    p.check("a fact that is cut short is no fact", facts_cut_short);
    p.check("facts in a row are read one by one", facts_in_a_row);
    p.check("rows of values are read as written, and a cut is noticed", rows_of_values);
    p.check("a batch header is read as written, and one flipped bit is noticed", batch_headers);
    p.check("a segment header is read as written, and one flipped bit is noticed", segment_headers);
    p.check("a watermark is read as written, and one flipped bit is noticed", watermarks);
    p.check("a journal's head is read as written, and one flipped bit is noticed", heads);
    p.check("a segment's name says what it begins with", segment_names);
}

}  // namespace holdfast::properties
