#include "hub/admin.h"

#include "telemetry/exposition.h"

namespace holdfast::hub {
namespace {

/// Probes and one or two scrapers.
constexpr std::size_t kConnectionsMax = 100;

}  // namespace

struct Admin::Pages final : http::Handler {
    Pages(const os::Clock& c, const api::HealthBoard& h, const api::Metrics& m, api::BuildInfo b)
        : clock(c), health(h), metrics(m), build(std::move(b)) {}

    void handle(const http::Request& request, http::RequestToken token) override {
        if (request.method != http::Method::get && request.method != http::Method::head) {
            respond_problem(token, 405, "method_not_allowed", "Only GET here");
        } else if (request.path == "/metrics") {
            server->respond(token, {.content_type = telemetry::Exposition::kContentType,
                                    .body = metrics.scrape(build)});
        } else if (request.path == "/livez") {
            respond_health(request, token, api::HealthQuestion::live);
        } else if (request.path == "/readyz") {
            respond_health(request, token, api::HealthQuestion::ready);
        } else if (request.path == "/startupz") {
            respond_health(request, token, api::HealthQuestion::started);
        } else if (request.path == "/version") {
            server->respond(token,
                            {.content_type = "application/json", .body = api::version_json(build)});
        } else {
            respond_problem(
                token, 404, "not_found",
                "The admin listener has /metrics, /livez, /readyz, /startupz and /version");
        }
    }

    void respond_health(const http::Request& request, http::RequestToken token,
                        api::HealthQuestion question) {
        const bool verbose = request.query.find("verbose") != std::string_view::npos;
        const api::HealthAnswer answer =
            api::answer_health(question, health, clock.since_boot(), verbose);
        server->respond(token, {.status = static_cast<std::uint16_t>(answer.good ? 200 : 503),
                                .content_type = "text/plain; charset=utf-8",
                                .body = answer.text});
    }

    void respond_problem(http::RequestToken token, std::uint16_t status, std::string_view code,
                         std::string_view detail) {
        std::string body;
        http::append_problem(body, {.status = status,
                                    .code = code,
                                    .title = http::reason_phrase(status),
                                    .detail = detail});
        server->respond(token, {.status = status,
                                .content_type = http::kProblemType,
                                .headers = status == 405 ? "Allow: GET, HEAD\r\n" : "",
                                .body = body});
    }

    const os::Clock& clock;
    const api::HealthBoard& health;
    const api::Metrics& metrics;
    api::BuildInfo build;
    http::Server* server = nullptr;
};

Admin::Admin(const os::Clock& clock, const api::HealthBoard& health, const api::Metrics& metrics,
             api::BuildInfo build)
    : loop_(std::make_unique<os::AsioLoop>(clock)),
      pages_(std::make_unique<Pages>(clock, health, metrics, std::move(build))) {
    server_ = std::make_unique<http::Server>(
        *loop_, *pages_, http::ServerOptions{.connections_max = kConnectionsMax});
    pages_->server = server_.get();
    loop_->on_turn_end([this] { server_->flush(); });
}

Admin::~Admin() {
    if (!thread_.joinable()) return;
    loop_->post([this] { loop_->stop(); });
    thread_.join();
}

Result<void> Admin::start(const os::Endpoint& at) {
    auto listener = loop_->listen(
        at, [this](std::unique_ptr<os::Stream> stream) { server_->accept(std::move(stream)); });
    if (!listener) return tl::unexpected(listener.error());
    listener_ = std::move(*listener);
    thread_ = std::jthread([this] { loop_->run(); });
    return {};
}

std::uint16_t Admin::port() const { return listener_ == nullptr ? 0 : listener_->port(); }

}  // namespace holdfast::hub
