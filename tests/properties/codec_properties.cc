// The properties of how things are written down and read again: records, texts, tokens.
#include "properties.h"

int main(int argc, char** argv) {
    using namespace holdfast::properties;
    static constexpr void (*kFamilies[])(Properties&) = {check_records, check_texts};
    return run_properties(argc, argv, kFamilies);
}
