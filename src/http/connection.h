// One connection: bytes in, requests to the handler, answers out in order. Internal to http/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http/receive_buffer.h"
#include "http/request_parser.h"
#include "http/response.h"
#include "http/server.h"

namespace holdfast::http {

class Connection;

/// What all connections of a server share.
class ConnectionHost {
  public:
    virtual ~ConnectionHost() = default;
    [[nodiscard]] virtual Microseconds now() = 0;
    [[nodiscard]] virtual std::string_view date() = 0;
    [[nodiscard]] virtual bool draining() const = 0;
    /// The connection has something to write, or to parse again, at the end of the turn.
    virtual void mark_dirty(Connection& connection) = 0;
    /// Wakes the loop so that resume() is called in a turn of its own.
    virtual void resume_later(Connection& connection) = 0;
    /// Destroys the stream; the object is reused. Only called where no handler is on the stack.
    virtual void close(Connection& connection) = 0;
    [[nodiscard]] bool full_of_answers() const {
        return stats.unsent_bytes > options.unsent_bytes_max;
    }

    Handler* handler = nullptr;
    ServerOptions options;
    ServerStats stats;
    std::array<Header, kHeadersMax> headers{};  ///< scratch for the request being handled
    std::string scratch;                        ///< for answers that nobody waits for
};

class Connection final : public os::StreamEvents {
  public:
    Connection(ConnectionHost& host, std::uint32_t index) : host_(host), index_(index) {}

    void open(std::unique_ptr<os::Stream> stream, std::string peer);
    /// Back to the state before open(); buffers of ordinary size are kept.
    void reset();
    /// Of a closed connection that will not be used again soon.
    void release_memory();
    [[nodiscard]] bool is_open() const { return stream_ != nullptr; }
    /// Whether it holds answers that its peer does not take, and since when.
    [[nodiscard]] bool holds_unread_answers() const { return blocked_ && unsent_counted_ > 0; }
    [[nodiscard]] Microseconds last_progress() const { return progress_at_; }
    [[nodiscard]] std::uint32_t index() const { return index_; }
    [[nodiscard]] std::uint32_t generation() const { return generation_; }
    [[nodiscard]] const std::string& peer() const { return peer_; }

    void on_readable() override;
    void on_writable() override;

    /// Where the answer of a waiting request is written: the output, or the slot's own text while
    /// earlier requests wait. Null when there is no such request.
    std::string* output(std::uint32_t number);
    [[nodiscard]] bool waiting(std::uint32_t number) const;
    void begin(std::uint32_t number, std::string& out, const Response& response, Framing framing,
               std::size_t length);
    void finish(std::uint32_t number);
    /// False for HEAD and for answers that never have a body.
    [[nodiscard]] bool sends_body(std::uint32_t number, std::uint16_t status) const;

    /// Bytes of answers that the socket has not taken.
    [[nodiscard]] std::size_t unsent() const { return out_.size() - sent_ + held_bytes_; }

    void begin_stream(std::uint32_t number, const Response& response);
    bool stream_write(std::uint32_t number, std::string_view bytes);
    void end_stream(std::uint32_t number);

    /// End of turn: one write, then reading again or closing.
    void flush();
    /// Parses what was left because too many requests were unanswered.
    void resume();
    /// Time limits. Called once a second.
    void sweep();
    /// Answers what was asked and then closes.
    void drain();

    bool dirty = false;

  private:
    enum class SlotState : std::uint8_t { waiting, streaming, done };
    /// Larger texts are freed once they are sent; there may be 256 held ones per connection.
    static constexpr std::size_t kOutputBytesKept = 64 * 1024;
    static constexpr std::size_t kHeldBytesKept = 1024;
    /// Assigning an empty string would keep the memory: it has room for what is copied.
    static void give_back(std::string& text) { std::string().swap(text); }
    static void clear_keeping(std::string& text, std::size_t bytes) {
        if (text.capacity() > bytes)
            give_back(text);
        else
            text.clear();
    }
    struct Slot {
        SlotState state = SlotState::waiting;
        bool head_request = false;
        bool http_1_0 = false;
        bool close_after = false;
        std::string held;  ///< answer that waits for earlier ones
    };

    [[nodiscard]] Slot& slot(std::uint32_t number) { return slots_[number & (slots_.size() - 1)]; }
    [[nodiscard]] const Slot& slot(std::uint32_t number) const {
        return slots_[number & (slots_.size() - 1)];
    }
    [[nodiscard]] bool in_flight(std::uint32_t number) const { return number - first_ < count_; }
    [[nodiscard]] bool streaming() const {
        return count_ > 0 && slot(first_).state == SlotState::streaming;
    }
    [[nodiscard]] bool takes_requests() const;
    std::uint32_t push_slot();
    void pop_done();
    void pay_continue();
    void parse();
    void take_head();
    void take_request();
    void take_request_without_body();
    void hand_over(Request& request, bool close_after);
    void refuse(const ParseError& error);
    void want_bytes();
    void discard_input();
    void start_linger();
    void note_input(std::size_t bytes);
    bool reserve_body();
    void release_body();
    void count_unsent();

    ConnectionHost& host_;
    std::uint32_t index_;
    std::uint32_t generation_ = 0;
    std::unique_ptr<os::Stream> stream_;
    std::string peer_;

    ReceiveBuffer in_;
    RequestParser parser_;
    std::size_t body_limit_ = kBodyBytesDefault;

    std::string out_;
    std::size_t sent_ = 0;
    std::size_t held_bytes_ = 0;
    // This connection's part of the budgets of all.
    std::size_t body_reserved_ = 0;
    std::size_t unsent_counted_ = 0;

    std::vector<Slot> slots_;  ///< ring; its size is a power of two
    std::uint32_t first_ = 0;  ///< oldest request that is not answered
    std::uint32_t count_ = 0;

    bool last_taken_ = false;   ///< no further request will be parsed
    bool read_closed_ = false;  ///< the peer has ended its side
    bool blocked_ = false;      ///< the socket takes no more bytes for now
    bool paused_ = false;       ///< unparsed bytes wait for answers to leave
    bool lingering_ = false;    ///< all is answered; waiting for the peer to close
    bool broken_ = false;       ///< to be closed at the end of the turn
    enum class Continue : std::uint8_t { none, if_incomplete, due };
    Continue continue_ = Continue::none;

    Microseconds request_since_{};  ///< first byte of the request that is arriving, or of waiting
    Microseconds body_since_{};
    std::uint64_t body_bytes_in_ = 0;
    Microseconds progress_at_{};  ///< last time that bytes left, or lingering began
    std::size_t discarded_ = 0;
    bool served_any_ = false;
};

}  // namespace holdfast::http
