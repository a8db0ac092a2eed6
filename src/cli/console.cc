#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace holdfast::cli {
namespace {

std::atomic<bool> interrupt_seen{false};

void on_interrupt(int signal) {
    // The second signal means it: give the default action back and let it strike.
    if (interrupt_seen.exchange(true)) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

int exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument: return kExitUsage;
        case ErrorCode::not_found: return kExitNotFound;
        case ErrorCode::already_exists: return kExitConflict;
        case ErrorCode::not_connected:
        case ErrorCode::timed_out: return kExitUnreachable;
        case ErrorCode::corrupt: return kExitProblems;
        default: return kExitFailed;
    }
}

/// A terminal counts characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == ',' || c == '.' || c == '-' || c == '%';
    });
}

}  // namespace

tl::unexpected<Trouble> trouble(const Failure& failure, std::string what, std::string next) {
    return trouble(exit_code_of(failure.code), std::move(what), failure.detail, std::move(next));
}

void print_data(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        // Whoever read us has gone, or the disk is full; there is nobody left to tell on stdout.
        std::_Exit(kExitFailed);
    }
}

void say(std::string_view text) { fmt::print(stderr, "{}\n", text); }

int complain(const Trouble& trouble) {
    const bool colour = talk_has_colour();
    fmt::print(stderr, "{}holdfast: {}{}\n", colour ? "\x1b[1;31m" : "", trouble.what,
               colour ? "\x1b[0m" : "");
    if (!trouble.why.empty()) fmt::print(stderr, "  why:  {}\n", trouble.why);
    if (!trouble.next.empty()) fmt::print(stderr, "  next: {}\n", trouble.next);
    return trouble.exit_code;
}

bool talk_is_terminal() { return isatty(STDERR_FILENO) == 1; }

bool talk_has_colour() {
    const char* no_colour = std::getenv("NO_COLOR");
    return talk_is_terminal() && (no_colour == nullptr || *no_colour == '\0');
}

void catch_interrupts() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
}

bool interrupted() { return interrupt_seen.load(std::memory_order_relaxed); }

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

std::string TextTable::render() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string text;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        std::string line;
        for (std::size_t i = 0; i < rows_[r].size(); ++i) {
            const std::string& cell = rows_[r][i];
            // A heading stands over its numbers, so it follows the alignment of the row below.
            const bool right = is_number(cell) || (r == 0 && rows_.size() > 1 &&
                                                   i < rows_[1].size() && is_number(rows_[1][i]));
            const std::string padding(widths[i] - width_of(cell), ' ');
            if (i > 0) line += "  ";
            line += right ? padding + cell : cell + padding;
        }
        while (line.ends_with(' ')) line.pop_back();
        text += line + "\n";
    }
    return text;
}

}  // namespace holdfast::cli
