// A number and where it comes from, as a tree that a reader can recompute without our code. Pure
// data; docs/api/explain.md is the contract.
//
// A formula is text over the names of its inputs: + - * ( ), / (whole, rounded down), whole
// numbers, and the functions
//   max(a, b, ...) min(a, b, ...)   of numbers; of the inputs of a name, where a bare name of
//   several sum(name) first(name)           inputs stands alone inside; sum, max and first of none
//   are 0
// A node without a formula is a leaf (a fact says so), or is told in full elsewhere: by the node of
// the same name, SKU, location, group and channel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"

namespace holdfast::explain {

/// What a policy or quota row covers; none of them: everything.
struct RowScope {
    SkuId sku = kNoSku;
    LocationId location = kNoLocation;
    std::uint32_t group = kNoId;
    ChannelId channel = kNoChannel;
};

struct Node {
    std::string_view name;  ///< static text
    std::int64_t value = 0;
    std::string_view formula = {};  ///< static text
    std::vector<Node> inputs = {};

    // What it is about, where the node above does not say so.
    LocationId location = kNoLocation;
    std::uint32_t group = kNoId;
    ChannelId channel = kNoChannel;
    SkuId sku = kNoSku;  ///< of a component of a kit

    // Leaves.
    std::uint64_t fact = 0;             ///< the fact that says so; 0: nothing was ever said
    std::optional<Units> balance = {};  ///< of a change: the bucket after it
    std::optional<RowScope> row = {};   ///< of a version of a policy row
    bool removed = false;               ///< the version took the row away: it has no value
    std::uint64_t facts_before = 0;     ///< what came before this seq is summed up here
    std::uint64_t facts = 0;            ///< it sums up so many, of which `fact` is the newest
    std::optional<Instant> until = {};  ///< of a late change: until when a count lacked it; of
                                        ///< expected units: the end of their horizon
    std::optional<Instant> from = {};   ///< from which its days are counted
    std::optional<Instant> due = {};    ///< of expected units: when
};

/// How old the newest word of a source is, at the moment that is explained.
struct SourceAge {
    std::uint32_t source = kNoId;
    std::uint64_t fact = 0;
};

}  // namespace holdfast::explain
