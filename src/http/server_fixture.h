// For the server's tests: one world with a server loop and a client loop, clients that send
// scripted bytes and keep all that comes back, and the answers as Beast reads them. No real time
// passes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/server.h"
#include "os/sim/sim_loop.h"

namespace holdfast::http {

using namespace std::chrono_literals;
using os::IoResult;

class Client final : public os::StreamEvents {
  public:
    Client(os::sim::SimNetwork& network, os::sim::SimLoop& loop)
        : Client(network.connect(loop, 80)) {}
    explicit Client(std::unique_ptr<os::Stream> stream) : stream_(std::move(stream)) {
        stream_->set_events(this);
        stream_->want_read();
    }
    void send(std::string_view text) {
        unsent_ += text;
        push();
    }
    void finish() {
        finished_ = true;
        push();
    }
    void stop_reading() { reading_ = false; }
    void resume_reading() {
        reading_ = true;
        on_readable();
    }
    void leave() { stream_.reset(); }

    void on_readable() override {
        if (!reading_ || stream_ == nullptr) return;
        std::byte buffer[8192];
        const IoResult result = stream_->read(buffer);
        if (result.kind == IoResult::Kind::closed || result.kind == IoResult::Kind::broken) {
            closed = true;
            stream_.reset();
            return;
        }
        got += as_text(ByteSpan(buffer, result.bytes));
        stream_->want_read();
        push();  // in a TLS handshake reading is what brings writing on
    }
    void on_writable() override { push(); }

    std::string got;
    bool closed = false;
    [[nodiscard]] std::size_t unsent() const { return unsent_.size(); }

  private:
    void push() {
        while (stream_ != nullptr && !unsent_.empty()) {
            const ByteSpan piece = as_byte_span(unsent_);
            const IoResult wrote = stream_->write({&piece, 1});
            if (wrote.kind == IoResult::Kind::broken) return;
            if (wrote.kind == IoResult::Kind::would_block) return stream_->want_write();
            unsent_.erase(0, wrote.bytes);
        }
        if (finished_ && stream_ != nullptr) stream_->finish_writing();
    }
    std::unique_ptr<os::Stream> stream_;
    std::string unsent_;
    bool finished_ = false;
    bool reading_ = true;
};

struct Answer {
    unsigned status = 0;
    std::string body;
    std::map<std::string, std::string> fields;
};

/// The answers in what a client got, read by Beast. `heads`: positions that answer HEAD.
inline std::vector<Answer> read_answers(const std::string& text,
                                        std::vector<std::size_t> heads = {}) {
    namespace bhttp = boost::beast::http;
    std::vector<Answer> answers;
    std::size_t at = 0;
    while (at < text.size()) {
        bhttp::response_parser<bhttp::string_body> parser;
        parser.eager(true);
        parser.body_limit(boost::none);
        parser.skip(std::count(heads.begin(), heads.end(), answers.size()) > 0);
        boost::beast::error_code error;
        while (!parser.is_done()) {
            at += parser.put(boost::asio::buffer(text.data() + at, text.size() - at), error);
            if (error) break;
        }
        if (error) {
            if (error != bhttp::error::need_more) ADD_FAILURE() << error.message() << "\n" << text;
            break;
        }
        Answer answer;
        answer.status = parser.get().result_int();
        answer.body = parser.get().body();
        for (const auto& field : parser.get())
            answer.fields[std::string(field.name_string())] = std::string(field.value());
        answers.push_back(std::move(answer));
    }
    return answers;
}

class ServerTest : public testing::Test, public Handler {
  protected:
    ServerTest() {
        world_.attach(clock_);
        loop_.on_turn_end([this] { server_->flush(); });
        start({});
        serve_ = [this](const Request& request, RequestToken token) { echo(request, token); };
    }
    ~ServerTest() override { clients_.clear(); }

    void start(ServerOptions options) {
        server_.reset();
        listener_.reset();
        server_ = std::make_unique<Server>(loop_, *this, options);
        listener_ = std::move(*loop_.listen(
            {.port = 80}, [this](auto stream) { server_->accept(std::move(stream)); }));
    }
    void handle(const Request& request, RequestToken token) override { serve_(request, token); }
    BodyPolicy accept_head(const RequestHead& head) override {
        return {.bytes_max = head.path == "/bulk" ? kBodyBytesBulk : kBodyBytesDefault,
                .unread = head.path == "/unread"};
    }
    void on_stream_closed(RequestToken token) override { closed_streams_.push_back(token); }

    void echo(const Request& request, RequestToken token) {
        std::string body(name(request.method));
        body.append(" ").append(request.target).append(" ").append(request.body);
        server_->respond(token, {200, "text/plain", {}, body});
    }
    Client& connect() {
        clients_.push_back(std::make_unique<Client>(network_, client_loop_));
        return *clients_.back();
    }
    void run_for(Microseconds span) { world_.run_for(span); }

    os::sim::SimWorld world_{11};
    os::sim::SimNetwork network_{world_};
    os::sim::SimClock clock_;
    os::sim::SimLoop loop_{network_, clock_};
    os::sim::SimLoop client_loop_{network_, clock_, "10.0.0.9"};
    std::unique_ptr<Server> server_;
    std::unique_ptr<os::Listener> listener_;
    std::function<void(const Request&, RequestToken)> serve_;
    std::vector<RequestToken> closed_streams_;
    std::vector<std::unique_ptr<Client>> clients_;
};

inline std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
inline std::string post(const std::string& target, const std::string& body,
                        const std::string& fields = "") {
    return "POST " + target +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           fields + "\r\n" + body;
}

}  // namespace holdfast::http
