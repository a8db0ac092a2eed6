// Bodies of what people do to cases.
#include <algorithm>

#include "api/decoder_parts.h"
#include "api/tokens.h"
#include "base/rfc3339.h"

namespace holdfast::api {
namespace {

/// The members of all actions, one reader each.
class CaseFields {
  public:
    CaseFields(Decoder::Parts& parts, JsonReader& reader, ActOnCases& out)
        : parts_(parts), reader_(reader), out_(out) {}

    bool comment(json::value v) {
        std::string_view text;
        if (!reader_.read_prose(v, 0, comment_bytes_max, text)) return false;
        out_.comment = parts_.arena->copy(text);
        return true;
    }
    /// Null is nobody.
    bool assignee(json::value v) {
        if (JsonReader::is_null(v)) return reader_.read_null(v);
        return parts_.kept_text(reader_, v, 1, assignee_bytes_max, out_.assignee);
    }
    bool wake_at(json::value v) {
        std::string_view text;
        if (!reader_.read_text(v, 1, code_bytes_max, text)) return false;
        const Result<Instant> at = parse_rfc3339(text);
        if (!at) return reader_.invalid("It must be an RFC 3339 time with an offset.");
        out_.wake_at = *at;
        return true;
    }
    bool resolution(json::value v) {
        std::string_view text;
        if (!reader_.read_text(v, 1, code_bytes_max, text)) return false;
        const auto resolution = case_resolution_from(text);
        if (!resolution || *resolution == CaseResolution::cause_removed) {
            return reader_.invalid("It must be corrected, accepted, false_alarm or duplicate.");
        }
        out_.resolution = *resolution;
        return true;
    }

  private:
    Decoder::Parts& parts_;
    JsonReader& reader_;
    ActOnCases& out_;
};

/// The member that an action takes beside the comment, as an index of the bulk body's names.
constexpr FieldNames<6> kBulkNames{"action",  "cases",      "assignee",
                                   "wake_at", "resolution", "comment"};
constexpr std::uint32_t own_field(CaseAction action) {
    switch (action) {
        case CaseAction::assign: return bit(2);
        case CaseAction::snooze: return bit(3);
        case CaseAction::resolve: return bit(4);
        case CaseAction::reopen:
        case CaseAction::comment: break;
    }
    return 0;
}

}  // namespace

bool Decoder::case_action(std::string_view body, ActOnCases& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    CaseFields fields(parts, reader, out);
    const auto with = [&](std::string_view own, bool (CaseFields::*read)(json::value)) {
        return reader.read_document(parts.parser, body, FieldNames<2>{own, "comment"}, bit(0),
                                    [&](std::size_t field, json::value v) {
                                        return field == 0 ? (fields.*read)(v) : fields.comment(v);
                                    });
    };
    switch (out.action) {
        case CaseAction::assign: return with("assignee", &CaseFields::assignee);
        case CaseAction::snooze: return with("wake_at", &CaseFields::wake_at);
        case CaseAction::resolve: return with("resolution", &CaseFields::resolution);
        case CaseAction::reopen:
        case CaseAction::comment: break;
    }
    const bool needed = out.action == CaseAction::comment;
    return reader.read_document(parts.parser, needed ? body : body_or_empty_object(body),
                                FieldNames<1>{"comment"}, needed ? bit(0) : 0,
                                [&](std::size_t, json::value v) { return fields.comment(v); });
}

bool Decoder::case_actions(std::string_view body, ActOnCases& out, Fault& fault) {
    Parts& parts = *parts_;
    JsonReader reader(fault);
    CaseFields fields(parts, reader, out);
    std::vector<CaseId> ids;
    std::uint32_t seen = 0;
    const bool read = reader.read_document(
        parts.parser, body, kBulkNames, bit(0) | bit(1), [&](std::size_t field, json::value v) {
            seen |= bit(field);
            std::string_view text;
            switch (field) {
                case 0: {
                    if (!reader.read_text(v, 1, code_bytes_max, text)) return false;
                    const auto action = case_action_from(text);
                    if (!action) {
                        return reader.invalid(
                            "It must be assign, snooze, resolve, reopen or comment.");
                    }
                    out.action = *action;
                    return true;
                }
                case 1:
                    return reader.read_array(
                        v, cases_per_command_max, [&](std::size_t, json::value item) {
                            if (!reader.read_text(item, 1, code_bytes_max, text)) return false;
                            const auto id = case_from_name(text);
                            if (!id) return reader.invalid("It must be case_ and 13 characters.");
                            ids.push_back(*id);
                            return true;
                        });
                case 2: return fields.assignee(v);
                case 3: return fields.wake_at(v);
                case 4: return fields.resolution(v);
                default: return fields.comment(v);
            }
        });
    if (!read) return false;
    constexpr std::uint32_t kOwn = bit(2) | bit(3) | bit(4);
    if (const std::uint32_t wanted = own_field(out.action); (seen & kOwn) != wanted) {
        const bool missing = (wanted & ~seen) != 0;
        const std::string_view field = kBulkNames[static_cast<std::size_t>(
            __builtin_ctz(missing ? wanted : seen & kOwn & ~wanted))];
        return fault.set(missing ? problems::missing_field : problems::unknown_field,
                         "#/" + std::string(field),
                         missing ? "The action needs it." : "The action does not take it.");
    }
    const std::span<CaseId> kept = parts.arena->array<CaseId>(ids.size());
    std::ranges::copy(ids, kept.begin());
    out.cases = kept;
    return true;
}

}  // namespace holdfast::api
