#include "journal/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "journal/format.h"

namespace holdfast::journal {
namespace {

constexpr std::string_view kMagic = "HFCHECKP";
constexpr std::string_view kEndMagic = "HFCHKEND";
constexpr std::size_t kHeaderChecksumAt = 248;
constexpr std::size_t kEndBytes = 32;
constexpr std::size_t kSeqDigits = 20;

std::string file_name(std::uint64_t seq) { return fmt::format("checkpoint-{:020}.hfc", seq); }

std::optional<std::uint64_t> parse_name(std::string_view text) {
    if (!text.starts_with("checkpoint-") || text.size() != 11 + kSeqDigits + 4) return std::nullopt;
    const std::string_view digits = text.substr(11, kSeqDigits);
    std::uint64_t seq = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), seq);
    if (error != std::errc{} || end != digits.end() || file_name(seq) != text) return std::nullopt;
    return seq;
}

std::array<std::byte, kHeaderBytes> encode_header(const CheckpointInfo& info) {
    std::array<std::byte, kHeaderBytes> bytes{};
    std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
    store(bytes.data() + 8, kFormatVersion);
    store(bytes.data() + 12, static_cast<std::uint32_t>(kHeaderBytes));
    store(bytes.data() + 16, info.log_id);
    store(bytes.data() + 24, info.seq);
    store(bytes.data() + 32, info.entry);
    store(bytes.data() + 40, info.batch);
    store(bytes.data() + 48, info.hash);
    store(bytes.data() + 80, info.state_hash.low);
    store(bytes.data() + 88, info.state_hash.high);
    store(bytes.data() + 96, to_raw(info.log_time));
    store(bytes.data() + 104, to_raw(info.wall));
    store(bytes.data() + kHeaderChecksumAt, hash64({bytes.data(), kHeaderChecksumAt}, info.log_id));
    return bytes;
}

Result<CheckpointInfo> decode_header(ByteSpan bytes) {
    const std::byte* at = bytes.data();
    CheckpointInfo info;
    info.log_id = load<std::uint64_t>(at + 16);
    if (as_text(bytes.first(kMagic.size())) != kMagic)
        return failure(ErrorCode::corrupt, "it does not begin as a checkpoint");
    if (load<std::uint64_t>(at + kHeaderChecksumAt) != hash64({at, kHeaderChecksumAt}, info.log_id))
        return failure(ErrorCode::corrupt, "the checksum of its header is wrong");
    if (const auto version = load<std::uint32_t>(at + 8); version != kFormatVersion)
        return failure(ErrorCode::unsupported,
                       fmt::format("it has format version {}, this program reads {}", version,
                                   kFormatVersion));
    info.seq = load<std::uint64_t>(at + 24);
    info.entry = load<std::uint64_t>(at + 32);
    info.batch = load<std::uint64_t>(at + 40);
    info.hash = load<ChainHash>(at + 48);
    info.state_hash.low = load<std::uint64_t>(at + 80);
    info.state_hash.high = load<std::uint64_t>(at + 88);
    info.log_time = instant_from_raw(load<std::int64_t>(at + 96));
    info.wall = instant_from_raw(load<std::int64_t>(at + 104));
    return info;
}

std::array<std::byte, kEndBytes> encode_end(std::uint64_t log_id, std::uint64_t body_bytes,
                                            std::uint64_t checksum) {
    std::array<std::byte, kEndBytes> bytes{};
    std::memcpy(bytes.data(), kEndMagic.data(), kEndMagic.size());
    store(bytes.data() + 8, body_bytes);
    store(bytes.data() + 16, checksum);
    store(bytes.data() + 24, hash64({bytes.data(), 24}, log_id));
    return bytes;
}

/// The whole file through `visit`, and whether it is what was written.
Result<CheckpointInfo> read_file(std::unique_ptr<os::File> file, const PieceVisitor& visit) {
    auto reader = CheckpointReader::open(std::move(file));
    if (!reader) return tl::unexpected(reader.error());
    while (true) {
        const auto piece = (*reader)->next();
        if (!piece) return tl::unexpected(piece.error());
        if (piece->empty()) return (*reader)->info();
        if (!visit) continue;
        if (auto seen = visit(*piece); !seen) return tl::unexpected(seen.error());
    }
}

}  // namespace

Result<std::unique_ptr<CheckpointReader>> CheckpointReader::open(std::unique_ptr<os::File> file) {
    if (file->size() < kHeaderBytes + kEndBytes)
        return failure(ErrorCode::corrupt, "it is cut short");
    std::array<std::byte, kHeaderBytes> header{};
    if (auto got = file->read(0, header); !got) return tl::unexpected(got.error());
    auto info = decode_header(header);
    if (!info) return tl::unexpected(info.error());
    std::unique_ptr<CheckpointReader> reader(new CheckpointReader(std::move(file)));
    reader->info_ = *info;
    reader->fields_known_ = all_zero(ByteSpan(header).subspan(112, kHeaderChecksumAt - 112));
    reader->body_bytes_ = reader->file_->size() - kHeaderBytes - kEndBytes;
    reader->checksum_ = info->log_id;
    reader->piece_.resize(static_cast<std::size_t>(
        std::min<std::uint64_t>(kCheckpointPieceBytes, reader->body_bytes_)));
    return reader;
}

Result<ByteSpan> CheckpointReader::next() {
    const std::uint64_t left = body_bytes_ - at_;
    const MutableByteSpan part = MutableByteSpan(piece_).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece_.size(), left)));
    if (!part.empty()) {
        if (auto got = file_->read(kHeaderBytes + at_, part); !got)
            return tl::unexpected(got.error());
        checksum_ = hash64(part, checksum_);
        at_ += part.size();
    } else if (auto verified = verify_end(); !verified) {
        return tl::unexpected(verified.error());
    }
    return part;
}

