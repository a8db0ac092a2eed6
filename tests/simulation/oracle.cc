#include "simulation/oracle.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "simulation/content.h"

namespace holdfast::simulation {

using sequencer::Answer;
using Kind = ledger::Outcome::Kind;

std::uint64_t Oracle::ask(Request request) {
    Asked asked;
    asked.request = std::move(request);
    asked.floor = newest_known_;
    asked_.push_back(std::move(asked));
    envelope_of_request(asked_.back().request).occurred_at = tag_of(asked_.size());
    return asked_.size();
}

void Oracle::received(std::uint64_t number, const Reply& reply) {
    if (!reply.names_fact()) return;
    Asked& asked = asked_[number - 1];
    if (asked.known_seq == 0) {
        asked.known_seq = reply.seq;
        asked.known_hash = reply.fact_hash;
        newest_known_ = std::max(newest_known_, reply.seq);
    } else if (asked.known_seq != reply.seq || asked.known_hash != reply.fact_hash) {
        fail(fmt::format("request {} was answered with fact {} first and with fact {} then", number,
                         asked.known_seq, reply.seq));
    }
}

std::uint64_t Oracle::delivered(std::uint64_t number, Microseconds now) {
    Asked& asked = asked_[number - 1];
    if (asked.delivered++ == 0) asked.first_delivered = now;
    copies_.push_back({.request = number, .durable_seq = durable_seq()});
    return copies_.size() - 1;
}

void Oracle::trace_answer(const Copy& copy, const Answer& answer) const {
    std::string text = fmt::format("request {} is answered: ", copy.request);
    if (answer.kind == Answer::Kind::unknown)
        text += "unknown";
    else if (answer.kind == Answer::Kind::unavailable)
        text += name(answer.reason);
    else if (answer.outcome.kind == Kind::refused)
        text += name(answer.outcome.refusal);
    else
        text += fmt::format("{} {}", answer.outcome.kind == Kind::repeated ? "again" : "fact",
                            answer.outcome.seq);
    trace_(std::move(text));
}

void Oracle::answered(std::uint64_t token, const Answer& answer) {
    const Copy& copy = copies_[token];
    if (trace_) trace_answer(copy, answer);
    Asked& asked = asked_[copy.request - 1];
    switch (answer.kind) {
        case Answer::Kind::unknown: coverage_.hit(Path::answered_unknown); return;
        case Answer::Kind::unavailable:
            ++asked.negative;
            switch (answer.reason) {
                case sequencer::Unavailable::overloaded:
                    return coverage_.hit(Path::answered_overloaded);
                case sequencer::Unavailable::disk_low:
                    return coverage_.hit(Path::answered_disk_low);
                case sequencer::Unavailable::disk_full:
                    return coverage_.hit(Path::answered_disk_full);
                case sequencer::Unavailable::draining:
                    return coverage_.hit(Path::answered_draining);
                default: return fail("an unavailable answer has no reason");
            }
        case Answer::Kind::decided: return check_decided(copy, asked, answer);
    }
}

void Oracle::check_decided(const Copy& copy, Asked& asked, const Answer& answer) {
    const ledger::Outcome& outcome = answer.outcome;
    if (answer.durable_seq > durable_seq())
        fail(fmt::format("an answer says seq {} is durable, the disk has confirmed {}",
                         answer.durable_seq, durable_seq()));
    if (outcome.kind == Kind::refused) {
        ++asked.negative;
        return check_refused(copy, asked, answer);
    }
    if (outcome.kind == Kind::idle) return fail("a client's request was answered with nothing");
    const bool recorded = outcome.kind == Kind::recorded;
    coverage_.hit(recorded ? Path::answered_recorded : Path::answered_repeated);
    ++(recorded ? asked.recorded : asked.negative);
    if (outcome.seq == 0 || outcome.seq > durable_seq())
        return fail(fmt::format("request {} was answered with fact {}, durable are {}",
                                copy.request, outcome.seq, durable_seq()));
    if (!answer.has_fact)
        return fail(fmt::format("request {} was answered without its fact", copy.request));
    if (!std::ranges::equal(answer.fact.bytes(), bytes_of(outcome.seq)))
        return fail(
            fmt::format("request {} was answered with a fact that the journal does not "
                        "have at seq {}",
                        copy.request, outcome.seq));
    if (request_of(answer.fact) != copy.request)
        fail(fmt::format("request {} was answered with the fact of request {}", copy.request,
                         request_of(answer.fact)));
}

void Oracle::check_refused(const Copy& copy, const Asked& asked, const Answer& answer) {
    const Refusal refusal = answer.outcome.refusal;
    coverage_.hit(Path::answered_refused);
    coverage_.hit(refusal);
    const Envelope& envelope = envelope_of_request(asked.request);
    const auto complain = [&](std::string_view what) {
        fail(fmt::format("request {} was refused with {}: {}", copy.request, name(refusal), what));
    };
    const auto conflict = [&](const CommandKey& key) {
        const auto body = model_.body_of_key(key.key);
        if (!body || *body == key.body_hash) complain("no other body had that key");
    };
    if (!refusal_fits(asked.request, refusal)) complain("the request gives no reason for that");
    switch (refusal) {
        case Refusal::none: return complain("no reason");
        case Refusal::key_reused_with_other_body:
            coverage_.hit(Path::key_reused);
            return conflict(envelope.transport);
        case Refusal::event_identity_conflict: return conflict(envelope.semantic);
        case Refusal::already_recorded:
            coverage_.hit(Path::source_repeated);
            if (!model_.source_recorded(asked.request.source, envelope.source_epoch,
                                        envelope.source_seq))
                complain("its source never came that far");
            return;
        case Refusal::insufficient_stock:
            for (const ledger::LineProblem& problem : answer.outcome.problems)
                if (problem.refusal == Refusal::insufficient_stock &&
                    problem.available_to_sell >= problem.requested)
                    complain("there was enough");
            break;
        default: break;
    }
    if (envelope.transport.given() && asked.effect_seq != 0 && asked.effect_seq <= copy.durable_seq)
        complain("its effect was durable before this copy came");
}

void Oracle::check_group(const journal::Batch& batch) {
    if (batch.first_seq != durable_seq() + 1)
        fail(fmt::format("a group begins at seq {}, durable are {}", batch.first_seq,
                         durable_seq()));
    if (batch.first_entry != entries_ + 1)
        fail(fmt::format("a group begins at entry {} after entry {}", batch.first_entry, entries_));
    std::uint32_t facts = 0, entries = 0;
    Instant last{};
    const Result<void> parsed =
        for_each_fact(batch.body, [&](const FactView& fact) -> Result<void> {
            ++facts;
            entries += fact.last_of_entry() ? 1 : 0;
            last = fact.recorded_at();
            return {};
        });
    if (!parsed) fail("a group holds bytes that are no fact");
    if (facts != batch.fact_count || entries != batch.entry_count)
        fail(fmt::format("a group says {} facts of {} entries and has {} of {}", batch.fact_count,
                         batch.entry_count, facts, entries));
    if (last != batch.log_time) fail("a group's log time is not that of its last fact");
}

void Oracle::handed_over(const journal::Batch& batch, Microseconds now) {
    if (in_flight_) fail("a group was handed over while another one was under way");
    check_group(batch);
    coverage_.hit(batch.entry_count == 1 ? Path::group_of_one : Path::group_of_many);
    in_flight_ = Group{.bytes = {batch.body.begin(), batch.body.end()},
                       .first_seq = batch.first_seq,
                       .entries = batch.entry_count,
                       .decided_after = decided_after_,
                       .handed_over = now,
                       .clock_moved_before = clock_moved_before_};
    decided_after_ = now;
    clock_moved_before_ = clock_moved_;
}

void Oracle::handed_back(journal::AppendOutcome outcome) {
    if (!in_flight_) return fail("a group came back that was not handed over");
    if (outcome == journal::AppendOutcome::fenced) fail("the only owner was fenced");
    // After a failure nobody knows; the next process will.
    if (outcome != journal::AppendOutcome::applied) return;
    const Group group = *std::exchange(in_flight_, std::nullopt);
    keep(group);
}

void Oracle::keep(const Group& group) {
    entries_ += group.entries;
    for (ByteSpan rest = group.bytes; !rest.empty();) {
        const FactView fact = FactView::trusted(rest);
        keep(fact, group);
        rest = rest.subspan(fact.size());
    }
}

void Oracle::keep(const FactView& fact, const Group& group) {
    facts_.push_back({.offset = bytes_.size(), .size = fact.size()});
    const ByteSpan bytes = fact.bytes();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    FactContext context{.decided_after = group.decided_after,
                        .handed_over = group.handed_over,
                        .clock_moved_before = group.clock_moved_before,
                        .clock_moved = clock_moved_};
    const std::uint64_t number = request_of(fact);
    if (number > asked_.size()) return fail(fmt::format("fact {} answers nobody", fact.seq()));
    if (number != 0) {
        Asked& asked = asked_[number - 1];
        context.request = &asked.request;
        context.decided_after = std::max(context.decided_after, asked.first_delivered);
        ++asked.effects;
        asked.effect_seq = fact.seq();
        if (fact.seq() <= asked.floor)
            fail(fmt::format("request {} was asked after fact {} was known and became fact {}",
                             number, asked.floor, fact.seq()));
        if (fact.field(FieldTag::parked_lines)) awaited_orders_.emplace(fact.text(FieldTag::order));
        const bool awaited = awaited_orders_.contains(fact.text(FieldTag::order));
        if (const auto wrong = wrong_content(asked.request, fact, awaited))
            fail(fmt::format("fact {} {} of request {} {}", fact.seq(), name(fact.type()), number,
                             *wrong));
    }
    if (trace_) trace_(describe(fact));
    model_.apply(fact, context);
    if (!model_.fault().empty()) fail(model_.fault());
}

void Oracle::verify_recovery(sequencer::Sequencer& hub, Microseconds now) {
    decided_after_ = now;
    clock_moved_before_ = clock_moved_;
    compare_journal(hub.journal());
    if (!failure_.empty()) return;
    check_notebooks();
    compare_replay(hub);
    verify_state(hub.state());
    verify_counts();
}

// What was durable is still there, byte for byte; the group under way is there whole or not at all.
void Oracle::compare_journal(journal::Journal& journal) {
    std::size_t at = 0;
    std::uint64_t next = 1;
    bool kept = false;
    const Result<void> read = journal.read(1, [&](const journal::Batch& batch) -> Result<void> {
        if (batch.first_seq != next)
            fail(fmt::format("the journal goes from seq {} to {}", next - 1, batch.first_seq));
        next = batch.first_seq + batch.fact_count;
        if (at < bytes_.size()) {
            const std::size_t size = batch.body.size();
            if (size > bytes_.size() - at ||
                !std::ranges::equal(batch.body, ByteSpan(bytes_).subspan(at, size)))
                fail(fmt::format("the journal holds other facts at seq {}", batch.first_seq));
            at += size;
            return {};
        }
        if (kept || !in_flight_ || !std::ranges::equal(batch.body, in_flight_->bytes))
            fail(fmt::format("the journal holds facts at seq {} that nobody wrote",
                             batch.first_seq));
        kept = true;
        return {};
    });
    if (!read) return fail("the recovered journal cannot be read: " + to_string(read.error()));
    if (at < bytes_.size())
        return fail(fmt::format("ACKNOWLEDGED LOSS: the journal ends at seq {}, {} were durable",
                                next - 1, durable_seq()));
    const std::optional<Group> group = std::exchange(in_flight_, std::nullopt);
    if (!group || !failure_.empty()) return;
    coverage_.hit(kept ? Path::group_in_flight_kept : Path::group_in_flight_lost);
    if (kept) keep(*group);
}

// Independent of everything that was watched inside: only what clients were told.
void Oracle::check_notebooks() {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const Asked& asked = asked_[i];
        if (asked.known_seq == 0) continue;
        if (asked.known_seq > durable_seq() ||
            (hash64(bytes_of(asked.known_seq)) | 1U) != asked.known_hash)
            return fail(
                fmt::format("ACKNOWLEDGED LOSS: a client was told that request {} is fact "
                            "{}, and it is not",
                            i + 1, asked.known_seq));
    }
}

