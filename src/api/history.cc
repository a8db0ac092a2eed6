// History: where a number comes from, and what happened to a position, an item or an order. All of
// it is read beside the loop; here a request is checked and becomes a question.
#include <charconv>
#include <limits>

#include "api/handlers.h"
#include "api/history_desk.h"
#include "api/render_history.h"
#include "api/tokens.h"
#include "base/rfc3339.h"
#include "explain/business_time.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

/// Text of one answer; beyond it the caller asks for less.
constexpr std::size_t kAnswerBytesMax = std::size_t{32} * 1024 * 1024;

/// `at` of a request: a seq, a time, or now.
struct AskedMoment {
    std::uint64_t seq = 0;  ///< 0: by time, or now
    Instant time{};         ///< zero: by seq, or now
    [[nodiscard]] bool is_now() const { return seq == 0 && time == Instant{}; }
};

bool parse_moment(Desk& desk, std::optional<std::string_view> text, AskedMoment& moment,
                  Fault& fault) {
    if (!text) return true;
    if (const auto seq = seq_from_token(*text)) {
        if (*seq == 0 || *seq > desk.state().seq)
            return fault.set(problems::invalid_parameter, {},
                             "at is not a position that the ledger has reached.");
        moment.seq = *seq;
        return true;
    }
    const auto time = parse_rfc3339(*text);
    if (!time || *time <= Instant{})
        return fault.set(problems::invalid_parameter, {},
                         "at is a position such as 0-918273, or a time in RFC 3339.");
    // The future has no facts: it is now.
    if (*time < desk.state().log_time) moment.time = *time;
    return true;
}

/// A business time; `asked` stays empty where the request names none.
bool parse_business_time(const Params& params, std::optional<Instant>& asked, Fault& fault) {
    const auto text = params.find("at_business_time");
    if (!text) return true;
    const auto time = parse_rfc3339(*text);
    if (!time || *time <= Instant{})
        return fault.set(problems::invalid_parameter, {},
                         "at_business_time is a time in RFC 3339.");
    if (params.find("channel"))
        return fault.set(problems::invalid_parameter, {},
                         "at_business_time tells what was there, not what a channel might sell: "
                         "that was decided on what was known, see at.");
    asked = *time;
    return true;
}

bool parse_facts(const Params& params, std::size_t& facts, Fault& fault) {
    const auto text = params.find("facts");
    if (!text) return true;
    std::uint64_t number = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() ||
        number > explain::facts_per_bucket_max)
        return fault.set(problems::invalid_parameter, {}, "facts is a number from 0 to 100.");
    facts = static_cast<std::size_t>(number);
    return true;
}

std::uint64_t resolved(readmodel::Reader& reader, const AskedMoment& moment, std::uint64_t newest) {
    if (moment.seq != 0) return moment.seq;
    return moment.time != Instant{} ? reader.seq_at(moment.time) : newest;
}

/// Why nothing can be said of a moment, if so.
std::optional<HistoryAnswer> no_such_moment(const readmodel::Reader& reader, std::uint64_t seq) {
    const std::uint64_t first = reader.cursor().first_seq;
    if (first > 1 && seq < first)
        return HistoryAnswer{
            .problem = &problems::history_gone,
            .detail = "History is kept from " + std::string(as_text(seq_token(first))) + " on."};
    if (seq == 0)
        return HistoryAnswer{.problem = &problems::invalid_parameter,
                             .detail = "at is before the first fact of the ledger."};
    return std::nullopt;
}

/// Why nothing can be said of a business time, if so: the records of it are gone.
std::optional<HistoryAnswer> no_such_business_time(readmodel::Reader& reader, Instant at) {
    const std::uint64_t first = reader.cursor().first_seq;
    if (first == 1 || reader.seq_at(at) >= first) return std::nullopt;
    const auto oldest = reader.fact(first);
    std::string detail = "History is kept from " + std::string(as_text(seq_token(first))) + " on";
    if (oldest)
        detail +=
            ", recorded at " + std::string(holdfast::as_text(rfc3339_millis(oldest->recorded_at)));
    return HistoryAnswer{.problem = &problems::history_gone, .detail = detail + "."};
}

