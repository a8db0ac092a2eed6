// The made-up year has the statistics that it claims, the same seed makes the same year, and lines
// of the command line are read as written.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "cli/client_commands.h"
#include "cli/generated_orders.h"

namespace holdfast::cli {
namespace {

struct Year {
    std::vector<GeneratedRow> rows;
    std::map<std::string, std::vector<const GeneratedRow*>> sales;  // by invoice
    std::vector<const GeneratedRow*> cancelled;

    explicit Year(std::uint64_t orders, std::uint64_t seed = 7) {
        generate_orders({.seed = seed, .orders = orders},
                        [this](const GeneratedRow& row) { rows.push_back(row); });
        for (const GeneratedRow& row : rows) {
            const bool product = row.stock_code.size() >= 5 && row.stock_code.size() <= 7;
            if (row.invoice.starts_with("C")) {
                cancelled.push_back(&row);
            } else if (product && row.pence > 0) {
                sales[row.invoice].push_back(&row);
            }
        }
    }
    [[nodiscard]] std::size_t lines() const {
        std::size_t sum = 0;
        for (const auto& [invoice, lines] : sales) sum += lines.size();
        return sum;
    }
};

const Year& year() {
    static const Year made(6000);
    return made;
}

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

TEST(GenerateOrders, MakesBasketsOfTheMeasuredLengths) {
    std::vector<double> lengths;
    for (const auto& [invoice, lines] : year().sales) {
        lengths.push_back(static_cast<double>(lines.size()));
    }
    EXPECT_EQ(lengths.size(), 6000U);
    const double mean = static_cast<double>(year().lines()) / static_cast<double>(lengths.size());
    EXPECT_NEAR(mean, 26.7, 2.5);
    EXPECT_NEAR(percentile(lengths, 0.25), 6, 2);
    EXPECT_NEAR(percentile(lengths, 0.50), 15, 3);
    EXPECT_NEAR(percentile(lengths, 0.90), 54, 15);
    EXPECT_NEAR(percentile(lengths, 0.99), 220, 70);
    EXPECT_LE(percentile(lengths, 1), 1200);
}

TEST(GenerateOrders, AsksForTheMeasuredQuantities) {
    std::vector<double> quantities;
    std::map<std::int64_t, double> share;
    double sum = 0;
    std::size_t of_six = 0;
    for (const auto& [invoice, lines] : year().sales) {
        for (const GeneratedRow* row : lines) {
            quantities.push_back(static_cast<double>(row->quantity));
            share[row->quantity] += 1;
            sum += static_cast<double>(row->quantity);
            of_six += row->quantity % 6 == 0 ? 1U : 0U;
        }
    }
    const auto n = static_cast<double>(quantities.size());
    EXPECT_NEAR(share[1] / n, 0.277, 0.03);
    EXPECT_NEAR(share[2] / n, 0.154, 0.02);
    EXPECT_NEAR(share[12] / n, 0.116, 0.02);
    EXPECT_NEAR(share[6] / n, 0.077, 0.015);
    EXPECT_NEAR(static_cast<double>(of_six) / n, 0.28, 0.05);
    EXPECT_NEAR(sum / n, 10.6, 2.5);
    EXPECT_NEAR(percentile(quantities, 0.5), 3, 1);
    EXPECT_NEAR(percentile(quantities, 0.9), 24, 4);
    EXPECT_NEAR(percentile(quantities, 0.99), 100, 60);
}

TEST(GenerateOrders, ConcentratesOnFewProducts) {
    std::map<std::string, double> lines;
    for (const auto& [invoice, rows] : year().sales) {
        for (const GeneratedRow* row : rows) lines[row->stock_code] += 1;
    }
    std::vector<double> counts;
    double all = 0;
    for (const auto& [code, count] : lines) {
        counts.push_back(count);
        all += count;
    }
    std::sort(counts.rbegin(), counts.rend());
    const auto top = [&counts, all](double share) {
        double sum = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(share * 3900); ++i) sum += counts[i];
        return sum / all;
    };
    EXPECT_NEAR(top(0.01), 0.096, 0.04);
    EXPECT_NEAR(top(0.05), 0.29, 0.06);
    EXPECT_NEAR(top(0.20), 0.64, 0.06);
}

TEST(GenerateOrders, CancelsAndRepeatsAsOftenAsMeasured) {
    std::set<std::string> invoices;
    for (const GeneratedRow* row : year().cancelled) invoices.insert(row->invoice);
    EXPECT_NEAR(static_cast<double>(invoices.size()) / 6000, 0.173, 0.04);
    const auto lines = static_cast<double>(year().lines());
    EXPECT_NEAR(static_cast<double>(year().cancelled.size()) / lines, 0.0165, 0.005);
    std::size_t again = 0;
    for (const auto& [invoice, rows] : year().sales) {
        std::set<std::string> codes;
        for (const GeneratedRow* row : rows)
            again += codes.insert(row->stock_code).second ? 0U : 1U;
    }
    EXPECT_NEAR(static_cast<double>(again) / lines, 0.0093, 0.004);
}

TEST(GenerateOrders, ComesInOrderOfTimeAndNeverOnASaturday) {
    std::int64_t last = 0;
    for (const GeneratedRow& row : year().rows) {
        ASSERT_GE(row.minute, last);
        last = row.minute;
    }
    for (const auto& [invoice, rows] : year().sales) {
        ASSERT_NE((2 + rows.front()->minute / 1440) % 7, 5);
    }
}

TEST(GenerateOrders, IsTheSameForTheSameSeedAndAnotherForAnother) {
    const auto fingerprint = [](std::uint64_t seed) {
        std::string all;
        generate_orders({.seed = seed, .orders = 200}, [&all](const GeneratedRow& row) {
            all += row.invoice + row.stock_code + std::to_string(row.quantity) +
                   minute_text(row.minute) + row.customer + "\n";
        });
        return hash64(as_byte_span(all));
    };
    EXPECT_EQ(fingerprint(3), fingerprint(3));
    EXPECT_NE(fingerprint(3), fingerprint(4));
}

TEST(GenerateOrders, EndsForAShopWithNextToNothing) {
    for (const std::uint32_t skus : {1U, 2U, 3U, 5U}) {
        std::size_t rows = 0;
        generate_orders({.seed = 1, .orders = 50, .skus = skus},
                        [&rows](const GeneratedRow&) { ++rows; });
        EXPECT_GE(rows, 50U);
    }
}

TEST(MakeProducts, GivesEachProductACodeOfItsOwn) {
    SeededRandom random(1);
    std::set<std::string> codes;
    for (const Product& product : make_products(random, 200'000)) codes.insert(product.code);
    EXPECT_EQ(codes.size(), 200'000U);
}

TEST(MinuteText, CountsFromTheFirstOfDecember2010) {
    EXPECT_EQ(minute_text(0), "2010-12-01T00:00:00");
    EXPECT_EQ(minute_text(31 * 1440 + 8 * 60 + 26), "2011-01-01T08:26:00");
    EXPECT_EQ(minute_text(372 * 1440), "2011-12-08T00:00:00");
}

TEST(SeededRandom, HasTheMomentsOfItsDistributions) {
    SeededRandom random(9);
    constexpr int kDraws = 100'000;
    double normal = 0;
    double squares = 0;
    double gamma = 0;
    double negative_binomial = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double x = random.normal();
        normal += x;
        squares += x * x;
        gamma += random.gamma(0.7, 2);
        negative_binomial += static_cast<double>(random.negative_binomial(20.5, 0.77));
    }
    EXPECT_NEAR(normal / kDraws, 0, 0.02);
    EXPECT_NEAR(squares / kDraws, 1, 0.03);
    EXPECT_NEAR(gamma / kDraws, 1.4, 0.03);
    EXPECT_NEAR(negative_binomial / kDraws, 20.5, 0.5);
}

TEST(ParseLine, ReadsSkuLocationAndQuantity) {
    const auto plain = parse_line("BOOT-42");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->sku, "BOOT-42");
    EXPECT_EQ(plain->quantity, 1);
    const auto whole = parse_line("A@B=C@DC1=12");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->sku, "A@B=C");
    EXPECT_EQ(whole->location, "DC1");
    EXPECT_EQ(whole->quantity, 12);
    for (const char* bad : {"", "=2", "A=0", "A=-1", "A=x", "A@=1", "@L=1", "A=1.5"}) {
        const auto line = parse_line(bad);
        ASSERT_FALSE(line) << bad;
        EXPECT_EQ(line.error().exit_code, kExitUsage);
    }
}

}  // namespace
}  // namespace holdfast::cli
