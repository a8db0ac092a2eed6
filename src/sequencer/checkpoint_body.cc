#include "sequencer/checkpoint_body.h"

#include <fmt/format.h>

namespace holdfast::sequencer {
namespace {

/// In front of each section; numbers are never used for anything else.
enum class SectionTag : std::uint32_t { end = 0, ledger = 1, cases = 2 };

Result<Machines> decode(ByteReader& in, std::uint64_t seed, const ledger::Limits& limits) {
    Machines machines;
    for (const SectionTag expected : {SectionTag::ledger, SectionTag::cases, SectionTag::end}) {
        const auto tag = in.get<SectionTag>();
        if (!in.source_result()) return tl::unexpected(in.source_result().error());
        // A machine that is missing here would begin empty, without the facts before the
        // checkpoint.
        if (in.good() && tag != expected)
            return failure(ErrorCode::unsupported, "it holds other machines than this program has");
        if (tag == SectionTag::ledger) {
            auto state = ledger::decode_state(in, seed, limits);
            if (!state) return tl::unexpected(state.error());
            machines.ledger = std::move(*state);
        } else if (tag == SectionTag::cases) {
            auto state = cases::decode_state(in, seed, {});
            if (!state) return tl::unexpected(state.error());
            machines.cases = std::move(*state);
        }
    }
    if (!in.good() || !in.at_end())
        return failure(ErrorCode::invalid_format, "the body does not end where it should");
    return machines;
}

}  // namespace

bool BodyEncoder::next(ByteWriter& out) {
    switch (section_) {
        case Section::begin:
            out.put(SectionTag::ledger);
            section_ = Section::ledger;
            return true;
        case Section::ledger:
            if (ledger_.next(out)) return true;
            out.put(SectionTag::cases);
            section_ = Section::cases;
            return true;
        case Section::cases:
            if (!cases_.next(out)) section_ = Section::end;
            return true;
        case Section::end:
            out.put(SectionTag::end);
            section_ = Section::done;
            return true;
        case Section::done: break;
    }
    return false;
}

Result<void> LoadedCheckpoint::verify() const {
    if (machines.seq() != info.seq || machines.cases->seq != info.seq ||
        view(machines).state_hash() != info.state_hash)
        return failure(ErrorCode::corrupt, "it does not give the state that it was taken of");
    return {};
}

Result<LoadedCheckpoint> load_checkpoint(journal::CheckpointStore& store, std::uint64_t seq,
                                         const journal::Head& head, const ledger::Limits& limits) {
    auto reader = store.open(seq);
    if (!reader) return tl::unexpected(reader.error());
    if ((*reader)->info().log_id != head.log_id)
        return failure(ErrorCode::invalid_argument, "it belongs to another journal");
    ByteReader in([&] { return (*reader)->next(); }, (*reader)->body_bytes());
    auto machines = decode(in, head.hash_seed, limits);
    // Behind the last piece stands the checksum of all of them. It comes first when something is
    // wrong: damaged bytes decode to anything.
    for (bool more = true; more;) {
        const auto piece = (*reader)->next();
        if (!piece) return tl::unexpected(piece.error());
        more = !piece->empty();
    }
    if (!machines) return tl::unexpected(machines.error());
    return LoadedCheckpoint{.info = (*reader)->info(),
                            .body_bytes = (*reader)->body_bytes(),
                            .machines = std::move(*machines)};
}

Result<std::uint64_t> write_checkpoint(journal::CheckpointStore& store,
                                       journal::CheckpointInfo info, const MachineViews& machines) {
    info.state_hash = machines.state_hash();
    auto writer = store.begin(info);
    if (!writer) return tl::unexpected(writer.error());
    std::vector<std::byte> buffer;
    ByteWriter out(
        buffer, [&](ByteSpan piece) { return (*writer)->append(piece); }, body_piece_bytes);
    BodyEncoder encoder(machines);
    while (encoder.next(out)) {
    }
    if (Result<void> put = out.finish(); !put) return tl::unexpected(put.error());
    const std::uint64_t bytes = (*writer)->body_bytes();
    if (Result<void> done = store.commit(std::move(*writer)); !done)
        return tl::unexpected(done.error());
    return bytes;
}

}  // namespace holdfast::sequencer
