#include "api/history_desk.h"

#include "api/desk.h"

namespace holdfast::api {
namespace {

constexpr Microseconds kHistoryTick = std::chrono::milliseconds(50);

}  // namespace

HistoryDesk::HistoryDesk(Desk& desk, readmodel::Follower* follower, readmodel::Executor reading)
    : desk_(desk), follower_(follower), reading_(std::move(reading)) {
    if (follower_ == nullptr) return;
    follower_->on_progress([this, alive = alive_] {
        if (*alive) resume();
    });
}

HistoryDesk::~HistoryDesk() { *alive_ = false; }

void HistoryDesk::ask(http::RequestToken token, std::uint64_t needs_seq, HistoryQuestion question) {
    if (follower_ == nullptr) {
        desk_.refuse(token, problems::history_unavailable, "This hub keeps no read model.");
        return;
    }
    if (waiting_.size() + running_ >= desk_.options().history_questions_max) {
        desk_.refuse(token, problems::overloaded,
                     "Too many questions about history are under way.");
        return;
    }
    if (follower_->applied_seq() >= needs_seq) {
        run(token, std::move(question));
        return;
    }
    waiting_.push_back(
        {token, needs_seq, desk_.now() + desk_.options().min_seq_wait_max, std::move(question)});
    if (timer_ == nullptr) watch_deadlines();
    follower_->hurry(needs_seq);
}

void HistoryDesk::run(http::RequestToken token, HistoryQuestion question) {
    ++running_;
    reading_([this, alive = alive_, slot = slot_, &loop = desk_.loop(), token,
              path = follower_->path(), generation = follower_->generation(),
              question = std::move(question)] {
        // Beside the loop: of `this` nothing is touched before the answer is posted.
        HistoryAnswer answer;
        const auto work = [&]() -> Result<void> {
            if (slot->generation != generation) slot->reader.reset();
            if (slot->reader == nullptr) {
                auto opened = readmodel::Reader::open(path);
                if (!opened) return tl::unexpected(opened.error());
                slot->reader = std::move(*opened);
                slot->generation = generation;
            }
            if (Result<void> begun = slot->reader->begin(); !begun) return begun;
            answer = question(*slot->reader);
            return slot->reader->end();
        };
        Result<void> outcome = work();
        if (!outcome) slot->reader.reset();
        loop.post([this, alive, token, answer = std::move(answer), outcome = std::move(outcome)] {
            if (*alive) answered(token, answer, outcome);
        });
    });
}

void HistoryDesk::answered(http::RequestToken token, const HistoryAnswer& answer,
                           const Result<void>& outcome) {
    --running_;
    if (!outcome) {
        const ErrorCode code = outcome.error().code;
        if (code == ErrorCode::corrupt || code == ErrorCode::invalid_format)
            follower_->damaged(outcome.error().detail);
        desk_.refuse(token, problems::history_unavailable, "The read model is being built again.");
        return;
    }
    desk_.metrics().explain_disagreements.add(answer.disagreements);
    if (answer.problem != nullptr) {
        desk_.refuse(token, *answer.problem, answer.detail);
        return;
    }
    desk_.answer(token, 200, kJson, answer.body);
}

void HistoryDesk::resume() {
    if (waiting_.empty()) return;
    std::deque<Waiting> ready;
    std::erase_if(waiting_, [&](Waiting& waiting) {
        if (waiting.needs_seq > follower_->applied_seq()) return false;
        ready.push_back(std::move(waiting));
        return true;
    });
    for (Waiting& waiting : ready) run(waiting.token, std::move(waiting.question));
}

void HistoryDesk::watch_deadlines() {
    timer_ = desk_.loop().call_after(kHistoryTick, [this] {
        const Microseconds now = desk_.loop().clock().since_boot();
        // All wait equally long, so the first to come is the first to go.
        while (!waiting_.empty() && waiting_.front().deadline <= now) {
            desk_.refuse(waiting_.front().token, problems::history_not_reached);
            waiting_.pop_front();
        }
        if (waiting_.empty()) {
            timer_ = nullptr;
        } else {
            follower_->hurry(waiting_.front().needs_seq);
            watch_deadlines();
        }
    });
}

}  // namespace holdfast::api
