#include "readmodel/fact_fields.h"

namespace holdfast::readmodel {
namespace {

constexpr std::size_t kFieldHeaderBytes = 4;

bool is_kept(FieldTag tag) {
    switch (tag) {
        // Keys and secrets: of no use to a reader, and nobody's business.
        case FieldTag::transport_key:
        case FieldTag::semantic_key:
        case FieldTag::advisory_semantic_key:
        case FieldTag::api_key:
        // In columns.
        case FieldTag::channel:
        case FieldTag::reservation:
        case FieldTag::order:
        case FieldTag::document:
        // Which part of a reservation a posting is of: postings are summed here.
        case FieldTag::part_lines:
        case FieldTag::part_recipes:
        case FieldTag::part_of_posting: return false;
        default: return true;
    }
}

/// Visits (tag, whole field, payload) until `visit` returns false. Stops where framing is cut.
template <class Visit>
void for_each_field(ByteSpan fields, Visit&& visit) {
    while (fields.size() >= kFieldHeaderBytes) {
        const auto tag = static_cast<FieldTag>(load<std::uint16_t>(fields.data()));
        const std::size_t size = kFieldHeaderBytes + load<std::uint16_t>(fields.data() + 2);
        if (size > fields.size()) return;
        const ByteSpan whole = fields.first(size);
        if (!visit(tag, whole, whole.subspan(kFieldHeaderBytes))) return;
        fields = fields.subspan(size);
    }
}

}  // namespace

void keep_fields(const FactView& fact, std::vector<std::byte>& out) {
    const std::size_t begin = kFactHeaderBytes + fact.posting_count() * kPostingBytes;
    for_each_field(fact.bytes().subspan(begin), [&](FieldTag tag, ByteSpan whole, ByteSpan) {
        if (is_kept(tag)) out.insert(out.end(), whole.begin(), whole.end());
        return true;
    });
}

std::optional<ByteSpan> kept_field(ByteSpan kept, FieldTag wanted) {
    std::optional<ByteSpan> found;
    for_each_field(kept, [&](FieldTag tag, ByteSpan, ByteSpan payload) {
        if (tag != wanted) return true;
        found = payload;
        return false;
    });
    return found;
}

}  // namespace holdfast::readmodel
