#include "cli/catalog_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "cli/console.h"
#include "cli/event_sender.h"
#include "http/json_writer.h"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kCatalogBatchBytes = std::size_t{1} << 20;
constexpr int kAttemptsMax = 50;
constexpr std::chrono::milliseconds kPause{200};

bool is_busy(const Result<HttpReply>& reply) {
    return reply && (reply->status == 503 || reply->status == 429);
}

}  // namespace

Attempt<void> CatalogLoader::add_item(std::string_view sku, std::string_view title) {
    if (!items_.emplace(sku).second) return {};
    http::JsonWriter row(item_lines_);
    row.begin_object().member("sku", sku);
    if (!title.empty()) row.member("title", title);
    row.end_object();
    item_lines_ += "\n";
    return item_lines_.size() < kCatalogBatchBytes ? Attempt<void>{} : flush();
}

Attempt<void> CatalogLoader::add_location(std::string_view location, std::string_view title) {
    if (!locations_.emplace(location).second) return {};
    location_order_.emplace_back(location);
    http::JsonWriter row(location_lines_);
    row.begin_object().member("location", location);
    if (!title.empty()) row.member("title", title);
    row.end_object();
    location_lines_ += "\n";
    return location_lines_.size() < kCatalogBatchBytes ? Attempt<void>{} : flush();
}

Attempt<void> CatalogLoader::flush() {
    const Attempt<void> items = send("/v1/items:batch", item_lines_);
    return items ? send("/v1/locations:batch", location_lines_) : items;
}

Attempt<void> CatalogLoader::send(std::string path, std::string& lines) {
    if (lines.empty()) return {};
    HttpRequest request;
    request.method = "POST";
    request.path = std::move(path);
    request.content_type = "application/x-ndjson";
    request.body = std::move(lines);
    lines.clear();
    const std::string what = request.path + " did not succeed";
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
        if (interrupted()) return trouble(kExitInterrupted, "interrupted");
        const Result<HttpReply> reply = client_.send(request);
        if (!reply) return tl::unexpected(unreachable(reply.error(), client_.url()));
        bool again = is_busy(reply);
        if (!again && !reply->ok()) return tl::unexpected(trouble_of(*reply, what));
        for (std::string_view rest = reply->body; reply->ok() && !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (line.empty() || line.starts_with("{\"summary\"")) continue;
            const Result<EventOutcome> outcome = read_outcome(line, {});
            if (outcome && outcome->kind != EventOutcome::Kind::refused) continue;
            again = !outcome && outcome.error().code == ErrorCode::overloaded;
            if (!again) return trouble(kExitFailed, what, std::string(line));
            break;
        }
        if (!again) return {};
        std::this_thread::sleep_for(kPause);
    }
    return trouble(kExitUnreachable, what, "the hub stayed too busy", "try again in a moment");
}

Attempt<void> CatalogLoader::put(std::string path, std::string body) {
    HttpRequest request;
    request.method = "PUT";
    request.path = std::move(path);
    request.body = std::move(body);
    for (int attempt = 0;; ++attempt) {
        const Result<HttpReply> reply = client_.send(request);
        if (!reply) return tl::unexpected(unreachable(reply.error(), client_.url()));
        if (reply->ok()) return {};
        if (!is_busy(reply) || attempt == kAttemptsMax) {
            return tl::unexpected(trouble_of(*reply, "PUT " + request.path + " did not succeed"));
        }
        std::this_thread::sleep_for(kPause);
    }
}

Attempt<std::vector<std::string>> CatalogLoader::pool_locations(const std::string& pool) {
    HttpRequest look;
    look.path = "/v1/pools/" + url_encoded(pool);
    const Result<HttpReply> there = client_.send(look);
    if (!there) return tl::unexpected(unreachable(there.error(), client_.url()));
    std::vector<std::string> locations;
    if (there->status == 404) return locations;
    // Whoever may not look may not guess either: the pool would lose what it has.
    if (!there->ok()) return tl::unexpected(trouble_of(*there, "cannot read the pool " + pool));
    boost::system::error_code error;
    const json::value parsed = json::parse(there->body, error);
    const json::value* found =
        error || !parsed.is_object() ? nullptr : parsed.get_object().if_contains("locations");
    if (found == nullptr || !found->is_array()) {
        return trouble(kExitFailed, "cannot read the pool " + pool, "the answer has no locations");
    }
    for (const json::value& location : found->get_array()) {
        if (location.is_string()) locations.emplace_back(location.get_string());
    }
    return locations;
}

Attempt<void> CatalogLoader::extend_pool(const std::string& pool,
                                         const std::vector<std::string>& locations) {
    auto all = pool_locations(pool);
    if (!all) return tl::unexpected(all.error());
    for (const std::string& location : locations) {
        if (std::find(all->begin(), all->end(), location) == all->end()) all->push_back(location);
    }
    return put_pool(pool, *all);
}

Attempt<void> CatalogLoader::put_pool(const std::string& pool,
                                      const std::vector<std::string>& locations) {
    const auto there = pool_locations(pool);
    if (!there) return tl::unexpected(there.error());
    if (*there == locations) return {};
    std::string body;
    http::JsonWriter row(body);
    row.begin_object().key("locations").begin_array();
    for (const std::string& location : locations) row.value(location);
    row.end_array().end_object();
    return put("/v1/pools/" + url_encoded(pool), std::move(body));
}

Attempt<void> CatalogLoader::put_channel(const std::string& channel, const std::string& title,
                                         const std::string& pool) {
    HttpRequest look;
    look.path = "/v1/channels/" + url_encoded(channel);
    const Result<HttpReply> there = client_.send(look);
    if (there && there->ok()) {
        boost::system::error_code error;
        const json::value parsed = json::parse(there->body, error);
        const json::value* found =
            error || !parsed.is_object() ? nullptr : parsed.get_object().if_contains("pool");
        if (found != nullptr && found->is_string() && found->get_string() == pool) return {};
    }
    std::string body;
    http::JsonWriter row(body);
    row.begin_object().member("title", title).member("pool", pool).end_object();
    return put(look.path, std::move(body));
}

}  // namespace holdfast::cli
