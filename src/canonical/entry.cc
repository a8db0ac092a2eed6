#include "canonical/entry.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast {

bool names_fit(const NameBook& names, const Envelope& envelope) {
    const auto is_new = [&](std::string_view text) {
        return !text.empty() && names.known.id_of(text) == kNoId;
    };
    const bool new_source = is_new(envelope.source);
    if (new_source && names.known.count() >= names.sources_max) return false;
    return !is_new(envelope.actor) || names.known.count() + (new_source ? 1 : 0) < names_max;
}

Entry::Entry(const NameBook& names, const Stamp& stamp, const Envelope* envelope,
             FactWriter& writer)
    : names_(names),
      stamp_(stamp),
      envelope_(envelope),
      writer_(writer),
      start_(writer.size()),
      next_seq_(stamp.next_seq),
      next_name_(names.known.count()) {
    if (envelope_ == nullptr) return;
    source_ = intern(envelope_->source);
    actor_ = intern(envelope_->actor);
    intern_reason(envelope_->reason);
}

void Entry::intern_reason(std::string_view text) {
    const bool known = names_.known.id_of(text) != kNoId ||
                       std::find(fresh_, fresh_ + fresh_count_, text) != fresh_ + fresh_count_;
    if (known || next_name_ < names_.reasons_max)
        reason_ = intern(text);
    else
        reason_text_ = text;
}

std::uint32_t Entry::intern(std::string_view text) {
    if (text.empty()) return kNoId;
    if (const std::uint32_t known = names_.known.id_of(text); known != kNoId) return known;
    for (std::size_t i = 0; i < fresh_count_; ++i)
        if (fresh_[i] == text) return next_name_ - static_cast<std::uint32_t>(fresh_count_ - i);
    fresh_[fresh_count_++] = text;
    const std::uint32_t id = next_name_++;
    writer_.begin(FactType::name_interned, next_seq_++, stamp_.now);
    writer_.value(FieldTag::entity, EntityField{.id = id});
    writer_.text(FieldTag::code, text);
    writer_.end();
    ++outcome_.facts;
    return id;
}

FactWriter& Entry::begin(FactType type) {
    if (outcome_.kind == Outcome::Kind::idle) {
        outcome_.kind = Outcome::Kind::recorded;
        outcome_.seq = next_seq_;
        outcome_.answer_offset = static_cast<std::uint32_t>(writer_.size() - start_);
    }
    return begin_before(type);
}

FactWriter& Entry::begin_before(FactType type) {
    writer_.begin(type, next_seq_++, stamp_.now);
    FactHeader& header = writer_.header();
    header.source = source_;
    header.actor = actor_;
    header.reason = reason_ == kNoId ? std::uint16_t{0} : static_cast<std::uint16_t>(reason_ + 1);
    if (envelope_ != nullptr && envelope_->occurred_at != Instant{})
        header.occurred_at = to_raw(envelope_->occurred_at);
    ++outcome_.facts;
    return writer_;
}

void Entry::envelope_fields() {
    if (envelope_ == nullptr) return;
    const auto key = [&](FieldTag tag, const CommandKey& k) {
        if (k.given()) writer_.value(tag, KeyField{.key = k.key, .body_hash = k.body_hash});
    };
    key(FieldTag::transport_key, envelope_->transport);
    key(FieldTag::semantic_key, envelope_->semantic);
    if (envelope_->source_seq != 0 && !envelope_->source.empty())
        writer_.value(FieldTag::source_position,
                      SourcePositionField{envelope_->source_epoch, envelope_->source_seq});
    if (envelope_->traced) writer_.field(FieldTag::trace, envelope_->trace);
}

void Entry::end() {
    writer_.text(FieldTag::reason_text, reason_text_);
    writer_.end();
}

Outcome Entry::finish() {
    HOLDFAST_CHECK(outcome_.facts > 0, "an entry has at least one fact");
    writer_.end_entry();
    return outcome_;
}

}  // namespace holdfast
