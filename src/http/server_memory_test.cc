// Goal: a steady load allocates nothing, and many idle or slow connections cost little.
// Method: a loop and streams that hold no state of their own, and a count of all allocations.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "http/server.h"
#include "os/sim/sim_clock.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Counts every allocation of the program; the tests look at differences.
void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace holdfast::http {
namespace {

class NoTimer final : public os::Timer {};

class ManualLoop final : public os::Loop {
  public:
    [[nodiscard]] const os::Clock& clock() const override { return clock_; }
    void post(os::Task task) override { posted_.push_back(std::move(task)); }
    [[nodiscard]] std::unique_ptr<os::Timer> call_after(Microseconds, os::Task) override {
        return std::make_unique<NoTimer>();
    }
    [[nodiscard]] Result<std::unique_ptr<os::Listener>> listen(const os::Endpoint&,
                                                               os::AcceptHandler) override {
        return failure(ErrorCode::unsupported, "nobody listens here");
    }
    void on_turn_end(os::Task) override {}
    void run() override {
        while (!posted_.empty()) {
            const os::Task task = std::move(posted_.back());
            posted_.pop_back();
            task();
        }
    }
    void stop() override {}

  private:
    os::sim::SimClock clock_;
    std::vector<os::Task> posted_;
};

/// Gives the same bytes to each read and counts what is written.
class Repeating final : public os::Stream {
  public:
    Repeating(std::string_view text, Repeating** self) : text_(text) { *self = this; }
    void set_events(os::StreamEvents* events) override { events_ = events; }
    void want_read() override {}
    void want_write() override {}
    os::IoResult read(MutableByteSpan into) override {
        const std::size_t size = std::min(into.size(), text_.size() - at_);
        std::memcpy(into.data(), text_.data() + at_, size);
        at_ = (at_ + size) % text_.size();
        return {os::IoResult::Kind::ok, size};
    }
    os::IoResult write(std::span<const ByteSpan> pieces) override {
        std::size_t size = 0;
        for (const ByteSpan piece : pieces) size += piece.size();
        ++writes;
        bytes += size;
        return {os::IoResult::Kind::ok, size};
    }
    void finish_writing() override {}
    [[nodiscard]] std::string peer() const override { return {}; }
    void tell_readable() { events_->on_readable(); }
    std::size_t writes = 0;
    std::size_t bytes = 0;

  private:
    std::string_view text_;
    std::size_t at_ = 0;
    os::StreamEvents* events_ = nullptr;
};

class Delayed final : public Handler {
  public:
    explicit Delayed(bool reversed) : reversed_(reversed) { open_.reserve(kPipelinedMax); }
    void handle(const Request& request, RequestToken token) override {
        bytes += request.body.size() + request.authorization().size();
        open_.push_back(token);
    }
    void answer_all(Server& server) {
        if (reversed_) std::reverse(open_.begin(), open_.end());
        for (const RequestToken token : open_) {
            ++answered;
            if (answered % 2 == 0) {
                server.respond(token, {201, "application/json", "ETag: \"0-1\"\r\n",
                                       R"({"id":"res_0000000000001"})"});
            } else {
                server.begin_body(token, {409, kProblemType, {}, {}}) += R"({"code":"none"})";
                server.end_body(token);
            }
        }
        open_.clear();
    }
    std::size_t bytes = 0;
    std::size_t answered = 0;

  private:
    bool reversed_;
    std::vector<RequestToken> open_;
};

void expect_no_allocations(bool reversed) {
    const std::string one =
        "POST /v1/reservations HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer hf_live_0123456789\r\n"
        "Idempotency-Key: \"8e03978e-40d5-43e8-bc93-6894a57f9324\"\r\nContent-Length: 12\r\n\r\n"
        "{\"lines\":[]}";
    std::string text;
    for (int i = 0; i < 16; ++i) text += one;
    ManualLoop loop;
    Delayed handler(reversed);
    Server server(loop, handler);
    Repeating* stream = nullptr;
    server.accept(std::make_unique<Repeating>(text, &stream));
    const auto turns = [&](int count) {
        for (int i = 0; i < count; ++i) {
            stream->tell_readable();
            handler.answer_all(server);
            server.flush();
        }
    };
    turns(100);  // buffers find their size
    const std::uint64_t before = allocations.load();
    const std::size_t answered = handler.answered, writes = stream->writes;
    turns(1000);
    EXPECT_GT(before, 0u);
    EXPECT_EQ(allocations.load() - before, 0u);
    EXPECT_GE(handler.answered - answered, 16'000u);
    EXPECT_EQ(stream->writes - writes, 1000u) << "one write for all answers of a turn";
}

TEST(ServerMemory, ASteadyLoadAllocatesNothing) { expect_no_allocations(false); }

TEST(ServerMemory, ASteadyLoadAnsweredOutOfOrderAllocatesNothing) { expect_no_allocations(true); }

}  // namespace
}  // namespace holdfast::http
