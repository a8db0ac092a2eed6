// For this folder's tests: facts as a journal would have them, without a ledger to decide them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "canonical/fact.h"
#include "readmodel/projection.h"

namespace holdfast::readmodel {

class FactMaker {
  public:
    /// One second passes before each fact.
    FactWriter& begin(FactType type) {
        now_ += std::chrono::seconds(1);
        writer_.begin(type, ++seq_, now_);
        return writer_;
    }
    void pass(Microseconds time) { now_ += time; }
    std::uint64_t end() {
        writer_.end();
        writer_.end_entry();
        offsets_.push_back(bytes_.size());
        return seq_;
    }
    /// An entity of this type and number.
    std::uint64_t entity(FactType type, std::uint32_t id, std::string_view code,
                         std::uint32_t flags = 0, std::uint32_t link = kNoId) {
        begin(type).value(FieldTag::entity, EntityField{.id = id, .flags = flags, .link = link});
        writer_.text(FieldTag::code, code);
        return end();
    }
    std::uint64_t policy(PolicyKind kind, std::uint32_t sku, std::uint32_t location,
                         std::int64_t value) {
        begin(FactType::policy_changed)
            .value(FieldTag::policy, PolicyField{.kind = static_cast<std::uint8_t>(kind),
                                                 .sku = sku,
                                                 .location = location,
                                                 .value = value});
        return end();
    }
    /// Units that come from nowhere onto a shelf.
    std::uint64_t count(std::uint32_t sku, std::uint32_t location, Units delta) {
        begin(FactType::stock_counted);
        post(sku, location, Bucket::sellable, delta);
        writer_.post({SkuId{sku}, Place(PlaceKind::external), Bucket::external, -delta});
        return end();
    }
    std::uint64_t reserve(std::uint32_t channel, std::uint32_t sku, std::uint32_t location,
                          Units units, std::string_view order = {}) {
        begin(FactType::reservation_created);
        post(sku, location, Bucket::reserved, units);
        writer_.value(FieldTag::channel, channel);
        writer_.text(FieldTag::order, order);
        return end();
    }
    std::uint64_t release(std::uint64_t reservation, std::uint32_t sku, std::uint32_t location,
                          Units units) {
        begin(FactType::reservation_released);
        post(sku, location, Bucket::reserved, -units);
        writer_.value(FieldTag::reservation, reservation);
        return end();
    }
    void post(std::uint32_t sku, std::uint32_t location, Bucket bucket, Units delta) {
        writer_.post({SkuId{sku}, Place(LocationId{location}), bucket, delta});
    }
    [[nodiscard]] FactWriter& writer() { return writer_; }
    [[nodiscard]] std::uint64_t seq() const { return seq_; }
    [[nodiscard]] Instant now() const { return now_; }

    [[nodiscard]] std::vector<FactView> facts() const { return facts(1, seq_); }
    /// Facts first..last, seqs included.
    [[nodiscard]] std::vector<FactView> facts(std::uint64_t first, std::uint64_t last) const {
        std::vector<FactView> found;
        for (std::uint64_t seq = first; seq <= last; ++seq) {
            const std::size_t begin = seq == 1 ? 0 : offsets_[seq - 2];
            found.push_back(FactView::trusted(ByteSpan(bytes_).subspan(begin)));
        }
        return found;
    }
    /// The bytes of facts first..last, as the body of a batch.
    [[nodiscard]] ByteSpan body(std::uint64_t first, std::uint64_t last) const {
        const std::size_t begin = first == 1 ? 0 : offsets_[first - 2];
        return ByteSpan(bytes_).subspan(begin, offsets_[last - 1] - begin);
    }

  private:
    std::vector<std::byte> bytes_;
    std::vector<std::size_t> offsets_;
    FactWriter writer_{bytes_};
    std::uint64_t seq_ = 0;
    Instant now_ = instant_from_raw(1'767'225'600'000'000);
};

}  // namespace holdfast::readmodel
