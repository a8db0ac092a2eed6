#include "api/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/bulk_jobs.h"
#include "api/fact_feed.h"
#include "api/history_desk.h"
#include "base/check.h"

namespace holdfast::api {
namespace {

/// The header's sampled flag; the trace id of other requests is not worth its bytes in the journal.
bool sampled_trace(std::string_view traceparent, Envelope& envelope) {
    constexpr std::size_t kLength = 55;
    if (traceparent.size() != kLength || traceparent[2] != '-' || traceparent[35] != '-' ||
        traceparent[52] != '-') {
        return false;
    }
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < sizeof envelope.trace; ++i) {
        const int high = digit(traceparent[3 + 2 * i]);
        const int low = digit(traceparent[4 + 2 * i]);
        if (high < 0 || low < 0) return false;
        envelope.trace[i] = static_cast<std::byte>(high << 4 | low);
    }
    const int flags = digit(traceparent[54]);
    return flags >= 0 && (flags & 1) != 0;
}

}  // namespace

std::string retry_after(os::Random& random) {
    return fmt::format("Retry-After: {}\r\n", 1 + random.next() % 3);
}

HeaderText& HeaderText::line(std::string_view name, std::string_view value) {
    const std::size_t length = name.size() + value.size() + 4;
    HOLDFAST_CHECK(length <= bytes_.size() - size_, "an answer's headers are few and short");
    char* at = bytes_.data() + size_;
    at = std::ranges::copy(name, at).out;
    at = std::ranges::copy(std::string_view(": "), at).out;
    at = std::ranges::copy(value, at).out;
    std::ranges::copy(std::string_view("\r\n"), at);
    size_ += length;
    return *this;
}

Desk::Desk(const Services& services, Options options)
    : services_(services),
      options_(std::move(options)),
      authenticator_(services.random.next()),
      cursors_(services.sequencer.state().seed),
      rate_limit_policy_(fmt::format("\"key\";q={};qu=\"concurrent-requests\"",
                                     options_.commands_in_flight_per_key_max)),
      batches_(std::make_unique<BulkJobs>(*this, services.decoding)),
      feed_(std::make_unique<FactFeed>(*this)),
      history_(std::make_unique<HistoryDesk>(*this, services.read_model, services.reading)) {
    rate_limit_spent_ =
        fmt::format("RateLimit-Policy: {}\r\nRateLimit: \"key\";r=0;t=1\r\nRetry-After: 1\r\n",
                    rate_limit_policy_);
}

Desk::~Desk() = default;

Decoder& Desk::decoder() {
    decoder_.begin(state(), services_.sequencer.arena());
    return decoder_;
}

Microseconds Desk::now() {
    if (!now_known_) {
        now_ = services_.loop.clock().since_boot();
        now_known_ = true;
    }
    return now_;
}

void Desk::answer(http::RequestToken token, std::uint16_t status, std::string_view content_type,
                  std::string_view body, std::string_view headers) {
    server_->respond(
        token, {.status = status, .content_type = content_type, .headers = headers, .body = body});
}

void Desk::answer_read(http::RequestToken token, std::uint64_t newest_seq, std::string_view body,
                       std::string_view headers, std::uint16_t status) {
    if (newest_seq <= services_.sequencer.durable_seq()) {
        answer(token, status, body.empty() ? std::string_view{} : kJson, body, headers);
        return;
    }
    if (held_.size() >= options_.held_reads_max) {
        refuse(token, problems::overloaded);
        return;
    }
    held_.push_back({newest_seq, token, status, std::string(body), std::string(headers)});
}

void Desk::refuse(http::RequestToken token, const ProblemKind& kind, std::string_view detail,
                  std::string_view headers) {
    Fault fault;
    fault.set(kind, {}, std::string(detail));
    std::string body;
    append_fault(body, fault);
    if (kind.status == 503 && headers.empty()) {
        answer(token, kind.status, http::kProblemType, body, retry_after(services_.random));
    } else {
        answer(token, kind.status, http::kProblemType, body, headers);
    }
}

void Desk::refuse(http::RequestToken token, const Fault& fault) {
    services_.metrics.requests_malformed.add();
    std::string body;
    append_fault(body, fault);
    answer(token, fault.kind->status, http::kProblemType, body);
}

bool Desk::allowed(const Call& call, Action action, const Reach& reach) {
    if (may(call, action, reach)) return true;
    services_.metrics.requests_forbidden.add();
    const auto where = [](std::string_view what, bool none, bool all, std::string_view code) {
        if (none) return std::string{};
        if (all) return fmt::format(" on every {}", what);
        return code.empty() ? fmt::format(" on this {}", what)
                            : fmt::format(" on {} \"{}\"", what, code);
    };
    const std::string channel = where("channel", reach.no_channel, reach.all_channels,
                                      state().channels.code(reach.channel.raw));
    const std::string location = where("location", reach.no_location, reach.all_locations,
                                       state().locations.code(reach.location.raw));
    refuse(call.token, problems::forbidden,
           fmt::format("Needs {}{}{}{}.", name(action), channel,
                       channel.empty() || location.empty() ? "" : " and", location));
    return false;
}

void Desk::describe(const Call& call, Envelope& envelope) {
    envelope.actor = services_.sequencer.arena().copy(call.principal->actor);
    const std::string_view traceparent = call.request.traceparent();
    // An event's own trace goes before that of the request which carried it.
    if (!envelope.traced && !traceparent.empty()) {
        envelope.traced = sampled_trace(traceparent, envelope);
    }
}

void Desk::turn_ended() {
    now_known_ = false;
    batches_->turn_ended();
}

void Desk::durable(std::uint64_t durable_seq) {
    services_.metrics.sample(services_.sequencer);
    services_.health.disk_full = services_.sequencer.journal().status().disk_full;
    std::size_t kept = 0;
    for (HeldRead& read : held_) {
        if (read.seq > durable_seq) {
            if (&held_[kept] != &read) held_[kept] = std::move(read);
            ++kept;
            continue;
        }
        answer(read.token, read.status, read.body.empty() ? std::string_view{} : kJson, read.body,
               read.headers);
    }
    held_.resize(kept);
    feed_->durable(durable_seq);
}

}  // namespace holdfast::api
