// Random numbers that are the same on every machine for the same seed: xoshiro256** and the
// distributions that the generators need. The standard library's distributions differ by vendor.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace holdfast::cli {

class SeededRandom {
  public:
    explicit SeededRandom(std::uint64_t seed) {
        // splitmix64 fills the state, as the authors of xoshiro advise: a seed of 0 is fine.
        for (std::uint64_t& word : state_) {
            seed += 0x9E3779B97F4A7C15ULL;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
            word = z ^ (z >> 31U);
        }
    }

    std::uint64_t next() {
        const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotated(state_[3], 45);
        return result;
    }
    /// 0 <= u < 1, 53 bits.
    double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    /// 0 .. bound - 1; bound > 0. The bias is below 2^-32 for the bounds used here.
    std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>(unit() * static_cast<double>(bound));
    }
    bool chance(double probability) { return unit() < probability; }

    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - unit()));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }
    double log_normal(double mu, double sigma) { return std::exp(mu + sigma * normal()); }
    /// Marsaglia and Tsang 2000; mean k * theta.
    double gamma(double k, double theta) {
        if (k < 1) return gamma(k + 1, theta) * std::pow(1 - unit(), 1 / k);
        const double d = k - 1.0 / 3;
        const double c = 1 / std::sqrt(9 * d);
        for (;;) {
            const double x = normal();
            const double v = std::pow(1 + c * x, 3);
            if (v <= 0) continue;
            if (std::log(1 - unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) {
                return d * v * theta;
            }
        }
    }
    /// By counting exponential gaps: exact, and the means used here are small.
    std::uint64_t poisson(double mean) {
        constexpr double kPiece = 500;  // exp(-500) is still a normal number
        std::uint64_t count = 0;
        while (mean > kPiece) {
            count += poisson_small(kPiece);
            mean -= kPiece;
        }
        return count + poisson_small(mean);
    }
    std::uint64_t negative_binomial(double mean, double k) { return poisson(gamma(k, mean / k)); }

  private:
    static std::uint64_t rotated(std::uint64_t x, unsigned by) {
        return (x << by) | (x >> (64U - by));
    }
    std::uint64_t poisson_small(double mean) {
        const double limit = std::exp(-mean);
        std::uint64_t count = 0;
        for (double product = 1 - unit(); product > limit; product *= 1 - unit()) ++count;
        return count;
    }
    std::uint64_t state_[4] = {};
};

/// Draws an index with a probability in proportion to its weight.
class WeightedChoice {
  public:
    WeightedChoice() = default;
    explicit WeightedChoice(const std::vector<double>& weights) {
        sums_.reserve(weights.size());
        double sum = 0;
        for (const double weight : weights) sums_.push_back(sum += weight);
    }
    [[nodiscard]] std::size_t draw(SeededRandom& random) const {
        const double at = random.unit() * sums_.back();
        std::size_t low = 0;
        std::size_t high = sums_.size() - 1;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (sums_[middle] > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

  private:
    std::vector<double> sums_;
};

}  // namespace holdfast::cli
