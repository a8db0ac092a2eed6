// Batches: one command per line, answered line by line and in order. Lines go to the sequencer a
// window at a time, so that one batch neither fills its queue nor waits for one commit per line.
// The body is read once, where it lies; nothing is built of it but commands.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/desk.h"
#include "api/lines_ahead.h"

namespace holdfast::api {

inline constexpr std::size_t batch_lines_max = 50'000;
/// Text of batches that one turn takes, so that other callers wait for a commit with a few
/// milliseconds of lines in it, however large the batches are.
inline constexpr std::size_t kTurnBytesMax = 256 * 1024;
/// What a line costs beyond its bytes, in bytes: an empty one has an answer too.
inline constexpr std::size_t kLineBytes = 64;

enum class BulkKind : std::uint8_t { events, items, locations };
enum class BulkFormat : std::uint8_t { lines, json_array };

class BulkJobs final : public sequencer::Caller {
  public:
    explicit BulkJobs(Desk& desk) : desk_(desk) {}

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
        http::RequestToken token;
        BulkKind kind{};
        BulkFormat format{};
        Principal principal;  ///< a copy: the cached one may be forgotten meanwhile
        std::string body;
        std::vector<std::string_view> elements;
        std::size_t at = 0;  ///< byte of the next line, or index of the next element
        std::uint32_t lines = 0;
        LinesAhead ahead;  ///< of events, one a line
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
    };

    void pump(std::uint32_t slot);
    void pump_next_turn(std::uint32_t slot);
    void pump_due();
    void look_ahead(Job& job);
    bool next_line(Job& job, std::string_view& text);
    void submit_line(Job& job, std::uint32_t slot, std::string_view text);
    bool decode(Job& job, std::string_view text, Command& command, Fault& fault);
    void finish_line(Job& job, std::uint32_t line, const sequencer::Answer& answer);
    void reject(Job& job, std::uint32_t line, const Fault& fault);
    void flush_early(Job& job, std::uint32_t before_line);
    /// Answers and forgets the job when its last line is answered.
    bool finish_if_done(std::uint32_t slot);

    Desk& desk_;
    std::vector<std::unique_ptr<Job>> jobs_;
    std::size_t bytes_ = 0;
    /// Batches that go on in the next turn, in order of waiting.
    std::vector<std::uint32_t> due_;
    std::vector<std::uint32_t> pumped_;
    bool woken_ = false;
    /// Bytes of lines that all batches together may still take in this turn.
    std::size_t turn_bytes_ = kTurnBytesMax;
};

}  // namespace holdfast::api
