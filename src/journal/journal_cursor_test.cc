// Goal: a follower reads beside the owner exactly what was durable when it asked, from anywhere,
// over any number of segments and owners, and says so when the directory does not hold it. Method:
// a journal on a simulated disk that goes on appending while it is read.
#include "journal/journal_cursor.h"

#include "journal/journal_test_support.h"

namespace holdfast::journal {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

class JournalCursorTest : public JournalTest {
  protected:
    /// Numbers of the batches from a seq to the end, bodies checked.
    Result<std::vector<std::uint64_t>> numbers(std::uint64_t from_seq, const Head& end) {
        JournalCursor cursor(disk_, end.log_id);
        if (auto found = cursor.seek(from_seq, end); !found) return tl::unexpected(found.error());
        return rest(cursor);
    }
    Result<std::vector<std::uint64_t>> rest(JournalCursor& cursor) {
        std::vector<std::uint64_t> numbers;
        while (true) {
            const auto batch = cursor.next();
            if (!batch) return tl::unexpected(batch.error());
            if (!*batch) return numbers;
            if (as_text((*batch)->body) != body_of((*batch)->number))
                return failure(ErrorCode::corrupt, fmt::format("body of {}", (*batch)->number));
            numbers.push_back((*batch)->number);
        }
    }
    std::string newest_segment() {
        std::string newest;
        const std::vector<std::string> names = *disk_.list();
        for (const std::string& name : names)
            if (parse_segment_name(name)) newest = name;
        return newest;
    }
};

TEST_F(JournalCursorTest, AnEmptyJournalHasNothingToRead) {
    const auto journal = acquired();
    EXPECT_THAT(*numbers(1, journal->head()), ElementsAreArray(up_to(0)));
}

TEST_F(JournalCursorTest, ReadsFromAnySeqOverManySegmentsAndOwners) {
    auto journal = acquired();
    for (int owner = 0; owner < 3; ++owner) {
        append(*journal, 40);
        journal.reset();
        journal = acquired();
    }
    ASSERT_GT(journal->status().segments, 5U);
    for (std::uint64_t seq = 1; seq <= 361; seq += 7)
        EXPECT_THAT(*numbers(seq, journal->head()), ElementsAreArray(up_to(120, (seq - 1) / 3 + 1)))
            << "from seq " << seq;
}

TEST_F(JournalCursorTest, SeesNothingThatWasAppendedAfterItAsked) {
    const auto journal = acquired();
    append(*journal, 30);
    JournalCursor cursor(disk_, journal->head().log_id);
    ASSERT_TRUE(cursor.seek(1, journal->head()));
    ASSERT_EQ((*cursor.next())->number, 1U);
    append(*journal, 60);
    EXPECT_THAT(*rest(cursor), ElementsAreArray(up_to(30, 2)));
    ASSERT_TRUE(cursor.seek(31 * 3, journal->head()));
    EXPECT_THAT(*rest(cursor), ElementsAreArray(up_to(90, 31)));
}

TEST_F(JournalCursorTest, SaysWhereAJournalThatWasTrimmedBegins) {
    const auto journal = acquired();
    append(*journal, 120);
    ASSERT_TRUE(journal->trim(200));
    const std::uint64_t first = journal->status().first_seq;
    ASSERT_GT(first, 1U);
    const auto early = numbers(first - 1, journal->head());
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, ErrorCode::not_found);
    EXPECT_THAT(*numbers(first, journal->head()),
                ElementsAreArray(up_to(120, (first - 1) / 3 + 1)));
}

TEST_F(JournalCursorTest, DamageIsToldWithItsPlaceAndNeverSkipped) {
    const auto journal = acquired();
    append(*journal, 120);
    ASSERT_TRUE(disk_.corrupt(newest_segment(), kBatchesStart + kHeaderBytes + 3));
    const auto read = numbers(1, journal->head());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    EXPECT_THAT(read.error().detail, HasSubstr(newest_segment() + ", offset 12288"));
}

TEST_F(JournalCursorTest, AnotherHistoryUnderTheSameNameIsNoticedAtItsEnd) {
    const auto journal = acquired();
    append(*journal, 10);
    Head end = journal->head();
    end.hash.front() ^= std::byte{1};
    const auto read = numbers(1, end);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().detail, HasSubstr("not the one that was written last"));
}

}  // namespace
}  // namespace holdfast::journal
