// Writes the facts of one command as one entry: interned names first, then the facts, each with
// the envelope's ids. Used by a machine's deciders after every refusal has been ruled out: from
// the first call on nothing can fail.
#pragma once

#include "canonical/command.h"
#include "canonical/decision.h"
#include "canonical/fact.h"

namespace holdfast {

/// The interned names of sources, actors and reasons.
class NameLookup {
  public:
    virtual ~NameLookup() = default;
    /// kNoId for a name nobody has used yet.
    [[nodiscard]] virtual std::uint32_t id_of(std::string_view name) const = 0;
    [[nodiscard]] virtual std::uint32_t count() const = 0;
};

/// The names that are known, and how many there may be in all for a new reason or a new source to
/// become one. A reason without room stands in its facts; a source without room is refused.
struct NameBook {
    const NameLookup& known;
    std::uint32_t reasons_max = names_max;
    std::uint32_t sources_max = names_max;
};

class Entry {
  public:
    Entry(const NameBook& names, const Stamp& stamp, const Envelope* envelope, FactWriter& writer);

    /// The id of a name that the facts speak of, beside those of the envelope. Before the first
    /// fact begins.
    std::uint32_t subject(std::string_view text) { return intern(text); }
    /// Starts the next fact; end it with end().
    FactWriter& begin(FactType type);
    /// The same for a fact that goes before the one that answers.
    FactWriter& begin_before(FactType type);
    /// Writes the keys, the source's position and the trace: on the answering fact, after its
    /// postings.
    void envelope_fields();
    void end();
    /// Ends the entry. The answer is the first fact that began (interning aside).
    Outcome finish();
    [[nodiscard]] std::uint64_t next_seq() const { return next_seq_; }
    /// The envelope's source; kNoId where it has none.
    [[nodiscard]] std::uint32_t source() const { return source_; }

  private:
    std::uint32_t intern(std::string_view text);
    void intern_reason(std::string_view text);

    NameBook names_;
    const Stamp& stamp_;
    const Envelope* envelope_;
    FactWriter& writer_;
    std::size_t start_;
    std::uint64_t next_seq_;
    std::uint32_t next_name_;
    std::string_view fresh_[4];
    std::size_t fresh_count_ = 0;
    std::uint32_t source_ = kNoId;
    std::uint32_t actor_ = kNoId;
    std::uint32_t reason_ = kNoId;
    std::string_view reason_text_;  // where there is no room to intern it
    Outcome outcome_;
};

/// Whether the names that writing the entry would intern have room; no room is refused before.
[[nodiscard]] bool names_fit(const NameBook& names, const Envelope& envelope);

}  // namespace holdfast
