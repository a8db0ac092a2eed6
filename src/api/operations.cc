// Keys, status, health, and the description of the interface itself.
#include <fmt/format.h>

#include <optional>

#include "api/api_key.h"
#include "api/document.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/render.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

void render_key(http::JsonWriter& json, std::uint64_t id, const ledger::ApiKeyRow& row) {
    json.begin_object().member("id", key_name(id)).member("title", row.title);
    render_scopes(json, row.scopes);
    if (!row.source.empty()) json.member("source", row.source);
    json.member("created_at", row.created_at);
    if (row.expires_at != Instant{}) json.member("expires_at", row.expires_at);
    json.member("revoked", row.revoked).end_object();
}

void render_counts(http::JsonWriter& json, const ledger::State& state, const cases::State& cases) {
    json.key("counts")
        .begin_object()
        .member("items", std::uint64_t{state.items.size()})
        .member("locations", std::uint64_t{state.locations.size()})
        .member("channels", std::uint64_t{state.channels.size()})
        .member("pools", std::uint64_t{state.pools.size()})
        .member("positions", state.positions.size())
        .member("reservations", state.reservations.size())
        .member("keys", state.transport_keys.size() + state.semantic_keys.size())
        .member("cases", cases.table.size())
        .member("live_cases", cases.table.live().size())
        .end_object();
}

void render_counters(http::JsonWriter& json, const sequencer::Counters& counters) {
    json.key("counters")
        .begin_object()
        .member("commands", counters.commands)
        .member("facts", counters.facts)
        .member("commits", counters.commits)
        .member("bytes", counters.bytes)
        .member("refused", counters.refused)
        .member("repeated", counters.repeated)
        .member("expired", counters.expired)
        .member("woken", counters.woken)
        .member("checkpoints", counters.checkpoints)
        .end_object();
}

void render_journal(http::JsonWriter& json, const journal::JournalStatus& journal) {
    json.key("journal")
        .begin_object()
        .member("direct", journal.direct)
        .member("disk_low", journal.disk_low)
        .member("disk_full", journal.disk_full)
        .member("segments", journal.segments)
        .member("bytes", journal.bytes)
        .member("durable_seq", as_text(seq_token(journal.durable_seq)))
        .end_object();
}

void render_read_model(http::JsonWriter& json, const readmodel::Follower* model) {
    if (model == nullptr) return;
    const readmodel::FollowerStatus status = model->status();
    json.key("read_model").begin_object().member("state", name(status.state));
    if (!status.detail.empty()) json.member("detail", status.detail);
    json.member("applied_seq", as_text(seq_token(status.applied_seq)))
        .member("lag_facts", status.lag_facts)
        .member("lag_ms", status.lag.count() / 1000)
        .member("rebuilds", status.began_again)
        .end_object();
}

struct Included {
    bool state_hash = false;
    bool stock_hash = false;
    bool invariants = false;
};

bool read_included(Desk& desk, const Call& call, Included& included) {
    std::string_view text = desk.params().find("include").value_or(std::string_view{});
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (word == "state_hash") {
            included.state_hash = true;
        } else if (word == "stock_hash") {
            included.stock_hash = true;
        } else if (word == "invariants") {
            included.invariants = true;
        } else {
            Fault fault;
            fault.set(problems::invalid_parameter, {},
                      "include takes state_hash, stock_hash and invariants, comma-separated.");
            desk.refuse(call.token, fault);
            return false;
        }
    }
    return true;
}

}  // namespace

void list_api_keys(Desk& desk, const Call& call) {
    constexpr std::string_view kList = "api-keys";
    Page page;
    if (!read_page(desk, call, kList, page) || !desk.allowed(call, Action::admin, kEverywhere)) {
        return;
    }
    const auto& rows = desk.state().access.rows();
    auto row = rows.lower_bound(page.from.first);
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (std::uint32_t shown = 0; row != rows.end() && shown < page.limit; ++row, ++shown) {
        render_key(json, row->first, row->second);
    }
    end_page(desk, json, kList,
             row == rows.end() ? std::nullopt : std::optional(CursorKey{row->first, 0}));
    desk.answer_read(call.token, desk.state().seq, body);
}

