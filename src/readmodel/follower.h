// Keeps the read model behind a running journal: what is new from the journal's memory, what is old
// from its files. All of SQLite runs on a thread of its own; the loop only copies batches, so
// a reservation never waits for it. When the follower cannot keep up it falls back to the files and
// comes again; when its file is damaged it begins again; it never stops the hub.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "os/loop.h"
#include "readmodel/store.h"

namespace holdfast::readmodel {

/// Runs tasks one after the other beside the loop: a WorkerThread's run(). Tests run them at once.
using Executor = std::function<void(os::Task)>;

struct FollowerServices {
    os::Loop& loop;
    journal::Journal& journal;  ///< the loop's; its ring holds what is new
    os::Disk& files;            ///< where the read model's file is; used beside the loop
    os::Disk* journal_files;    ///< read beside the loop; none: all comes from `journal`
    Executor beside;
};

struct FollowerOptions {
    std::string directory;                ///< of the file
    std::string name{kFileName};          ///< of the file
    Microseconds kept = kHistoryDefault;  ///< history that is kept; 0: all
    std::size_t queue_bytes_max = std::size_t{8} * 1024 * 1024;
    /// Commits are gathered for this long, unless somebody asks: each transaction writes a page of
    /// every place that it touches, so that small ones would take the disk from the journal.
    Microseconds gather = std::chrono::milliseconds(500);
    Microseconds retry_after = std::chrono::seconds(5);
};

enum class FollowerState : std::uint8_t {
    starting,     ///< the file is being opened
    catching_up,  ///< reading the journal's files
    following,    ///< reading what is new
    paused,       ///< the disk is low: the journal comes first
    failed,       ///< see detail; tried again by itself
};
std::string_view name(FollowerState state);

/// What became known, for the log.
struct FollowerNews {
    enum class Kind : std::uint8_t { began_again, caught_up, failed, paused };
    Kind kind{};
    std::string detail;
};

struct FollowerStatus {
    FollowerState state = FollowerState::starting;
    std::string detail;
    std::uint64_t applied_seq = 0;
    std::uint64_t lag_facts = 0;
    Microseconds lag{};  ///< log time between the newest fact applied and the newest durable one
    std::uint64_t began_again = 0;
    std::uint64_t transactions = 0;
};

/// Every call on the loop's thread.
class Follower {
  public:
    Follower(const FollowerServices& services, FollowerOptions options);
    /// The executor must have run its last task.
    ~Follower();

    /// Once, after the journal was acquired.
    void start();
    /// After each commit.
    void durable(std::uint64_t durable_seq);
    /// Somebody waits for a fact: up to it nothing is gathered.
    void hurry(std::uint64_t wanted_seq);
    /// A reader found the file damaged: it is begun again.
    void damaged(std::string why);
    /// Ends a long piece of work at its next transaction. Nothing is begun after it.
    void stop();

    [[nodiscard]] std::uint64_t applied_seq() const { return cursor_.seq; }
    [[nodiscard]] FollowerStatus status() const;
    [[nodiscard]] std::string path() const { return options_.directory + "/" + options_.name; }
    /// Rises when the file was replaced: a reader that has it open must open it anew.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    /// Told after each transaction, and after each change of state.
    void on_progress(std::function<void()> observer) { observers_.push_back(std::move(observer)); }
    void on_news(std::function<void(const FollowerNews&)> handler) { news_ = std::move(handler); }

  private:
    /// Copies of batches on their way to the thread.
    struct Inbox {
        std::vector<std::vector<std::byte>> bodies;
        std::size_t bytes = 0;
    };
    enum class Task : std::uint8_t { open, begin_again, apply, read_files };
    /// What a task on the thread comes back with.
    struct Done {
        Task task{};
        Cursor cursor;
        std::optional<Failure> failure;
        std::string began_again;
    };
    // Beside the loop.
    Done open_store(const journal::Head& end);
    Done apply(const Inbox& inbox);
    Done read_files(const journal::Head& end);
    Done begin_again(const std::string& why);
    Done finish(Task task, const Result<void>& result);

    // On the loop.
    void pump();
    void dispatch();
    void follow();
    void run(std::function<Done()> work);
    void done(const Done& done);
    void handle_failure(const Failure& failure);
    void progress(const Cursor& cursor);
    void tell(FollowerNews::Kind kind, std::string detail);
    void enter(FollowerState state, std::string detail = {});
    void pump_after(Microseconds time);
    [[nodiscard]] bool hurried() const { return wanted_seq_ > cursor_.seq; }
    [[nodiscard]] std::uint64_t durable_seq() const;

    FollowerServices services_;
    FollowerOptions options_;
    std::vector<std::function<void()>> observers_;
    std::function<void(const FollowerNews&)> news_;

    // The loop's.
    FollowerState state_ = FollowerState::starting;
    std::string detail_;
    Cursor cursor_;                 ///< as the thread last told it
    std::uint64_t fed_ = 0;         ///< newest fact handed over, or in the inbox
    std::uint64_t wanted_seq_ = 0;  ///< somebody waits for it
    bool live_ = false;             ///< what is new is copied from the journal
    bool busy_ = false;             ///< a task is under way
    bool opened_ = false;
    bool stopped_ = false;
    bool tried_again_ = false;  ///< the file was begun again and nothing was applied since
    std::string damage_;        ///< reported by a reader, not yet acted on
    std::uint64_t generation_ = 1;
    std::uint64_t began_again_ = 0;
    std::uint64_t transactions_ = 0;
    Inbox inbox_;
    std::unique_ptr<os::Timer> timer_;
    bool timer_set_ = false;

    // The thread's, while a task is under way.
    std::unique_ptr<Store> store_;
    std::uint64_t log_id_ = 0;
    std::atomic<bool> stop_{false};
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::readmodel
