#include "http/connection.h"

#include "base/check.h"

namespace holdfast::http {
namespace {

constexpr std::size_t kSlotsFirst = 4;
/// Larger output or held texts are freed once they are sent.
constexpr std::size_t kOutputBytesKept = 64 * 1024;
constexpr std::size_t kDiscardBytes = 16 * 1024;
/// Reads of a body that is not expected to be larger than this much beyond its limit.
constexpr std::size_t kBodySlack = 64 * 1024;

void clear_keeping_little(std::string& text) {
    if (text.capacity() > kOutputBytesKept)
        text = std::string();
    else
        text.clear();
}

/// An idle connection keeps its receive buffer this long.
constexpr Microseconds kBufferKept = std::chrono::seconds(5);

constexpr ParseError kTimedOut{408, "request_timeout", "The request took too long",
                               "Header within 10 s, body at 240 bytes a second or more."};

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
    // A reader that is told of the end may answer other requests, never this connection's.
    const bool tell = streaming();
    const RequestToken token{index_, generation_, first_};
    ++generation_;
    stream_.reset();
    peer_.clear();
    in_.clear();
    in_.trim();
    parser_.reset();
    clear_keeping_little(out_);
    for (Slot& s : slots_) clear_keeping_little(s.held);
    sent_ = held_bytes_ = discarded_ = 0;
    first_ = count_ = 0;
    last_taken_ = read_closed_ = blocked_ = paused_ = lingering_ = broken_ = false;
    served_any_ = dirty = false;
    continue_ = Continue::none;
    body_bytes_in_ = 0;
    if (tell) host_.handler->on_stream_closed(token);
}

void Connection::release_memory() {
    in_.release();
    out_ = std::string();
    slots_ = std::vector<Slot>();
}

bool Connection::takes_requests() const {
    return !last_taken_ && !broken_ && !streaming() && count_ < kPipelinedMax &&
           unsent() < kOutputBytesMax;
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
            continue;
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
    body_limit_ = host_.handler->accept_head(head).bytes_max;
    parser_.set_body_limit(body_limit_);
    body_since_ = host_.now();
    body_bytes_in_ = in_.size() - parser_.consumed();
    continue_ = parser_.expects_continue() ? Continue::if_incomplete : Continue::none;
}

void Connection::take_request() {
    Request request;
    const std::span<char> bytes = in_.data();
    parser_.view(bytes, host_.headers, request);
    request.body = parser_.body(bytes);
    request.peer = peer_;
    const std::uint32_t number = push_slot();
    Slot& s = slot(number);
    s.head_request = request.method == Method::head;
    s.http_1_0 = request.http_1_0;
    s.close_after = !parser_.keep_alive() || host_.draining();
    last_taken_ = s.close_after;
    continue_ = Continue::none;
    served_any_ = true;
    ++host_.stats.requests;
    host_.handler->handle(request, {index_, generation_, number});
    in_.consume(parser_.consumed());
    parser_.reset();
    request_since_ = host_.now();
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
    append_problem(body,
                   {error.status, error.code, error.title, error.detail, error.status == 408});
    std::string& out = *output(number);
    const Response response{error.status, kProblemType, {}, body};
    begin(number, out, response, Framing::length, body.size());
    out.append(body);
    finish(number);
}

bool Connection::waiting(std::uint32_t number) const {
    return in_flight(number) && slot(number).state == SlotState::waiting;
}

std::string* Connection::output(std::uint32_t number) {
    if (!waiting(number)) return nullptr;
    return number == first_ ? &out_ : &slot(number).held;
}

bool Connection::sends_body(std::uint32_t number, std::uint16_t status) const {
    return !slot(number).head_request && status != 204 && status != 304;
}

void Connection::begin(std::uint32_t number, std::string& out, const Response& response,
                       Framing framing, std::size_t length) {
    const Slot& s = slot(number);
    ResponseHead head{response.status, response.content_type, response.headers, framing,
                      length,          Persistence::implied};
    if (response.status == 204 || response.status == 304) head.framing = Framing::none;
    if (s.close_after)
        head.persistence = Persistence::close;
    else if (s.http_1_0)
        head.persistence = Persistence::keep_alive;
    append_head(out, head, host_.date());
}

void Connection::finish(std::uint32_t number) {
    Slot& s = slot(number);
    s.state = SlotState::done;
    if (number != first_)
        held_bytes_ += s.held.size();
    else
        pop_done();
    host_.mark_dirty(*this);
}

/// Moves answers whose turn has come to the output.
void Connection::pop_done() {
    while (count_ > 0) {
        Slot& s = slot(first_);
        if (!s.held.empty()) {
            out_.append(s.held);
            held_bytes_ -= s.held.size();
            clear_keeping_little(s.held);
        }
        if (s.state != SlotState::done) return;
        ++first_;
        --count_;
    }
    pay_continue();
}

/// "100 Continue" stands in the order of the answers, so earlier ones leave first.
void Connection::pay_continue() {
    if (continue_ != Continue::due || count_ > 0) return;
    continue_ = Continue::none;
    out_.append(kContinue);
    host_.mark_dirty(*this);
}

void Connection::begin_stream(std::uint32_t number, const Response& response) {
    std::string& out = *output(number);
    Slot& s = slot(number);
    if (s.http_1_0) {
        s.close_after = true;
        last_taken_ = true;
    }
    begin(number, out, response, s.http_1_0 ? Framing::until_close : Framing::chunked, 0);
    if (s.head_request) return finish(number);
    s.state = SlotState::streaming;
    if (number != first_) held_bytes_ += s.held.size();
    host_.mark_dirty(*this);
}

bool Connection::stream_write(std::uint32_t number, std::string_view bytes) {
    if (broken_ || !in_flight(number) || slot(number).state != SlotState::streaming) return false;
    Slot& s = slot(number);
    if (unsent() + bytes.size() > kStreamBytesMax) {
        ++host_.stats.slow_streams;
        // The caller knows; nobody is told twice.
        s.state = SlotState::done;
        broken_ = true;
        host_.mark_dirty(*this);
        return false;
    }
    std::string& out = number == first_ ? out_ : s.held;
    const std::size_t before = out.size();
    if (s.http_1_0)
        out.append(bytes);
    else
        append_chunk(out, bytes);
    if (number != first_) held_bytes_ += out.size() - before;
    host_.mark_dirty(*this);
    return true;
}

void Connection::end_stream(std::uint32_t number) {
    if (!in_flight(number) || slot(number).state != SlotState::streaming) return;
    Slot& s = slot(number);
    s.state = SlotState::done;
    if (number == first_) {
        if (!s.http_1_0) out_.append(kLastChunk);
        pop_done();
    } else if (!s.http_1_0) {
        s.held.append(kLastChunk);
        held_bytes_ += kLastChunk.size();
    }
    host_.mark_dirty(*this);
}

void Connection::flush() {
    if (broken_ || (read_closed_ && streaming())) return host_.close(*this);
    if (!blocked_ && sent_ < out_.size()) {
        const ByteSpan piece = as_byte_span(std::string_view(out_).substr(sent_));
        const os::IoResult wrote = stream_->write({&piece, 1});
        if (wrote.kind == os::IoResult::Kind::broken) return host_.close(*this);
        sent_ += wrote.bytes;
        host_.stats.bytes_out += wrote.bytes;
        if (wrote.bytes > 0) progress_at_ = host_.now();
        if (sent_ < out_.size()) {
            blocked_ = true;
            progress_at_ = host_.now();
            stream_->want_write();
        }
    }
    if (sent_ == out_.size()) {
        clear_keeping_little(out_);
        sent_ = 0;
        if (count_ == 0 && (last_taken_ || read_closed_) && !lingering_) return start_linger();
    } else if (sent_ > kOutputBytesKept && sent_ > out_.size() / 2) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
    if (paused_ && takes_requests()) host_.resume_later(*this);
    want_bytes();
}

void Connection::resume() {
    if (!paused_) return;
    // The peer could not send while we did not read: its time starts again.
    request_since_ = body_since_ = host_.now();
    parse();
    want_bytes();
}

void Connection::on_writable() {
    blocked_ = false;
    host_.mark_dirty(*this);
}

/// All is answered and the connection ends. Closing at once would reset it if the peer is still
/// sending, and the reset would overtake our last answer.
void Connection::start_linger() {
    if (read_closed_) return host_.close(*this);
    lingering_ = true;
    progress_at_ = host_.now();
    in_.release();
    stream_->finish_writing();
    stream_->want_read();
}

void Connection::discard_input() {
    std::byte buffer[kDiscardBytes];
    const os::IoResult got = stream_->read(buffer);
    discarded_ += got.bytes;
    const bool ended =
        got.kind == os::IoResult::Kind::closed || got.kind == os::IoResult::Kind::broken;
    if (ended || discarded_ > kLingerBytesMax) return host_.close(*this);
    stream_->want_read();
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
