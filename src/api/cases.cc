// The human work list: read, and what people do to it.
#include <algorithm>
#include <vector>

#include "api/case_suggestions.h"
#include "api/handlers.h"
#include "api/render_case.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

/// Rows that one page looks at; a filter that fits few of them answers shorter pages with a cursor.
constexpr std::size_t kRowsLookedAtMax = 20'000;

/// Where a case is: a key must cover its location, and its channel if it has one.
Reach reach_of(const cases::Case& row, const ledger::State& state) {
    ChannelId channel = row.subject.channel;
    if (const auto* held = state.reservations.find(row.subject.reservation);
        held != nullptr && channel == kNoChannel) {
        channel = held->channel;
    }
    return {.channel = channel,
            .no_channel = channel == kNoChannel,
            .location = row.subject.location,
            .no_location = row.subject.location == kNoLocation};
}

bool read_id(Desk& desk, const Call& call, CaseId& id) {
    const auto found = case_from_name(call.path[0]);
    if (!found) return refuse_id(desk, call, "case_", "A case's");
    id = *found;
    return true;
}

/// May the key do this to the case? Answers 403 when not, and does not tell where the case is: ids
/// can be guessed. One that is not known is told so later, to any key that may do this somewhere.
bool allowed_on(Desk& desk, const Call& call, Action action, CaseId id) {
    const cases::Case* row = desk.cases().table.find(id);
    if (row == nullptr) return desk.allowed(call, action, kNowhere);
    if (desk.may(call, action, reach_of(*row, desk.state()))) return true;
    desk.metrics().requests_forbidden.add();
    desk.refuse(call.token, problems::forbidden,
                "Needs " + std::string(name(action)) + " where this case is.");
    return false;
}

Instant now_of(const Desk& desk) { return std::max(desk.wall(), desk.state().log_time); }

/// What a list is asked for.
struct Filter {
    CaseState state = CaseState::open;
    std::optional<CaseKind> kind;
    std::optional<SkuId> sku;
    std::optional<LocationId> location;
    std::optional<std::string_view> assignee;
    std::optional<std::string_view> order;
    /// Of the order, while the ledger knows it: each channel may have one.
    std::vector<ReservationId> reservations;

    [[nodiscard]] bool fits(const cases::Case& row) const {
        const cases::Subject& about = row.subject;
        const bool order_fits =
            !order || about.order == *order ||
            std::ranges::find(reservations, about.reservation) != reservations.end();
        return row.state == state && (!kind || about.kind == *kind) &&
               (!sku || about.sku == *sku) && (!location || about.location == *location) &&
               (!assignee || row.assignee == *assignee) && order_fits;
    }
};

bool read_filter(Desk& desk, const Call& call, Filter& filter) {
    const Params& params = desk.params();
    Fault fault;
    if (const auto text = params.find("state")) {
        const auto word = case_state_from(*text);
        if (!word) {
            fault.set(problems::invalid_parameter, {}, "state is open, snoozed or resolved.");
        } else {
            filter.state = *word;
        }
    }
    if (const auto text = params.find("kind")) {
        filter.kind = case_kind_from(*text);
        if (!filter.kind) {
            fault.set(problems::invalid_parameter, {}, "kind is not one that cases have.");
        }
    }
    if (fault.kind != nullptr) {
        desk.refuse(call.token, fault);
        return false;
    }
    const ledger::State& state = desk.state();
    // A code that nobody knows fits no case: cases without a SKU or location have no code at all.
    constexpr SkuId kUnknownSku{kNoId - 1};
    constexpr LocationId kUnknownLocation{kNoId - 1};
    if (const auto text = params.find("sku")) {
        const SkuId sku = state.sku(*text);
        filter.sku = sku == kNoSku ? kUnknownSku : sku;
    }
    if (const auto text = params.find("location")) {
        const LocationId at = state.location(*text);
        filter.location = at == kNoLocation ? kUnknownLocation : at;
    }
    filter.assignee = params.find("assignee");
    filter.order = params.find("order");
    if (filter.order)
        state.reservations.for_each_of_order(
            state.order_hash(*filter.order),
            [&](const ledger::Reservation& held) { filter.reservations.push_back(held.id); });
    return true;
}

/// Names the list and its filters, so that a cursor of another list is refused.
std::string list_name(const Params& params) {
    std::string name = "cases";
    for (const std::string_view filter :
         {"state", "kind", "sku", "location", "assignee", "order"}) {
        name += '\n';
        if (const auto value = params.find(filter)) name.append("=").append(*value);
    }
    return name;
}

/// One page, as places of the queue.
struct CasePage {
    std::vector<const cases::Case*> rows;
    std::optional<cases::QueueKey> next;
};

/// Walks candidates in the order of the queue from the cursor on.
template <class Places, class Fits>
CasePage page_of(const Places& places, const cases::CaseTable& table, std::uint32_t limit,
                 Fits&& fits) {
    CasePage page;
    std::size_t looked_at = 0;
    for (const cases::QueueKey& place : places) {
        if (page.rows.size() == limit || looked_at == kRowsLookedAtMax) {
            page.next = place;
            break;
        }
        ++looked_at;
        const cases::Case& row = *table.find(place.id);
        if (fits(row)) page.rows.push_back(&row);
    }
    return page;
}

