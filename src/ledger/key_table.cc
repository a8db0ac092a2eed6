#include "ledger/key_table.h"

#include "base/planted.h"

namespace holdfast::ledger {

void KeyTable::advance(Instant now) {
    const std::int64_t current = number_at(now);
    const std::int64_t kept = generations_ + (planted(Bug::keys_kept_too_long) ? 1 : 0);
    while (!kept_.empty() && kept_.back().number <= current - kept) kept_.pop_back();
}

void KeyTable::put(const Hash128& key, const KeyRow& row, Instant now) {
    advance(now);
    restore(number_at(now), key, row);
}

void KeyTable::restore(std::int64_t number, const Hash128& key, const KeyRow& row) {
    for (Generation& g : kept_)
        if (g.number == number) {
            g.keys[key] = row;
            return;
        }
    auto it = kept_.begin();
    while (it != kept_.end() && it->number > number) ++it;
    it = kept_.insert(it, Generation{number, {}});
    it->keys.reserve(expected_);
    it->keys[key] = row;
}

}  // namespace holdfast::ledger
