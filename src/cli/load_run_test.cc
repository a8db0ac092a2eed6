// Goal: the engine counts every answer once, mends lost connections and, in an open loop, charges
// a stalled server for all who should have been served meanwhile.
// Method: a small server of its own on a thread, with an answer chosen by the request's number.
#include "cli/load_run.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <thread>

namespace holdfast::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHeld = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view kRefused = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view kHangUp;  // an empty answer closes the connection

/// Answers the n-th request with answer(n).
class SmallServer {
  public:
    using Answer = std::function<std::string_view(std::uint64_t)>;
    explicit SmallServer(Answer answer) : answer_(std::move(answer)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        EXPECT_EQ(listen(listener_, 64), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~SmallServer() {
        stop_ = true;
        thread_.join();
        for (const auto& [fd, bytes] : peers_) close(fd);
        close(listener_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint64_t requests() const { return requests_; }

  private:
    void serve() {
        while (!stop_) {
            std::vector<pollfd> polled{{listener_, POLLIN, 0}};
            for (const auto& [fd, bytes] : peers_) polled.push_back({fd, POLLIN, 0});
            poll(polled.data(), polled.size(), 20);
            if ((polled[0].revents & POLLIN) != 0) peers_[accept(listener_, nullptr, nullptr)];
            for (std::size_t i = 1; i < polled.size(); ++i) {
                if (polled[i].revents != 0) receive(polled[i].fd);
            }
        }
    }
    void receive(int fd) {
        char bytes[16384];
        const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        std::string& unread = peers_[fd];
        if (got > 0) unread.append(bytes, static_cast<std::size_t>(got));
        bool hang_up = got <= 0;
        for (std::size_t end = unread.find("}]}"); end != std::string::npos && !hang_up;
             end = unread.find("}]}")) {
            unread.erase(0, end + 3);
            const std::string_view answer = answer_(requests_++);
            hang_up = answer.empty() || send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0;
        }
        if (hang_up) {
            close(fd);
            peers_.erase(fd);
        }
    }

    Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<std::uint64_t> requests_ = 0;
    std::map<int, std::string> peers_;
    std::jthread thread_;
};

LoadOptions small_run(const SmallServer& server) {
    LoadOptions options;
    options.port = server.port();
    options.connections = 4;
    options.duration = std::chrono::milliseconds(200);
    options.warmup = std::chrono::milliseconds(0);
    options.skus = 10;
    return options;
}

TEST(RunLoad, CountsEveryAnswerOnceByItsStatus) {
    const SmallServer server([](std::uint64_t n) { return n % 3 == 0 ? kRefused : kHeld; });
    LoadOptions options = small_run(server);
    options.pipeline = 5;
    const Result<LoadReport> report = run_load(options);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_GT(report->ok, 10U);
    EXPECT_EQ(report->ok + report->refused, report->latency.count());
    EXPECT_EQ(report->ok, report->by_status[201]);
    EXPECT_NEAR(static_cast<double>(report->ok), 2.0 * static_cast<double>(report->refused), 30);
    EXPECT_EQ(report->lost, 0U);
    // The last answers come after the window and are not counted; none is sent twice.
    EXPECT_LE(server.requests() - report->latency.count(), 4U * 5U);
    EXPECT_THAT(report_as_json(options, *report), HasSubstr("\"errors\":{}"));
}

TEST(RunLoad, ReconnectsWhenTheServerHangsUpAndSaysWhatWasLost) {
    const SmallServer server([](std::uint64_t n) { return n % 50 == 49 ? kHangUp : kHeld; });
    const Result<LoadReport> report = run_load(small_run(server));
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_GT(report->lost, 0U);
    EXPECT_GT(report->ok, 100U);
}

TEST(RunLoad, AnOpenLoopChargesAStallToAllWhoShouldHaveBeenServed) {
    const SmallServer server([](std::uint64_t n) {
        if (n == 50) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return kHeld;
    });
    LoadOptions options = small_run(server);
    options.rate = 1000;
    options.duration = std::chrono::milliseconds(400);
    const Result<LoadReport> report = run_load(options);
    ASSERT_TRUE(report) << to_string(report.error());
    // A closed loop would report one slow request for each of four connections. Here a hundred
    // were due during the stall: the slowest quarter of 400 waited, the tenth most for over 50 ms.
    EXPECT_GT(report->latency.count() + report->unsent, 380U);
    EXPECT_GT(report->latency.quantile(900'000), 40'000'000U);
}

TEST(RunLoad, ReportsAnErrorAnswerWithItsText) {
    const SmallServer server([](std::uint64_t) {
        return std::string_view("HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\n\"a\"");
    });
    const LoadOptions options = small_run(server);
    const Result<LoadReport> report = run_load(options);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->ok, 0U);
    const std::string json = report_as_json(options, *report);
    EXPECT_THAT(json, HasSubstr("\"errors\":{\"503\":"));
    EXPECT_THAT(json, HasSubstr("\\\"a\\\"\""));
}

TEST(RunLoad, RefusesAnAnswerThatIsNotHttp) {
    const SmallServer server([](std::uint64_t) { return std::string_view("SSH-2.0-x\r\n"); });
    EXPECT_EQ(run_load(small_run(server)).error().code, ErrorCode::invalid_format);
}

}  // namespace
}  // namespace holdfast::cli