CasePage find_page(const Desk& desk, const Call& call, const Filter& filter,
                   const std::optional<cases::QueueKey>& from, std::uint32_t limit) {
    const cases::CaseTable& table = desk.cases().table;
    const auto fits = [&](const cases::Case& row) {
        return filter.fits(row) && desk.may(call, Action::cases_read, reach_of(row, desk.state()));
    };
    if (filter.sku) {
        std::vector<cases::QueueKey> places;
        for (const CaseId id : table.about(*filter.sku)) {
            const cases::QueueKey place{table.find(id)->money, id};
            if (!from || place >= *from) places.push_back(place);
        }
        std::ranges::sort(places);
        return page_of(places, table, limit, fits);
    }
    const auto& queue = filter.state == CaseState::resolved ? table.resolved() : table.live();
    return page_of(
        std::ranges::subrange(from ? queue.lower_bound(*from) : queue.begin(), queue.end()), table,
        limit, fits);
}

}  // namespace

void list_cases(Desk& desk, const Call& call) {
    if (!read_params(desk, call,
                     {{"state"},
                      {"kind"},
                      {"sku"},
                      {"location"},
                      {"assignee"},
                      {"order"},
                      {"limit"},
                      {"cursor"},
                      {"min_seq"}})) {
        return;
    }
    Fault fault;
    std::uint32_t limit = 0;
    if (!desk.params().limit(limit, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    Filter filter;
    if (!read_filter(desk, call, filter) || !desk.allowed(call, Action::cases_read, kNowhere)) {
        return;
    }
    const std::string list = list_name(desk.params());
    std::optional<cases::QueueKey> from;
    if (const auto cursor = desk.params().find("cursor")) {
        const auto key = desk.cursors().decode(list, *cursor);
        if (!key) {
            desk.refuse(call.token, problems::invalid_cursor);
            return;
        }
        from = cases::QueueKey{static_cast<std::int64_t>(key->first), CaseId{key->second}};
    }
    const CasePage page = find_page(desk, call, filter, from, limit);
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (const cases::Case* row : page.rows) {
        json.begin_object();
        render_case_members(json, *row, desk.state(), now_of(desk));
        json.end_object();
    }
    json.end_array().key("next_cursor");
    if (page.next) {
        json.value(desk.cursors().encode(
            list, {static_cast<std::uint64_t>(page.next->money), page.next->id.raw}));
    } else {
        json.null();
    }
    json.member("has_more", page.next.has_value())
        .member("as_of_seq", as_text(seq_token(desk.state().seq)))
        .end_object();
    // A case that left the list does not say when, so the answer waits for all that was decided.
    desk.answer_read(call.token, desk.state().seq, body);
}

void get_case(Desk& desk, const Call& call) {
    CaseId id;
    if (!read_id(desk, call, id) || !read_params(desk, call, {{"min_seq"}}) ||
        !allowed_on(desk, call, Action::cases_read, id)) {
        return;
    }
    const cases::Case* row = desk.cases().table.find(id);
    if (row == nullptr) {
        desk.refuse(call.token, problem_of(Refusal::unknown_case, true));
        return;
    }
    const std::string suggestions = suggestions_for(desk, *row);
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object();
    render_case_members(json, *row, desk.state(), now_of(desk));
    render_case_past(json, *row, desk.state());
    json.key("suggestions").raw(suggestions);
    json.member("as_of_seq", as_text(seq_token(desk.state().seq))).end_object();
    // Suggestions rest on everything that was decided, and so does the answer.
    desk.answer_read(call.token, desk.state().seq, body);
}

void act_on_case(Desk& desk, const Call& call, CaseAction action) {
    ActOnCases command;
    command.action = action;
    CaseId id;
    if (!read_id(desk, call, id) || !has_json(desk, call) || !read_params(desk, call, {}) ||
        !read_optional_idempotency_key(desk, call, command.envelope.transport)) {
        return;
    }
    Fault fault;
    if (!desk.decoder().case_action(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!allowed_on(desk, call, Action::cases_write, id)) return;
    const std::span<CaseId> ids = desk.sequencer().arena().array<CaseId>(1);
    ids[0] = id;
    command.cases = ids;
    desk.describe(call, command.envelope);
    desk.submit(call, command, command.envelope.transport.body_hash);
}

void act_on_cases(Desk& desk, const Call& call) {
    ActOnCases command;
    command.partial = true;
    if (!has_json(desk, call) || !read_params(desk, call, {}) ||
        !read_optional_idempotency_key(desk, call, command.envelope.transport)) {
        return;
    }
    Fault fault;
    if (!desk.decoder().case_actions(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    if (!desk.allowed(call, Action::cases_write, kNowhere)) return;
    for (const CaseId id : command.cases) {
        if (!allowed_on(desk, call, Action::cases_write, id)) return;
    }
    desk.describe(call, command.envelope);
    desk.submit(call, command, command.envelope.transport.body_hash);
}

}  // namespace holdfast::api