void create_api_key(Desk& desk, const Call& call) {
    if (!has_json(desk, call) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::admin, kEverywhere)) {
        return;
    }
    ApiKeyRequest request;
    Fault fault;
    if (!desk.decoder().api_key(call.request.body, request, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    NewApiKey key = make_api_key(desk.random());
    CreateApiKey command;
    command.id = key.id;
    std::ranges::copy(key.secret_hash, std::begin(command.secret_hash));
    command.title = desk.sequencer().arena().copy(request.title);
    command.scopes = desk.sequencer().arena().copy(request.scopes);
    command.source = desk.sequencer().arena().copy(request.source);
    command.expires_at = request.expires_at;
    desk.describe(call, command.envelope);
    desk.submit(call, command, 0, std::move(key.text));
}

void revoke_api_key(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {}) || !desk.allowed(call, Action::admin, kEverywhere)) return;
    const auto id = key_from_name(call.path[0]);
    if (!id) {
        desk.refuse(call.token, problems::invalid_id, "A key's id is key_ and 8 characters.");
        return;
    }
    RevokeApiKey command;
    command.id = *id;
    desk.describe(call, command.envelope);
    desk.submit(call, command);
}

void get_status(Desk& desk, const Call& call) {
    Included included;
    if (!read_params(desk, call, {{"include"}, {"min_seq"}}) ||
        !read_included(desk, call, included) ||
        !desk.allowed(call, Action::status_read, kNowhere)) {
        return;
    }
    // These hold the writer up for as long as the state is large.
    if ((included.state_hash || included.stock_hash || included.invariants) &&
        !desk.allowed(call, Action::admin, kEverywhere)) {
        return;
    }
    sequencer::Sequencer& sequencer = desk.sequencer();
    const ledger::State& state = desk.state();
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object()
        .member("version", desk.options().build.version)
        .member("seq", as_text(seq_token(state.seq)))
        .member("durable_seq", as_text(seq_token(std::max(state.seq, sequencer.durable_seq()))));
    if (state.log_time != Instant{}) json.member("log_time", state.log_time);
    json.member("expiry", name(sequencer.expiry_clock().verdict(state.log_time)));
    render_counts(json, state, desk.cases());
    render_counters(json, sequencer.counters());
    render_journal(json, sequencer.journal().status());
    render_read_model(json, desk.read_model());
    const auto hash_member = [&](std::string_view member, const Hash128& hash) {
        json.member(member, fmt::format("{:016x}{:016x}", hash.high, hash.low));
    };
    if (included.state_hash) hash_member("state_hash", view(sequencer.machines()).state_hash());
    if (included.stock_hash) hash_member("stock_hash", state.stock_hash());
    if (included.invariants) {
        std::optional<std::string> broken = state.check_invariants();
        if (!broken) broken = desk.cases().check_invariants();
        json.member("invariants", broken.value_or("ok"));
    }
    json.end_object();
    // All numbers are of the state as decided, so the answer waits until that is durable: then
    // durable_seq is what it says.
    desk.answer_read(call.token, state.seq, body);
}

void get_health(Desk& desk, const Call& call, HealthQuestion question) {
    if (!read_params(desk, call, {{"verbose"}})) return;
    const HealthAnswer answer = answer_health(question, desk.health(), desk.now(),
                                              desk.params().find("verbose").has_value());
    desk.answer(call.token, answer.good ? 200 : 503, kPlainText, answer.text,
                "Cache-Control: no-store\r\n");
}

void get_version(Desk& desk, const Call& call) {
    desk.answer(call.token, 200, kJson, version_json(desk.options().build));
}

void get_openapi_yaml(Desk& desk, const Call& call) {
    desk.answer(call.token, 200, "application/yaml", openapi_yaml());
}

void get_openapi_json(Desk& desk, const Call& call) {
    desk.answer(call.token, 200, kJson, openapi_json());
}

void get_problem_page(Desk& desk, const Call& call) {
    const std::string_view page = problem_page(call.path[0]);
    if (page.empty()) {
        desk.refuse(call.token, problems::not_found);
        return;
    }
    desk.answer(call.token, 200, "text/markdown; charset=utf-8", page);
}

}  // namespace holdfast::api
