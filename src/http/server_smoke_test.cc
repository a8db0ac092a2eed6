// Goal: the server answers real clients on real sockets.
// Method: the server's loop on the test's thread; blocking client calls in a second thread.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "http/server.h"
#include "os/asio_loop.h"
#include "os/system_clock.h"

namespace holdfast::http {
namespace {

class EchoBody final : public Handler {
  public:
    Server* server = nullptr;
    void handle(const Request& request, RequestToken token) override {
        std::string& out = server->begin_body(token, {200, "text/plain", {}, {}});
        out += name(request.method);
        out += ' ';
        out += request.path;
        out += ' ';
        out += request.body;
        server->end_body(token);
    }
};

std::string talk(std::uint16_t port, const std::string& bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return "no connection";
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
    }
    ::shutdown(fd, SHUT_WR);
    std::string got;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
        got.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return got;
}

TEST(ServerOnSockets, AnswersPipelinedRequestsAndALargeBody) {
    const os::SystemClock clock;
    os::AsioLoop loop(clock);
    EchoBody handler;
    Server server(loop, handler);
    handler.server = &server;
    auto listener = loop.listen({}, [&](auto stream) { server.accept(std::move(stream)); });
    ASSERT_TRUE(listener);
    loop.on_turn_end([&] { server.flush(); });

    std::string small, large;
    const std::string body(900'000, 'b');
    std::thread client([&, port = (*listener)->port()] {
        small = talk(port,
                     "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
                     "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz");
        large = talk(port, "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n" + body);
        loop.post([&] { loop.stop(); });
    });
    loop.run();
    client.join();
    EXPECT_EQ(small.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(small.find("Content-Length:           7\r\n\r\nGET /a "), std::string::npos) << small;
    EXPECT_EQ(small.substr(small.size() - 11), "POST /b xyz");
    ASSERT_GT(large.size(), body.size());
    EXPECT_EQ(large.substr(large.size() - body.size()), body);
    EXPECT_EQ(server.stats().requests, 3u);
    EXPECT_EQ(server.stats().malformed, 0u);
}

}  // namespace
}  // namespace holdfast::http
