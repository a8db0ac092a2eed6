// A year of trading: when orders come, how long they are, what comes back, what a clerk corrects.
#include "cli/generated_orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <tuple>
#include <unordered_set>

namespace holdfast::cli {
namespace {

constexpr std::int64_t kDays = 373;  // 2010-12-01 to 2011-12-08
constexpr std::int64_t kDaysPerWeek = 7;
constexpr std::int64_t kWeeks = kDays / kDaysPerWeek + 1;
constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kFirstWeekday = 2;  // a Wednesday, counted from Monday

// Shares of lines. Nobody picks on Saturdays.
constexpr std::array<double, kDaysPerWeek> kWeekdayShare{.17, .17, .17, .21, .17, 0, .11};
constexpr std::int64_t kFirstHour = 8;
constexpr std::array<double, 10> kHourShare{.039, .064, .090, .106, .146,
                                            .134, .124, .144, .101, .052};

// A basket is a mixture: customers, and the web shop's consumers with their long ones.
constexpr double kConsumerOrders = 0.07;
constexpr double kCustomerLinesMean = 21.5;
constexpr double kCustomerLinesK = 0.77;
constexpr double kConsumerLinesMean = 96;
constexpr double kConsumerLinesK = 0.48;
constexpr std::uint64_t kLinesMax = 1112;

// The same SKU twice in a basket, and half of those keyed exactly alike.
constexpr double kSameSkuAgain = 0.0093;
constexpr double kExactDuplicate = 0.5;

// 17.3 cancellations per 100 orders, 13.5 % of which match no sale; about 2.5 lines each.
constexpr double kCancelledOrders = 0.150;
constexpr double kUnmatchedCancellations = 0.0234;
constexpr double kMoreCancelledLines = 0.66;
constexpr double kWholeLineCancelled = 0.35;

constexpr double kAdjustmentsPerLine = 0.00465;
constexpr double kNonStockRows = 0.0055;
constexpr std::int64_t kFirstInvoice = 536'365;
constexpr std::uint64_t kCustomers = 4'372;

struct Note {
    double share;
    const char* text;
};
/// What a clerk writes beside a correction; most write nothing.
constexpr std::array<Note, 10> kNotes{{{.587, ""},
                                       {.690, "check"},
                                       {.762, "damaged"},
                                       {.789, "amazon sales"},
                                       {.798, "sold as set on dotcom"},
                                       {.813, "wrongly coded"},
                                       {.828, "found"},
                                       {.835, "lost"},
                                       {.841, "wet pallet"},
                                       {1.0, "adjustment"}}};

/// How busy a week is: quiet in February, twice that in November.
double week_index(std::int64_t day) {
    constexpr std::array<double, 13> kByMonth{1.3, .78, .75,  .85, .82,  .95, .95,
                                              .92, .90, 1.15, 1.5, 2.15, 2.2};
    return kByMonth[static_cast<std::size_t>(std::min<std::int64_t>(12, day * 12 / 365))];
}

struct Cancellation {
    std::int64_t minute = 0;
    std::uint64_t number = 0;  // keeps the order of equal minutes
    std::string customer;
    std::string country;
    std::vector<GeneratedRow> rows;
    friend bool operator>(const Cancellation& a, const Cancellation& b) {
        return std::tie(a.minute, a.number) > std::tie(b.minute, b.number);
    }
};

class Year {
  public:
    Year(const OrderFileOptions& options, const std::function<void(const GeneratedRow&)>& sink)
        : options_(options),
          sink_(sink),
          random_(options.seed),
          products_(make_products(random_, options.skus)) {}

    void run() {
        for (const std::int64_t minute : order_minutes()) {
            emit_cancellations_until(minute);
            start_week(minute / kMinutesPerDay / kDaysPerWeek);
            emit_order(minute);
        }
        emit_cancellations_until(kDays * kMinutesPerDay);
    }

