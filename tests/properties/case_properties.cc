// What holds of the cases in every history of a retailer and of the people who look after them.
#include <map>
#include <set>
#include <tuple>

#include "case_commands.h"
#include "case_episode.h"
#include "cases/checkpoint_codec.h"
#include "ledger/checkpoint_codec.h"
#include "properties.h"

namespace holdfast::properties {
namespace {

using case_twin::CaseRun;
using sequencer::Machines;

/// A history that is drawn on the way: three commands of the retailer to one about cases.
class CaseHistory {
  public:
    explicit CaseHistory(std::uint64_t seed) : stream_(seed), people_(seed + 1), run_(seed) {}

    /// Draws a command; valid until the next one.
    const Command& draw() {
        if (now_ != Instant{} && people_.comes_next())
            return people_.next(run_.twins().cases(), now_).command;
        const ledger::DrawnCommand& drawn = stream_.next(run_.twins().ledger());
        now_ = drawn.now;
        return drawn.command;
    }
    void run(const Command& command) {
        RC_ASSERT(!run_.step(command, now_));
        if (!run_.entry().empty()) entries_.push_back(run_.entry());
    }
    void run_some() {
        for (std::uint64_t left = *between<std::uint64_t>(1, 120); left > 0; --left) run(draw());
    }

    [[nodiscard]] const cases::State& cases() const { return *run_.machines().cases; }
    [[nodiscard]] Hash128 hash() const { return view(run_.machines()).state_hash(); }
    [[nodiscard]] const CaseRun& machines() const { return run_; }
    [[nodiscard]] const std::vector<std::vector<std::byte>>& entries() const { return entries_; }
    [[nodiscard]] Instant now() const { return now_; }

