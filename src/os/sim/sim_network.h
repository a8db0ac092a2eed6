// TCP connections of a simulated world. Bytes keep their order within a connection and direction;
// across connections the seed decides. Writes may be taken in part, reads come in pieces, a reset
// loses what is in flight, and a cut keeps everything back until it heals or TCP gives up.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "os/net.h"
#include "os/sim/sim_world.h"

namespace holdfast::os::sim {

class SimLoop;

/// Chances are per million. The defaults are a quiet data centre with an unkind kernel.
struct NetworkFaults {
    Microseconds delay_min{20};
    Microseconds delay_max{500};
    std::uint32_t split_read = 100'000;      ///< a read gives a part of what has arrived
    std::uint32_t short_write = 50'000;      ///< a write takes a part of what was offered
    std::uint32_t split_segment = 50'000;    ///< one write arrives in two pieces at different times
    std::uint32_t reset = 0;                 ///< per write: the connection dies, both ways
    std::uint32_t window_bytes = 64 * 1024;  ///< sent and not yet read, per direction
    Microseconds give_up_after = std::chrono::seconds(30);  ///< of a cut connection
};

struct NetworkStats {
    std::uint64_t connections = 0;
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t resets = 0;
};

class SimNetwork {
  public:
    explicit SimNetwork(SimWorld& world) : world_(world) {}
    SimNetwork(const SimNetwork&) = delete;
    SimNetwork& operator=(const SimNetwork&) = delete;

    [[nodiscard]] SimWorld& world() { return world_; }
    /// May be changed at any time.
    NetworkFaults& faults() { return faults_; }
    [[nodiscard]] const NetworkStats& stats() const { return stats_; }

    /// A client's connection. Whether somebody listens shows later, as on a real network: a refused
    /// one reads as broken.
    std::unique_ptr<Stream> connect(SimLoop& from, std::uint16_t port);

    /// Nothing from or to this loop arrives before that time.
    void cut(SimLoop& loop, Microseconds until);
    /// The process of this loop dies: its connections are reset, its listeners gone, whatever was
    /// not on the wire is lost. The loop and what belongs to it can then be destroyed in peace.
    void crash(SimLoop& loop);
    /// Resets a random open connection. False: there is none.
    bool reset_one();
    /// Connections that at least one side holds.
    [[nodiscard]] std::size_t open_connections() const;

  private:
    friend class SimLoop;
    friend class SimStream;
    friend class SimListener;

    static constexpr std::uint32_t kNobody = 0xFFFFFFFF;
    static constexpr std::uint32_t kEnd = 0xFFFFFFFF;  ///< a segment that says "no more bytes"

    /// One end of a connection, with the bytes that travel towards it.
    struct End {
        std::uint32_t generation = 0;
        bool used = false;
        bool held = false;     ///< a Stream of this end exists, or will when it is accepted
        bool crashed = false;  ///< its loop died; the stream object may still be there
        bool reset = false;
        bool end_arrived = false;
        bool end_sent = false;
        bool want_read = false;
        bool want_write = false;
        bool told_readable = false;
        SimLoop* loop = nullptr;
        StreamEvents* events = nullptr;
        std::uint32_t peer = kNobody;
        std::uint32_t opened_by_port = 0;
        std::string bytes;                    ///< unread and in flight
        std::size_t read_at = 0;              ///< consumed prefix of `bytes`
        std::size_t arrived = 0;              ///< end of what may be read
        std::vector<std::uint32_t> segments;  ///< sizes in flight, oldest first
        std::size_t segments_at = 0;
        Microseconds last_arrival{0};
    };
    struct Listening {
        SimLoop* loop = nullptr;
        AcceptHandler* on_accept = nullptr;
    };

    std::uint32_t allocate(SimLoop* loop);
    void release_pair(std::uint32_t index);
    [[nodiscard]] bool chance(std::uint32_t per_million);
    [[nodiscard]] bool alive(std::uint32_t index, std::uint32_t generation) const {
        return index < ends_.size() && ends_[index].used && ends_[index].generation == generation;
    }
    void send(std::uint32_t to, std::uint32_t size);
    void arrive(std::uint32_t to);
    void arrive_syn(std::uint32_t server);
    void reset_pair(std::uint32_t index);
    void reset_end(std::uint32_t index);
    void tell_readable(std::uint32_t index);
    void tell_writable(std::uint32_t index);
    [[nodiscard]] Microseconds delay();
    [[nodiscard]] Microseconds cut_until(std::uint32_t index) const;

    // Of SimStream.
    IoResult read(std::uint32_t index, MutableByteSpan into);
    IoResult write(std::uint32_t index, std::span<const ByteSpan> pieces);
    void finish_writing(std::uint32_t index);
    void close(std::uint32_t index);
    void want_read(std::uint32_t index);
    void want_write(std::uint32_t index);

    SimWorld& world_;
    NetworkFaults faults_;
    NetworkStats stats_;
    std::vector<End> ends_;
    std::vector<std::uint32_t> free_;
    std::map<std::uint16_t, Listening> listeners_;
    std::uint16_t next_port_ = 40'000;
};

}  // namespace holdfast::os::sim
