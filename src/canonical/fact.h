// The record format of a fact: a 48-byte header, 16-byte postings, tagged fields. The same bytes
// are decided, journaled, applied and answered from; there is no second representation.
// Format page: docs/journal_format.md, "Facts". A one-line reservation takes at most 128 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/instant.h"
#include "base/result.h"
#include "canonical/ids.h"
#include "canonical/quantity.h"
#include "canonical/vocabulary.h"

namespace holdfast {

/// Where a posting's units are. Top four bits: PlaceKind; the rest: its number.
class Place {
  public:
    constexpr Place() = default;
    explicit constexpr Place(LocationId at) : raw_(at.raw) {}
    explicit constexpr Place(PlaceKind kind, std::uint32_t number = 0)
        : raw_(static_cast<std::uint32_t>(kind) << 28 | number) {}
    static constexpr Place from_raw(std::uint32_t raw) {
        Place p;
        p.raw_ = raw;
        return p;
    }
    [[nodiscard]] constexpr PlaceKind kind() const { return static_cast<PlaceKind>(raw_ >> 28); }
    [[nodiscard]] constexpr std::uint32_t number() const { return raw_ & 0x0fffffff; }
    [[nodiscard]] constexpr LocationId location() const { return LocationId{number()}; }
    [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }
    friend constexpr auto operator<=>(Place, Place) = default;

  private:
    std::uint32_t raw_ = 0;
};

/// One bucket change. Packed as {sku u32, place u32, bucket u8, delta i56}.
struct Posting {
    SkuId sku;
    Place place;
    Bucket bucket = Bucket::sellable;
    Units delta = 0;
    friend bool operator==(const Posting&, const Posting&) = default;
};
inline constexpr std::size_t kPostingBytes = 16;
inline constexpr std::size_t kFactHeaderBytes = 48;
inline constexpr std::uint8_t kFactVersion = 1;
/// Largest fact: header, lines_per_request_max lines in up to a few places each, and fields.
inline constexpr std::size_t fact_bytes_max = 512 * 1024;
/// Largest entry: one large fact and the names it interns, or the many small ones of an expiry.
inline constexpr std::size_t entry_bytes_max = fact_bytes_max + 4096;

enum class FactMode : std::uint8_t { live = 0, replay = 1, rehearsal = 2, drill = 3 };

struct FactHeader {
    std::uint16_t type = 0;
    std::uint8_t version = kFactVersion;
    std::uint8_t flags = 0;    ///< bit 0: last of its entry; bits 1-2: FactMode; bit 3: advisory
    std::uint32_t length = 0;  ///< of the whole fact, header included
    std::uint64_t seq = 0;
    std::int64_t recorded_at = 0;  ///< microseconds UTC; the hub's log time, never goes back
    std::int64_t occurred_at = 0;  ///< microseconds UTC; business time
    std::uint32_t source = kNoId;  ///< interned
    std::uint32_t actor = kNoId;   ///< interned
    std::uint16_t reason = 0;      ///< interned id + 1; 0 = none
    std::uint16_t posting_count = 0;
    std::uint16_t partition = 0;
    std::uint16_t reserved = 0;
};
static_assert(sizeof(FactHeader) == kFactHeaderBytes);
inline constexpr std::uint8_t kFlagLastOfEntry = 1;
inline constexpr std::uint8_t kFlagAdvisory = 8;

enum class FieldTag : std::uint16_t {
    transport_key = 1,     ///< KeyField
    semantic_key = 2,      ///< KeyField
    channel = 3,           ///< u32
    expires_at = 4,        ///< i64 microseconds UTC; absent = does not expire
    reservation = 5,       ///< u64: the reservation that the fact changes
    part_lines = 6,        ///< u64 per new part: the caller's line number; absent = 1, 2, 3, ...
    part_of_posting = 7,   ///< u32 per posting: part of the reservation; absent = 0, 1, 2, ...
    refused_lines = 8,     ///< RefusedLine each: lines of a partial request that were not held
    order = 9,             ///< text
    document = 10,         ///< text: receipt, return, shipment or purchase order number
    code = 11,             ///< text: code of the upserted thing
    title = 12,            ///< text for people
    ids = 13,              ///< u32 list: the locations of a pool (in order) or of a group
    policy = 14,           ///< PolicyField
    source_position = 15,  ///< SourcePositionField
    raises = 16,           ///< u8 CaseKind each
    entity = 17,           ///< EntityField: id and flags of the upserted thing
    trace = 18,            ///< 16 bytes: W3C trace id
    api_key = 19,          ///< ApiKeyField
    scopes = 20,           ///< text, comma-separated
    time_to_live = 21,     ///< i64 microseconds
    location_of_request = 22,  ///< u32: the event's own location
    pending_changes = 40,      ///< PendingChange each: cancellations that wait, or do no longer
    pinned = 42,               ///< u8 1: the units are never promised from another location
    replaces = 43,             ///< u64: the hold that this one takes the place of
    promise_dates = 44,        ///< i64 list: per posting that adds to what waits, microseconds UTC
    shipped_for = 41,          ///< u64: a void of what was shipped for a reservation now forgotten
    reason_text = 70,          ///< text: a reason that is not interned
    // Movements. The lists have one item for each of the fact's last postings; those of returns,
    // which nobody posts before they come, one for each line.
    document_lines = 50,         ///< u64 list: the line of the document that the posting belongs to
    ordered_changes = 51,        ///< i64 list: what the line's ordered units change by
    received_changes = 52,       ///< i64 list: what its received units change by
    due = 53,                    ///< i64 microseconds UTC: when the units are expected
    reference = 54,              ///< text: the document that this one is about
    destination = 55,            ///< u32: location that a new transfer goes to
    lanes = 56,                  ///< LaneField each: lanes that the fact is the first to use
    count_cut = 57,              ///< CountCutField
    count_includes = 58,         ///< IncludedSourceField each: up to where sources are included
    skus = 59,                   ///< u32 list: of the lines of a return that is announced
    source_epoch = 71,           ///< SourceEpochField
    source_gap = 72,             ///< SourceGapField
    authority = 73,              ///< AuthorityField
    would_be_postings = 74,      ///< WouldBePosting each: what an advisory fact did not do
    advisory_semantic_key = 75,  ///< KeyField; the table of keys does not know it
    repeats = 76,                ///< u64: the fact that was there already
    parked_lines = 77,           ///< ParkedLineField each: the promise part waits for its order
    settled_parts = 78,          ///< SettledPartField each
    parked_seqs = 79,            ///< u64 each: of the parked facts that are settled, or overdue
    key_source = 80,             ///< text: the source that an API key speaks as; absent = any

