// The parts of an explanation that are about one position. Internal to the folder.
#pragma once

#include "explain/moment.h"
#include "explain/node.h"

namespace holdfast::explain {

/// Buckets of a position, in the order in which they are told.
inline constexpr Bucket kBuckets[] = {Bucket::sellable, Bucket::damaged,     Bucket::quarantine,
                                      Bucket::suspect,  Bucket::reserved,    Bucket::allocated,
                                      Bucket::picked,   Bucket::backordered, Bucket::erp_held,
                                      Bucket::inbound,  Bucket::in_transit};

/// How much of a position is told.
enum class Detail : std::uint8_t {
    full,    ///< each bucket with its newest facts; inputs are explained by the quantity of their
             ///< name
    nested,  ///< everything inside, each bucket with its newest fact: for positions of a pool
};

class PositionTree {
  public:
    PositionTree(Moment& moment, SkuId sku, LocationId at, Detail detail,
                 std::size_t facts_per_bucket);

    /// All quantities of the position.
    std::vector<Node> quantities();
    /// What may be promised from it.
    Node promisable();
    /// The value of a policy here, and whether the SKU is sold from here.
    Node policy(std::string_view name, PolicyKind kind);
    Node sku_enabled();

  private:
    Node bucket(Bucket bucket);
    Node bucket_at(Place place, Bucket bucket, readmodel::Level now);
    Node in_transit();
    Node safety_stock();
    Node free();
    /// The node itself where it is told inside, else its name and value.
    Node input(const Node& node) const;

    Moment& moment_;
    SkuId sku_;
    LocationId at_;
    Detail detail_;
    std::size_t facts_per_bucket_;
};

/// on_hand, free and oversold of the buckets among `nodes`, whose inputs are told by their names.
std::vector<Node> sums_of_buckets(const std::vector<Node>& nodes);

/// Rows of a policy as the inputs of a node, the most specific first. Versions that removed a row
/// are told as `removed` and count for nothing.
std::vector<Node> row_nodes(const std::vector<readmodel::PolicyVersion>& rows);
/// The value of the first row that is one.
std::optional<std::int64_t> first_value(const std::vector<readmodel::PolicyVersion>& rows);

Node setting(std::string_view name, const Setting& value);

}  // namespace holdfast::explain
