// Changes of items, locations, pools, channels, groups, policies, quotas and nodes.
#include "api/bulk_jobs.h"
#include "api/handlers.h"

namespace holdfast::api {
namespace {

/// The common path of one entity: scope, type, body, command. `decode` fills the command.
template <class Command, class Decode>
void upsert(Desk& desk, const Call& call, const Reach& reach, Decode&& decode) {
    if (!has_json(desk, call) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::catalog_write, reach)) {
        return;
    }
    Command command;
    Fault fault;
    if (!decode(command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    desk.describe(call, command.envelope);
    desk.submit(call, command);
}

std::string_view code_of_path(Desk& desk, const Call& call) {
    return desk.sequencer().arena().copy(call.path[0]);
}

}  // namespace

void upsert_item(Desk& desk, const Call& call) {
    upsert<UpsertItem>(desk, call, kEverywhere, [&](UpsertItem& command, Fault& fault) {
        command.code = code_of_path(desk, call);
        return desk.decoder().item(call.request.body, command, fault);
    });
}

void upsert_items(Desk& desk, const Call& call) {
    if (!has_content_type(desk, call, {kNdjson}) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::catalog_write, kEverywhere)) {
        return;
    }
    desk.batches().start(call, BulkKind::items, BulkFormat::lines);
}

void upsert_location(Desk& desk, const Call& call) {
    upsert<UpsertLocation>(desk, call, kEverywhere, [&](UpsertLocation& command, Fault& fault) {
        command.code = code_of_path(desk, call);
        return desk.decoder().location(call.request.body, command, fault);
    });
}

void upsert_locations(Desk& desk, const Call& call) {
    if (!has_content_type(desk, call, {kNdjson}) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::catalog_write, kEverywhere)) {
        return;
    }
    desk.batches().start(call, BulkKind::locations, BulkFormat::lines);
}

void upsert_pool(Desk& desk, const Call& call) {
    upsert<UpsertPool>(desk, call, kEverywhere, [&](UpsertPool& command, Fault& fault) {
        command.code = code_of_path(desk, call);
        return desk.decoder().pool(call.request.body, command, fault);
    });
}

void upsert_channel(Desk& desk, const Call& call) {
    // A pool decides where every channel's stock comes from, so a key of one channel is not enough.
    upsert<UpsertChannel>(desk, call, kEverywhere, [&](UpsertChannel& command, Fault& fault) {
        command.code = code_of_path(desk, call);
        return desk.decoder().channel(call.request.body, command, fault);
    });
}

void upsert_group(Desk& desk, const Call& call) {
    upsert<UpsertGroup>(desk, call, kEverywhere, [&](UpsertGroup& command, Fault& fault) {
        command.code = code_of_path(desk, call);
        return desk.decoder().group(call.request.body, command, fault);
    });
}

void set_quota(Desk& desk, const Call& call) {
    upsert<SetQuota>(desk, call, kEverywhere, [&](SetQuota& command, Fault& fault) {
        return desk.decoder().quota(call.request.body, command, fault);
    });
}

void set_node_status(Desk& desk, const Call& call) {
    const LocationId at = desk.state().location(call.path[0]);
    // Who tells what happened at a location may also tell that it fell silent.
    if (!has_json(desk, call) || !read_params(desk, call, {}) ||
        !desk.allowed(call, Action::events_write, {.all_channels = true, .location = at})) {
        return;
    }
    if (at == kNoLocation) {
        desk.refuse(call.token, problem_of(Refusal::unknown_location, true));
        return;
    }
    SetNodeStatus command;
    command.location = at;
    Fault fault;
    if (!desk.decoder().node_status(call.request.body, command, fault)) {
        desk.refuse(call.token, fault);
        return;
    }
    desk.describe(call, command.envelope);
    desk.submit(call, command);
}

void set_policy(Desk& desk, const Call& call) {
    upsert<SetPolicy>(desk, call, kEverywhere, [&](SetPolicy& command, Fault& fault) {
        return desk.decoder().policy(call.request.body, command, fault);
    });
}

}  // namespace holdfast::api
