#include "cases/case_table.h"

#include <algorithm>

#include "base/byte_stream.h"
#include "base/planted.h"
#include "cases/kind_rules.h"

namespace holdfast::cases {
namespace {

std::uint64_t position_of(SkuId sku, LocationId at) {
    return std::uint64_t{sku.raw} << 32 | at.raw;
}

bool watched(const Case& row) { return row.live() && follows_ledger(row.subject); }

}  // namespace

// A reservation stands for its order: not every fact about it says the order's number.
Hash128 CaseTable::key_of(const Subject& subject) const {
    std::vector<std::byte> bytes;
    ByteWriter out(bytes);
    out.put(static_cast<std::uint8_t>(subject.kind));
    out.put(subject.sku.raw);
    out.put(subject.location.raw);
    out.put(subject.channel.raw);
    out.put(subject.source.raw);
    out.put(subject.reservation.raw);
    if (subject.reservation.raw != 0) return hash128(bytes, seed_);
    out.put_text(subject.order);
    out.put_text(subject.document);
    return hash128(bytes, seed_);
}

const Case* CaseTable::find(const Subject& subject) const {
    const auto it = by_subject_.find(key_of(subject));
    return it == by_subject_.end() ? nullptr : find(CaseId{it->second});
}

std::span<const CaseId> CaseTable::watching(SkuId sku, LocationId at) const {
    const auto it = watching_.find(position_of(sku, at));
    return it == watching_.end() ? std::span<const CaseId>{} : it->second;
}

std::vector<CaseId> CaseTable::awaiting(const Settling& what) const {
    std::vector<CaseId> ids;
    if (const auto row = awaiting_.find(what); row != awaiting_.end())
        for (const std::uint64_t id : row->second) ids.push_back(CaseId{id});
    return ids;
}

std::vector<CaseId> CaseTable::about(SkuId sku) const {
    std::vector<CaseId> ids;
    for (auto it = by_sku_.lower_bound({sku.raw, 0}); it != by_sku_.end() && it->first == sku.raw;
         ++it)
        ids.push_back(CaseId{it->second});
    return ids;
}

std::vector<CaseId> CaseTable::due(Instant now, std::size_t cases_max) const {
    std::vector<CaseId> ids;
    for (const auto& [at, id] : wakes_) {
        if (planted(Bug::snoozed_case_never_wakes)) break;
        if (at > to_raw(now) || ids.size() == cases_max) break;
        ids.push_back(CaseId{id});
    }
    return ids;
}

Instant CaseTable::next_wake() const {
    return wakes_.empty() ? Instant::max() : instant_from_raw(wakes_.begin()->first);
}

void CaseTable::add(Case row) {
    const std::uint64_t id = row.id.raw;
    const auto [it, fresh] = rows_.try_emplace(id, std::move(row));
    HOLDFAST_CHECK(fresh, "a case is opened once");
    const bool first = by_subject_.try_emplace(key_of(it->second.subject), id).second;
    HOLDFAST_CHECK(first, "one case per subject");
    if (it->second.subject.sku != kNoSku) by_sku_.emplace(it->second.subject.sku.raw, id);
    link(it->second);
}

void CaseTable::forget(CaseId id) {
    const auto it = rows_.find(id.raw);
    HOLDFAST_CHECK(it != rows_.end(), "only a known case is forgotten");
    unlink(it->second);
    by_subject_.erase(key_of(it->second.subject));
    by_sku_.erase({it->second.subject.sku.raw, id.raw});
    rows_.erase(it);
}

void CaseTable::link(const Case& row) {
    texts_bytes_ += text_bytes(row);
    const QueueKey place{row.money, row.id};
    if (!row.live()) {
        resolved_.insert(place);
        by_resolution_.emplace(to_raw(row.resolved_at), row.id.raw);
        return;
    }
    live_.insert(place);
    KindTotals& totals = totals_[row.subject.kind];
    ++(row.state == CaseState::open ? totals.open : totals.snoozed);
    totals.money += row.money;
    totals.live.insert(row.id.raw);
    if (row.state == CaseState::snoozed) wakes_.emplace(to_raw(row.wake_at), row.id.raw);
    if (watched(row))
        watching_[position_of(row.subject.sku, row.subject.location)].push_back(row.id);
    if (const auto what = awaited_by(row)) awaiting_[*what].insert(row.id.raw);
}

void CaseTable::unlink(const Case& row) {
    texts_bytes_ -= text_bytes(row);
    const QueueKey place{row.money, row.id};
    if (!row.live()) {
        resolved_.erase(place);
        by_resolution_.erase({to_raw(row.resolved_at), row.id.raw});
        return;
    }
    live_.erase(place);
    KindTotals& totals = totals_[row.subject.kind];
    --(row.state == CaseState::open ? totals.open : totals.snoozed);
    totals.money -= row.money;
    totals.live.erase(row.id.raw);
    if (totals.live.empty()) totals_.erase(row.subject.kind);
    if (row.state == CaseState::snoozed) wakes_.erase({to_raw(row.wake_at), row.id.raw});
    if (const auto what = awaited_by(row)) {
        const auto awaiting = awaiting_.find(*what);
        HOLDFAST_CHECK(awaiting != awaiting_.end(), "what is awaited leads to its cases");
        awaiting->second.erase(row.id.raw);
        if (awaiting->second.empty()) awaiting_.erase(awaiting);
    }
    if (!watched(row)) return;
    const auto it = watching_.find(position_of(row.subject.sku, row.subject.location));
    HOLDFAST_CHECK(it != watching_.end(), "a watched position leads to its cases");
    std::erase(it->second, row.id);
    if (it->second.empty()) watching_.erase(it);
}

bool CaseTable::indexes_hold() const {
    CaseTable again(seed_);
    for (const auto& [id, row] : rows_) again.add(row);
    const auto sorted = [](const CaseTable& table) {
        std::map<std::uint64_t, std::set<CaseId>> by_position;
        for (const auto& [position, ids] : table.watching_)
            by_position[position].insert(ids.begin(), ids.end());
        return by_position;
    };
    return again.by_subject_ == by_subject_ && sorted(again) == sorted(*this) &&
           again.awaiting_ == awaiting_ && again.by_sku_ == by_sku_ && again.live_ == live_ &&
           again.resolved_ == resolved_ && again.wakes_ == wakes_ &&
           again.by_resolution_ == by_resolution_ && again.totals_ == totals_ &&
           again.texts_bytes_ == texts_bytes_;
}

}  // namespace holdfast::cases
