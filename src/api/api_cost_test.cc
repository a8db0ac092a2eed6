// Goal: a one-line reservation allocates nothing on its way through HTTP, decoding, decision and
// answer once the buffers have found their size. Method: a loop and a stream that hold no state, a
// journal that keeps nothing, and a count of all allocations of the program. Tables of the ledger
// do grow; they double, so their share per reservation falls below any bound.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "api/api.h"
#include "api/api_key.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_random.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace holdfast::api {
namespace {

class NoTimer final : public os::Timer {};

class IdleLoop final : public os::Loop {
  public:
    [[nodiscard]] const os::Clock& clock() const override { return clock_; }
    void post(os::Task) override {}
    [[nodiscard]] std::unique_ptr<os::Timer> call_after(Microseconds, os::Task) override {
        return std::make_unique<NoTimer>();
    }
    [[nodiscard]] Result<std::unique_ptr<os::Listener>> listen(const os::Endpoint&,
                                                               os::AcceptHandler) override {
        return failure(ErrorCode::unsupported, "nobody listens here");
    }
    void on_turn_end(os::Task) override {}
    void run() override {}
    void stop() override {}

  private:
    os::sim::SimClock clock_;
};

/// Says yes to everything and forgets it.
class ForgetfulJournal final : public journal::Journal {
  public:
    Result<journal::Head> acquire() override { return head_; }
    void append(const journal::Batch&, journal::AppendDone done) override {
        done(journal::AppendOutcome::applied);
    }
    Result<void> read(std::uint64_t, const journal::BatchVisitor&) override { return {}; }
    Result<void> trim(std::uint64_t) override { return {}; }
    bool idle_work() override { return false; }
    [[nodiscard]] journal::JournalStatus status() const override { return {}; }
    [[nodiscard]] const journal::Head& head() const override { return head_; }

  private:
    journal::Head head_;
};

/// Sends what the test puts into `text`, and counts the answers by their first status digit.
class Scripted final : public os::Stream {
  public:
    explicit Scripted(Scripted** self) { *self = this; }
    void set_events(os::StreamEvents* events) override { events_ = events; }
    void want_read() override {}
    void want_write() override {}
    os::IoResult read(MutableByteSpan into) override {
        if (at_ == text.size()) return {os::IoResult::Kind::would_block, 0};
        const std::size_t size = std::min(into.size(), text.size() - at_);
        std::memcpy(into.data(), text.data() + at_, size);
        at_ += size;
        return {os::IoResult::Kind::ok, size};
    }
    os::IoResult write(std::span<const ByteSpan> pieces) override {
        std::size_t size = 0;
        for (const ByteSpan piece : pieces) {
            const std::string_view view = as_text(piece);
            for (std::size_t at = view.find("HTTP/1.1 201"); at != std::string_view::npos;
                 at = view.find("HTTP/1.1 201", at + 1)) {
                ++held;
            }
            size += piece.size();
        }
        return {os::IoResult::Kind::ok, size};
    }
    void finish_writing() override {}
    [[nodiscard]] std::string peer() const override { return {}; }
    void deliver() {
        at_ = 0;
        while (at_ < text.size()) events_->on_readable();
    }

    std::string text;
    std::size_t held = 0;

  private:
    std::size_t at_ = 0;
    os::StreamEvents* events_ = nullptr;
};

class Cost : public testing::Test, public sequencer::Caller {
  protected:
    Cost() {
        EXPECT_TRUE(sequencer_.recover());
        api_ = std::make_unique<Api>(Services{sequencer_, loop_, random_, metrics_, health_});
        server_ = std::make_unique<http::Server>(loop_, *api_);
        api_->attach(*server_);
        const NewApiKey key = make_api_key(random_);
        CreateApiKey access{.id = key.id, .title = "t", .scopes = "admin@*/*"};
        std::ranges::copy(key.secret_hash, std::begin(access.secret_hash));
        submit(access);
        submit(UpsertItem{.code = "SKU-000001"});
        submit(UpsertLocation{.code = "L0001"});
        static constexpr LocationId kFirst[] = {LocationId{0}};
        submit(UpsertPool{.code = "main", .locations = kFirst});
        submit(UpsertChannel{.code = "web", .pool = PoolId{0}});
        static constexpr Line kStock[] = {{.sku = SkuId{0},
                                           .location = LocationId{0},
                                           .names_location = true,
                                           .quantity = quantity_max}};
        submit(RecordEvent{.type = FactType::stock_counted, .lines = kStock});
        head_ = "POST /v1/reservations HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + key.text +
                "\r\nContent-Type: application/json\r\nIdempotency-Key: ";
        server_->accept(std::make_unique<Scripted>(&stream_));
    }
    void answered(std::uint64_t, const sequencer::Answer&) override {}
    void submit(const Command& command) {
        sequencer_.submit(command, this, 0);
        sequencer_.turn();
    }
    /// One turn of `count` reservations, each with a key of its own.
    void turn(int count) {
        static constexpr std::string_view kBody =
            R"({"channel":"web","lines":[{"sku":"SKU-000001","location":"L0001","quantity":1}]})";
        stream_->text.clear();
        for (int i = 0; i < count; ++i) {
            char key[17];
            std::snprintf(key, sizeof key, "%016llx", ++keys_);
            stream_->text += head_;
            stream_->text += key;
            stream_->text += "\r\nContent-Length: 80\r\n\r\n";
            static_assert(kBody.size() == 80);
            stream_->text += kBody;
        }
        stream_->deliver();
        sequencer_.turn();
        api_->turn_ended();
        server_->flush();
    }

    IdleLoop loop_;
    os::sim::SimRandom random_{1};
    ForgetfulJournal journal_;
    Metrics metrics_;
    HealthBoard health_;
    sequencer::Sequencer sequencer_{loop_.clock(), journal_, nullptr, {}};
    std::unique_ptr<Api> api_;
    std::unique_ptr<http::Server> server_;
    Scripted* stream_ = nullptr;
    std::string head_;
    unsigned long long keys_ = 0;
};

TEST_F(Cost, AOneLineReservationAllocatesNothing) {
    for (int i = 0; i < 200; ++i) turn(16);
    const std::size_t held = stream_->held;
    ASSERT_EQ(held, 3200u);
    const std::uint64_t before = allocations.load();
    for (int i = 0; i < 1000; ++i) turn(16);
    const std::uint64_t made = allocations.load() - before;
    ASSERT_EQ(stream_->held - held, 16'000u);
    // What is left is the doubling of the ledger's tables.
    EXPECT_LE(made, 200u) << "per reservation: " << static_cast<double>(made) / 16'000;
}

}  // namespace
}  // namespace holdfast::api
