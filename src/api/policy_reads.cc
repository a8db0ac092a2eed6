// Reads of policy rows and quotas, a page at a time, each with its version: by which fact, by whom
// and why.
#include "api/handlers.h"
#include "api/render.h"
#include "api/smallest_rows.h"

namespace holdfast::api {
namespace {

struct PolicyEntry {
    std::pair<std::uint64_t, std::uint64_t> at;  ///< kind, then scope
    PolicyKind kind{};
    ledger::PolicyScope scope;
    ledger::PolicyRow row;
};

struct QuotaEntry {
    std::pair<std::uint64_t, std::uint64_t> at;  ///< group and channel, then SKU
    ledger::QuotaScope scope;
    ledger::QuotaRow row;
};

/// Where a policy row is about: one of a group is about no single location.
Reach about_row(const PolicyEntry& entry) {
    const bool everywhere =
        entry.scope.location == kNoLocation || entry.kind == PolicyKind::group_safety_stock;
    return {.no_channel = true, .location = entry.scope.location, .no_location = everywhere};
}

/// A page of the rows that `collect` offers and the key may see.
template <class Row, class Collect, class Render>
void list_rows(Desk& desk, const Call& call, std::string_view list, Collect&& collect,
               Render&& render) {
    Page page;
    if (!read_page(desk, call, list, page) || !desk.allowed(call, Action::catalog_read, kNowhere)) {
        return;
    }
    SmallestRows<Row> rows(page);
    collect(rows);
    std::optional<CursorKey> next;
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (const Row& row : rows.take(next)) render(json, row);
    end_page(desk, json, list, next);
    // A row that was removed leaves no seq behind, so the answer waits until all that was decided
    // is durable.
    desk.answer_read(call.token, desk.state().seq, body);
}

}  // namespace

void list_policies(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_rows<PolicyEntry>(
        desk, call, "policies",
        [&](auto& rows) {
            state.policies.for_each([&](PolicyKind kind, const ledger::PolicyScope& scope,
                                        const ledger::PolicyRow& row) {
                const PolicyEntry entry{
                    .at = {static_cast<std::uint64_t>(kind),
                           std::uint64_t{scope.sku.raw} << 32 | scope.location.raw},
                    .kind = kind,
                    .scope = scope,
                    .row = row};
                if (desk.may(call, Action::catalog_read, about_row(entry))) rows.offer(entry);
            });
        },
        [&](auto& json, const PolicyEntry& entry) {
            render_policy(json, state, entry.kind, entry.scope, entry.row);
        });
}

void list_quotas(Desk& desk, const Call& call) {
    const ledger::State& state = desk.state();
    list_rows<QuotaEntry>(
        desk, call, "quotas",
        [&](auto& rows) {
            state.quotas.for_each(
                [&](const ledger::QuotaScope& scope, const ledger::QuotaRow& row) {
                    const Reach about{.channel = scope.channel, .no_location = true};
                    if (!desk.may(call, Action::catalog_read, about)) return;
                    rows.offer(QuotaEntry{
                        .at = {scope.place(), scope.sku.raw}, .scope = scope, .row = row});
                });
        },
        [&](auto& json, const QuotaEntry& entry) {
            render_quota(json, state, entry.scope, entry.row);
        });
}

}  // namespace holdfast::api
