// The words of an order's life: what nodes, pickers and clerks say of it.
#include "command_reader.h"

namespace holdfast::stories {
namespace {

struct Phrase {
    std::string_view words;
    FactType type;
};
constexpr Phrase kPhrases[] = {
    {"allocate order", FactType::allocation_created},
    {"take back order", FactType::allocation_released},
    {"pick order", FactType::pick_confirmed},
    {"short order", FactType::pick_shorted},
    {"put back order", FactType::pick_returned},
    {"erp holds order", FactType::erp_offset},
    {"fetch order", FactType::pickup_completed},
    {"sell order", FactType::pos_sale},
    {"back-order", FactType::backorder_created},
    {"fill order", FactType::backorder_filled},
};

}  // namespace

bool CommandReader::read_fulfilment(ReadCommand& out) {
    if (words_.eat("move")) return read_step(out, ReservationStep::resource);
    if (words_.eat("change order")) {
        RecordEvent c;
        c.type = FactType::reservation_adjusted;
        c.order = out.texts.emplace_back(words_.take());
        c.already_sold = words_.eat("already sold");
        if (lines_follow()) read_lines(out);
        out.command = c;
        return true;
    }
    if (words_.eat("void shipment")) {
        RecordEvent c;
        c.type = FactType::shipment_voided;
        c.reference = out.texts.emplace_back(words_.take());
        if (words_.eat("of order")) c.order = out.texts.emplace_back(words_.take());
        out.command = c;
        return true;
    }
    for (const Phrase& phrase : kPhrases) {
        if (!words_.eat(phrase.words)) continue;
        out.texts.push_back(words_.take());
        const std::string_view order = out.texts.back();
        read_event(out, phrase.type);
        std::get<RecordEvent>(out.command).order = order;
        return true;
    }
    return false;
}

}  // namespace holdfast::stories
