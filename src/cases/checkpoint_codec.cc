#include "cases/checkpoint_codec.h"

#include "base/byte_stream.h"

namespace holdfast::cases {
namespace {

constexpr std::uint32_t kVersion = 1;
/// Of one case without texts, facts and steps: no count of cases can be larger than the bytes.
constexpr std::size_t kCaseBytesMin = 157;
constexpr std::size_t kStepBytesMin = 26;
/// Encoded in one piece: a few hundred kilobytes of cases as people write them.
constexpr std::size_t kCasesPerPiece = 256;

void put_resolution(ByteWriter& out, const std::optional<CaseResolution>& resolution) {
    out.put(resolution ? static_cast<std::uint8_t>(*resolution) : std::uint8_t{0});
}

/// Reads numbers that must be words of the vocabulary; remembers whether all were.
class RowReader {
  public:
    explicit RowReader(ByteReader& in) : in_(in) {}
    template <class Enum>
    Enum word() {
        const auto value = static_cast<Enum>(in_.get<std::underlying_type_t<Enum>>());
        if (name(value) == "unknown") known_ = false;
        return value;
    }
    std::optional<CaseResolution> resolution() {
        const auto value = in_.get<std::uint8_t>();
        if (value == 0) return std::nullopt;
        const auto resolution = static_cast<CaseResolution>(value);
        if (name(resolution) == "unknown") known_ = false;
        return resolution;
    }
    Instant instant() { return instant_from_raw(in_.get<std::int64_t>()); }
    [[nodiscard]] bool good() const { return known_ && in_.good(); }

