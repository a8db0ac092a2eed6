#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/console.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kBarCells = 30;
constexpr auto kBarEvery = std::chrono::milliseconds(100);
constexpr auto kPlainEvery = std::chrono::seconds(5);
constexpr auto kJsonEvery = std::chrono::seconds(1);

double rate_of(const ProgressState& state) {
    const double seconds = state.elapsed.count();
    return seconds > 0 ? static_cast<double>(state.done) / seconds : 0;
}

std::string rate_text(double rate) {
    return rate < 10 ? fmt::format("{:.1f}/s", rate)
                     : grouped(static_cast<std::uint64_t>(rate)) + "/s";
}

std::string counts(const ProgressState& state) {
    if (!state.total) return grouped(state.done);
    const std::uint64_t percent = *state.total == 0 ? 100 : state.done * 100 / *state.total;
    return fmt::format("{}/{}  {}%", grouped(state.done), grouped(*state.total), percent);
}

std::string tail(const ProgressState& state) {
    std::string text = "  " + rate_text(rate_of(state));
    if (const auto left = time_left(state)) text += "  ETA " + short_duration(*left);
    if (!state.note.empty()) text += "  " + state.note;
    return text;
}

}  // namespace

std::optional<std::chrono::seconds> time_left(const ProgressState& state) {
    const double rate = rate_of(state);
    if (!state.total || rate <= 0 || state.done >= *state.total) return std::nullopt;
    return std::chrono::seconds(
        static_cast<std::int64_t>(static_cast<double>(*state.total - state.done) / rate + 0.5));
}

std::string short_duration(std::chrono::seconds time) {
    const std::int64_t s = std::max<std::int64_t>(0, time.count());
    if (s < 60) return fmt::format("{}s", s);
    if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
    return fmt::format("{}h{:02}m", s / 3600, s % 3600 / 60);
}

std::string render_bar(const ProgressState& state) {
    std::string bar;
    if (state.total) {
        const std::size_t filled =
            *state.total == 0 ? kBarCells
                              : static_cast<std::size_t>(std::min(state.done, *state.total) *
                                                         kBarCells / *state.total);
        for (std::size_t i = 0; i < kBarCells; ++i) bar += i < filled ? "━" : "╌";
        bar += "  ";
    }
    return fmt::format("{}  {}{}{}", state.label, bar, counts(state), tail(state));
}

std::string render_plain(const ProgressState& state) {
    return fmt::format("{}: {}{}", state.label, counts(state), tail(state));
}

std::string render_json(const ProgressState& state) {
    std::string text;
    http::JsonWriter json(text);
    json.begin_object().member("progress", state.label).member("done", state.done);
    if (state.total) json.member("total", *state.total);
    json.member("rate", static_cast<std::uint64_t>(rate_of(state)));
    if (const auto left = time_left(state)) {
        json.member("eta_seconds", static_cast<std::int64_t>(left->count()));
    }
    if (!state.note.empty()) json.member("note", state.note);
    json.end_object();
    return text;
}

Progress::Progress(std::string label, std::optional<std::uint64_t> total, ProgressStyle style)
    : style_(style), began_(steady_clock::now()), written_(began_) {
    state_.label = std::move(label);
    state_.total = total;
    if (style_ == ProgressStyle::automatic) {
        style_ = talk_is_terminal() ? ProgressStyle::bar : ProgressStyle::plain;
    }
}

Progress::~Progress() { clear(); }

void Progress::update(std::uint64_t done, std::string_view note) {
    state_.done = done;
    if (style_ == ProgressStyle::none) return;
    const auto now = steady_clock::now();
    const steady_clock::duration every = style_ == ProgressStyle::bar    ? kBarEvery
                                         : style_ == ProgressStyle::json ? kJsonEvery
                                                                         : kPlainEvery;
    if (now - written_ < every) return;
    state_.note = note;
    write(now);
}

void Progress::write(steady_clock::time_point now) {
    written_ = now;
    state_.elapsed = now - began_;
    if (style_ == ProgressStyle::bar) {
        fmt::print(stderr, "\r\x1b[K{}", render_bar(state_));
        drawn_ = true;
    } else {
        say(style_ == ProgressStyle::json ? render_json(state_) : render_plain(state_));
    }
}

void Progress::finish() {
    if (finished_ || style_ == ProgressStyle::none) return;
    finished_ = true;
    state_.note.clear();
    write(steady_clock::now());
    if (style_ == ProgressStyle::bar) fmt::print(stderr, "\n");
    drawn_ = false;
}

void Progress::clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace holdfast::cli
