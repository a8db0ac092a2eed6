// Two keys make one effect: whatever is delivered again, from wherever, changes nothing.
#include <algorithm>

#include "ledger/key_table.h"
#include "properties.h"
#include "shop.h"

namespace holdfast::properties {
namespace {

using ledger::Outcome;

/// Keys are hashes by the time the ledger sees them.
CommandKey key_of(std::uint64_t number, std::uint64_t body) {
    return {.key = {number + 1, 0x5eed}, .body_hash = body};
}

/// Every move once, and each of them again up to twice at some later place.
std::vector<std::size_t> with_redeliveries(std::size_t moves) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < moves; ++i) {
        order.push_back(i);
        for (int again = *between(0, 3); again > 0; --again)
            order.push_back(*between<std::size_t>(0, i + 1));
    }
    return order;
}

void any_duplication(bool semantic) {
    const auto moves = *any_moves();
    std::uint64_t delivery = 1'000'000;
    const auto envelope = [&](std::size_t i) {
        Envelope e;
        (semantic ? e.semantic : e.transport) = key_of(i, 7);
        // By two roads: the transport's key is another one each time.
        if (semantic) e.transport = key_of(++delivery, 7);
        return e;
    };
    Shop once, often;
    for (std::size_t i = 0; i < moves.size(); ++i) once.move(moves[i], envelope(i));
    std::vector<bool> seen(moves.size());
    for (const std::size_t i : with_redeliveries(moves.size())) {
        const Hash128 before = often.state().state_hash();
        const Answer outcome = often.move(moves[i], envelope(i));
        if (seen[i]) {
            RC_ASSERT(outcome.kind == Outcome::Kind::repeated);
            RC_ASSERT(often.state().state_hash() == before);
        }
        seen[i] = true;
    }
    RC_ASSERT(often.levels() == once.levels());
    RC_ASSERT(often.state().seq == once.state().seq);
}

void a_numbered_source() {
    const auto moves = *any_moves();
    const auto envelope = [](std::size_t i) {
        Envelope e;
        e.source = "till-1";
        e.source_epoch = 1;
        e.source_seq = i + 1;
        return e;
    };
    Shop once, often;
    for (std::size_t i = 0; i < moves.size(); ++i) once.move(moves[i], envelope(i));
    std::size_t next = 0;
    for (const std::size_t i : with_redeliveries(moves.size())) {
        const Answer outcome = often.move(moves[i], envelope(i));
        if (i < next) RC_ASSERT(outcome.refusal == Refusal::already_recorded);
        next = std::max(next, i + 1);
    }
    RC_ASSERT(often.levels() == once.levels());
}

void an_old_epoch() {
    Shop shop;
    const auto now = *between<std::uint64_t>(1, 20);
    const auto then = *between<std::uint64_t>(0, now);
    Envelope e;
    e.source = "wms";
    e.source_epoch = now;
    e.source_seq = *between<std::uint64_t>(1, 9);
    shop.move(*any_move(), e);
    const Hash128 before = shop.state().state_hash();
    e.source_epoch = then;
    e.source_seq = *between<std::uint64_t>(1, 1000);
    RC_ASSERT(shop.move(*any_move(), e).refusal == Refusal::stale_source_epoch);
    RC_ASSERT(shop.state().state_hash() == before);
}

void another_body_under_the_key() {
    Shop shop;
    Envelope e;
    e.transport = key_of(1, *rc::gen::arbitrary<std::uint64_t>());
    const Answer first = shop.move(*any_move(), e);
    const std::uint64_t body = e.transport.body_hash;
    e.transport.body_hash = *rc::gen::arbitrary<std::uint64_t>();
    RC_PRE(e.transport.body_hash != body);
    const Hash128 before = shop.state().state_hash();
    const Answer outcome = shop.move(*any_move(), e);
    RC_ASSERT(outcome.refusal == Refusal::key_reused_with_other_body);
    RC_ASSERT(outcome.seq == first.seq);
    RC_ASSERT(outcome.first_body_hash == body);
    RC_ASSERT(shop.state().state_hash() == before);
}

void a_refusal_does_not_use_its_key_up() {
    Shop shop;
    const Units there = *any_units();
    const Line lines[] = {{.sku = kShoe, .quantity = there}};
    ReserveStock command{.channel = kWeb, .lines = lines};
    command.envelope.transport = key_of(1, 7);
    RC_ASSERT(shop.run(command).refusal == Refusal::insufficient_stock);
    shop.count(kShoe, LocationId{0}, there);
    RC_ASSERT(shop.run(command).kind == Outcome::Kind::recorded);
}

struct Key {
    std::uint64_t number = 0;
    std::int64_t hours = 0;  ///< since the key before
};
rc::Gen<std::vector<Key>> any_keys() {
    return rc::gen::container<std::vector<Key>>(rc::gen::exec(
        [] { return Key{*between<std::uint64_t>(0, 30), *between<std::int64_t>(0, 300)}; }));
}

/// A table of keys beside a list that forgets nothing, asked the same questions: a key is known
/// until so many generations have begun after its own, however long they took.
void keys_live_as_long_as_promised(Microseconds generation, std::uint32_t generations) {
    ledger::KeyTable table(generation, generations);
    struct Put {
        Instant at{};
        std::size_t begun = 0;
    };
    std::map<std::uint64_t, Put> put;
    std::size_t begun = 0;
    std::int64_t newest = -1;
    Instant now = instant_from_raw(1'767'225'600'000'000);
    for (const Key& key : *any_keys()) {
        now += std::chrono::hours(key.hours);
        table.advance(now);
        const std::int64_t number = to_raw(now) / generation.count();
        if (number > newest) ++begun;
        newest = number;
        for (const auto& [other, mine] : put) {
            const bool found = table.find({other, 1}).has_value();
            RC_ASSERT(found == (begun - mine.begun < generations));
            if (now - mine.at <= generation * (generations - 1)) RC_ASSERT(found);
        }
        if (table.find({key.number, 1})) continue;
        table.put({key.number, 1}, {.body_hash = key.number, .seq = 1}, now);
        put[key.number] = {now, begun};
    }
    RC_ASSERT(table.size() <= put.size());
}

}  // namespace

void check_repeats(Properties& p) {
    p.check("any duplication under one transport key gives the same balances",
            [] { any_duplication(false); });
    p.check("any duplication of a business step by two roads gives the same balances",
            [] { any_duplication(true); });
    p.check("a numbered source may send everything again", a_numbered_source);
    p.check("a source of an old epoch is not heard", an_old_epoch);
    p.check("a key with another body is refused, names the first and changes nothing",
            another_body_under_the_key);
    p.check("a refused command may be sent again under its key", a_refusal_does_not_use_its_key_up);
    p.check("transport keys live seven days of work, and are forgotten by generations", [] {
        keys_live_as_long_as_promised(ledger::transport_key_generation,
                                      ledger::transport_key_generations);
    });
    p.check("semantic keys live forty-five days of work, and are forgotten by generations", [] {
        keys_live_as_long_as_promised(ledger::semantic_key_generation,
                                      ledger::semantic_key_generations);
    });
}

}  // namespace holdfast::properties
