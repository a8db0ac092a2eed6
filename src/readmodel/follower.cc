#include "readmodel/follower.h"

#include <fmt/format.h>

#include "readmodel/catch_up.h"

namespace holdfast::readmodel {
namespace {

/// Closer than this to the end, the rest comes from the journal's memory, which holds far more.
constexpr std::uint64_t kNearFacts = 20'000;
/// While the disk is low it is looked at this often.
constexpr Microseconds kLookAgain = std::chrono::seconds(1);
constexpr ErrorCode kQueueFull = ErrorCode::closed;

/// Whether a new file may help.
bool is_damage(const Failure& failure) {
    return failure.code == ErrorCode::corrupt || failure.code == ErrorCode::invalid_format ||
           failure.code == ErrorCode::unsupported || failure.code == ErrorCode::not_found;
}

}  // namespace

std::string_view name(FollowerState state) {
    switch (state) {
        case FollowerState::starting: return "starting";
        case FollowerState::catching_up: return "catching_up";
        case FollowerState::following: return "following";
        case FollowerState::paused: return "paused";
        case FollowerState::failed: return "failed";
    }
    return "unknown";
}

Follower::Follower(const FollowerServices& services, FollowerOptions options)
    : services_(services), options_(std::move(options)) {}

Follower::~Follower() { *alive_ = false; }

std::uint64_t Follower::durable_seq() const { return services_.journal.head().next_seq - 1; }

// --- On the loop.

void Follower::start() {
    log_id_ = services_.journal.head().log_id;
    run([this, end = services_.journal.head()] { return open_store(end); });
}

void Follower::stop() {
    stopped_ = true;
    stop_ = true;
}

void Follower::run(std::function<Done()> work) {
    busy_ = true;
    services_.beside([this, alive = alive_, work = std::move(work)] {
        Done result = work();
        services_.loop.post([this, alive, result = std::move(result)] {
            if (*alive) done(result);
        });
    });
}

void Follower::durable(std::uint64_t durable_seq) {
    if (durable_seq <= fed_ || stopped_) return;
    if (!live_) {
        dispatch();
    } else if (hurried()) {
        pump();
    } else {
        pump_after(options_.gather);
    }
}

void Follower::pump_after(Microseconds time) {
    if (timer_set_) return;
    timer_set_ = true;
    timer_ = services_.loop.call_after(time, [this] {
        timer_set_ = false;
        pump();
    });
}

void Follower::hurry(std::uint64_t wanted_seq) {
    wanted_seq_ = std::max(wanted_seq_, wanted_seq);
    if (live_) pump();
}

void Follower::damaged(std::string why) {
    if (damage_.empty()) damage_ = std::move(why);
    dispatch();
}

/// Copies what is new. Where it does not fit, the thread is behind: it will read the files.
void Follower::pump() {
    if (live_ && !stopped_) {
        const Result<void> read =
            services_.journal.read(fed_ + 1, [&](const journal::Batch& batch) -> Result<void> {
                if (inbox_.bytes > 0 && inbox_.bytes + batch.body.size() > options_.queue_bytes_max)
                    return failure(kQueueFull, "the queue is full");
                inbox_.bodies.emplace_back(batch.body.begin(), batch.body.end());
                inbox_.bytes += batch.body.size();
                fed_ = std::max(fed_, batch.first_seq + batch.fact_count - 1);
                return {};
            });
        if (!read) live_ = false;
    }
    dispatch();
}

/// Gives the thread its next task, if it has none and there is one.
void Follower::dispatch() {
    if (busy_ || stopped_ || !opened_) return;
    if (!damage_.empty()) {
        live_ = false;
        inbox_ = {};
        run([this, why = std::exchange(damage_, {})] { return begin_again(why); });
        return;
    }
    if (fed_ >= durable_seq() && inbox_.bodies.empty()) {
        follow();
        return;
    }
    if (services_.journal.status().disk_low) {
        enter(FollowerState::paused, "the disk is low");
        pump_after(kLookAgain);
        return;
    }
    if (!inbox_.bodies.empty()) {
        run([this, inbox = std::exchange(inbox_, {})] { return apply(inbox); });
    } else if (!live_ && services_.journal_files != nullptr) {
        enter(FollowerState::catching_up);
        run([this, end = services_.journal.head()] { return read_files(end); });
    } else {
        follow();
        pump_after(Microseconds{0});
    }
}

void Follower::done(const Done& done) {
    busy_ = false;
    if (!done.began_again.empty()) {
        ++generation_;
        ++began_again_;
        tell(FollowerNews::Kind::began_again, done.began_again);
    }
    opened_ |= done.task == Task::open && !done.failure;
    const bool advanced = done.cursor.seq != cursor_.seq;
    if (advanced && done.cursor.seq > 0) tried_again_ = false;
    progress(done.cursor);
    if (done.failure) {
        handle_failure(*done.failure);
        return;
    }
    if (!live_ && inbox_.bodies.empty()) {
        fed_ = cursor_.seq;
        // Files that show nothing new although there is something are read through the journal.
        const bool near = durable_seq() - fed_ <= kNearFacts;
        if (done.task == Task::read_files && (near || !advanced)) follow();
    }
    // What came in meanwhile is gathered too.
    const bool gathers = live_ && inbox_.bodies.empty() && fed_ < durable_seq() && !hurried();
    if (gathers && damage_.empty())
        pump_after(options_.gather);
    else
        pump();
}

void Follower::follow() {
    live_ = true;
    if (state_ == FollowerState::following) return;
    tell(FollowerNews::Kind::caught_up, {});
    enter(FollowerState::following);
}

void Follower::handle_failure(const Failure& failure) {
    live_ = false;
    inbox_ = {};
    fed_ = cursor_.seq;
    if (is_damage(failure) && !tried_again_) {
        tried_again_ = true;
        run([this, why = failure.detail] { return begin_again(why); });
        return;
    }
    tried_again_ = false;
    opened_ = false;
    const std::string text = to_string(failure);
    if (state_ != FollowerState::failed || detail_ != text) tell(FollowerNews::Kind::failed, text);
    enter(FollowerState::failed, text);
    timer_set_ = true;
    timer_ = services_.loop.call_after(options_.retry_after, [this] {
        timer_set_ = false;
        if (!stopped_ && !busy_)
            run([this, end = services_.journal.head()] { return open_store(end); });
    });
}

void Follower::progress(const Cursor& cursor) {
    if (cursor.seq != cursor_.seq) ++transactions_;
    cursor_ = cursor;
    for (const auto& observer : observers_) observer();
}

void Follower::enter(FollowerState state, std::string detail) {
    const bool changed = state_ != state;
    state_ = state;
    detail_ = std::move(detail);
    if (!changed) return;
    if (state == FollowerState::paused) tell(FollowerNews::Kind::paused, detail_);
    for (const auto& observer : observers_) observer();
}

void Follower::tell(FollowerNews::Kind kind, std::string detail) {
    if (news_) news_({kind, std::move(detail)});
}

FollowerStatus Follower::status() const {
    FollowerStatus status{.state = state_,
                          .detail = detail_,
                          .applied_seq = cursor_.seq,
                          .began_again = began_again_,
                          .transactions = transactions_};
    const std::uint64_t durable = durable_seq();
    if (durable > cursor_.seq) {
        status.lag_facts = durable - cursor_.seq;
        if (cursor_.seq > 0)
            status.lag = services_.journal.head().last_log_time - cursor_.recorded_at;
    }
    return status;
}

// --- Beside the loop. One task at a time, so that what belongs to the thread needs no lock.

Follower::Done Follower::finish(Task task, const Result<void>& result) {
    Done done{.task = task};
    if (store_ != nullptr) done.cursor = store_->cursor();
    if (!result) done.failure = result.error();
    return done;
}

Follower::Done Follower::open_store(const journal::Head& end) {
    store_.reset();
    auto opened = Store::open(services_.files, options_.directory, options_.name, options_.kept);
    if (!opened) return finish(Task::open, tl::unexpected(opened.error()));
    store_ = std::move(*opened);
    Result<void> checked;
    if (services_.journal_files != nullptr)
        checked = check_history(*store_, *services_.journal_files, end);
    Done done = finish(Task::open, checked);
    done.began_again = store_->began_again_because();
    return done;
}

Follower::Done Follower::begin_again(const std::string& why) {
    Done done = finish(Task::begin_again, store_->begin_again(why));
    done.began_again = why;
    return done;
}

Follower::Done Follower::apply(const Inbox& inbox) {
    Projection& projection = store_->projection();
    projection.begin(log_id_);
    for (const std::vector<std::byte>& body : inbox.bodies) {
        const Result<void> facts = for_each_fact(body, [&](const FactView& fact) -> Result<void> {
            projection.apply(fact);
            return {};
        });
        if (!facts) store_->database().fail(facts.error());
    }
    const Result<void> committed = projection.commit();
    if (committed) store_->keep_log_short();
    return finish(Task::apply, committed);
}

Follower::Done Follower::read_files(const journal::Head& end) {
    CatchUp wanted{.end = end, .stop = &stop_};
    wanted.progress = [this](const Cursor& cursor) {
        services_.loop.post([this, alive = alive_, cursor] {
            if (*alive) progress(cursor);
        });
    };
    return finish(Task::read_files, catch_up(*store_, *services_.journal_files, wanted));
}

}  // namespace holdfast::readmodel
