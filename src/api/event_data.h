// The `data` of an event: business content, the same members for every type. Which of them a type
// needs is the ledger's to say. Internal to the decoders.
#pragma once

#include "api/decoder_parts.h"

namespace holdfast::api {

class EventData {
  public:
    /// `out.type` may be read after the data: nothing here depends on it.
    EventData(Decoder::Parts& parts, JsonReader& reader, RecordEvent& out)
        : parts_(parts), reader_(reader), out_(out) {}

    bool read(json::value value);
    /// Of everything that the event says, in one order; codes have been put into theirs. The times
    /// of the envelope are left out: a source may stamp a repeat anew.
    [[nodiscard]] std::uint64_t hash(std::uint64_t seed) const;

  private:
    bool field(std::size_t index, json::value value);
    bool included(json::value value, SourceCut& source);
    // Of the component or line with this index.
    bool component(json::value value, std::size_t at);
    bool line(json::value value, std::size_t at);
    bool line_field(std::size_t index, json::value value, std::size_t at);
    /// A code, to be resolved when the loop has the event.
    bool code(json::value value, std::uint32_t place);
    bool text(json::value value, std::size_t bytes_max, std::string_view& out);
    bool time(json::value value, Instant& out);

    Decoder::Parts& parts_;
    JsonReader& reader_;
    RecordEvent& out_;
};

}  // namespace holdfast::api