  private:
    /// Given how many there are, the times of a Poisson process are independent draws.
    std::vector<std::int64_t> order_minutes() {
        std::vector<double> days;
        for (std::int64_t day = 0; day < kDays; ++day) {
            const auto weekday = static_cast<std::size_t>((kFirstWeekday + day) % kDaysPerWeek);
            // Between the years nobody works.
            const bool holiday = day >= 23 && day < 34;
            days.push_back(holiday ? 0 : kWeekdayShare[weekday] * week_index(day));
        }
        const WeightedChoice day_choice(days);
        const WeightedChoice hour_choice(std::vector<double>(kHourShare.begin(), kHourShare.end()));
        std::vector<std::int64_t> minutes(options_.orders);
        for (std::int64_t& minute : minutes) {
            const auto day = static_cast<std::int64_t>(day_choice.draw(random_));
            const auto hour = kFirstHour + static_cast<std::int64_t>(hour_choice.draw(random_));
            minute =
                day * kMinutesPerDay + hour * 60 + static_cast<std::int64_t>(random_.below(60));
        }
        std::sort(minutes.begin(), minutes.end());
        return minutes;
    }

    /// Demand drifts: each week multiplies each product's popularity anew.
    void start_week(std::int64_t week) {
        if (week == week_) return;
        week_ = week;
        std::vector<double> weights;
        weights.reserve(products_.size());
        const std::int64_t day = week * kDaysPerWeek;
        for (const Product& product : products_) {
            constexpr double kTradingDays = 305;
            const double k = 2.2 * std::pow(product.lines_per_year / kTradingDays, 0.66) + 0.3;
            const bool sold = product.born_day <= day + kDaysPerWeek - 1;
            const double drift = random_.gamma(k, 1 / k);
            weights.push_back(sold ? product.lines_per_year * drift + 1e-9 : 0);
        }
        choice_ = WeightedChoice(weights);
    }

    std::string next_invoice() { return std::to_string(kFirstInvoice + invoices_++); }