    unit_value = 120,       ///< i64: what one unit of the item is worth, in the smallest coin
    case_ids = 121,         ///< u64 each: the cases that the fact is about
    refused_cases = 122,    ///< RefusedCase each: cases of the request that were set aside
    assignee = 123,         ///< text; absent = nobody
    wake_at = 124,          ///< i64 microseconds UTC: when a snoozed case wakes
    case_resolution = 125,  ///< u8 CaseResolution
    comment = 126,          ///< text
    since = 60,             ///< i64 microseconds UTC: when a node fell silent or came back
    quota = 61,             ///< QuotaField
    item_units = 62,        ///< UnitField each, its code behind it; absent = as before
    kit = 63,               ///< KitField; absent = as before
    components = 64,        ///< ComponentField each: of a recipe that the fact is the first to tell
    part_recipes = 65,      ///< u32 list: recipe of each new part's line; absent = none of a kit
};

struct KeyField {
    Hash128 key;
    std::uint64_t body_hash = 0;
};
struct RefusedLine {
    std::uint32_t line_index = 0;
    std::uint16_t refusal = 0;
    std::uint16_t reserved = 0;
    std::uint32_t sku = kNoId;
    std::uint32_t location = kNoId;
    std::int64_t requested = 0;
    std::int64_t available_to_sell = 0;
};
struct PendingChange {
    std::uint32_t part = 0;  ///< of the reservation that the fact changes
    std::uint32_t reserved = 0;
    std::int64_t delta = 0;
};
struct PolicyField {
    std::uint8_t kind = 0;
    std::uint8_t reserved[3] = {};
    std::uint32_t sku = kNoId;
    std::uint32_t location = kNoId;  ///< a group's id in its place: group_safety_stock
    std::uint32_t reserved2 = 0;
    std::int64_t value = 0;  ///< below zero: remove the row
};
/// One of the unit is numerator / denominator base units.
struct UnitField {
    std::uint32_t numerator = 1;
    std::uint32_t denominator = 1;
    std::uint32_t code_bytes = 0;  ///< of the code that follows
};
static_assert(sizeof(UnitField) == 12);
inline constexpr std::uint32_t kKitAssembled = 1;  ///< it has stock of its own
struct KitField {
    std::uint32_t recipe = 0;  ///< number of what it is made of, from 1; 0 = it is no kit
    std::uint32_t flags = 0;
};
struct ComponentField {
    std::uint32_t sku = kNoId;
    std::uint32_t units = 0;  ///< of it in one kit
};
static_assert(sizeof(KitField) == 8 && sizeof(ComponentField) == 8);
/// Both limits below zero: the row is removed.
struct QuotaField {
    std::uint32_t group = kNoId;
    std::uint32_t channel = kNoId;
    std::uint32_t sku = kNoId;  ///< kNoId: every SKU
    std::uint32_t priority = 0;
    std::int64_t guarantee = -1;
    std::int64_t cap = -1;
};
struct SourcePositionField {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
};
inline constexpr std::uint32_t kEpochAnnounced = 1;
inline constexpr std::uint32_t kEpochAnnouncedOnly = 2;  ///< so must be the ones to come
struct SourceEpochField {
    std::uint64_t epoch = 0;
    std::uint64_t first = 0;  ///< announced: the number that it begins with
    std::uint32_t source = kNoId;
    std::uint32_t flags = 0;
};
struct AuthorityField {
    std::uint16_t type = 0;  ///< FactType; 0 = every event
    std::uint16_t reserved = 0;
    std::uint32_t location = kNoId;  ///< kNoId = everywhere
    std::uint32_t source = kNoId;    ///< kNoId = the row is removed
};
static_assert(sizeof(AuthorityField) == 12);
/// A bucket change at a location that an advisory fact would have made, all of the fact's together.
struct WouldBePosting {
    std::uint32_t sku = kNoId;
    std::uint32_t location = kNoId;
    std::uint8_t bucket = 0;
    std::uint8_t reserved[7] = {};
    std::int64_t delta = 0;
};
static_assert(sizeof(WouldBePosting) == 24);
struct ParkedLineField {
    std::uint64_t line = 0;  ///< the event's own number; 0 = it gave none
    std::uint32_t sku = kNoId;
    std::uint32_t location = kNoId;
    std::int64_t units = 0;
};
static_assert(sizeof(ParkedLineField) == 24);
/// Units of an order's line that had left before the order came.
struct SettledPartField {
    std::uint64_t line = 0;
    std::uint32_t part = 0;  ///< of the reservation; the next one is new
    std::uint32_t sku = kNoId;
    std::uint32_t location = kNoId;
    std::uint32_t recipe =
        0;  ///< of the kit that its line asks for; 0 = the line asks for the item
    std::int64_t units = 0;
};
static_assert(sizeof(SettledPartField) == 32);
struct SourceGapField {
    std::uint64_t epoch = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint32_t source = kNoId;
    std::uint32_t reserved = 0;
};
struct EntityField {
    std::uint32_t id = 0;
    std::uint32_t flags = 0;
    std::uint32_t link = kNoId;  ///< channel: its pool
};
struct RefusedCase {
    std::uint64_t id = 0;
    std::uint16_t refusal = 0;
    std::uint16_t reserved = 0;
    std::uint32_t index = 0;  ///< position in the request, from 0
};
struct CountCutField {
    std::uint64_t cut_seq = 0;    ///< what the ledger had recorded; 0 = everything before the count
    std::int64_t counted_at = 0;  ///< business time, microseconds UTC; 0 = not told
};
struct IncludedSourceField {
    std::uint32_t source = kNoId;  ///< interned
    std::uint32_t reserved = 0;
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
};
struct LaneField {
    std::uint32_t number = 0;  ///< of the place `lane`
    std::uint32_t source = kNoId;
    std::uint32_t destination = kNoId;
};
struct ApiKeyField {
    std::uint64_t id = 0;  ///< eight characters of the key's public part
    std::byte secret_hash[32] = {};
    std::int64_t expires_at = 0;  ///< 0 = never
};
static_assert(sizeof(KeyField) == 24 && sizeof(RefusedLine) == 32 && sizeof(PolicyField) == 24 &&
              sizeof(PendingChange) == 16 && sizeof(SourcePositionField) == 16 &&
              sizeof(SourceEpochField) == 24 && sizeof(SourceGapField) == 32 &&
              sizeof(QuotaField) == 32 && sizeof(SourcePositionField) == 16 &&
              sizeof(EntityField) == 12 && sizeof(RefusedCase) == 16 && sizeof(LaneField) == 12 &&
              sizeof(CountCutField) == 16 && sizeof(IncludedSourceField) == 24 &&
              sizeof(ApiKeyField) == 48);

/// Read access to the bytes of one checked fact. Owns nothing: valid while the bytes are.
class FactView {
  public:
    FactView() = default;
    /// Checks lengths, counts, enum ranges and field framing of the fact at the start of `bytes`;
    /// invalid_format or unsupported (newer version) otherwise.
    static Result<FactView> parse(ByteSpan bytes);
    /// For bytes that this process has just written or already parsed.
    static FactView trusted(ByteSpan bytes) { return FactView(bytes); }

