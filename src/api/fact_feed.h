// The ledger's facts as a feed: a page from any position, or a live stream that starts anywhere
// and goes on with each commit. Facts come from the journal, never from memory of our own, so a
// reader costs a cursor and nothing else. Streams at the end share one read of the journal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"
#include "os/loop.h"

namespace holdfast::api {

class Desk;
struct Call;

class FactFeed {
  public:
    explicit FactFeed(Desk& desk) : desk_(desk) {}

    /// GET /v1/facts, as a page or as a stream.
    void answer(const Call& call);
    /// After each commit: wakes the streams soon.
    void durable(std::uint64_t durable_seq);
    void stream_closed(http::RequestToken token);

  private:
    struct Stream {
        http::RequestToken token;
        std::uint64_t after = 0;
        std::uint64_t key_id = 0;
    };
    /// Facts after a position as text. `last` is the seq of the last one that fitted.
    struct Chunk {
        std::uint64_t after = 0;
        std::uint64_t last = 0;
        std::string text;
    };
    void answer_page(const Call& call, std::uint64_t after, std::uint32_t limit);
    void open_stream(const Call& call, std::uint64_t after);
    const Chunk* read_chunk(std::uint64_t after);
    [[nodiscard]] bool has_chunk(std::uint64_t after) const;
    void pump();
    void schedule(Microseconds after);
    void keep_alive();
    void drop(std::size_t index);
    /// Ends the streams whose key was revoked or has expired.
    void end_unauthorised();

    Desk& desk_;
    std::vector<Stream> streams_;
    std::vector<std::unique_ptr<Chunk>> chunks_;  // of this pump, so that streams share reads
    std::unique_ptr<os::Timer> timer_;
    std::unique_ptr<os::Timer> keep_alive_timer_;
    bool scheduled_ = false;
    std::size_t turn_ = 0;  ///< the stream that is served first the next time
};

}  // namespace holdfast::api
