// Every bound of the HTTP side, with its name. A bound that is reached is a clear refusal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace holdfast::http {

/// Request line and header fields together: beyond it 431.
inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kHeadersMax = 64;
/// Largest body where the route says nothing else, and on bulk routes: beyond it 413, at the
/// header when a length is declared, and when the limit is crossed in a chunked body.
inline constexpr std::size_t kBodyBytesDefault = 1024 * 1024;
inline constexpr std::size_t kBodyBytesBulk = 16 * 1024 * 1024;
/// One line of a chunked body: size and extensions.
inline constexpr std::size_t kChunkLineBytesMax = 1024;
/// Readable bytes behind every body, for parsers that load whole vectors.
inline constexpr std::size_t kBodyPadding = 64;
/// Requests of one connection that are not answered yet; beyond it we stop reading.
inline constexpr std::size_t kPipelinedMax = 256;
/// Answers of one connection that its peer has not taken yet; beyond it we stop reading.
inline constexpr std::size_t kOutputBytesMax = 256 * 1024;
/// A body or a backlog of answers up to this size is not counted towards the budgets of all
/// connections together: there are at most connections_max of them.
inline constexpr std::size_t kUncountedBytes = 16 * 1024;
/// Unsent bytes of a live stream; a reader that is further behind is disconnected. One piece counts
/// as a quarter of it at most: a large one must not cut every reader that comes to it.
inline constexpr std::size_t kStreamBytesMax = 256 * 1024;
/// Bytes read and thrown away after an answer that ends the connection, so that the peer can read
/// the answer before it sees a reset.
inline constexpr std::size_t kLingerBytesMax = 1024 * 1024;

/// Per server. Time limits are checked by one sweep a second, so they are exact to a second.
struct ServerOptions {
    Microseconds head_time_max = std::chrono::seconds(10);  ///< first byte to end of the header
    Microseconds body_grace = std::chrono::seconds(5);
    std::uint32_t body_bytes_per_second_min = 240;  ///< after the grace
    Microseconds idle_time_max = std::chrono::seconds(60);
    Microseconds response_stall_max = std::chrono::seconds(30);
    Microseconds linger_time_max = std::chrono::seconds(2);
    /// Larger bodies under way on all connections together, by their declared length, or the
    /// route's limit where they come in chunks; beyond it 503.
    std::size_t bodies_bytes_max = 256 * 1024 * 1024;
    /// Answers that peers have not taken, on all connections together; beyond it those that have
    /// not taken any for the longest time are disconnected.
    std::size_t unsent_bytes_max = 256 * 1024 * 1024;
    std::size_t connections_max = 20'000;
    std::size_t connections_per_peer_max = 200;
    /// Load balancers and measurements on the same machine come from one address.
    bool limit_loopback_peers = false;
};

}  // namespace holdfast::http