  private:
    ledger::CommandStream stream_;
    case_twin::CaseCommands people_;
    CaseRun run_;
    Instant now_{};
    std::vector<std::vector<std::byte>> entries_;
};

CaseHistory any_history() { return CaseHistory(*rc::gen::arbitrary<std::uint64_t>()); }

void a_subject_has_one_case() {
    CaseHistory history = any_history();
    history.run_some();
    std::set<std::tuple<CaseKind, SkuId, LocationId, ChannelId, NameId, ReservationId, std::string,
                        std::string>>
        seen;
    for (const auto& [id, row] : history.cases().table.rows()) {
        const cases::Subject& s = row.subject;
        // A reservation stands for its order: not every fact about it says the order's number.
        const bool held = s.reservation.raw != 0;
        RC_ASSERT(seen.emplace(s.kind, s.sku, s.location, s.channel, s.source, s.reservation,
                               held ? std::string{} : s.order, held ? std::string{} : s.document)
                      .second);
    }
}

/// Raises of each kind that the facts of an entry tell of.
std::map<CaseKind, std::uint64_t> raises_of(const std::vector<std::byte>& entry) {
    std::map<CaseKind, std::uint64_t> raises;
    const auto read = for_each_fact(entry, [&](const FactView& fact) -> Result<void> {
        if (const auto kinds = fact.field(FieldTag::raises))
            for (const std::byte kind : *kinds) ++raises[static_cast<CaseKind>(kind)];
        return {};
    });
    RC_ASSERT(read.has_value());
    return raises;
}

void nothing_of_a_case_gets_lost() {
    CaseHistory history = any_history();
    for (std::uint64_t left = *between<std::uint64_t>(1, 120); left > 0; --left) {
        const std::map<std::uint64_t, cases::Case> before = history.cases().table.rows();
        history.run(history.draw());
        const auto raises = raises_of(history.machines().entry());
        for (const auto& [id, was] : before) {
            const cases::Case* is = history.cases().table.find(CaseId{id});
            if (is == nullptr) {
                RC_ASSERT(!was.live());  // only what is resolved is ever forgotten
                continue;
            }
            const auto raised = raises.find(was.subject.kind);
            const std::uint64_t most = raised == raises.end() ? 0 : raised->second;
            RC_ASSERT(is->count >= was.count && is->count - was.count <= most);
            RC_ASSERT(is->regressed >= was.regressed);
            // It comes back when it is raised, and at no other time.
            const bool raised_again = is->count > was.count;
            const bool came_back = is->regressed > was.regressed;
            RC_ASSERT(raised_again || !came_back);
            RC_ASSERT(came_back || was.live() || !raised_again);
            RC_ASSERT(is->history.size() + is->history_dropped >=
                      was.history.size() + was.history_dropped);
            RC_ASSERT(is->history.front() == was.history.front());
            RC_ASSERT(is->facts.front() == was.facts.front());
            RC_ASSERT(is->units_peak >= was.units_peak && is->units <= is->units_peak);
        }
    }
}

void refused_actions_change_nothing() {
    CaseHistory history = any_history();
    for (std::uint64_t left = *between<std::uint64_t>(1, 100); left > 0; --left) {
        const Hash128 before = history.hash();
        history.run(history.draw());
        if (history.machines().entry().empty()) RC_ASSERT(history.hash() == before);
    }
}

void nobody_sleeps_too_long() {
    CaseHistory history = any_history();
    history.run_some();
    history.run(WakeCases{});
    for (const auto& [id, row] : history.cases().table.rows())
        RC_ASSERT(row.state != CaseState::snoozed || row.wake_at > history.now());
}

void the_list_is_in_order() {
    CaseHistory history = any_history();
    history.run_some();
    const cases::Case* before = nullptr;
    std::size_t live = 0;
    for (const cases::QueueKey& place : history.cases().table.live()) {
        const cases::Case* row = history.cases().table.find(place.id);
        RC_ASSERT(row != nullptr && row->live());
        if (before != nullptr)
            RC_ASSERT(before->money > row->money ||
                      (before->money == row->money && before->id < row->id));
        before = row;
        ++live;
    }
    for (const auto& [id, row] : history.cases().table.rows()) live -= row.live() ? 1 : 0;
    RC_ASSERT(live == 0U);
}

void take(Machines& machines, const std::vector<std::vector<std::byte>>& entries, std::size_t from,
          std::size_t to) {
    for (std::size_t i = from; i < to; ++i) RC_ASSERT(machines.replay(entries[i]).has_value());
}

void replay_cut_anywhere() {
    CaseHistory history = any_history();
    history.run_some();
    const std::size_t cut = *between<std::size_t>(0, history.entries().size() + 1);
    const Machines& original = history.machines().machines();
    Machines first = case_twin::make_machines(original.ledger->seed, {});
    take(first, history.entries(), 0, cut);
    std::vector<std::byte> stock, list;
    ledger::encode_state(*first.ledger, stock);
    cases::encode_state(*first.cases, list);
    auto stock_again = ledger::decode_state(stock, first.ledger->seed, first.ledger->limits);
    auto list_again = cases::decode_state(list, first.cases->seed, first.cases->limits);
    RC_ASSERT(stock_again.has_value() && list_again.has_value());
    Machines second{.ledger = std::move(*stock_again), .cases = std::move(*list_again)};
    RC_ASSERT(view(second).state_hash() == view(first).state_hash());
    take(second, history.entries(), cut, history.entries().size());
    RC_ASSERT(view(second).state_hash() == history.hash());
    RC_ASSERT(!second.cases->check_invariants());
}

}  // namespace

void check_cases(Properties& p) {
    p.check("a subject has one case", a_subject_has_one_case);
    p.check("of a case nothing gets lost, and it comes back when it is raised",
            nothing_of_a_case_gets_lost);
    p.check("what is refused changes no case", refused_actions_change_nothing);
    p.check("no case sleeps beyond its time", nobody_sleeps_too_long);
    p.check("the work list holds the live cases, the most money first", the_list_is_in_order);
    p.check("cases replay the same, cut anywhere, with a checkpoint between", replay_cut_anywhere);
}

}  // namespace holdfast::properties