void Oracle::compare_replay(const sequencer::Sequencer& hub) {
    const ledger::State& state = hub.state();
    auto fresh = sequencer::Machines::empty(state.seed, state.limits);
    for (std::uint64_t seq = 1; seq <= durable_seq(); ++seq)
        fresh.apply(FactView::trusted(bytes_of(seq)));
    if (fresh.ledger->state_hash() != state.state_hash())
        fail("DIVERGENCE: the recovered state is not the state of a replay from the first fact");
    if (fresh.cases->state_hash() != hub.cases().state_hash())
        fail("DIVERGENCE: the recovered cases are not the cases of a replay from the first fact");
}

void Oracle::verify_state(const ledger::State& state) {
    if (const auto fault = state.check_invariants()) fail("invariant: " + *fault);
    if (const auto found = model_.difference(state)) fail("the ledger and its facts: " + *found);
}

void Oracle::verify_counts() {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const Asked& asked = asked_[i];
        if (asked.recorded > asked.effects)
            return fail(
                fmt::format("ACKNOWLEDGED LOSS: request {} was recorded {} times and has "
                            "{} effects",
                            i + 1, asked.recorded, asked.effects));
        if (asked.effects > asked.delivered - asked.negative)
            return fail(
                fmt::format("request {} has {} effects; of {} copies {} were answered as "
                            "having none",
                            i + 1, asked.effects, asked.delivered, asked.negative));
    }
}

}  // namespace holdfast::simulation