    [[nodiscard]] FactHeader header() const { return load<FactHeader>(bytes_.data()); }
    [[nodiscard]] FactType type() const {
        return static_cast<FactType>(load<std::uint16_t>(bytes_.data()));
    }
    [[nodiscard]] std::uint64_t seq() const { return load<std::uint64_t>(bytes_.data() + 8); }
    [[nodiscard]] Instant recorded_at() const {
        return instant_from_raw(load<std::int64_t>(bytes_.data() + 16));
    }
    [[nodiscard]] bool last_of_entry() const {
        return (load<std::uint8_t>(bytes_.data() + 3) & kFlagLastOfEntry) != 0;
    }
    /// Said by a source that is not believed: it has no postings and moves nothing.
    [[nodiscard]] bool advisory() const {
        return (load<std::uint8_t>(bytes_.data() + 3) & kFlagAdvisory) != 0;
    }
    [[nodiscard]] std::size_t size() const { return load<std::uint32_t>(bytes_.data() + 4); }
    [[nodiscard]] ByteSpan bytes() const { return bytes_.first(size()); }

    [[nodiscard]] std::size_t posting_count() const {
        return load<std::uint16_t>(bytes_.data() + 42);
    }
    [[nodiscard]] Posting posting(std::size_t index) const;
    /// Postings before those of quotas, which stand last: they follow from these.
    [[nodiscard]] std::size_t posting_count_without_quotas() const;

