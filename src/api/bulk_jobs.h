// Batches: one command per line, answered line by line and in order. Lines go to the sequencer a
// window at a time, so that one batch neither fills its queue nor waits for one commit per line.
// The body is read once, where it lies; nothing is built of it but commands. Events, of which there
// are many, are read beside the loop, a chunk at a time (docs/decisions/batches_read_beside.md).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/desk.h"
#include "api/event_chunk.h"

namespace holdfast::api {

inline constexpr std::size_t batch_lines_max = 50'000;
/// Text of batches that one turn takes, so that other callers wait for a commit with a few
/// milliseconds of lines in it, however large the batches are.
inline constexpr std::size_t kTurnBytesMax = 256 * 1024;
/// Events of shorter bodies are read in the turn: handing them over would take longer.
inline constexpr std::size_t kReadInTurnBytesMax = 8 * 1024;
/// Chunks that are kept for the next batches.
inline constexpr std::size_t kSpareChunksMax = 8;
/// Bodies of batches whose memory is kept for the next ones, and the largest one that is.
inline constexpr std::size_t kSpareBodiesMax = 8;
inline constexpr std::size_t kSpareBodyBytesMax = 1024 * 1024;

enum class BulkKind : std::uint8_t { events, items, locations };
enum class BulkFormat : std::uint8_t { lines, json_array };

class BulkJobs final : public sequencer::Caller {
  public:
    /// `beside` runs tasks one after the other, on one thread; none: everything is read in the
    /// turn.
    BulkJobs(Desk& desk, readmodel::Executor beside);
    ~BulkJobs() override;

    /// Takes the request over; the caller has checked its type. Answers 413 and 503 itself.
    void start(const Call& call, BulkKind kind, BulkFormat format);

    void answered(std::uint64_t token, const sequencer::Answer& answer) override;
    /// At the end of each turn: wakes the loop for the batches that go on in the next one.
    void turn_ended();

  private:
    struct Early {
        std::uint32_t line = 0;
        std::string text;
    };
    struct Job {
        Job(std::string_view body, std::string memory) : lines(body, std::move(memory)) {}
        http::RequestToken token;
        BulkKind kind{};
        Principal principal;   ///< a copy: the cached one may be forgotten meanwhile
        bool minimal = false;  ///< lines that were taken are counted, and not answered
        std::uint32_t slot = 0;
        BatchLines lines;        ///< the reader's while `reading`
        std::uint32_t line = 0;  ///< number of the last one that was submitted
        // Events only.
        bool reading = false;                            ///< a chunk is being read
        std::unique_ptr<EventChunk> ready;               ///< read, and its turn has not come
        std::deque<std::unique_ptr<EventChunk>> chunks;  ///< the last one is being submitted
        std::uint32_t in_flight = 0;
        std::uint32_t accepted = 0;
        std::uint32_t duplicates = 0;
        std::uint32_t rejected = 0;
        const ProblemKind* stopped_by = nullptr;  ///< no further line is submitted
        bool due = false;                         ///< to go on in the next turn
        bool pumping = false;
        /// Results that were known before those of lines in front of them.
        std::deque<Early> early;
        std::string out;

        [[nodiscard]] bool all_submitted() const {
            return !reading && ready == nullptr && lines.at_end() &&
                   (chunks.empty() || chunks.back()->done());
        }
    };
    using JobPtr = std::shared_ptr<Job>;  // a task beside the loop may outlive us
    struct Reader;

    void pump(std::uint32_t slot);
    void pump_next_turn(std::uint32_t slot);
    void pump_due();
    [[nodiscard]] bool may_submit(const Job& job) const;
    void spend(std::size_t line_bytes);
    void submit_lines(Job& job);
    void submit_events(const JobPtr& job);
    EventChunk* chunk_to_submit(const JobPtr& job);
    void read_ahead(const JobPtr& job);
    void drop_rest(Job& job);
    void settle_event(Job& job, std::uint32_t line);
    void drop_settled_chunks(Job& job);
    std::unique_ptr<EventChunk> spare_chunk();
    std::string spare_body();
    void keep_body(std::string memory);
    void submit_line(Job& job, std::string_view text);
    void submit_event(Job& job, EventChunk& chunk);
    void submit(Job& job, const Command& command, FactType type);
    bool decode(Job& job, std::string_view text, Command& command, Fault& fault);
    bool may_tell(Job& job, RecordEvent& event, Fault& fault);
    bool reject_stopped(Job& job);
    void finish_line(Job& job, std::uint32_t line, const sequencer::Answer& answer);
    void reject(Job& job, std::uint32_t line, const Fault& fault);
    void flush_early(Job& job, std::uint32_t before_line);
    /// Answers and forgets the job when its last line is answered.
    bool finish_if_done(std::uint32_t slot);

    Desk& desk_;
    readmodel::Executor beside_;
    std::shared_ptr<Reader> reader_;
    std::vector<JobPtr> jobs_;
    std::vector<std::unique_ptr<EventChunk>> spare_chunks_;
    std::vector<std::string> spare_bodies_;
    std::size_t bytes_ = 0;
    /// Batches that go on in the next turn, in order of waiting.
    std::vector<std::uint32_t> due_;
    std::vector<std::uint32_t> pumped_;
    bool woken_ = false;
    /// Bytes of lines that all batches together may still take in this turn.
    std::size_t turn_bytes_ = kTurnBytesMax;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::api
