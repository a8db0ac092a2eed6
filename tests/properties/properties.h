// Statements that hold for everything, checked on a thousand drawn cases each (RapidCheck). A case
// that breaks one is made smaller until nothing can be left out of it, and printed with the words
// that play it again.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace holdfast::properties {

/// from .. to - 1, each as likely: RapidCheck's own range begins with its small end alone.
template <class T>
rc::Gen<T> between(T from, T to) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, to));
}

struct Options {
    std::uint64_t cases = 1000;  ///< of each property
    std::string only;            ///< run those whose name contains it; empty = all
    bool list = false;           ///< print the names instead
};

class Properties {
  public:
    explicit Properties(const Options& options) : options_(options) {}

    /// `holds` draws what it needs (`*gen`) and fails by RC_ASSERT; RC_PRE discards a case.
    void check(const std::string& name, const std::function<void()>& holds);

    [[nodiscard]] std::uint64_t checked() const { return checked_; }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }

  private:
    Options options_;
    std::uint64_t checked_ = 0;
    std::uint64_t failed_ = 0;
};

// One function for each family of statements.
void check_stock(Properties& properties);
void check_repeats(Properties& properties);
void check_availability(Properties& properties);
void check_holds(Properties& properties);
void check_orders(Properties& properties);
void check_histories(Properties& properties);
void check_cases(Properties& properties);
void check_records(Properties& properties);
void check_texts(Properties& properties);

/// The command line of a program that checks these families. Prints the lane's line.
int run_properties(int argc, char** argv, std::span<void (*const)(Properties&)> families);

}  // namespace holdfast::properties