Result<void> CheckpointReader::verify_end() {
    std::array<std::byte, kEndBytes> end{};
    if (auto got = file_->read(kHeaderBytes + body_bytes_, end); !got) return got;
    if (end != encode_end(info_.log_id, body_bytes_, checksum_))
        return failure(ErrorCode::corrupt, "the checksum of its body is wrong");
    if (!fields_known_) return failure(ErrorCode::corrupt, "unknown fields in its header");
    return {};
}

CheckpointWriter::CheckpointWriter(std::unique_ptr<os::FileWriter> file, std::string name,
                                   const CheckpointInfo& info)
    : file_(std::move(file)), name_(std::move(name)), info_(info), checksum_(info.log_id) {
    piece_.reserve(kCheckpointPieceBytes);
}

Result<void> CheckpointWriter::begin() { return file_->append(encode_header(info_)); }

Result<void> CheckpointWriter::append(ByteSpan bytes) {
    while (!bytes.empty()) {
        const std::size_t part = std::min(bytes.size(), kCheckpointPieceBytes - piece_.size());
        piece_.insert(piece_.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(part));
        bytes = bytes.subspan(part);
        if (piece_.size() < kCheckpointPieceBytes) break;
        if (auto put = end_piece(); !put) return put;
    }
    return {};
}

Result<void> CheckpointWriter::end_piece() {
    if (piece_.empty()) return {};
    checksum_ = hash64(piece_, checksum_);
    body_bytes_ += piece_.size();
    auto put = file_->append(piece_);
    piece_.clear();
    return put;
}

Result<void> CheckpointWriter::finish() {
    if (auto put = end_piece(); !put) return put;
    if (auto put = file_->append(encode_end(info_.log_id, body_bytes_, checksum_)); !put)
        return put;
    return file_->finish();
}

Result<std::unique_ptr<CheckpointWriter>> CheckpointStore::begin(const CheckpointInfo& info) {
    std::string name = file_name(info.seq);
    auto file = disk_.write_file(name);
    if (!file) return tl::unexpected(failure(file.error(), "begin a checkpoint"));
    auto writer = std::make_unique<CheckpointWriter>(std::move(*file), std::move(name), info);
    if (auto begun = writer->begin(); !begun) return tl::unexpected(begun.error());
    return writer;
}

Result<void> CheckpointStore::commit(std::unique_ptr<CheckpointWriter> writer) {
    if (auto done = writer->finish(); !done) return done;
    auto file = disk_.open(writer->name_);
    if (!file) return tl::unexpected(file.error());
    if (auto info = read_file(std::move(*file), {}); !info) {
        static_cast<void>(disk_.remove(writer->name_));
        return tl::unexpected(failure(info.error(), writer->name_ + " does not read back"));
    }
    auto seqs = stored();
    if (!seqs) return tl::unexpected(seqs.error());
    while (seqs->size() > kCheckpointsKept) {
        if (auto gone = disk_.remove(file_name(seqs->front())); !gone) return gone;
        seqs->erase(seqs->begin());
    }
    return {};
}

Result<void> CheckpointStore::write(const CheckpointInfo& info, ByteSpan body) {
    auto writer = begin(info);
    if (!writer) return tl::unexpected(writer.error());
    if (auto put = (*writer)->append(body); !put) return put;
    return commit(std::move(*writer));
}

Result<std::vector<std::uint64_t>> CheckpointStore::stored() {
    const auto names = disk_.list();
    if (!names) return tl::unexpected(names.error());
    std::vector<std::uint64_t> seqs;
    for (const std::string& name : *names)
        if (const auto seq = parse_name(name)) seqs.push_back(*seq);
    std::sort(seqs.begin(), seqs.end());
    return seqs;
}

Result<std::optional<CheckpointInfo>> CheckpointStore::latest(std::uint64_t log_id,
                                                              std::uint64_t before_seq) {
    refused_.clear();
    auto seqs = stored();
    if (!seqs) return tl::unexpected(seqs.error());
    for (; !seqs->empty(); seqs->pop_back()) {
        if (seqs->back() >= before_seq) continue;
        const auto info = read(seqs->back(), {});
        if (info && info->log_id == log_id) return *info;
        refused_.push_back(
            fmt::format("{}: {}", file_name(seqs->back()),
                        info ? "it belongs to another journal" : to_string(info.error())));
    }
    return std::optional<CheckpointInfo>{};
}

Result<std::unique_ptr<CheckpointReader>> CheckpointStore::open(std::uint64_t seq) {
    const std::string name = file_name(seq);
    auto file = disk_.open(name);
    if (!file) return tl::unexpected(file.error());
    auto reader = CheckpointReader::open(std::move(*file));
    if (!reader) return tl::unexpected(failure(reader.error(), name));
    if ((*reader)->info().seq != seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("{}: its header says seq {}", name, (*reader)->info().seq));
    return reader;
}

Result<CheckpointInfo> CheckpointStore::read(std::uint64_t seq, const PieceVisitor& visit) {
    const std::string name = file_name(seq);
    auto file = disk_.open(name);
    if (!file) return tl::unexpected(file.error());
    auto info = read_file(std::move(*file), visit);
    if (!info) return tl::unexpected(failure(info.error(), name));
    if (info->seq != seq)
        return failure(ErrorCode::corrupt,
                       fmt::format("{}: its header says seq {}", name, info->seq));
    return info;
}

}  // namespace holdfast::journal
