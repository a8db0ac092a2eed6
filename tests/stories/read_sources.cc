// Statements about sources, and about what did not come in time.
#include "command_reader.h"

namespace holdfast::stories {

/// "source till-1 begins epoch 2 [with number 5] [announced only]", "source till-1 will not send up
/// to number 7", "report what is overdue".
bool CommandReader::read_source(ReadCommand& out) {
    if (words_.eat("report what is overdue")) {
        out.command = ReportOverdue{};
        return true;
    }
    if (words_.eat("authority")) return read_authority(out);
    if (!words_.eat("source")) return false;
    ChangeSourceEpoch c;
    c.source = keep(out, words_.take());
    if (words_.eat("will not send up to number")) {
        out.command =
            GiveUpSequence{.source = c.source,
                           .last = static_cast<std::uint64_t>(words_.take_number().value_or(0))};
        return true;
    }
    if (!words_.eat("begins epoch")) return false;
    c.epoch = static_cast<std::uint64_t>(words_.take_number().value_or(0));
    if (words_.eat("with number"))
        c.first = static_cast<std::uint64_t>(words_.take_number().value_or(0));
    c.announced_only = words_.eat("announced only");
    out.command = c;
    return true;
}

/// "authority over pos.sale at STORE is till-1"; "authority over everything is nobody".
bool CommandReader::read_authority(ReadCommand& out) {
    ChangeAuthority c;
    if (!words_.eat("over")) return false;
    if (!words_.eat("everything")) {
        const auto type = fact_type_from(words_.take());
        if (!type) return false;
        c.type = *type;
    }
    c.names_location = words_.eat("at");
    if (c.names_location) c.location = location();
    if (!words_.eat("is")) return false;
    if (!words_.eat("nobody")) c.source = keep(out, words_.take());
    out.command = c;
    return true;
}

}  // namespace holdfast::stories
