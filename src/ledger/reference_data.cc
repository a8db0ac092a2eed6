// Items, locations, pools, channels, groups and API keys: what stock is measured against.
#include <algorithm>

#include "ledger/arena_list.h"
#include "ledger/deciders.h"
#include "ledger/kits.h"
#include "ledger/quotas.h"

namespace holdfast::ledger {
namespace {

/// What a code stands for: its own id, or the next one.
struct Slot {
    std::uint32_t id = 0;
    Refusal refusal = Refusal::none;
};
Slot slot_for(const CodeTable& table, std::string_view code, std::string_view title) {
    if (!code_allowed(code) || title.size() > title_bytes_max)
        return {.refusal = Refusal::code_not_allowed};
    if (const std::uint32_t known = table.find(code); known != kNoId) return {.id = known};
    if (table.full()) return {.refusal = Refusal::table_full};
    return {.id = table.size()};
}

void code_fields(FactWriter& fact, const EntityField& entity, std::string_view code,
                 std::string_view title) {
    fact.value(FieldTag::entity, entity);
    fact.text(FieldTag::code, code);
    fact.text(FieldTag::title, title);
}

Refusal units_refusal(std::span<const ItemUnit> units) {
    if (units.size() > item_units_max) return Refusal::too_many_lines;
    const auto in_range = [](std::int64_t n) { return n >= 1 && n <= unit_factor_max; };
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (!code_allowed(units[i].code)) return Refusal::code_not_allowed;
        if (!in_range(units[i].numerator) || !in_range(units[i].denominator))
            return Refusal::value_out_of_range;
        for (std::size_t j = 0; j < i; ++j)
            if (units[j].code == units[i].code) return Refusal::duplicate_line;
    }
    return Refusal::none;
}

void units_field(FactWriter& fact, std::span<const ItemUnit> units, Arena& arena) {
    std::size_t bytes = 0;
    for (const ItemUnit& unit : units) bytes += sizeof(UnitField) + unit.code.size();
    const std::span<std::byte> field = arena.array<std::byte>(bytes);
    std::size_t at = 0;
    for (const ItemUnit& unit : units) {
        store(field.data() + at,
              UnitField{.numerator = static_cast<std::uint32_t>(unit.numerator),
                        .denominator = static_cast<std::uint32_t>(unit.denominator),
                        .code_bytes = static_cast<std::uint32_t>(unit.code.size())});
        at += sizeof(UnitField);
        std::copy_n(as_byte_span(unit.code).begin(), unit.code.size(),
                    field.begin() + static_cast<std::ptrdiff_t>(at));
        at += unit.code.size();
    }
    fact.field(FieldTag::item_units, field);
}

/// What is wrong with the members of a pool or of a group, location by location. Of a group
/// (kNoGroup: a pool) they may be in no other one.
std::span<const LineProblem> member_problems(const Context& context,
                                             std::span<const LocationId> locations, GroupId group) {
    const State& state = context.state;
    ArenaList<LineProblem> problems(context.arena, 0);
    const std::span<bool> member = context.arena.array<bool>(state.locations.size());
    for (std::uint32_t i = 0; i < locations.size(); ++i) {
        const LocationId at = locations[i];
        Refusal refusal = Refusal::none;
        if (at.raw >= state.locations.size())
            refusal = Refusal::unknown_location;
        else if (member[at.raw])
            refusal = Refusal::duplicate_line;
        else if (group != kNoGroup && state.group_of(at) != kNoGroup && state.group_of(at) != group)
            refusal = Refusal::location_in_two_groups;
        else
            member[at.raw] = true;
        if (refusal != Refusal::none)
            problems.push_back({.line_index = i, .refusal = refusal, .location = at});
    }
    return problems.view();
}

void member_field(const Context& context, FactWriter& fact, std::span<const LocationId> locations) {
    const std::span<std::uint32_t> ids = context.arena.array<std::uint32_t>(locations.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = locations[i].raw;
    fact.list<std::uint32_t>(FieldTag::ids, ids);
}

}  // namespace

bool code_allowed(std::string_view code) {
    if (code.empty() || code.size() > code_bytes_max) return false;
    return std::none_of(code.begin(), code.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

Outcome upsert_item(const Context& context, const UpsertItem& command) {
    const Slot slot = slot_for(context.state.items, command.code, command.title);
    if (slot.refusal != Refusal::none) return refused(slot.refusal);
    if (command.unit_value > unit_value_max) return refused(Refusal::value_out_of_range);
    if (const Refusal refusal = units_refusal(command.units); refusal != Refusal::none)
        return refused(refusal);
    KitChange kit;
    if (command.sets_components) kit = kit_change(context, command, SkuId{slot.id});
    if (!kit.problems.empty()) return refused_lines(kit.problems);
    if (kit.refusal != Refusal::none) return refused(kit.refusal);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::item_upserted);
    entry.envelope_fields();
    code_fields(fact, {.id = slot.id}, command.code, command.title);
    if (command.unit_value >= 0) fact.value(FieldTag::unit_value, command.unit_value);
    if (command.sets_units) units_field(fact, command.units, context.arena);
    if (command.sets_components) write_kit(fact, command, kit, context.arena);
    entry.end();
    return entry.finish();
}

Outcome upsert_location(const Context& context, const UpsertLocation& command) {
    const Slot slot = slot_for(context.state.locations, command.code, command.title);
    if (slot.refusal != Refusal::none) return refused(slot.refusal);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::location_upserted);
    entry.envelope_fields();
    code_fields(fact, {.id = slot.id, .flags = command.enabled ? kLocationEnabled : 0},
                command.code, command.title);
    entry.end();
    return entry.finish();
}

Outcome upsert_pool(const Context& context, const UpsertPool& command) {
    const Slot slot = slot_for(context.state.pools, command.code, {});
    if (slot.refusal != Refusal::none) return refused(slot.refusal);
    if (command.locations.size() > pool_locations_max) return refused(Refusal::too_many_lines);
    const auto problems = member_problems(context, command.locations, kNoGroup);
    if (!problems.empty()) return refused_lines(problems);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::pool_upserted);
    entry.envelope_fields();
    code_fields(fact, {.id = slot.id}, command.code, {});
    member_field(context, fact, command.locations);
    entry.end();
    return entry.finish();
}

