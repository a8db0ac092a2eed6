#include "ledger/parked_table.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {
namespace {

using SeqsByHash = FlatMap<std::uint64_t, std::vector<std::uint64_t>>;

void drop(SeqsByHash& index, std::uint64_t hash, std::uint64_t seq) {
    const auto row = index.find(hash);
    if (row == index.end()) return;
    std::erase(row->second, seq);
    if (row->second.empty()) index.erase(row);
}

}  // namespace

std::size_t ParkedTable::size_of_order(std::uint64_t order_hash) const {
    std::size_t size = 0;
    if (const auto* seqs = of_order(order_hash))
        for (const std::uint64_t seq : *seqs) size += at(seq).size();
    return size;
}

void ParkedTable::park(ParkedEvent event) {
    const std::uint64_t seq = event.seq;
    size_ += event.size();
    if (!event.told) untold_.insert(seq);
    by_order_[event.order_hash].push_back(seq);
    if (event.document_hash != 0) by_document_[event.document_hash].push_back(seq);
    const bool fresh = rows_.emplace(seq, std::move(event)).second;
    HOLDFAST_CHECK(fresh, "a fact is parked once");
}

void ParkedTable::tell(std::uint64_t seq) {
    const auto row = rows_.find(seq);
    HOLDFAST_CHECK(row != rows_.end(), "what is told of is parked");
    row->second.told = true;
    untold_.erase(seq);
}

void ParkedTable::erase(std::uint64_t seq) {
    const auto row = rows_.find(seq);
    HOLDFAST_CHECK(row != rows_.end(), "what is settled is parked");
    drop(by_order_, row->second.order_hash, seq);
    drop(by_document_, row->second.document_hash, seq);
    size_ -= row->second.size();
    untold_.erase(seq);
    rows_.erase(row);
}

void ParkedTable::advance(Instant now) {
    // In the order of their seqs, which is that of their times.
    while (!rows_.empty()) {
        const ParkedEvent& oldest = rows_.begin()->second;
        if (!oldest.told || instant_from_raw(oldest.parked_at) + parked_kept > now) return;
        erase(oldest.seq);
    }
}

}  // namespace holdfast::ledger