    /// Payload of the first field with this tag; nothing when absent.
    [[nodiscard]] std::optional<ByteSpan> field(FieldTag tag) const;
    template <class T>
    [[nodiscard]] std::optional<T> field_as(FieldTag tag) const {
        const auto payload = field(tag);
        if (!payload || payload->size() != sizeof(T)) return std::nullopt;
        return load<T>(payload->data());
    }
    [[nodiscard]] std::string_view text(FieldTag tag) const {
        const auto payload = field(tag);
        return payload ? as_text(*payload) : std::string_view{};
    }
    /// The index-th item of a list field; `absent` where the list is absent or shorter.
    template <class T>
    [[nodiscard]] T item(std::optional<ByteSpan> list, std::size_t index, T absent) const {
        if (!list || (index + 1) * sizeof(T) > list->size()) return absent;
        return load<T>(list->data() + index * sizeof(T));
    }

  private:
    explicit FactView(ByteSpan bytes) : bytes_(bytes) {}
    ByteSpan bytes_;
};

/// Whether the fact begins a reservation, whose id is then the fact's seq.
bool makes_reservation(const FactView& fact);

/// Appends facts to a growing buffer. Use: begin, post..., field..., end.
class FactWriter {
  public:
    explicit FactWriter(std::vector<std::byte>& out) : out_(out) {}

    void begin(FactType type, std::uint64_t seq, Instant recorded_at);
    void post(const Posting& posting);
    [[nodiscard]] std::size_t posting_count() const { return postings_; }
    /// All postings come before the first field.
    void field(FieldTag tag, ByteSpan payload);
    void text(FieldTag tag, std::string_view value) {
        if (!value.empty()) field(tag, as_byte_span(value));
    }
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void value(FieldTag tag, const T& v) {
        field(tag, {reinterpret_cast<const std::byte*>(&v), sizeof v});
    }
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void list(FieldTag tag, std::span<const T> items) {
        field(tag, std::as_bytes(items));
    }
    FactHeader& header() { return header_; }
    /// The open fact as it stands, for whoever completes it. Valid until the next change.
    FactView open_fact();
    /// Adds postings behind the others, although fields have begun.
    void post_late(std::span<const Posting> postings);
    /// Appends to the list field with this tag, or begins it.
    void extend(FieldTag tag, ByteSpan items);
    /// The fact that was ended last. Valid until the buffer grows.
    [[nodiscard]] FactView ended_fact() const {
        return FactView::trusted(ByteSpan(out_).subspan(start_));
    }
    /// Completes the fact and returns it (valid until the buffer grows).
    FactView end();
    /// Marks the fact that was ended last as the last of its entry.
    void end_entry();
    [[nodiscard]] std::size_t size() const { return out_.size(); }
    /// Forgets everything from `size` on: a refusal found late leaves no bytes.
    void rewind(std::size_t size) { out_.resize(size); }

  private:
    std::vector<std::byte>& out_;
    FactHeader header_;
    std::size_t start_ = 0;
    std::size_t postings_ = 0;
    bool fields_begun_ = false;
    bool open_ = false;
};

/// Visits each fact of a body in order; stops at the first that does not parse.
template <class Visit>
Result<void> for_each_fact(ByteSpan body, Visit&& visit) {
    while (!body.empty()) {
        Result<FactView> fact = FactView::parse(body);
        if (!fact) return tl::unexpected(fact.error());
        if (Result<void> r = visit(*fact); !r) return r;
        body = body.subspan(fact->size());
    }
    return {};
}

}  // namespace holdfast
