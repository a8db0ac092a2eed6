// The requests of a load run, rendered once and patched in place: digits of SKU, location and key.
// It must cost far less than the socket it is written to, or it would measure itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cli/load_options.h"

namespace holdfast::cli {

/// A small, fast generator of pseudo-random numbers (splitmix64). Each output occurs once in 2^64,
/// which is what idempotency keys need.
class SplitMix {
  public:
    explicit SplitMix(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    /// Uniform below `bound`, which is not 0.
    std::uint32_t below(std::uint32_t bound);
    /// Uniform in (0, 1].
    double unit();

  private:
    std::uint64_t state_;
};

/// Draws SKU numbers 1..skus. zipf has exponent 0.99, rank 1 being SKU-000001; hot is always 1.
class SkuPicker {
  public:
    SkuPicker(SkuDistribution distribution, std::uint32_t skus);
    std::uint32_t pick(SplitMix& random) const;

  private:
    /// Walker's alias table: one draw and one comparison, whatever the shape.
    struct Column {
        std::uint32_t keep_below;  ///< of 2^32
        std::uint32_t alias;
    };
    SkuDistribution distribution_;
    std::uint32_t skus_;
    std::vector<Column> columns_;
};

/// One operation's request as bytes with gaps.
class RequestTemplate {
  public:
    RequestTemplate(const LoadOptions& options, std::uint64_t seed);
    /// Appends one complete request with fresh digits.
    void append_to(std::string& out);
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
    std::vector<std::size_t> sku_at_;
    std::vector<std::size_t> location_at_;
    std::vector<std::size_t> key_at_;
    std::uint32_t locations_;
    SkuPicker picker_;
    SplitMix random_;
    SplitMix keys_;
};

}  // namespace holdfast::cli
