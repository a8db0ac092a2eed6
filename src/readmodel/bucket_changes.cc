#include "readmodel/bucket_changes.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace holdfast::readmodel {
namespace {

bool same_bucket(const BucketChange& a, const BucketChange& b) {
    return a.sku == b.sku && a.place == b.place && a.bucket == b.bucket;
}

/// Whether a count of the shelf settles it.
bool is_counted(const BucketChange& c) {
    return c.place.kind() == PlaceKind::location &&
           (c.bucket == Bucket::sellable || c.bucket == Bucket::suspect);
}

/// What a count had seen is posted and at once posted back, pair by pair, so that nothing of it
/// stays: the sum of what was posted first. 0 where the postings are no such pairs.
Units posted_back(std::span<const BucketChange> postings) {
    if (postings.size() % 2 != 0) return 0;
    Units moved = 0;
    for (std::size_t i = 0; i < postings.size(); i += 2) {
        if (postings[i].delta + postings[i + 1].delta != 0) return 0;
        moved += postings[i].delta;
    }
    return moved;
}

}  // namespace

void gather_changes(const FactView& fact, std::vector<BucketChange>& changes) {
    changes.clear();
    for (std::size_t i = 0; i < fact.posting_count(); ++i) {
        const Posting posting = fact.posting(i);
        changes.push_back({posting.sku, posting.place, posting.bucket, posting.delta});
    }
    if (changes.size() < 2) return;
    // Postings of one bucket keep their order: that tells what was moved from what was moved back.
    std::ranges::stable_sort(changes, {}, [](const BucketChange& c) {
        return std::tuple(c.sku, c.place.raw(), c.bucket);
    });
    std::size_t kept = 0;
    for (std::size_t first = 0; first < changes.size();) {
        BucketChange sum = changes[first];
        std::size_t end = first + 1;
        for (; end < changes.size() && same_bucket(changes[end], sum); ++end)
            sum.delta += changes[end].delta;
        if (is_counted(sum))
            sum.seen_by_count = posted_back(std::span(changes).subspan(first, end - first));
        changes[kept++] = sum;
        first = end;
    }
    changes.resize(kept);
}

}  // namespace holdfast::readmodel