References references_for(Desk& desk, const Call& call, LocationId at) {
    const bool told =
        desk.may(call, Action::events_read,
                 {.all_channels = true, .location = at, .all_locations = at == kNoLocation});
    return told ? References::told : References::withheld;
}

/// Refuses a SKU or location that nobody made; `in_path`: with 404.
bool known(Desk& desk, const Call& call, SkuId sku, LocationId at, bool names_location,
           bool in_path) {
    if (sku != kNoSku && (!names_location || at != kNoLocation)) return true;
    const Refusal unknown = sku == kNoSku ? Refusal::unknown_sku : Refusal::unknown_location;
    desk.refuse(call.token, problem_of(unknown, in_path));
    return false;
}

bool known_channel(Desk& desk, const Call& call, ChannelId channel) {
    if (channel == kNoChannel || channel.raw < desk.state().channels.size()) return true;
    desk.refuse(call.token, problem_of(Refusal::unknown_channel));
    return false;
}

/// The channel of a parameter: kNoChannel when it is not given, an unknown id when nobody made it.
ChannelId asked_channel(const Desk& desk, std::optional<std::string_view> code) {
    if (!code) return kNoChannel;
    const ChannelId id = desk.state().channel(*code);
    return id == kNoChannel ? ChannelId{channels_max} : id;
}

/// What the pool of a channel shows is stock of all its locations.
bool may_explain(Desk& desk, const Call& call, const explain::Request& request) {
    const bool pool =
        request.channel != kNoChannel && (request.pool || request.location == kNoLocation);
    return desk.allowed(call, Action::stock_read,
                        {.channel = request.channel,
                         .all_channels = request.channel == kNoChannel,
                         .location = request.location,
                         .all_locations = pool});
}

/// The clock from which days ahead are counted: ours, or the time that was asked for.
Instant clock_of(const Desk& desk, const AskedMoment& moment) {
    return moment.is_now() ? desk.wall() : moment.time;
}

void ask_to_explain(Desk& desk, const Call& call, explain::Request request,
                    const AskedMoment& moment) {
    const std::uint64_t newest = desk.state().seq;
    request.now = clock_of(desk, moment);
    std::optional<explain::LedgerNumbers> numbers;
    if (moment.is_now()) numbers = explain::numbers_of(desk.state(), request);
    const References references = references_for(desk, call, request.location);
    desk.history().ask(call.token, moment.seq != 0 ? moment.seq : newest,
                       [request, moment, newest, references,
                        numbers = std::move(numbers)](readmodel::Reader& reader) -> HistoryAnswer {
                           const std::uint64_t seq = resolved(reader, moment, newest);
                           if (auto none = no_such_moment(reader, seq)) return *std::move(none);
                           explain::Moment at(reader, seq);
                           HistoryAnswer answer;
                           http::JsonWriter json(answer.body);
                           answer.disagreements =
                               render_explanation(json, explain::explain(at, request), at,
                                                  references, numbers ? &*numbers : nullptr);
                           return answer;
                       });
}

void ask_by_business_time(Desk& desk, const Call& call, const explain::Request& request,
                          const AskedMoment& known, Instant at) {
    const std::uint64_t newest = desk.state().seq;
    const References references = references_for(desk, call, request.location);
    desk.history().ask(
        call.token, known.seq != 0 ? known.seq : newest,
        [request, known, newest, at, references](readmodel::Reader& reader) -> HistoryAnswer {
            const std::uint64_t seq = resolved(reader, known, newest);
            if (auto none = no_such_moment(reader, seq)) return *std::move(none);
            if (auto gone = no_such_business_time(reader, at)) return *std::move(gone);
            explain::Moment moment(reader, seq);
            HistoryAnswer answer;
            http::JsonWriter json(answer.body);
            render_explanation(json, explain::explain_by_business_time(moment, request, at), moment,
                               references, nullptr);
            return answer;
        });
}

void ask_for_timeline(Desk& desk, const Call& call, const Fault& fault,
                      std::function<explain::Timeline(readmodel::Reader&)> read) {
    if (fault.kind != nullptr) {
        desk.refuse(call.token, fault);
        return;
    }
    desk.history().ask(call.token, desk.sequencer().durable_seq(),
                       [read = std::move(read)](readmodel::Reader& reader) -> HistoryAnswer {
                           HistoryAnswer answer;
                           http::JsonWriter json(answer.body);
                           render_timeline(json, read(reader), reader);
                           return answer;
                       });
}

