// The words of a `when` about goods that move: purchase orders, transfers and what comes of them.
#include "command_reader.h"

namespace holdfast::stories {

bool CommandReader::read_movement(ReadCommand& out) {
    if (words_.eat("schedule")) return read_document(out, FactType::inbound_scheduled);
    if (words_.eat("change")) return read_document(out, FactType::inbound_changed);
    if (words_.eat("transfer")) return read_document(out, FactType::transfer_requested);
    if (words_.eat("call off transfer")) return read_document(out, FactType::transfer_cancelled);
    if (words_.eat("announce return")) return read_document(out, FactType::return_announced);
    if (words_.eat("look at return")) return read_event(out, FactType::return_dispositioned);
    if (words_.eat("return")) {
        const std::string order = words_.eat("order") ? words_.take() : std::string{};
        read_event(out, FactType::return_received);
        std::get<RecordEvent>(out.command).order = keep(out, order);
        return true;
    }
    if (words_.eat("assemble")) return read_event(out, FactType::kit_assembled);
    if (words_.eat("take apart")) return read_event(out, FactType::kit_broken);
    if (words_.eat("turn")) return read_event(out, FactType::stock_status_changed);
    if (words_.eat("regrade")) return read_event(out, FactType::stock_regraded);
    if (words_.eat("send back")) return read_event(out, FactType::supplier_return);
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

/// What a line says: "book 5 missing 1", "out of suspect", "goes to loss", "into SHOE-B".
bool CommandReader::read_movement_word(Line& line) {
    if (words_.eat("book")) {
        line.names_book = true;
        line.book = words_.take_number().value_or(0);
    } else if (words_.eat("missing")) {
        line.book_suspect = words_.take_number().value_or(0);
    } else if (words_.eat("out of")) {
        line.from_bucket = bucket_from(words_.take()).value_or(Bucket::external);
    } else if (words_.eat("goes to loss")) {
        line.goes_to = PlaceKind::loss;
    } else if (words_.eat("goes to supplier")) {
        line.goes_to = PlaceKind::supplier;
    } else if (words_.eat("into")) {
        line.other_sku = sku();
    } else {
        return false;
    }
    return true;
}

/// "for PO-7", "to STORE", "due in 3 days", "happened 2 hours ago", and what counts say: "cut
/// monday", "picked aside", "including till-1 up to 88".
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
    if (words_.eat("happened")) {
        const auto length = take_duration(words_);
        if (length) event->envelope.occurred_at = names_.now - *length;
        return length.has_value() && words_.eat("ago");
    }
    if (words_.eat("cut")) {
        const auto cut = names_.cuts.find(words_.take());
        if (cut != names_.cuts.end()) event->cut_seq = cut->second;
        return cut != names_.cuts.end();
    }
    if (words_.eat("made of")) {
        read_components(out);
        return true;
    }
    if (words_.eat("picked aside")) {
        event->picked_included = false;
        return true;
    }
    if (words_.eat("including")) {
        out.texts.push_back(words_.take());
        SourceCut included{.source = out.texts.back()};
        words_.eat("up to");
        included.seq = static_cast<std::uint64_t>(words_.take_number().value_or(0));
        if (words_.eat("epoch"))
            included.epoch = static_cast<std::uint64_t>(words_.take_number().value_or(0));
        out.includes.push_back(included);
        return true;
    }
    return false;
}

}  // namespace holdfast::stories
