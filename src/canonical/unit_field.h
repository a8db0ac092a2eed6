// The units of measure of an item as its fact carries them: a UnitField each, its code behind it.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "canonical/command.h"
#include "canonical/fact.h"

namespace holdfast {

/// Visits each unit in order. Stops at what no writer of ours wrote: a code that is cut off, a
/// factor of nothing.
template <class Visit>
void for_each_unit(ByteSpan field, Visit&& visit) {
    while (field.size() >= sizeof(UnitField)) {
        const auto unit = load<UnitField>(field.data());
        field = field.subspan(sizeof(UnitField));
        if (unit.code_bytes > field.size() || unit.numerator == 0 || unit.denominator == 0) return;
        visit(ItemUnit{.code = as_text(field.first(unit.code_bytes)),
                       .numerator = unit.numerator,
                       .denominator = unit.denominator});
        field = field.subspan(unit.code_bytes);
    }
}

}  // namespace holdfast