Outcome upsert_group(const Context& context, const UpsertGroup& command) {
    const Slot slot = slot_for(context.state.groups, command.code, command.title);
    if (slot.refusal != Refusal::none) return refused(slot.refusal);
    if (command.locations.size() > group_locations_max) return refused(Refusal::too_many_lines);
    const auto problems = member_problems(context, command.locations, GroupId{slot.id});
    if (!problems.empty()) return refused_lines(problems);
    ArenaList<Posting> moved(context.arena, 0);
    bool beyond_cap = false;
    if (!moved_use(context, GroupId{slot.id}, command.locations, moved, beyond_cap))
        return refused(Refusal::too_many_lines);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::group_upserted);
    for (const Posting& posting : moved.view()) fact.post(posting);
    entry.envelope_fields();
    code_fields(fact, {.id = slot.id}, command.code, command.title);
    member_field(context, fact, command.locations);
    static constexpr CaseKind kOvercommitted[] = {CaseKind::quota_overcommitted};
    if (beyond_cap) raise(fact, kOvercommitted);
    entry.end();
    return entry.finish();
}

Outcome upsert_channel(const Context& context, const UpsertChannel& command) {
    const Slot slot = slot_for(context.state.channels, command.code, command.title);
    if (slot.refusal != Refusal::none) return refused(slot.refusal);
    if (command.pool != kNoPool && command.pool.raw >= context.state.pools.size())
        return refused(Refusal::unknown_pool);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::channel_upserted);
    entry.envelope_fields();
    code_fields(
        fact,
        {.id = slot.id, .flags = command.splits ? kChannelSplits : 0, .link = command.pool.raw},
        command.code, command.title);
    entry.end();
    return entry.finish();
}

Outcome create_api_key(const Context& context, const CreateApiKey& command) {
    if (command.id == 0 || command.scopes.size() > scopes_bytes_max ||
        command.title.size() > title_bytes_max)
        return refused(Refusal::value_out_of_range);
    if (context.state.access.find(command.id) != nullptr)
        return refused(Refusal::value_out_of_range);
    if (!command.source.empty() && !code_allowed(command.source))
        return refused(Refusal::code_not_allowed);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::api_key_created);
    entry.envelope_fields();
    ApiKeyField field{.id = command.id, .expires_at = to_raw(command.expires_at)};
    std::copy(std::begin(command.secret_hash), std::end(command.secret_hash),
              std::begin(field.secret_hash));
    fact.value(FieldTag::api_key, field);
    fact.text(FieldTag::title, command.title);
    fact.text(FieldTag::scopes, command.scopes);
    fact.text(FieldTag::key_source, command.source);
    entry.end();
    return entry.finish();
}

Outcome revoke_api_key(const Context& context, const RevokeApiKey& command) {
    const ApiKeyRow* row = context.state.access.find(command.id);
    if (row == nullptr || row->revoked) return refused(Refusal::unknown_api_key);
    Entry entry(context.state, context.stamp, &command.envelope, context.writer);
    FactWriter& fact = entry.begin(FactType::api_key_revoked);
    entry.envelope_fields();
    fact.value(FieldTag::api_key, ApiKeyField{.id = command.id});
    entry.end();
    return entry.finish();
}

}  // namespace holdfast::ledger
