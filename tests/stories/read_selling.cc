// The words of what may be sold: groups, nodes, quotas and policies.
#include "command_reader.h"

namespace holdfast::stories {
bool CommandReader::read_selling(ReadCommand& out) {
    if (words_.eat("group")) return read_group(out);
    if (words_.eat("node")) return read_node(out);
    if (words_.eat("quota of")) return read_quota(out);
    if (const auto kind = policy_kind_from(words_.peek())) {
        words_.take();
        return read_policy(out, *kind);
    }
    return false;
}

/// "group north is MAIN, STORE"; "group north is empty".
bool CommandReader::read_group(ReadCommand& out) {
    UpsertGroup c;
    c.code = keep(out, words_.take());
    if (!words_.eat("is empty")) {
        if (!words_.eat("is")) return false;
        read_locations(out);
    }
    c.locations = out.locations;
    out.command = c;
    return true;
}

/// "node STORE is offline"; "node STORE is online".
bool CommandReader::read_node(ReadCommand& out) {
    SetNodeStatus c;
    c.location = location();
    c.online = words_.eat("is online");
    out.command = c;
    return c.online || words_.eat("is offline");
}

/// "item SHOE comes in pack of 6, pound of 454 / 1000"; "item SHOE comes in nothing else".
bool CommandReader::read_units(ReadCommand& out, UpsertItem c) {
    c.sets_units = true;
    while (!words_.done() && !words_.eat("nothing else")) {
        ItemUnit unit;
        unit.code = keep(out, words_.take());
        if (!words_.eat("of")) return false;
        unit.numerator = words_.take_number().value_or(0);
        if (words_.eat("/")) unit.denominator = words_.take_number().value_or(0);
        out.units.push_back(unit);
        if (!words_.eat(",")) break;
    }
    c.units = out.units;
    out.command = c;
    return true;
}

/// "item SET is made of SHOE x1, SOCK x2"; "item BOX is assembled from SHOE x2".
bool CommandReader::read_kit(ReadCommand& out, UpsertItem c) {
    read_lines(out);
    for (const Line& line : out.lines) out.components.push_back({line.sku, line.quantity});
    c.sets_components = true;
    c.components = out.components;
    out.command = c;
    return true;
}

/// "quota of web in north for SHOE is guarantee 3 cap 5 priority 1, refilled"; "... is removed".
bool CommandReader::read_quota(ReadCommand& out) {
    SetQuota c;
    c.channel = names_.channel(words_.take());
    if (!words_.eat("in")) return false;
    c.group = names_.state.group(words_.take());
    c.names_sku = words_.eat("for");
    if (c.names_sku) c.sku = sku();
    if (!words_.eat("is")) return false;
    if (!words_.eat("removed")) {
        if (words_.eat("guarantee")) c.guarantee = words_.take_number().value_or(0);
        if (words_.eat("cap")) c.cap = words_.take_number().value_or(0);
        if (words_.eat("priority")) c.priority = words_.take_number().value_or(0);
        c.refill = words_.eat(",");
        if (c.refill && !words_.eat("refilled")) return false;
    }
    out.command = c;
    return true;
}

/// "safety_stock SHOE at MAIN is 3"; "group_safety_stock SHOE in north is 3"; "buffer is removed".
bool CommandReader::read_policy(ReadCommand& out, PolicyKind kind) {
    SetPolicy c;
    c.kind = kind;
    if (words_.peek() != "at" && words_.peek() != "in" && words_.peek() != "is") {
        c.names_sku = true;
        c.sku = sku();
    }
    if (words_.eat("at")) {
        c.names_location = true;
        c.location = location();
    }
    if (words_.eat("in")) {
        c.names_group = true;
        c.group = names_.state.group(words_.take());
    }
    if (!words_.eat("is")) return false;
    c.value = words_.eat("removed") ? -1 : words_.take_number().value_or(0);
    out.command = c;
    return true;
}

}  // namespace holdfast::stories
