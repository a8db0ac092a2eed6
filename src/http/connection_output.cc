// The output side: answers in the order of their requests, streams, and the end of a connection.
#include "http/connection.h"

#include <algorithm>

namespace holdfast::http {
namespace {

constexpr std::size_t kDiscardBytes = 16 * 1024;

}  // namespace

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
    count_unsent();
    host_.mark_dirty(*this);
}

void Connection::count_unsent() {
    const std::size_t now = unsent() > kUncountedBytes ? unsent() : 0;
    host_.stats.unsent_bytes += now - unsent_counted_;
    unsent_counted_ = now;
}

/// Moves answers whose turn has come to the output.
void Connection::pop_done() {
    while (count_ > 0) {
        Slot& s = slot(first_);
        if (!s.held.empty()) {
            out_.append(s.held);
            held_bytes_ -= s.held.size();
            clear_keeping(s.held, kHeldBytesKept);
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
    if (unsent() + std::min(bytes.size(), kStreamBytesMax / 4) > kStreamBytesMax) {
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
        clear_keeping(out_, kOutputBytesKept);
        sent_ = 0;
        count_unsent();
        if (count_ == 0 && (last_taken_ || read_closed_) && !lingering_) return start_linger();
    } else if (sent_ > kOutputBytesKept && sent_ > out_.size() / 2) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
    count_unsent();
    if (paused_ && takes_requests()) host_.resume_later(*this);
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

}  // namespace holdfast::http
