// Questions to the read model: put on the loop, answered beside it, sent on the loop. A question of
// a position that the read model has not reached waits for it, one second at most. Bounded: beyond
// that many questions under way there is 503.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/problem.h"
#include "http/server.h"
#include "os/loop.h"
#include "readmodel/follower.h"
#include "readmodel/reader.h"

namespace holdfast::api {

class Desk;

struct HistoryAnswer {
    const ProblemKind* problem = nullptr;  ///< none: 200 with the body
    std::string detail;
    std::string body;  ///< JSON
    /// Numbers in which the ledger and the read model do not agree: our bug, and counted.
    std::uint64_t disagreements = 0;
};
/// Called beside the loop, within one cut of the reader: sees nothing but what it brought along.
using HistoryQuestion = std::function<HistoryAnswer(readmodel::Reader&)>;

class HistoryDesk {
  public:
    /// `reading` runs one task after the other beside the loop.
    HistoryDesk(Desk& desk, readmodel::Follower* follower, readmodel::Executor reading);
    ~HistoryDesk();

    /// Answers the request with what the question comes back with, as of `needs_seq` or later.
    void ask(http::RequestToken token, std::uint64_t needs_seq, HistoryQuestion question);

  private:
    struct Waiting {
        http::RequestToken token;
        std::uint64_t needs_seq = 0;
        Microseconds deadline{};
        HistoryQuestion question;
    };
    /// The reader, beside the loop.
    struct Slot {
        std::unique_ptr<readmodel::Reader> reader;
        std::uint64_t generation = 0;
    };
    void run(http::RequestToken token, HistoryQuestion question);
    void resume();
    void watch_deadlines();
    void answered(http::RequestToken token, const HistoryAnswer& answer,
                  const Result<void>& outcome);

    Desk& desk_;
    readmodel::Follower* follower_;
    readmodel::Executor reading_;
    std::deque<Waiting> waiting_;
    std::size_t running_ = 0;
    std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
    std::unique_ptr<os::Timer> timer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::api
