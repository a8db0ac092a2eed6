// Progress of long work: a bar on a terminal, a line each five seconds elsewhere, JSON lines for
// scripts. Never a fake bar: without a known total it counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::cli {

enum class ProgressStyle : std::uint8_t { automatic, bar, plain, json, none };

/// What one line of progress says. Pure, so that tests need no clock and no terminal.
struct ProgressState {
    std::string label;
    std::uint64_t done = 0;
    std::optional<std::uint64_t> total;  ///< none: a count instead of a bar
    std::chrono::duration<double> elapsed{};
    std::string note;  ///< appended as it is: "refused 12"
};
/// Time to the end at the average rate; none when it cannot be told.
std::optional<std::chrono::seconds> time_left(const ProgressState& state);
/// "4m10s", "12s", "1h02m".
std::string short_duration(std::chrono::seconds time);
std::string render_bar(const ProgressState& state);
std::string render_plain(const ProgressState& state);
std::string render_json(const ProgressState& state);

class Progress {
  public:
    /// `style` automatic: a bar on a terminal, else plain.
    Progress(std::string label, std::optional<std::uint64_t> total, ProgressStyle style);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Cheap enough to call for each piece of work; writes at most ten times a second.
    void update(std::uint64_t done, std::string_view note = {});
    /// Writes the last state and ends the line.
    void finish();
    /// Removes the bar so that other talk can be printed; the next update draws it again.
    void clear();

  private:
    void write(std::chrono::steady_clock::time_point now);
    ProgressState state_;
    ProgressStyle style_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::time_point written_;
    bool drawn_ = false;
    bool finished_ = false;
};

}  // namespace holdfast::cli
