// Sources: how far each was heard, what of theirs is missing, and which of them is believed. Their
// rows do not keep their seq, so answers about them wait until all that was decided is durable.
#include "api/handlers.h"
#include "api/page.h"
#include "api/render.h"
#include "api/tokens.h"

namespace holdfast::api {
namespace {

/// What people decide about sources concerns every channel and location.
bool may_change(Desk& desk, const Call& call) {
    return has_json(desk, call) && read_params(desk, call, {}) &&
           desk.allowed(call, Action::catalog_write, kEverywhere);
}

/// The same about the source in the path.
bool may_change_source(Desk& desk, const Call& call) {
    if (!may_change(desk, call)) return false;
    if (call.principal->speaks_as(call.path[0])) return true;
    desk.metrics().requests_forbidden.add();
    desk.refuse(call.token, problems::source_not_allowed, speaks_only_as(*call.principal));
    return false;
}

template <class Command>
void submit(Desk& desk, const Call& call, Command& command) {
    desk.describe(call, command.envelope);
    desk.submit(call, command, command.envelope.transport.body_hash);
}

std::string_view source_of_path(Desk& desk, const Call& call) {
    return desk.sequencer().arena().copy(call.path[0]);
}

}  // namespace

void list_sources(Desk& desk, const Call& call) {
    constexpr std::string_view kList = "sources";
    Page page;
    if (!read_page(desk, call, kList, page) ||
        !desk.allowed(call, Action::events_read, kEverywhere)) {
        return;
    }
    const ledger::State& state = desk.state();
    const auto& rows = state.sources.rows();
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    std::optional<CursorKey> next;
    std::uint32_t shown = 0;
    for (auto row = rows.lower_bound(NameId{static_cast<std::uint32_t>(page.from.first)});
         row != rows.end(); ++row) {
        if (shown++ == page.limit) {
            next = CursorKey{row->first.raw, 0};
            break;
        }
        json.begin_object();
        source_members(json, row->first, row->second, state);
        json.end_object();
    }
    end_page(desk, json, kList, next);
    desk.answer_read(call.token, state.seq, body);
}

void get_source(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {}) || !desk.allowed(call, Action::events_read, kEverywhere)) {
        return;
    }
    const ledger::State& state = desk.state();
    const NameId source{state.names.find(call.path[0])};
    const ledger::SourceRow* known = state.sources.find(source);
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object();
    if (known != nullptr) {
        source_members(json, source, *known, state);
    } else {
        json.member("source", call.path[0])
            .member("epoch", std::uint64_t{0})
            .member("sequence", std::string_view("0"))
            .member("given_up_sequence", std::string_view("0"))
            .member("announced_only", false)
            .key("gaps")
            .begin_array()
            .end_array();
    }
    json.member("as_of_seq", as_text(seq_token(state.seq))).end_object();
    desk.answer_read(call.token, state.seq, body);
}

void announce_source_epoch(Desk& desk, const Call& call) {
    if (!may_change_source(desk, call)) return;
    ChangeSourceEpoch command;
    Fault fault;
    if (!desk.decoder().source_epoch(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    command.source = source_of_path(desk, call);
    submit(desk, call, command);
}

void give_up_sequence(Desk& desk, const Call& call) {
    if (!may_change_source(desk, call)) return;
    GiveUpSequence command;
    Fault fault;
    if (!read_idempotency_key(desk, call, command.envelope.transport)) return;
    if (!desk.decoder().given_up(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    command.source = source_of_path(desk, call);
    submit(desk, call, command);
}

void list_authority(Desk& desk, const Call& call) {
    constexpr std::string_view kList = "authority";
    Page page;
    if (!read_page(desk, call, kList, page) ||
        !desk.allowed(call, Action::catalog_read, kEverywhere)) {
        return;
    }
    const ledger::State& state = desk.state();
    const auto& rows = state.authority.rows();
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    std::optional<CursorKey> next;
    std::uint32_t shown = 0;
    const ledger::AuthorityScope from{static_cast<FactType>(page.from.first),
                                      LocationId{static_cast<std::uint32_t>(page.from.second)}};
    for (auto row = rows.lower_bound(from); row != rows.end(); ++row) {
        const auto& [scope, told] = *row;
        if (shown++ == page.limit) {
            next = CursorKey{static_cast<std::uint64_t>(scope.type), scope.location.raw};
            break;
        }
        json.begin_object();
        authority_members(json,
                          {.type = static_cast<std::uint16_t>(scope.type),
                           .location = scope.location.raw,
                           .source = told.source.raw},
                          state);
        json.member("seq", as_text(seq_token(told.seq))).end_object();
    }
    end_page(desk, json, kList, next);
    desk.answer_read(call.token, state.seq, body);
}

void set_authority(Desk& desk, const Call& call) {
    if (!may_change(desk, call)) return;
    if (!call.principal->source.empty()) {
        desk.metrics().requests_forbidden.add();
        desk.refuse(call.token, problems::source_not_allowed,
                    "A key that speaks as one source does not say who is believed.");
        return;
    }
    ChangeAuthority command;
    Fault fault;
    if (!desk.decoder().authority(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    submit(desk, call, command);
}

}  // namespace holdfast::api
