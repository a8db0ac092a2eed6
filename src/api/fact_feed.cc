#include "api/fact_feed.h"

#include <algorithm>

#include "api/handlers.h"
#include "api/render.h"
#include "api/tokens.h"
#include "http/json_writer.h"

namespace holdfast::api {
namespace {

/// Commits are gathered for this long before streams are written: many small commits are one read.
constexpr Microseconds kGather = std::chrono::milliseconds(10);
/// Under a quarter of what the server buffers for a stream, so that a reader that keeps up is never
/// cut for the size of one write.
constexpr std::size_t kChunkBytes = http::kStreamBytesMax / 4;
/// A reader with more than this on its way is not written to: it is served at its own pace, from
/// the journal. Who takes nothing at all is disconnected by the server's own limit.
constexpr std::size_t kBacklogBytes = http::kStreamBytesMax / 2;
/// Reads of the journal in one go, so that readers at many places do not hold up everybody else.
constexpr std::size_t kReadsMax = 8;
constexpr std::size_t kPageBytesMax = 4 * 1024 * 1024;
constexpr Microseconds kKeepAlive = std::chrono::seconds(15);
constexpr std::string_view kEventStream = "text/event-stream";

/// Reads facts after `after` in order until `visit` says stop. The journal's own failures are
/// passed on.
template <class Visit>
Result<void> read_facts(journal::Journal& journal, std::uint64_t after, std::uint64_t durable_seq,
                        Visit&& visit) {
    if (after >= durable_seq) return {};
    bool stopped = false;
    const Result<void> read = journal.read(after + 1, [&](const journal::Batch& batch) {
        const Result<void> facts =
            for_each_fact(batch.body, [&](const FactView& fact) -> Result<void> {
                if (fact.seq() <= after) return {};
                if (fact.seq() > durable_seq || !visit(fact)) {
                    stopped = true;
                    return failure(ErrorCode::closed, "enough");
                }
                return {};
            });
        return facts;
    });
    if (!read && !stopped) return read;
    return {};
}

}  // namespace

void FactFeed::answer(const Call& call) {
    if (!read_params(desk_, call, {{"after"}, {"limit"}, {"min_seq"}}) ||
        !desk_.allowed(call, Action::events_read, kEverywhere)) {
        return;
    }
    const bool live = call.request.accept().find(kEventStream) != std::string_view::npos;
    Fault fault;
    std::uint32_t limit = 0;
    if (!desk_.params().limit(limit, fault)) {
        desk_.refuse(call.token, fault);
        return;
    }
    std::optional<std::string_view> token = desk_.params().find("after");
    if (live && call.request.has(http::Field::last_event_id)) {
        token = call.request.header(http::Field::last_event_id);
    }
    std::uint64_t after = live ? desk_.sequencer().durable_seq() : 0;
    if (token) {
        const auto seq = seq_from_token(*token);
        if (!seq) {
            fault.set(problems::invalid_parameter, {}, "A position is a token such as 0-918273.");
            desk_.refuse(call.token, fault);
            return;
        }
        after = *seq;
    }
    if (live) {
        open_stream(call, after);
    } else {
        answer_page(call, after, limit);
    }
}

void FactFeed::answer_page(const Call& call, std::uint64_t after, std::uint32_t limit) {
    const std::uint64_t durable_seq = desk_.sequencer().durable_seq();
    std::string& body = desk_.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    std::uint64_t last = after;
    std::uint32_t shown = 0;
    const Result<void> read =
        read_facts(desk_.sequencer().journal(), after, durable_seq, [&](const FactView& fact) {
            if (shown == limit || body.size() > kPageBytesMax) return false;
            render_fact(json, fact, desk_.state());
            last = fact.seq();
            ++shown;
            return true;
        });
    if (!read) {
        desk_.refuse(call.token, problems::overloaded, "The journal cannot be read right now.");
        return;
    }
    json.end_array()
        .member("next_after", as_text(seq_token(last)))
        .member("has_more", last < durable_seq)
        .end_object();
    desk_.answer(call.token, 200, kJson, body);
}

void FactFeed::open_stream(const Call& call, std::uint64_t after) {
    if (streams_.size() >= desk_.options().streams_max) {
        desk_.refuse(call.token, problems::overloaded, "Too many live readers.");
        return;
    }
    desk_.server().begin_stream(call.token, {.status = 200,
                                             .content_type = kEventStream,
                                             .headers = "Cache-Control: no-store\r\n",
                                             .body = {}});
    streams_.push_back({call.token, after, call.principal->key_id});
    desk_.metrics().streams.set(static_cast<std::int64_t>(streams_.size()));
    // The head alone tells a client that it is connected; a comment gets it through proxies.
    if (!desk_.server().stream_write(call.token, ": connected\n\n")) {
        drop(streams_.size() - 1);
        return;
    }
    schedule(Microseconds{0});
    if (keep_alive_timer_ == nullptr) keep_alive();
}

void FactFeed::durable(std::uint64_t durable_seq) {
    const bool behind =
        std::ranges::any_of(streams_, [&](const Stream& s) { return s.after < durable_seq; });
    if (behind) schedule(kGather);
}

void FactFeed::schedule(Microseconds after) {
    if (scheduled_) return;
    scheduled_ = true;
    timer_ = desk_.loop().call_after(after, [this] {
        scheduled_ = false;
        pump();
    });
}

bool FactFeed::has_chunk(std::uint64_t after) const {
    return std::ranges::any_of(chunks_, [&](const auto& chunk) { return chunk->after == after; });
}

const FactFeed::Chunk* FactFeed::read_chunk(std::uint64_t after) {
    for (const auto& chunk : chunks_) {
        if (chunk->after == after) return chunk.get();
    }
    auto chunk = std::make_unique<Chunk>();
    chunk->after = after;
    chunk->last = after;
    const Result<void> read =
        read_facts(desk_.sequencer().journal(), after, desk_.sequencer().durable_seq(),
                   [&](const FactView& fact) {
                       if (chunk->text.size() >= kChunkBytes) return false;
                       chunk->text += "id: ";
                       chunk->text += as_text(seq_token(fact.seq()));
                       chunk->text += "\nevent: ";
                       chunk->text += name(fact.type());
                       chunk->text += "\ndata: ";
                       http::JsonWriter json(chunk->text);
                       render_fact(json, fact, desk_.state());
                       chunk->text += "\n\n";
                       chunk->last = fact.seq();
                       return true;
                   });
    if (!read) return nullptr;
    chunks_.push_back(std::move(chunk));
    return chunks_.back().get();
}

void FactFeed::end_unauthorised() {
    const Instant now = desk_.wall();
    for (std::size_t i = 0; i < streams_.size();) {
        if (is_live(desk_.state(), streams_[i].key_id, now)) {
            ++i;
            continue;
        }
        desk_.server().end_stream(streams_[i].token);
        drop(i);
    }
}

void FactFeed::pump() {
    end_unauthorised();
    const std::uint64_t durable_seq = desk_.sequencer().durable_seq();
    chunks_.clear();
    bool behind = false;
    // Those that the reads did not suffice for are the first ones of the next time.
    const std::size_t first = turn_ < streams_.size() ? turn_ : 0;
    std::ranges::rotate(streams_, streams_.begin() + static_cast<std::ptrdiff_t>(first));
    turn_ = 0;
    for (std::size_t i = 0; i < streams_.size();) {
        Stream& stream = streams_[i];
        if (stream.after >= durable_seq) {
            ++i;
            continue;
        }
        if (desk_.server().stream_unsent(stream.token) > kBacklogBytes) {
            behind = true;
            ++i;
            continue;
        }
        if (chunks_.size() == kReadsMax && !has_chunk(stream.after)) {
            behind = true;
            if (turn_ == 0) turn_ = i;
            ++i;
            continue;
        }
        const Chunk* chunk = read_chunk(stream.after);
        if (chunk == nullptr) {
            desk_.server().end_stream(stream.token);
            drop(i);
            continue;
        }
        if (!desk_.server().stream_write(stream.token, chunk->text)) {
            desk_.metrics().streams_cut.add();
            drop(i);
            continue;
        }
        stream.after = chunk->last;
        behind |= stream.after < durable_seq;
        ++i;
    }
    chunks_.clear();
    if (behind) schedule(kGather);
}

void FactFeed::keep_alive() {
    keep_alive_timer_ = desk_.loop().call_after(kKeepAlive, [this] {
        end_unauthorised();
        for (std::size_t i = 0; i < streams_.size();) {
            if (desk_.server().stream_write(streams_[i].token, ": still here\n\n")) {
                ++i;
            } else {
                drop(i);
            }
        }
        keep_alive();
    });
}

void FactFeed::drop(std::size_t index) {
    streams_[index] = streams_.back();
    streams_.pop_back();
    desk_.metrics().streams.set(static_cast<std::int64_t>(streams_.size()));
}

void FactFeed::stream_closed(http::RequestToken token) {
    const auto found = std::ranges::find(streams_, token, &Stream::token);
    if (found == streams_.end()) return;
    if (found->after < desk_.sequencer().durable_seq()) desk_.metrics().streams_cut.add();
    drop(static_cast<std::size_t>(found - streams_.begin()));
}

}  // namespace holdfast::api
