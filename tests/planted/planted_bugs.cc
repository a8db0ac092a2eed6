// Prints each bug that can be planted: its name, a tab, what goes wrong.
#include <fmt/format.h>

#include "base/planted.h"

int main() {
    for (const holdfast::BugRow& row : holdfast::planted_bugs())
        fmt::print("{}\t{}\n", row.name, row.what);
}
