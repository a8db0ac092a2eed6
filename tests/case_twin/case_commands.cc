#include "case_commands.h"

namespace holdfast::case_twin {
namespace {

constexpr std::size_t kHistory = 20;
constexpr CaseAction kActions[] = {CaseAction::assign, CaseAction::snooze, CaseAction::resolve,
                                   CaseAction::reopen, CaseAction::comment};
constexpr CaseResolution kResolutions[] = {
    CaseResolution::corrected, CaseResolution::accepted,      CaseResolution::false_alarm,
    CaseResolution::duplicate, CaseResolution::cause_removed,
};
constexpr std::string_view kActors[] = {"", "mira", "jo"};

}  // namespace

CaseId CaseCommands::any_case(const CaseTwin& twin) {
    if (twin.cases.empty() || random_.percent(6)) return CaseId{random_.below(100) << 16};
    return CaseId{twin.cases[random_.below(twin.cases.size())].id};
}

const DrawnCaseCommand& CaseCommands::next(const CaseTwin& twin, Instant now) {
    // A redelivery: the same command once more.
    if (!history_.empty() && random_.percent(6)) return *history_[random_.below(history_.size())];
    auto d = std::make_unique<DrawnCaseCommand>();
    if (random_.percent(20))
        d->command = WakeCases{static_cast<std::uint32_t>(random_.between(1, 4))};
    else
        draw_action(*d, twin, now);
    history_.push_back(std::move(d));
    if (history_.size() > kHistory) history_.pop_front();
    return *history_.back();
}

void CaseCommands::draw_action(DrawnCaseCommand& d, const CaseTwin& twin, Instant now) {
    ActOnCases c;
    c.action = random_.pick(kActions);
    const std::uint64_t count = random_.percent(60) ? 1 : random_.below(5);
    for (std::uint64_t i = 0; i < count; ++i) d.ids.push_back(any_case(twin));
    if (random_.percent(1)) d.ids.assign(501, CaseId{1});
    c.partial = random_.percent(40);
    if (random_.percent(70)) d.assignee = random_.percent(50) ? "mira" : "jo";
    if (random_.percent(2)) d.assignee += '\n';
    if (random_.percent(50)) d.comment = std::string(random_.below(30), 'x');
    if (random_.percent(2)) d.comment += '\a';
    if (random_.percent(1)) d.comment.assign(comment_bytes_max + 1, 'y');
    const std::int64_t minute = 60'000'000;
    const std::int64_t far = 91 * 24 * 60;
    c.wake_at = now + Microseconds{minute * (random_.percent(80) ? random_.between(-2, 120)
                                                                 : random_.between(0, far))};
    c.resolution = random_.pick(kResolutions);
    c.envelope.actor = random_.pick(kActors);
    if (random_.percent(30)) {
        const bool known = !keys_.empty() && random_.percent(20);
        c.envelope.transport = known ? keys_[random_.below(keys_.size())]
                                     : CommandKey{{random_.next(), random_.next()}, random_.next()};
        if (known && random_.percent(50)) c.envelope.transport.body_hash += 1;
        keys_.push_back(c.envelope.transport);
    }
    // What an action does not take, it is not given.
    if (c.action == CaseAction::assign) c.assignee = d.assignee;
    c.comment = d.comment;
    c.cases = d.ids;
    d.command = c;
}

}  // namespace holdfast::case_twin
