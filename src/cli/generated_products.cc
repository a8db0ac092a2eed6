// The products of a made-up retailer, and what people put into their baskets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/generated_orders.h"

namespace holdfast::cli {
namespace {

/// Order lines of a product in a year, by quantile of products. Popularity is no power law: the
/// table bends more than one, and its top is bounded.
struct Quantile {
    double share;
    double lines;
};
constexpr std::array<Quantile, 9> kLinesPerYear{{{0.00, 0.7},
                                                 {0.01, 1},
                                                 {0.10, 4},
                                                 {0.25, 17},
                                                 {0.50, 66},
                                                 {0.75, 169},
                                                 {0.90, 350},
                                                 {0.99, 980},
                                                 {1.00, 2265}}};

/// Quantities that people ask for far more often than their neighbours, with their shares.
struct Share {
    std::int64_t quantity;
    double share;
};
/// 56 % of a consumer's lines are one piece; the mean is 3.2.
constexpr std::array<Share, 10> kConsumerShares{{{1, .56},
                                                 {2, .17},
                                                 {3, .08},
                                                 {4, .055},
                                                 {5, .02},
                                                 {6, .035},
                                                 {10, .025},
                                                 {12, .02},
                                                 {20, .012},
                                                 {24, .008}}};
/// Case packs: 28 % of all quantities are multiples of 6.
constexpr std::array<Share, 13> kCustomerShares{{{1, .183},
                                                 {2, .149},
                                                 {3, .067},
                                                 {4, .079},
                                                 {5, .022},
                                                 {6, .091},
                                                 {8, .045},
                                                 {10, .048},
                                                 {12, .148},
                                                 {16, .018},
                                                 {20, .022},
                                                 {24, .059},
                                                 {25, .017}}};

template <std::size_t N>
std::int64_t draw_share(SeededRandom& random, const std::array<Share, N>& shares) {
    double at = random.unit();
    for (const Share& share : shares) {
        if (at < share.share) return share.quantity;
        at -= share.share;
    }
    return 0;  // the tail
}

constexpr std::array kColours{"BLACK", "BROWN", "WHITE",    "RED",  "NAVY",  "GREY",
                              "TAN",   "OLIVE", "BURGUNDY", "PINK", "CREAM", "GREEN"};
constexpr std::array kWords{"ANKLE BOOT",     "CHELSEA BOOT",   "RUNNING SHOE", "SNEAKER",
                            "LOAFER",         "SANDAL",         "DERBY SHOE",   "HIKING BOOT",
                            "SLIPPER",        "COURT SHOE",     "ESPADRILLE",   "MULE",
                            "SHOE CARE, KIT", "LACES \"FLAT\"", "WOOL SOCKS",   "INSOLES"};
constexpr std::array kMaterials{"LEATHER", "SUEDE", "CANVAS", "MESH", "WOOL", "RUBBER", "VEGAN"};

}  // namespace

std::vector<Product> make_products(SeededRandom& random, std::uint32_t count) {
    std::vector<Product> products;
    products.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const double share = (i + 0.5) / count;
        const auto above = std::find_if(kLinesPerYear.begin() + 1, kLinesPerYear.end() - 1,
                                        [share](const Quantile& q) { return q.share >= share; });
        const Quantile& high = *above;
        const Quantile& low = *(above - 1);
        const double part = (share - low.share) / (high.share - low.share);
        Product product;
        product.lines_per_year =
            std::exp(std::log(low.lines) + part * (std::log(high.lines) - std::log(low.lines)));
        // A quarter of the products first appear after the first month.
        constexpr double kBornLater = 0.26;
        if (random.chance(kBornLater)) {
            product.born_day = 30 + static_cast<std::int64_t>(random.below(300));
        }
        product.pence = std::max<std::int64_t>(
            4, static_cast<std::int64_t>(100 * random.log_normal(0.75, 0.85)));
        product.description = fmt::format("{} {} {}", kColours[random.below(kColours.size())],
                                          kMaterials[random.below(kMaterials.size())],
                                          kWords[random.below(kWords.size())]);
        products.push_back(std::move(product));
    }
    // Codes must not tell the popularity, so they are dealt in random order.
    std::vector<std::uint32_t> numbers(count);
    for (std::uint32_t i = 0; i < count; ++i) numbers[i] = i;
    for (std::uint32_t i = count; i > 1; --i) {
        std::swap(numbers[i - 1], numbers[random.below(i)]);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        // 90,000 codes of five digits; the letters behind tell apart what exceeds them.
        const std::uint32_t round = numbers[i] / 90'000;
        const bool lettered = round > 0 || numbers[i] % 7 == 0;
        products[i].code = fmt::format("{:05}", 10'000 + numbers[i] % 90'000);
        if (lettered) products[i].code += static_cast<char>('A' + round % 26);
        if (round >= 26) products[i].code += static_cast<char>('A' + round / 26 % 26);
    }
    return products;
}

std::int64_t draw_quantity(SeededRandom& random, bool consumer) {
    const std::int64_t common =
        consumer ? draw_share(random, kConsumerShares) : draw_share(random, kCustomerShares);
    if (common > 0) return common;
    if (consumer) {
        return std::min<std::int64_t>(500,
                                      static_cast<std::int64_t>(random.log_normal(3.3, 0.6)) + 1);
    }
    // Wholesalers: whole boxes, and once in a while a lorry. The Pareto tail (index 1.2 from 20 on)
    // is what makes the mean of squares 2,300 times the mean.
    constexpr double kTailBegin = 20;
    constexpr double kTailIndex = 1.2;
    constexpr std::int64_t kQuantityMax = 80'995;
    const double raw = kTailBegin * std::pow(1 - random.unit(), -1 / kTailIndex);
    const auto boxes = static_cast<std::int64_t>(std::min(raw, double{kQuantityMax}) / 12) + 1;
    return random.chance(0.5) ? boxes * 12
                              : boxes * 12 - static_cast<std::int64_t>(random.below(12));
}

std::int64_t draw_cancel_delay(SeededRandom& random) {
    // 7 % of cancellations come within the hour; the rest takes days (median 9).
    constexpr double kAtOnce = 0.07;
    if (random.chance(kAtOnce)) return 1 + static_cast<std::int64_t>(random.below(59));
    constexpr double kMinutesPerDay = 1440;
    return std::max<std::int64_t>(
        60, static_cast<std::int64_t>(kMinutesPerDay * random.log_normal(2.42, 1.45)));
}

}  // namespace holdfast::cli