  private:
    ByteReader& in_;
    bool known_ = true;
};

bool get_case(ByteReader& in, Case& row) {
    RowReader words(in);
    row.id = CaseId{in.get<std::uint64_t>()};
    row.subject.kind = words.word<CaseKind>();
    row.subject.sku = SkuId{in.get<std::uint32_t>()};
    row.subject.location = LocationId{in.get<std::uint32_t>()};
    row.subject.channel = ChannelId{in.get<std::uint32_t>()};
    row.subject.source = NameId{in.get<std::uint32_t>()};
    row.subject.reservation = ReservationId{in.get<std::uint64_t>()};
    row.subject.order = in.get_text();
    row.subject.document = in.get_text();
    row.state = words.word<CaseState>();
    row.resolution = words.resolution();
    row.count = in.get<std::uint64_t>();
    row.regressed = in.get<std::uint32_t>();
    row.opened_by = words.word<FactType>();
    row.seq = in.get<std::uint64_t>();
    for (Instant* at : {&row.opened_at, &row.raised_at, &row.wake_at, &row.resolved_at})
        *at = words.instant();
    for (std::int64_t* number : {&row.units, &row.money, &row.units_peak, &row.snoozed_units})
        *number = in.get<std::int64_t>();
    row.assignee = in.get_text();
    const std::size_t facts = in.get_count(sizeof(std::uint64_t));
    if (facts > evidence_facts_max) return false;
    for (std::size_t i = 0; i < facts; ++i) row.facts.push_back(in.get<std::uint64_t>());
    row.history_dropped = in.get<std::uint64_t>();
    const std::size_t steps = in.get_count(kStepBytesMin);
    if (steps > history_entries_max) return false;
    for (std::size_t i = 0; i < steps; ++i) {
        HistoryEntry entry;
        entry.seq = in.get<std::uint64_t>();
        entry.at = words.instant();
        entry.step = words.word<CaseStep>();
        entry.actor = NameId{in.get<std::uint32_t>()};
        entry.resolution = words.resolution();
        entry.text = in.get_text();
        row.history.push_back(std::move(entry));
    }
    return words.good();
}

}  // namespace

void encode_case(ByteWriter& out, const Case& row) {
    const Subject& about = row.subject;
    out.put(row.id.raw);
    out.put(static_cast<std::uint8_t>(about.kind));
    out.put(about.sku.raw);
    out.put(about.location.raw);
    out.put(about.channel.raw);
    out.put(about.source.raw);
    out.put(about.reservation.raw);
    out.put_text(about.order);
    out.put_text(about.document);
    out.put(static_cast<std::uint8_t>(row.state));
    put_resolution(out, row.resolution);
    out.put(row.count);
    out.put(row.regressed);
    out.put(static_cast<std::uint16_t>(row.opened_by));
    out.put(row.seq);
    for (const Instant at : {row.opened_at, row.raised_at, row.wake_at, row.resolved_at})
        out.put(to_raw(at));
    for (const std::int64_t number : {row.units, row.money, row.units_peak, row.snoozed_units})
        out.put(number);
    out.put_text(row.assignee);
    out.put(std::uint64_t{row.facts.size()});
    for (const std::uint64_t seq : row.facts) out.put(seq);
    out.put(row.history_dropped);
    out.put(std::uint64_t{row.history.size()});
    for (const HistoryEntry& entry : row.history) {
        out.put(entry.seq);
        out.put(to_raw(entry.at));
        out.put(static_cast<std::uint8_t>(entry.step));
        out.put(entry.actor.raw);
        put_resolution(out, entry.resolution);
        out.put_text(entry.text);
    }
}

bool StateEncoder::next(ByteWriter& out) {
    if (!begun_) {
        begun_ = true;
        out.put(kVersion);
        out.put(state_.seq);
        out.put(to_raw(state_.log_time));
        out.put(state_.not_opened);
        out.put(std::uint64_t{state_.unit_values.size()});
        for (const std::int64_t value : state_.unit_values) out.put(value);
        out.put(std::uint64_t{state_.table.size()});
        return true;
    }
    auto it = state_.table.rows().lower_bound(next_id_);
    if (it == state_.table.rows().end()) return false;
    for (std::size_t i = 0; i < kCasesPerPiece && it != state_.table.rows().end(); ++i, ++it) {
        encode_case(out, it->second);
        next_id_ = it->first + 1;
    }
    return true;
}

void encode_state(const State& state, std::vector<std::byte>& bytes) {
    ByteWriter out(bytes);
    StateEncoder encoder(state);
    while (encoder.next(out)) {
    }
}

Result<std::unique_ptr<State>> decode_state(ByteReader& in, std::uint64_t seed,
                                            const Limits& limits) {
    const auto broken = [&]() -> Result<std::unique_ptr<State>> {
        if (!in.source_result()) return tl::unexpected(in.source_result().error());
        return failure(ErrorCode::invalid_format, "the checkpoint's cases do not decode");
    };
    if (in.get<std::uint32_t>() != kVersion) {
        if (!in.good()) return broken();
        return failure(ErrorCode::unsupported, "the checkpoint's cases are of another version");
    }
    auto state = std::make_unique<State>(seed, limits);
    state->seq = in.get<std::uint64_t>();
    state->log_time = instant_from_raw(in.get<std::int64_t>());
    state->not_opened = in.get<std::uint64_t>();
    const std::size_t values = in.get_count(sizeof(std::int64_t));
    for (std::size_t i = 0; i < values && in.good(); ++i)
        state->unit_values.push_back(in.get<std::int64_t>());
    const std::size_t cases = in.get_count(kCaseBytesMin);
    for (std::size_t i = 0; i < cases; ++i) {
        Case row;
        if (!get_case(in, row)) return broken();
        if (state->table.find(row.id) != nullptr || state->table.find(row.subject) != nullptr)
            return broken();
        state->table.add(std::move(row));
    }
    if (!in.good()) return broken();
    return state;
}

Result<std::unique_ptr<State>> decode_state(ByteSpan bytes, std::uint64_t seed,
                                            const Limits& limits) {
    ByteReader in(bytes);
    auto state = decode_state(in, seed, limits);
    if (state && !in.at_end())
        return failure(ErrorCode::invalid_format, "bytes follow the checkpoint's cases");
    return state;
}

}  // namespace holdfast::cases
