// Sets quotas, and says how a change of a group's members changes their use.
#include "ledger/quotas.h"

#include <algorithm>

#include "ledger/group_limits.h"
#include "ledger/quota_use.h"

namespace holdfast::ledger {
namespace {

bool sells_from_all_of(const State& state, ChannelId channel, GroupId group) {
    const PoolId pool = state.channel_row(channel).pool;
    if (pool == kNoPool) return false;
    const auto& locations = state.group_rows[group.raw].locations;
    return std::all_of(locations.begin(), locations.end(),
                       [&](LocationId at) { return state.pool_rows[pool.raw].contains(at); });
}

Refusal quota_refusal(const State& state, const SetQuota& command, const QuotaScope& scope) {
    if (command.group.raw >= state.groups.size()) return Refusal::unknown_group;
    if (command.channel.raw >= state.channels.size()) return Refusal::unknown_channel;
    if (command.names_sku && command.sku.raw >= state.items.size()) return Refusal::unknown_sku;
    const bool in_range = command.guarantee <= policy_value_max &&
                          command.cap <= policy_value_max && command.priority >= 0 &&
                          command.priority <= quota_priority_max;
    const bool within_cap = command.cap < 0 || command.guarantee <= command.cap;
    if (!in_range || !within_cap) return Refusal::value_out_of_range;
    if (command.guarantee > 0 && !sells_from_all_of(state, command.channel, command.group))
        return Refusal::group_outside_pool;
    const bool removes = command.guarantee < 0 && command.cap < 0;
    if (removes) return Refusal::none;
    if (command.names_sku && state.kits.sold_by(command.sku) != 0) return Refusal::kit_not_allowed;
    if (state.quotas.row_of(scope) != nullptr) return Refusal::none;
    const auto channels = state.quotas.channels_of(command.group);
    const bool known =
        std::find(channels.begin(), channels.end(), command.channel) != channels.end();
    const bool room =
        state.quotas.size() < quotas_max && (known || channels.size() < quota_channels_max);
    return room ? Refusal::none : Refusal::table_full;
}

/// Use that counts no more once the quota is set: what a refill forgives, and what no row covers
/// when it is removed. By SKU.
std::span<const Posting> forgiven(const Context& context, const SetQuota& command,
                                  const QuotaScope& scope) {
    const QuotaTable& quotas = context.state.quotas;
    const bool removes = command.guarantee < 0 && command.cap < 0;
    ArenaList<Posting> postings(context.arena, 0);
    if (!removes && !command.refill) return {};
    const auto forgive = [&](const QuotaScope& of, Units used) {
        if (of.place() != scope.place() || used == 0) return;
        const bool covered_by_it =
            of.sku == scope.sku || (scope.sku == kNoSku && quotas.row_of(of) == nullptr);
        const bool other =
            scope.sku != kNoSku && quotas.row_of({scope.group, scope.channel, kNoSku}) != nullptr;
        if (!covered_by_it || (removes && !command.refill && other)) return;
        postings.push_back({.sku = of.sku,
                            .place = Place(PlaceKind::quota, of.place()),
                            .bucket = Bucket::quota_used,
                            .delta = -used});
    };
    if (scope.sku != kNoSku)
        forgive(scope, quotas.used(scope));
    else
        quotas.for_each_used(forgive);
    std::sort(postings.view().begin(), postings.view().end(),
              [](const Posting& a, const Posting& b) { return a.sku < b.sku; });
    return postings.view();
}

/// Whether use goes beyond the cap that will hold, or more is missing of what is guaranteed than
/// before. What a guarantee of all SKUs lacks is not looked for: that is a walk over all of them.
bool overcommits(const State& state, const SetQuota& command, const QuotaScope& scope,
                 std::span<const Posting> forgiven) {
    const QuotaTable& quotas = state.quotas;
    const bool removes = command.guarantee < 0 && command.cap < 0;
    QuotaRow after{.guarantee = command.guarantee, .cap = command.cap};
    if (scope.sku == kNoSku) {
        bool beyond = false;
        quotas.for_each_used([&](const QuotaScope& of, Units used) {
            beyond |= of.place() == scope.place() && quotas.row_of(of) == nullptr &&
                      after.cap >= 0 && used > after.cap;
        });
        return beyond && !command.refill;
    }
    const QuotaRow* general = quotas.row_of({scope.group, scope.channel, kNoSku});
    if (removes) after = general == nullptr ? QuotaRow{} : *general;
    const QuotaRow* before = quotas.find(scope);
    const Units used = quotas.used(scope);
    const Units used_after = forgiven.empty() ? used : 0;
    if (after.cap >= 0 && used_after > after.cap) return true;
    const auto wanted = [](const QuotaRow* row, Units k) {
        return row == nullptr ? 0 : std::max<Units>(0, row->guarantee - k);
    };
    const Units missing = guaranteed_beyond_pool(state, scope.sku, scope.group);
    return missing + wanted(&after, used_after) - wanted(before, used) >
           std::max<Units>(0, missing);
}

}  // namespace

Outcome set_quota(const Context& context, const SetQuota& command) {
    const State& state = context.state;
    const QuotaScope scope{command.group, command.channel,
                           command.names_sku ? command.sku : kNoSku};
    if (const Refusal refusal = quota_refusal(state, command, scope); refusal != Refusal::none)
        return refused(refusal);
    const std::span<const Posting> postings = forgiven(context, command, scope);
    if (postings.size() > quota_moves_max) return refused(Refusal::too_many_lines);
    Entry entry(state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::policy_changed);
    for (const Posting& posting : postings) fact.post(posting);
    entry.envelope_fields();
    fact.value(FieldTag::quota,
               QuotaField{.group = scope.group.raw,
                          .channel = scope.channel.raw,
                          .sku = scope.sku.raw,
                          .priority = static_cast<std::uint32_t>(command.priority),
                          .guarantee = std::max<std::int64_t>(command.guarantee, -1),
                          .cap = std::max<std::int64_t>(command.cap, -1)});
    static constexpr CaseKind kOvercommitted[] = {CaseKind::quota_overcommitted};
    if (overcommits(state, command, scope, postings)) raise(fact, kOvercommitted);
    entry.end();
    return entry.finish();
}

bool moved_use(const Context& context, GroupId group, std::span<const LocationId> members,
               ArenaList<Posting>& postings, bool& beyond_cap) {
    const State& state = context.state;
    if (state.quotas.channels_of(group).empty()) return true;
    // +1: comes in; -1: goes out.
    const std::span<int> moves = context.arena.array<int>(state.locations.size());
    if (group.raw < state.group_rows.size())
        for (const LocationId at : state.group_rows[group.raw].locations) --moves[at.raw];
    for (const LocationId at : members) ++moves[at.raw];
    if (std::all_of(moves.begin(), moves.end(), [](int move) { return move == 0; })) return true;

    std::map<std::pair<SkuId, ChannelId>, Units> changes;
    state.reservations.for_each([&](const Reservation& r) {
        if (r.ended() || r.channel == kNoChannel) return;
        for (const Part& part : state.reservations.parts(r)) {
            const int move = moves[part.location.raw];
            if (move == 0 || !state.quotas.concern(part.sku)) continue;
            changes[{part.sku, r.channel}] += move * state.reservations.counts(part).open();
        }
    });
    for (const auto& [of, change] : changes) {
        const QuotaScope scope{group, of.second, of.first};
        const QuotaRow* row = state.quotas.find(scope);
        if (row == nullptr) continue;
        const Units before = state.quotas.used(scope);
        const Units after = std::clamp<Units>(before + change, 0, level_max);
        if (after == before) continue;
        postings.push_back({.sku = of.first,
                            .place = Place(PlaceKind::quota, scope.place()),
                            .bucket = Bucket::quota_used,
                            .delta = after - before});
        beyond_cap |= after > before && row->cap >= 0 && after > row->cap;
    }
    return postings.size() <= quota_moves_max;
}

}  // namespace holdfast::ledger
