// Checkpoints, damaged anywhere: the file is refused or gives the bytes that were written; the body
// is refused or gives a state that can be walked and written again.
#include <memory>

#include "base/check.h"
#include "input.h"
#include "journal/checkpoint_store.h"
#include "ledger/checkpoint_codec.h"
#include "ledger/ledger.h"
#include "ledger/twin_commands.h"
#include "os/sim/sim_disk.h"
#include "os/sim/sim_random.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

/// The body of a state with something in every table that the twin's commands reach.
const std::vector<std::byte>& valid_body() {
    static const std::vector<std::byte> body = [] {
        ledger::State state(7);
        ledger::Twin twin;
        ledger::CommandStream stream(3);
        Arena arena;
        for (int i = 0; i < 300; ++i) {
            const ledger::DrawnCommand& drawn = stream.next(twin);
            (void)twin.apply(drawn.command, drawn.now);
            std::vector<std::byte> facts;
            FactWriter writer(facts);
            (void)ledger::decide(state, drawn.command, {drawn.now, state.seq + 1}, arena, writer);
            (void)for_each_fact(facts, [&](const FactView& fact) -> Result<void> {
                ledger::apply(state, fact);
                return {};
            });
        }
        std::vector<std::byte> bytes;
        ledger::encode_state(state, bytes);
        return bytes;
    }();
    return body;
}

constexpr std::uint64_t kSeq = 77;

}  // namespace

void checkpoint_state(ByteSpan bytes) {
    Input in(bytes);
    std::vector<std::byte> body;
    if (in.byte() == 0) {
        body.assign(in.rest().begin(), in.rest().end());
    } else {
        body = valid_body();
        damage(in, body, 64);
    }
    const auto state = ledger::decode_state(body, 7, {});
    if (!state) return;
    // The file's hash protects it; a body that decodes all the same must at least be a state.
    std::vector<std::byte> again;
    ledger::encode_state(**state, again);
    const auto second = ledger::decode_state(again, 7, {});
    HOLDFAST_CHECK(second.has_value(), "what was read can be written and read");
    HOLDFAST_CHECK((*second)->state_hash() == (*state)->state_hash(), "and is the same");
}

void checkpoint_file(ByteSpan bytes) {
    Input in(bytes);
    os::sim::SimRandom random(1);
    os::sim::SimDisk disk(random);
    journal::CheckpointStore store(disk);
    const journal::CheckpointInfo info{.log_id = 5, .seq = kSeq, .entry = 9, .batch = 4};
    const ByteSpan body = ByteSpan(valid_body()).first(1000);
    HOLDFAST_CHECK(store.write(info, body).has_value(), "a checkpoint is written");
    const std::string name = disk.list()->front();
    auto file = *disk.read_all(name);
    const auto before = file;
    if (in.byte() == 0) {
        file.assign(in.rest().begin(), in.rest().end());
    } else {
        damage(in, file, 64);
    }
    HOLDFAST_CHECK(disk.write_atomically(name, file).has_value(), "the disk takes it");
    std::vector<std::byte> read;
    const auto result = store.read(kSeq, [&](ByteSpan piece) -> Result<void> {
        read.insert(read.end(), piece.begin(), piece.end());
        return {};
    });
    const auto latest = store.latest(5, ~std::uint64_t{0});
    HOLDFAST_CHECK(latest.has_value(), "a damaged checkpoint is passed over, not a failure");
    if (file == before) {
        HOLDFAST_CHECK(result.has_value() && latest->has_value(), "a whole one is read");
        HOLDFAST_CHECK(std::ranges::equal(read, body), "as it was written");
        return;
    }
    HOLDFAST_CHECK(!result.has_value() && !latest->has_value(), "damage is noticed");
}

}  // namespace holdfast::fuzz
