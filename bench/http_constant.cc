// What the HTTP server alone can do: answers every request with the same 201 and a small JSON body,
// to be run beside nginx answering a constant under the same load.
//
// http_constant PORT
#include <cstdio>
#include <cstdlib>

#include "http/server.h"
#include "os/asio_loop.h"
#include "os/system_clock.h"

namespace {

using namespace holdfast;

class Constant final : public http::Handler {
  public:
    http::Server* server = nullptr;
    void handle(const http::Request& /*request*/, http::RequestToken token) override {
        server->respond(token, {201, "application/json", {}, R"({"id":"res_0000000000001"})"});
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: http_constant PORT\n");
        return 2;
    }
    const os::SystemClock clock;
    os::AsioLoop loop(clock);
    Constant handler;
    http::Server server(loop, handler);
    handler.server = &server;
    auto listener = loop.listen({.port = static_cast<std::uint16_t>(std::atoi(argv[1]))},
                                [&](auto stream) { server.accept(std::move(stream)); });
    if (!listener) {
        std::fprintf(stderr, "%s\n", to_string(listener.error()).c_str());
        return 1;
    }
    loop.on_turn_end([&] { server.flush(); });
    loop.on_signal([&](int) { loop.stop(); });
    loop.run();
    return 0;
}
