// What did not come in time, told by the hub's own clock.
#include <optional>

#include "ledger/deciders.h"

namespace holdfast::ledger {
namespace {

/// One entry, begun by its first fact: nothing overdue writes nothing.
class Report {
  public:
    Report(const Context& context, std::uint32_t facts_max)
        : context_(context), facts_left_(facts_max) {
        envelope_.actor = "overdue";
        if (!names_fit(context.state, envelope_)) envelope_.actor = {};
    }
    [[nodiscard]] bool full() const { return facts_left_ == 0; }
    FactWriter& begin(FactType type) {
        if (!entry_) entry_.emplace(context_.state, context_.stamp, &envelope_, context_.writer);
        --facts_left_;
        return entry_->begin(type);
    }
    void end(CaseKind kind) {
        context_.writer.value(FieldTag::raises, kind);
        entry_->end();
    }
    Outcome finish() { return entry_ ? entry_->finish() : Outcome{}; }

  private:
    const Context& context_;
    Envelope envelope_;
    std::optional<Entry> entry_;
    std::uint32_t facts_left_;
};

void report_gaps(const Context& context, Report& report) {
    for (const auto& [source, row] : context.state.sources.rows())
        for (const SourceGap& gap : row.gaps) {
            if (report.full()) return;
            if (gap.told ||
                instant_from_raw(gap.opened_at) + source_gap_patience > context.stamp.now)
                continue;
            report.begin(FactType::source_gap_overdue)
                .value(FieldTag::source_gap, SourceGapField{.epoch = row.position.epoch,
                                                            .first = gap.first,
                                                            .last = gap.last,
                                                            .source = source.raw});
            report.end(CaseKind::sequence_gap);
        }
}

std::span<const ParkedLineField> field_of(const ParkedEvent& event, Arena& arena) {
    const auto lines = arena.array<ParkedLineField>(event.lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const ParkedLine& line = event.lines[i];
        lines[i] = {line.line, line.sku.raw, line.location.raw, line.units};
    }
    return lines;
}

void report_parked(const Context& context, Report& report) {
    const ParkedTable& parked = context.state.parked;
    for (const std::uint64_t seq : parked.untold()) {
        const ParkedEvent& event = parked.at(seq);
        if (report.full() ||
            instant_from_raw(event.parked_at) + parked_patience > context.stamp.now)
            return;  // the others came later
        FactWriter& fact = report.begin(FactType::parked_overdue);
        if (event.channel != kNoChannel) fact.value(FieldTag::channel, event.channel.raw);
        fact.text(FieldTag::order, event.order);
        fact.list<ParkedLineField>(FieldTag::parked_lines, field_of(event, context.arena));
        fact.value(FieldTag::parked_seqs, seq);
        report.end(CaseKind::event_without_cause);
    }
}

}  // namespace

Outcome report_overdue(const Context& context, const ReportOverdue& command) {
    Report report(context, command.facts_max);
    report_gaps(context, report);
    report_parked(context, report);
    return report.finish();
}

}  // namespace holdfast::ledger
