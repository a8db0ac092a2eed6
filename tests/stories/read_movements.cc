// The words of a `when` about goods that move: purchase orders, transfers and what comes of them.
#include "command_reader.h"

namespace holdfast::stories {

bool CommandReader::read_movement(ReadCommand& out) {
    if (words_.eat("schedule")) return read_document(out, FactType::inbound_scheduled);
    if (words_.eat("change")) return read_document(out, FactType::inbound_changed);
    if (words_.eat("transfer")) return read_document(out, FactType::transfer_requested);
    if (words_.eat("call off transfer")) return read_document(out, FactType::transfer_cancelled);
    if (words_.eat("send")) return read_document(out, FactType::transfer_shipped);
    if (words_.eat("take in")) return read_document(out, FactType::transfer_received);
    if (words_.eat("close transfer")) return read_document(out, FactType::transfer_completed);
    if (words_.eat("call off")) return read_document(out, FactType::inbound_cancelled);
    if (words_.eat("correct receipt")) return read_event(out, FactType::receipt_corrected);
    return false;
}

/// "PO-7  SHOE x10 at MAIN": the document's number comes first; `""` is none.
bool CommandReader::read_document(ReadCommand& out, FactType type) {
    const std::string document = words_.take();
    read_event(out, type);
    out.texts.push_back(document);
    std::get<RecordEvent>(out.command).document = out.texts.back();
    return true;
}

/// "for PO-7", "to STORE", "due in 3 days".
bool CommandReader::read_movement_option(ReadCommand& out) {
    auto* const event = std::get_if<RecordEvent>(&out.command);
    if (event == nullptr) return false;
    if (words_.eat("for")) {
        out.texts.push_back(words_.take());
        event->reference = out.texts.back();
        return true;
    }
    if (words_.eat("to")) {
        event->names_destination = true;
        event->destination = location();
        return true;
    }
    if (words_.eat("due in")) {
        const auto length = take_duration(words_);
        if (length) event->due = names_.now + *length;
        return length.has_value();
    }
    return false;
}

}  // namespace holdfast::stories
