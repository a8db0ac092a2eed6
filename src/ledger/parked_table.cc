#include "ledger/parked_table.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast::ledger {

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
    const auto of_order = by_order_.find(row->second.order_hash);
    std::erase(of_order->second, seq);
    if (of_order->second.empty()) by_order_.erase(of_order);
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
