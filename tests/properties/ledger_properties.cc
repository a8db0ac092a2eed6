// The properties of what the hub decides. `ledger_properties --only WORDS` runs some of them.
#include "properties.h"

int main(int argc, char** argv) {
    using namespace holdfast::properties;
    static constexpr void (*kFamilies[])(Properties&) = {
        check_stock,  check_repeats,   check_availability, check_holds,
        check_orders, check_histories, check_cases};
    return run_properties(argc, argv, kFamilies);
}
