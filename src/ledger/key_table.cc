#include "ledger/key_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/planted.h"

namespace holdfast::ledger {

void KeyTable::advance(Instant now) {
    if (!begins(now)) return;
    kept_.push_front(Generation{number_at(now), {}});
    const std::size_t most = generations_ + (planted(Bug::keys_kept_too_long) ? 1 : 0);
    while (kept_.size() > most) kept_.pop_back();
}

void KeyTable::put(const Hash128& key, const KeyRow& row, Instant now) {
    advance(now);
    insert(kept_.front(), key, row);
}

void KeyTable::insert(Generation& into, const Hash128& key, const KeyRow& row) {
    HOLDFAST_CHECK(row.seq != 0, "a key leads to a fact");
    if (into.keys.size() == 0 && expected_ != 0)
        into.keys.reserve(std::exchange(expected_, std::uint64_t{0}));
    if (Slot* known = into.keys.find(key.low, [&](const Slot& slot) { return slot.key == key; }))
        known->row = row;
    else
        into.keys.insert(key.low, {key, row});
}

void KeyTable::restore(std::int64_t number) {
    const auto at = std::ranges::find_if(kept_, [&](const auto& g) { return g.number <= number; });
    if (at == kept_.end() || at->number != number) kept_.insert(at, Generation{number, {}});
}

void KeyTable::restore(std::int64_t number, const Hash128& key, const KeyRow& row) {
    restore(number);
    insert(*std::ranges::find(kept_, number, &Generation::number), key, row);
}

}  // namespace holdfast::ledger