    void emit_order(std::int64_t minute) {
        const bool consumer = random_.chance(kConsumerOrders);
        const double mean = consumer ? kConsumerLinesMean : kCustomerLinesMean;
        const double k = consumer ? kConsumerLinesK : kCustomerLinesK;
        // One line at least; the rest by the law, so that the mean stays.
        const std::uint64_t lines_max =
            std::min<std::uint64_t>(kLinesMax, products_.size() / 3 + 1);
        const std::uint64_t lines = std::min(1 + random_.negative_binomial(mean - 1, k), lines_max);
        GeneratedRow row;
        row.invoice = next_invoice();
        row.minute = minute;
        row.customer = consumer ? "" : std::to_string(12'346 + random_.below(kCustomers));
        row.country = random_.chance(0.91) ? "United Kingdom" : "France";
        std::unordered_set<std::size_t> chosen;
        std::vector<GeneratedRow> rows;
        for (std::uint64_t line = 0; line < lines; ++line) {
            // Without replacement. A small shop may have no other product left to choose.
            constexpr int kTriesMax = 100;
            std::size_t product = choice_.draw(random_);
            for (int i = 0; chosen.contains(product) && i < kTriesMax; ++i) {
                product = choice_.draw(random_);
            }
            if (!chosen.insert(product).second) break;
            fill(row, products_[product], consumer);
            emit(row);
            rows.push_back(row);
            if (random_.chance(kSameSkuAgain)) {
                if (!random_.chance(kExactDuplicate))
                    row.quantity = draw_quantity(random_, consumer);
                emit(row);
                rows.push_back(row);
            }
        }
        if (random_.chance(kNonStockRows * static_cast<double>(lines))) {
            row.stock_code = "POST";
            row.description = "POSTAGE";
            row.quantity = 1 + static_cast<std::int64_t>(random_.below(3));
            row.pence = 1800;
            emit(row);
        }
        if (options_.adjustments) {
            adjustments_due_ += kAdjustmentsPerLine * static_cast<double>(lines);
            for (; adjustments_due_ >= 1; adjustments_due_ -= 1) emit_adjustment(minute);
        }
        if (options_.cancellations) plan_cancellations(minute, rows);
    }

    void fill(GeneratedRow& row, const Product& product, bool consumer) {
        row.stock_code = product.code;
        row.description = product.description;
        row.quantity = draw_quantity(random_, consumer);
        row.pence = product.pence;
    }

    void emit_adjustment(std::int64_t minute) {
        GeneratedRow row;
        row.invoice = next_invoice();
        row.minute = minute;
        row.stock_code = products_[choice_.draw(random_)].code;
        const double at = random_.unit();
        row.description = std::find_if(kNotes.begin(), kNotes.end() - 1, [at](const Note& note) {
                              return at < note.share;
                          })->text;
        // Write-offs are larger than anybody likes: median 30, and a heavy tail.
        constexpr double kWritesOff = 0.55;
        const double size = 15 * std::pow(1 - random_.unit(), -1 / 0.95);
        row.quantity = static_cast<std::int64_t>(std::min(size, 9'600.0));
        if (random_.chance(kWritesOff)) row.quantity = -row.quantity;
        row.country = "United Kingdom";
        emit(row);
    }

    void plan_cancellations(std::int64_t minute, const std::vector<GeneratedRow>& rows) {
        if (!rows.front().customer.empty() &&
            random_.chance(kCancelledOrders / (1 - kConsumerOrders))) {
            Cancellation back;
            back.minute = minute + draw_cancel_delay(random_);
            const std::size_t first = random_.below(rows.size());
            std::size_t taken = 0;
            do {
                GeneratedRow row = rows[(first + taken) % rows.size()];
                const bool whole = row.quantity == 1 || random_.chance(kWholeLineCancelled);
                row.quantity = whole ? -row.quantity
                                     : -1 - static_cast<std::int64_t>(random_.below(
                                                static_cast<std::uint64_t>(row.quantity - 1)));
                back.rows.push_back(std::move(row));
            } while (++taken < rows.size() && random_.chance(kMoreCancelledLines));
            keep(std::move(back));
        }
        if (random_.chance(kUnmatchedCancellations)) {
            // Bought before the first day of the file.
            Cancellation back;
            back.minute = minute;
            GeneratedRow row = rows.front();
            row.customer = std::to_string(90'000 + random_.below(kCustomers));
            row.quantity = -row.quantity;
            back.rows.push_back(std::move(row));
            keep(std::move(back));
        }
    }

    void keep(Cancellation&& back) {
        back.number = cancellations_++;
        planned_.push(std::move(back));
    }

    void emit_cancellations_until(std::int64_t minute) {
        while (!planned_.empty() && planned_.top().minute < minute) {
            const Cancellation& back = planned_.top();
            const std::string invoice = "C" + next_invoice();
            for (GeneratedRow row : back.rows) {
                row.invoice = invoice;
                row.minute = back.minute;
                emit(row);
            }
            planned_.pop();
        }
    }

    void emit(const GeneratedRow& row) { sink_(row); }

    const OrderFileOptions& options_;
    const std::function<void(const GeneratedRow&)>& sink_;
    SeededRandom random_;
    std::vector<Product> products_;
    WeightedChoice choice_;
    std::int64_t week_ = -1;
    std::int64_t invoices_ = 0;
    std::uint64_t cancellations_ = 0;
    double adjustments_due_ = 0;
    std::priority_queue<Cancellation, std::vector<Cancellation>, std::greater<>> planned_;
};

}  // namespace

void generate_orders(const OrderFileOptions& options,
                     const std::function<void(const GeneratedRow&)>& sink) {
    Year(options, sink).run();
}

std::string minute_text(std::int64_t minute) {
    // Civil date from days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date
    // algorithms"); the year begins on 2010-12-01.
    constexpr std::int64_t kFirstDay = 14'944;
    const std::int64_t z = kFirstDay + minute / kMinutesPerDay + 719'468;
    const std::int64_t era = z / 146'097;
    const std::int64_t doe = z - era * 146'097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const std::int64_t mp = (5 * doy + 2) / 153;
    const std::int64_t day = doy - (153 * mp + 2) / 5 + 1;
    const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
    const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    const std::int64_t of_day = minute % kMinutesPerDay;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00", year, month, day, of_day / 60,
                       of_day % 60);
}

}  // namespace holdfast::cli
