// A year of orders of a made-up retailer whose statistics are those measured on a real one (the
// figures stand beside the constants in the source). Same seed, same file, on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/seeded_random.h"

namespace holdfast::cli {

struct OrderFileOptions {
    std::uint64_t seed = 1;
    std::uint64_t orders = 19'773;
    std::uint32_t skus = 3'900;
    bool cancellations = true;
    bool adjustments = true;
};

/// One row of the file, in the order of its columns.
struct GeneratedRow {
    std::string invoice;
    std::string stock_code;
    std::string description;
    std::int64_t quantity = 0;
    std::int64_t minute = 0;  ///< since the first midnight of the year
    std::int64_t pence = 0;   ///< unit price
    std::string customer;     ///< empty: a consumer of the web shop, or nobody
    std::string country;
};

/// Made-up products: codes of five digits with letters behind some, names, prices, and how often
/// each is ordered in a year.
struct Product {
    std::string code;
    std::string description;
    std::int64_t pence = 0;
    double lines_per_year = 0;
    std::int64_t born_day = 0;  ///< not sold before this day of the year
};
std::vector<Product> make_products(SeededRandom& random, std::uint32_t count);

/// Quantity of a line: `consumer` buys for a household, a customer by the case.
std::int64_t draw_quantity(SeededRandom& random, bool consumer);
/// Minutes from a sale to its cancellation.
std::int64_t draw_cancel_delay(SeededRandom& random);

/// Gives the rows in order of time. An invoice's rows come together.
void generate_orders(const OrderFileOptions& options,
                     const std::function<void(const GeneratedRow&)>& sink);

/// "2011-03-07T09:14:00" of a minute.
std::string minute_text(std::int64_t minute);

}  // namespace holdfast::cli
