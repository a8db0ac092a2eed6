// The input side: bytes to requests, and the time limits. Answers are in connection_output.cc.
#include "http/connection.h"

namespace holdfast::http {
namespace {

constexpr std::size_t kSlotsFirst = 4;
/// Reads of a body that is not expected to be larger than this much beyond its limit.
constexpr std::size_t kBodySlack = 64 * 1024;

/// An idle connection keeps its receive buffer this long.
constexpr Microseconds kBufferKept = std::chrono::seconds(5);

constexpr ParseError kTimedOut{408, "request_timeout", "The request took too long",
                               "Header within 10 s, body at 240 bytes a second or more."};

constexpr ParseError kNoRoomForBody{503, "overloaded",
                                    "The hub cannot take more commands right now",
                                    "Too many large bodies are under way."};

}  // namespace

void Connection::open(std::unique_ptr<os::Stream> stream, std::string peer) {
    stream_ = std::move(stream);
    peer_ = std::move(peer);
    request_since_ = progress_at_ = host_.now();
    if (slots_.empty()) slots_.resize(kSlotsFirst);
    stream_->set_events(this);
    stream_->want_read();
}

void Connection::reset() {
    const RequestToken dead{index_, generation_, first_};
    const std::uint32_t dead_count = count_;
    ++generation_;
    release_body();
    stream_.reset();
    peer_.clear();
    in_.clear();
    in_.trim();
    parser_.reset();
    clear_keeping(out_, kOutputBytesKept);
    for (Slot& s : slots_) clear_keeping(s.held, kHeldBytesKept);
    sent_ = held_bytes_ = discarded_ = 0;
    first_ = count_ = 0;
    count_unsent();
    last_taken_ = read_closed_ = blocked_ = paused_ = lingering_ = broken_ = false;
    served_any_ = dirty = false;
    continue_ = Continue::none;
    body_bytes_in_ = 0;
    // Who is told may answer other requests; this connection's are dead already.
    for (std::uint32_t n = dead.number; n != dead.number + dead_count; ++n)
        if (slot(n).state == SlotState::streaming)
            host_.handler->on_stream_closed({dead.connection, dead.generation, n});
}

void Connection::release_memory() {
    in_.release();
    give_back(out_);
    slots_ = std::vector<Slot>();
}

bool Connection::takes_requests() const {
    const std::size_t output_max = host_.full_of_answers() ? kUncountedBytes : kOutputBytesMax;
    return !last_taken_ && !broken_ && !streaming() && count_ < kPipelinedMax &&
           unsent() < output_max;
}

void Connection::on_readable() {
    if (lingering_) return discard_input();
    const std::size_t bytes_max =
        parser_.head_complete() ? kHeadBytesMax + body_limit_ + kBodySlack : kHeadBytesMax;
    const std::span<char> space = in_.free_space(bytes_max);
    if (space.empty()) return;  // a stream's peer keeps sending: flush() decides
    const os::IoResult got =
        stream_->read({reinterpret_cast<std::byte*>(space.data()), space.size()});
    if (got.kind == os::IoResult::Kind::would_block) return stream_->want_read();
    if (got.kind == os::IoResult::Kind::broken) return host_.close(*this);
    if (got.kind == os::IoResult::Kind::closed) {
        read_closed_ = true;
        if (streaming() || (count_ == 0 && unsent() == 0)) return host_.close(*this);
        // The peer may have ended its side only and still wait for its answers.
        return host_.mark_dirty(*this);
    }
    note_input(got.bytes);
    in_.add(got.bytes);
    parse();
    want_bytes();
}

void Connection::note_input(std::size_t bytes) {
    host_.stats.bytes_in += bytes;
    if (parser_.head_complete())
        body_bytes_in_ += bytes;
    else if (in_.empty())
        request_since_ = host_.now();
}

void Connection::want_bytes() {
    if (read_closed_ || broken_ || stream_ == nullptr) return;
    // A live stream reads on, to notice that its peer has gone.
    const bool room = in_.size() < ReceiveBuffer::kBytesKept;
    if (takes_requests() || (streaming() && room)) stream_->want_read();
}

void Connection::parse() {
    paused_ = false;
    for (;;) {
        if (in_.empty()) break;
        if (!takes_requests()) {
            paused_ = !last_taken_;
            break;
        }
        const RequestParser::Step step = parser_.advance(in_.data());
        if (step == RequestParser::Step::complete) {
            take_request();
            continue;
        }
        if (step == RequestParser::Step::head) {
            take_head();
            if (!last_taken_) continue;
            break;
        }
        if (step == RequestParser::Step::failed) refuse(parser_.error());
        if (step == RequestParser::Step::need_more) {
            in_.drop_last(parser_.close_gap(in_.data()));
            if (parser_.head_complete() && continue_ == Continue::if_incomplete) {
                continue_ = Continue::due;
                pay_continue();
            }
        }
        break;
    }
    if (in_.empty()) in_.trim();
}

void Connection::take_head() {
    RequestHead head;
    parser_.view(in_.data(), host_.headers, head);
    const BodyPolicy policy = host_.handler->accept_head(head);
    if (policy.unread) return take_request_without_body();
    body_limit_ = policy.bytes_max;
    parser_.set_body_limit(body_limit_);
    if (!reserve_body()) return refuse(kNoRoomForBody);
    body_since_ = host_.now();
    body_bytes_in_ = in_.size() - parser_.consumed();
    continue_ = parser_.expects_continue() ? Continue::if_incomplete : Continue::none;
}

/// A body of unknown length may become as large as its route allows. One that is declared too large
/// is refused by the parser and never arrives.
bool Connection::reserve_body() {
    const std::uint64_t length = parser_.declared_length().value_or(body_limit_);
    if (length <= kUncountedBytes || length > body_limit_) return true;
    if (host_.stats.bodies_bytes + length > host_.options.bodies_bytes_max) return false;
    body_reserved_ = static_cast<std::size_t>(length);
    host_.stats.bodies_bytes += body_reserved_;
    return true;
}

void Connection::release_body() {
    host_.stats.bodies_bytes -= body_reserved_;
    body_reserved_ = 0;
}

void Connection::take_request() {
    Request request;
    const std::span<char> bytes = in_.data();
    parser_.view(bytes, host_.headers, request);
    request.body = parser_.body(bytes);
    hand_over(request, !parser_.keep_alive() || host_.draining());
    in_.consume(parser_.consumed());
    parser_.reset();
    release_body();
    request_since_ = host_.now();
}

/// What has arrived of the body stays where it is, and what comes is thrown away after the answer.
void Connection::take_request_without_body() {
    Request request;
    parser_.view(in_.data(), host_.headers, request);
    hand_over(request, true);
}

void Connection::hand_over(Request& request, bool close_after) {
    request.peer = peer_;
    const std::uint32_t number = push_slot();
    Slot& s = slot(number);
    s.head_request = request.method == Method::head;
    s.http_1_0 = request.http_1_0;
    s.close_after = close_after;
    last_taken_ = close_after;
    continue_ = Continue::none;
    served_any_ = true;
    ++host_.stats.requests;
    host_.handler->handle(request, {index_, generation_, number});
}

std::uint32_t Connection::push_slot() {
    if (count_ == slots_.size()) {
        std::vector<Slot> larger(slots_.size() * 2);
        for (std::uint32_t n = first_; n != first_ + count_; ++n)
            larger[n & (larger.size() - 1)] = std::move(slot(n));
        slots_ = std::move(larger);
    }
    const std::uint32_t number = first_ + count_;
    ++count_;
    Slot& s = slot(number);
    s.state = SlotState::waiting;
    s.held.clear();
    return number;
}

void Connection::refuse(const ParseError& error) {
    ++host_.stats.malformed;
    const std::uint32_t number = push_slot();
    Slot& s = slot(number);
    s.head_request = false;
    s.http_1_0 = false;
    s.close_after = true;
    last_taken_ = true;
    continue_ = Continue::none;
    std::string body;
    const bool retryable = error.status == 408 || error.status == 503;
    append_problem(body, {error.status, error.code, error.title, error.detail, retryable});
    std::string& out = *output(number);
    const std::string_view headers = error.status == 503 ? "Retry-After: 1\r\n" : "";
    const Response response{error.status, kProblemType, headers, body};
    begin(number, out, response, Framing::length, body.size());
    out.append(body);
    finish(number);
}

void Connection::resume() {
    if (!paused_) return;
    // The peer could not send while we did not read: its time starts again.
    request_since_ = body_since_ = host_.now();
    parse();
    want_bytes();
}

void Connection::drain() {
    if (last_taken_ || lingering_) return;
    const bool arriving = !in_.empty();
    if (arriving && !paused_) return;  // the request that is arriving will be the last
    last_taken_ = true;
    if (streaming()) {
        const RequestToken token{index_, generation_, first_};
        end_stream(first_);
        host_.handler->on_stream_closed(token);
    }
    if (count_ > 0)
        slot(first_ + count_ - 1).close_after = true;
    else if (unsent() == 0)
        host_.close(*this);
}

void Connection::sweep() {
    const Microseconds now = host_.now();
    const ServerOptions& limits = host_.options;
    const auto give_up = [&] {
        ++host_.stats.timed_out;
        host_.close(*this);
    };
    if (lingering_) {
        if (now - progress_at_ > limits.linger_time_max) host_.close(*this);
        return;
    }
    if (blocked_ && now - progress_at_ > limits.response_stall_max) return give_up();
    if (!takes_requests()) {
        request_since_ = body_since_ = now;
        return;
    }
    const auto too_slow = [&] {
        ++host_.stats.timed_out;
        refuse(kTimedOut);
    };
    if (parser_.head_complete()) {
        const Microseconds paid = now - body_since_ - limits.body_grace;
        if (paid.count() <= 0) return;
        const auto due =
            static_cast<std::uint64_t>(paid.count()) / 1'000'000 * limits.body_bytes_per_second_min;
        if (body_bytes_in_ < due) too_slow();
    } else if (!in_.empty()) {
        if (now - request_since_ > limits.head_time_max) too_slow();
    } else if (count_ == 0 && sent_ == out_.size()) {
        if (now - request_since_ > kBufferKept) in_.release();
        const Microseconds allowed = served_any_ ? limits.idle_time_max : limits.head_time_max;
        if (now - std::max(request_since_, progress_at_) > allowed) {
            if (!served_any_) ++host_.stats.timed_out;
            host_.close(*this);
        }
    }
}

}  // namespace holdfast::http