/// `limit` and `before` of a timeline.
struct PageOf {
    std::uint32_t limit = 0;
    std::uint64_t before = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
};
PageOf read_page(const Params& params, Fault& fault) {
    PageOf page;
    if (!params.limit(page.limit, fault)) return page;
    if (const auto text = params.find("before")) {
        const auto seq = seq_from_token(*text);
        if (seq && *seq <= page.before) {
            page.before = *seq;
        } else {
            fault.set(problems::invalid_parameter, {}, "before is a position such as 0-918273.");
        }
    }
    return page;
}

/// It tells who holds stock of every location that the request could have.
bool may_ask_why(Desk& desk, const Call& call, const ReserveStock& command) {
    return desk.allowed(call, Action::reserve_read,
                        {.channel = command.channel, .all_locations = true});
}

}  // namespace

void why_not_reservation(Desk& desk, const Call& call) {
    if (!has_json(desk, call) || !read_params(desk, call, {})) return;
    ReserveStock command;
    Fault fault;
    if (!desk.decoder().reservation(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!may_ask_why(desk, call, command)) return;
    if (command.lines.size() > explain::why_not_lines_max) {
        desk.refuse(call.token, problem_of(Refusal::too_many_lines),
                    "At most 200 lines are taken.");
        return;
    }
    // Decided here, where the state is; what is read of reservations is added beside the loop.
    auto answer = std::make_shared<explain::WhyNot>(explain::why_not(desk.state(), command));
    desk.history().ask(call.token, desk.state().seq,
                       [answer](readmodel::Reader& reader) -> HistoryAnswer {
                           explain::add_holders(reader, *answer);
                           HistoryAnswer told;
                           http::JsonWriter json(told.body);
                           render_why_not(json, *answer, reader);
                           return told;
                       });
}

void explain_position(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"channel"}, {"at"}, {"at_business_time"}, {"facts"}})) return;
    const Params& params = desk.params();
    explain::Request request{.sku = desk.state().sku(call.path[0]),
                             .location = desk.state().location(call.path[1]),
                             .channel = asked_channel(desk, params.find("channel"))};
    AskedMoment moment;
    std::optional<Instant> business_time;
    Fault fault;
    if (!parse_moment(desk, params.find("at"), moment, fault) ||
        !parse_business_time(params, business_time, fault) ||
        !parse_facts(params, request.facts_per_bucket, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!may_explain(desk, call, request)) return;
    if (!known(desk, call, request.sku, request.location, true, true) ||
        !known_channel(desk, call, request.channel)) {
        return;
    }
    if (business_time)
        ask_by_business_time(desk, call, request, moment, *business_time);
    else
        ask_to_explain(desk, call, request, moment);
}

void explain_availability(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"channel"}, {"sku"}, {"at"}})) return;
    const Params& params = desk.params();
    if (!params.find("channel") || !params.find("sku")) {
        desk.refuse(call.token, problems::missing_parameter,
                    "The parameters channel and sku are required.");
        return;
    }
    const explain::Request request{.sku = desk.state().sku(*params.find("sku")),
                                   .channel = asked_channel(desk, params.find("channel"))};
    AskedMoment moment;
    Fault fault;
    if (!parse_moment(desk, params.find("at"), moment, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!may_explain(desk, call, request)) return;
    if (!known(desk, call, request.sku, kNoLocation, false, false) ||
        !known_channel(desk, call, request.channel)) {
        return;
    }
    ask_to_explain(desk, call, request, moment);
}

