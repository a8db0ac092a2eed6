// Writing and reading rows of fixed-size values and counted texts, little-endian: checkpoints and
// canonical encodings. Both ends work on memory, or piece by piece where the whole would be large.
// The reader never runs past its end: it turns bad and gives zeros.
#pragma once

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast {

/// Takes the bytes in order; they are gone after the call. A failure ends the writing.
using ByteSink = std::function<Result<void>(ByteSpan)>;
/// Gives the next bytes, good until the next call; none at the end. A failure ends the reading.
using ByteSource = std::function<Result<ByteSpan>()>;

class ByteWriter {
  public:
    explicit ByteWriter(std::vector<std::byte>& out) : out_(out) {}
    /// Hands `buffer` to the sink whenever it holds `piece_bytes` or more, and empties it. Call
    /// finish() last.
    ByteWriter(std::vector<std::byte>& buffer, ByteSink sink, std::size_t piece_bytes)
        : out_(buffer), sink_(std::move(sink)), piece_bytes_(piece_bytes) {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    void put(const T& value) {
        const std::size_t at = out_.size();
        out_.resize(at + sizeof(T));
        store(out_.data() + at, value);
        if (out_.size() >= piece_bytes_) hand_over();
    }
    void put_bytes(ByteSpan bytes) {
        out_.insert(out_.end(), bytes.begin(), bytes.end());
        if (out_.size() >= piece_bytes_) hand_over();
    }
    void put_text(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        put_bytes(as_byte_span(text));
    }
    /// What the sink said; nothing reaches it after a failure.
    [[nodiscard]] const Result<void>& result() const { return result_; }
    /// Hands over the rest.
    Result<void> finish() {
        hand_over();
        return result_;
    }

  private:
    void hand_over() {
        if (!sink_) return;
        if (result_ && !out_.empty()) result_ = sink_(out_);
        out_.clear();
    }

    std::vector<std::byte>& out_;
    ByteSink sink_;
    std::size_t piece_bytes_ = std::numeric_limits<std::size_t>::max();
    Result<void> result_;
};

class ByteReader {
  public:
    explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}
    /// Reads `total` bytes from the source, and asks for no more of them than it needs.
    ByteReader(ByteSource source, std::uint64_t total) : source_(std::move(source)), left_(total) {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    T get() {
        if (bytes_.size() < sizeof(T) && !fetch(sizeof(T))) return T{};
        const T value = load<T>(bytes_.data());
        bytes_ = bytes_.subspan(sizeof(T));
        return value;
    }
    /// Valid until the next call.
    std::string_view get_text() {
        const auto size = get<std::uint32_t>();
        if (bytes_.size() < size && !fetch(size)) return {};
        const std::string_view text = as_text(bytes_.first(size));
        bytes_ = bytes_.subspan(size);
        return text;
    }
    /// A count of items of at least `item_bytes` each that can still follow; 0 and bad otherwise.
    std::size_t get_count(std::size_t item_bytes) {
        const auto count = get<std::uint64_t>();
        if (item_bytes != 0 && count > remaining() / item_bytes) {
            good_ = false;
            return 0;
        }
        return static_cast<std::size_t>(count);
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return remaining() == 0; }
    /// Bytes that can still follow.
    [[nodiscard]] std::uint64_t remaining() const { return bytes_.size() + left_; }
    /// Why the source gave no more, if it failed.
    [[nodiscard]] const Result<void>& source_result() const { return source_result_; }

  private:
    /// At least `wanted` bytes in bytes_; false and bad where they do not come.
    bool fetch(std::size_t wanted) {
        while (bytes_.size() < wanted) {
            // What is left of a piece is gone once the next one is asked for.
            std::vector<std::byte> joined(bytes_.begin(), bytes_.end());
            const bool more = good_ && wanted <= remaining();
            const Result<ByteSpan> piece = more ? source_() : Result<ByteSpan>(ByteSpan{});
            if (!piece) source_result_ = tl::unexpected(piece.error());
            if (!piece || piece->empty() || piece->size() > left_) {
                good_ = false;
                bytes_ = {};
                left_ = 0;
                return false;
            }
            left_ -= piece->size();
            if (joined.empty()) {
                bytes_ = *piece;
                continue;
            }
            joined.insert(joined.end(), piece->begin(), piece->end());
            joined_ = std::move(joined);
            bytes_ = joined_;
        }
        return true;
    }

    ByteSpan bytes_;
    ByteSource source_;
    std::uint64_t left_ = 0;  // what the source still has
    std::vector<std::byte> joined_;
    Result<void> source_result_;
    bool good_ = true;
};

}  // namespace holdfast
