// Where words go: data on standard output, talk on standard error. Colours only on a terminal and
// never with NO_COLOR. Also the one place that knows whether somebody pressed Ctrl-C.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/trouble.h"

namespace holdfast::cli {

/// Writes to standard output; a closed pipe ends the process quietly, as `head` expects.
void print_data(std::string_view text);
/// Writes a line of talk to standard error.
void say(std::string_view text);
/// Prints the trouble to standard error and returns its exit code.
int complain(const Trouble& trouble);

[[nodiscard]] bool talk_is_terminal();
[[nodiscard]] bool talk_has_colour();

/// After this call Ctrl-C and SIGTERM set a flag instead of ending the process. The second signal
/// ends it at once.
void catch_interrupts();
[[nodiscard]] bool interrupted();

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// Left-aligned text columns, numbers right-aligned; rows may be shorter than the header.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] std::string render() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace holdfast::cli