void explain_many(Desk& desk, const Call& call) {
    if (!has_json(desk, call) || !read_params(desk, call, {})) return;
    ExplainQuery query;
    Fault fault;
    AskedMoment moment;
    if (!desk.decoder().explanations(call.request.body, query, fault) ||
        !parse_moment(desk, query.names_at ? std::optional(query.at) : std::nullopt, moment,
                      fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (query.channel == kUnknownChannel) query.channel = ChannelId{channels_max};
    std::vector<explain::Request> requests;
    const bool anywhere = desk.may(call, Action::stock_read, kEverywhere);
    References references = references_for(desk, call, kNoLocation);
    for (std::size_t i = 0; i < query.items.size(); ++i) {
        const AvailabilityItem& item = query.items[i];
        requests.push_back({.sku = item.sku,
                            .location = item.names_location ? item.location : kNoLocation,
                            .channel = query.channel,
                            .pool = !item.names_location,
                            .facts_per_bucket = static_cast<std::size_t>(query.facts),
                            .now = clock_of(desk, moment)});
        if (!anywhere && !may_explain(desk, call, requests.back())) return;
        if (!item.names_location && query.channel == kNoChannel) {
            fault.set(problems::missing_field, "#/items/" + std::to_string(i) + "/location",
                      "Without a channel an item names its location.");
            desk.refuse(call.token, fault);
            return;
        }
    }
    if (!known_channel(desk, call, query.channel)) return;
    for (const AvailabilityItem& item : query.items)
        if (!known(desk, call, item.sku, item.location, item.names_location, false)) return;
    const std::uint64_t newest = desk.state().seq;
    std::vector<explain::LedgerNumbers> numbers;
    if (moment.is_now())
        for (const explain::Request& request : requests)
            numbers.push_back(explain::numbers_of(desk.state(), request));
    desk.history().ask(
        call.token, moment.seq != 0 ? moment.seq : newest,
        [requests = std::move(requests), numbers = std::move(numbers), moment, newest,
         references](readmodel::Reader& reader) -> HistoryAnswer {
            const std::uint64_t seq = resolved(reader, moment, newest);
            if (auto none = no_such_moment(reader, seq)) return *std::move(none);
            explain::Moment at(reader, seq);
            HistoryAnswer answer;
            http::JsonWriter json(answer.body);
            json.begin_object().key("data").begin_array();
            for (std::size_t i = 0; i < requests.size(); ++i) {
                answer.disagreements +=
                    render_explanation(json, explain::explain(at, requests[i]), at, references,
                                       numbers.empty() ? nullptr : &numbers[i]);
                if (answer.body.size() > kAnswerBytesMax)
                    return {.problem = &problems::too_many_items,
                            .detail =
                                "The answer would be over 32 MiB: ask for fewer items or "
                                "fewer facts."};
            }
            json.end_array().member("as_of_seq", as_text(seq_token(seq))).end_object();
            return answer;
        });
}

void get_position_timeline(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"bucket"}, {"before"}, {"limit"}, {"min_seq"}})) return;
    const SkuId sku = desk.state().sku(call.path[0]);
    const LocationId at = desk.state().location(call.path[1]);
    if (!desk.allowed(call, Action::events_read, {.all_channels = true, .location = at})) return;
    if (!known(desk, call, sku, at, true, true)) return;
    Fault fault;
    const PageOf page = read_page(desk.params(), fault);
    readmodel::TimelineOf of{.sku = sku, .place = Place(at)};
    if (const auto text = desk.params().find("bucket")) {
        of.bucket = bucket_from(*text);
        if (!of.bucket) fault.set(problems::invalid_parameter, {}, "There is no such bucket.");
    }
    ask_for_timeline(desk, call, fault, [of, page](readmodel::Reader& reader) {
        return explain::timeline(reader, of, page.before, page.limit);
    });
}

void get_item_timeline(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"before"}, {"limit"}, {"min_seq"}})) return;
    const SkuId sku = desk.state().sku(call.path[0]);
    if (!desk.allowed(call, Action::events_read, kEverywhere)) return;
    if (!known(desk, call, sku, kNoLocation, false, true)) return;
    Fault fault;
    const PageOf page = read_page(desk.params(), fault);
    ask_for_timeline(desk, call, fault, [sku, page](readmodel::Reader& reader) {
        return explain::timeline(reader, {.sku = sku}, page.before, page.limit);
    });
}

void get_order_timeline(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"before"}, {"limit"}, {"min_seq"}}) ||
        !desk.allowed(call, Action::events_read, kEverywhere)) {
        return;
    }
    Fault fault;
    const PageOf page = read_page(desk.params(), fault);
    ask_for_timeline(desk, call, fault,
                     [order = std::string(call.path[0]), page](readmodel::Reader& reader) {
                         return explain::order_timeline(reader, order, page.before, page.limit);
                     });
}

}  // namespace holdfast::api
