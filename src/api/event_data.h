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
    /// Of everything that the event says, in one order; ids stand for their codes. The times of the
    /// envelope are left out: a source may stamp a repeat anew.
    [[nodiscard]] std::uint64_t hash() const;

  private:
    bool field(std::size_t index, json::value value);
    bool included(json::value value, SourceCut& source);
    bool component(json::value value, KitComponent& component);
    bool line(json::value value, Line& line);
    bool line_field(std::size_t index, json::value value, Line& line);
    bool text(json::value value, std::size_t bytes_max, std::string_view& out);
    bool time(json::value value, Instant& out);

    Decoder::Parts& parts_;
    JsonReader& reader_;
    RecordEvent& out_;
};

}  // namespace holdfast::api
