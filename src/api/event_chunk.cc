#include "api/event_chunk.h"

#include "api/event_command.h"

namespace holdfast::api {
namespace {

/// Rows ahead of the one that is taken. The index of codes first, then their texts, then the rows
/// of the SKU and the key: each of them stands somewhere in memory, and is there when it is needed.
constexpr std::size_t kCodesAhead = 24;
constexpr std::size_t kTextsAhead = 12;

}  // namespace

void EventChunk::read(Decoder& decoder, std::uint64_t seed, BatchLines& lines) {
    decoder.begin(seed, arena_);
    for (std::size_t left = kChunkBytesMax; left > 0 && !lines.at_end();) {
        const std::string_view line = lines.next();
        left -= std::min(left, line.size() + kLineBytes);
        Row& row = rows_.emplace_back();
        row.bytes = static_cast<std::uint32_t>(line.size());
        Fault fault;
        row.good = decoder.event_text(line, row.text, fault);
        if (row.good)
            set_event_keys(seed, row.text.facts, row.text.event);
        else
            faults_.push_back(std::move(fault));
    }
}

void EventChunk::clear() {
    arena_.reset();
    rows_.clear();
    faults_.clear();
    at_ = faults_taken_ = 0;
    first_line = unanswered = 0;
}

EventChunk::Row& EventChunk::take(const ledger::State& state) {
    if (at_ == 0) {
        for (std::size_t i = 0; i < std::min(kCodesAhead, rows_.size()); ++i)
            prefetch_codes(state, rows_[i].text);
        for (std::size_t i = 0; i < std::min(kTextsAhead, rows_.size()); ++i)
            prefetch_code_texts(state, rows_[i].text);
    }
    if (at_ + kCodesAhead < rows_.size()) prefetch_codes(state, rows_[at_ + kCodesAhead].text);
    if (at_ + kTextsAhead < rows_.size()) prefetch_code_texts(state, rows_[at_ + kTextsAhead].text);
    Row& row = rows_[at_++];
    if (row.good) {
        resolve_codes(state, row.text);
        // Decided when the turn ends: where its rows begin is known by then.
        if (!row.text.lines.empty()) state.positions.prefetch_span(row.text.lines.front().sku);
    } else {
        ++faults_taken_;
    }
    return row;
}

}  // namespace holdfast::api
