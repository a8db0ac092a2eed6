// The HTTP interface: from a request to its handler, and back. Routes, scopes and body limits come
// from api/openapi.yaml. One per loop; every call on its thread.
//
// Life: recover the sequencer, make the API, make the http::Server with it as handler, attach the
// server, and call turn_ended() in the loop's turn-end hook after the sequencer's turn.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/desk.h"

namespace holdfast::api {

class Api final : public http::Handler {
  public:
    explicit Api(const Services& services, Options options = {});
    ~Api() override;

    /// Once, before the first request.
    void attach(http::Server& server) { desk_.attach(server); }

    void handle(const http::Request& request, http::RequestToken token) override;
    http::BodyPolicy accept_head(const http::RequestHead& head) override;
    void on_stream_closed(http::RequestToken token) override;

    void turn_ended();

    [[nodiscard]] Desk& desk() { return desk_; }

  private:
    /// A read that asked for a position of the ledger that is not reached yet.
    struct Waiting {
        std::uint64_t seq = 0;
        Microseconds deadline{};
        http::RequestToken token;
        // Copies of what handlers of reads look at.
        http::Method method{};
        std::string target, body, authorization, content_type, accept, if_none_match;
    };
    void route(const http::Request& request, http::RequestToken token, bool may_wait);
    void dispatch(const Call& call);
    void wait(const http::Request& request, http::RequestToken token, std::uint64_t seq);
    void resume(std::uint64_t durable_seq);
    void replay(const Waiting& waiting);
    void watch_deadlines();
    void heartbeat();
    void sample_read_model();

    Desk desk_;
    http::Router router_;
    http::PathParams path_;
    std::vector<std::string_view> paths_with_large_bodies_;
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::unique_ptr<os::Timer> deadline_timer_;
    std::unique_ptr<os::Timer> heartbeat_timer_;
};

}  // namespace holdfast::api
