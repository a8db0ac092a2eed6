// Which purchase order a fact is about: schedules carry its number as their own document, receipts
// refer to it.
#pragma once

#include <string_view>

#include "canonical/fact.h"

namespace holdfast {

/// Empty for a fact about none. A view into the fact.
inline std::string_view purchase_order_of(const FactView& fact) {
    switch (fact.type()) {
        case FactType::inbound_scheduled:
        case FactType::inbound_changed:
        case FactType::inbound_cancelled: return fact.text(FieldTag::document);
        case FactType::receipt_posted:
        case FactType::receipt_corrected: return fact.text(FieldTag::reference);
        default: return {};
    }
}

}  // namespace holdfast
