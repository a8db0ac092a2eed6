// Damage at rest: everything that was acknowledged is either given back whole or refused by name.
#include <set>

#include "journal/journal_test_support.h"
#include "journal/verify.h"

namespace holdfast::journal {
namespace {

using testing::AllOf;
using testing::ElementsAreArray;
using testing::HasSubstr;

class DamageTest : public JournalTest {
  protected:
    /// A journal of `batches` batches, silent, its owner gone.
    void prepare(std::uint64_t batches, bool watermark = true) {
        auto journal = acquired();
        append(*journal, batches);
        if (watermark) fall_silent(*journal);
        count_ = batches;
    }
    std::string segment(std::size_t index) {
        std::vector<std::string> segments;
        const auto names = *disk_.list();
        for (const std::string& name : names)
            if (parse_segment_name(name)) segments.push_back(name);
        return index < segments.size() ? segments[index] : std::string();
    }
    /// Offsets of the batches of a segment, as they lie.
    std::vector<std::uint64_t> offsets_in(const std::string& name) {
        const auto bytes = *disk_.read_all(name);
        std::vector<std::uint64_t> offsets;
        for (std::size_t at = kBatchesStart; at < bytes.size(); at += kBlockBytes)
            if (as_text(ByteSpan(bytes).subspan(at, 8)) == "HFBATCH1") offsets.push_back(at);
        return offsets;
    }
    Failure refusal() {
        const auto head = make()->acquire();
        return head ? Failure{ErrorCode::invalid_argument, "it was accepted"} : head.error();
    }
    /// Every possible outcome after damage: refused as corrupt, or complete.
    void expect_refused_or_whole(const std::string& what) {
        const auto twin = disk_.clone();
        FileJournal journal(*twin, clock_, random_, options_);
        const auto head = journal.acquire();
        if (!head) {
            EXPECT_EQ(head.error().code, ErrorCode::corrupt) << what << ": " << head.error().detail;
            return;
        }
        const auto numbers = numbers_from(journal, 1);
        ASSERT_TRUE(numbers) << what << ": " << to_string(numbers.error());
        EXPECT_THAT(*numbers, ElementsAreArray(up_to(count_))) << what;
    }
    std::uint64_t count_ = 0;
};

TEST_F(DamageTest, a_damaged_acknowledged_batch_is_refused_with_segment_offset_and_seq) {
    prepare(60);
    const std::string name = segment(1);
    const auto offsets = offsets_in(name);
    ASSERT_GT(offsets.size(), 3U);
    const std::uint64_t number = parse_segment_name(name)->first_batch + 2;
    ASSERT_TRUE(disk_.corrupt(name, offsets[2] + kHeaderBytes + 10));
    const Failure why = refusal();
    EXPECT_EQ(why.code, ErrorCode::corrupt);
    EXPECT_THAT(why.detail, AllOf(HasSubstr(name), HasSubstr(fmt::format("offset {}", offsets[2])),
                                  HasSubstr(fmt::format("seq {}", 1 + 3 * (number - 1)))));
    const auto report = verify(disk_);
    ASSERT_TRUE(report && report->fault);
    EXPECT_EQ(report->fault->file, name);
    EXPECT_EQ(report->fault->offset, offsets[2]);
    EXPECT_EQ(report->fault->seq, 1 + 3 * (number - 1));
    EXPECT_EQ(report->batches, number - 1);
}

TEST_F(DamageTest, the_newest_batch_is_refused_when_damaged_because_its_watermark_knows_it) {
    prepare(3);
    const std::string name = segment(0);
    const std::uint64_t offset = offsets_in(name)[2];
    for (const std::uint64_t at : {offset, offset + 40, offset + kHeaderBytes}) {
        ASSERT_TRUE(disk_.corrupt(name, at));
        EXPECT_EQ(refusal().code, ErrorCode::corrupt) << at;
        EXPECT_THAT(refusal().detail, HasSubstr("watermark"));
        ASSERT_TRUE(disk_.corrupt(name, at));
    }
    EXPECT_TRUE(make()->acquire());
}

TEST_F(DamageTest, a_batch_is_refused_when_damaged_because_a_later_one_was_begun) {
    prepare(4, false);
    const std::string name = segment(0);
    const auto offsets = offsets_in(name);
    for (std::size_t i = 0; i < 3; ++i) {
        for (const std::uint64_t at : {offsets[i], offsets[i] + 100, offsets[i] + kHeaderBytes}) {
            ASSERT_TRUE(disk_.corrupt(name, at));
            const Failure why = refusal();
            EXPECT_EQ(why.code, ErrorCode::corrupt) << at;
            EXPECT_THAT(why.detail, HasSubstr(fmt::format("offset {}", offsets[i])));
            ASSERT_TRUE(disk_.corrupt(name, at));
        }
    }
}

TEST_F(DamageTest, a_damaged_header_of_the_newest_segment_is_refused_once_a_batch_proves_itself) {
    prepare(2, false);
    ASSERT_TRUE(disk_.corrupt(segment(0), 40));
    EXPECT_EQ(refusal().code, ErrorCode::corrupt);
    EXPECT_FALSE(segment(0).empty()) << "it was not set aside";
}

TEST_F(DamageTest, within_ten_milliseconds_a_damaged_newest_batch_is_taken_for_a_torn_tail) {
    // The documented limit: nobody can tell these two apart.
    prepare(3, false);
    const std::string name = segment(0);
    ASSERT_TRUE(disk_.corrupt(name, offsets_in(name)[2] + kHeaderBytes));
    auto journal = acquired();
    EXPECT_EQ(journal->head().next_batch, 3U);
    EXPECT_THAT(journal->torn_tail(), HasSubstr("batch 3"));
}

TEST_F(DamageTest, a_torn_tail_is_left_behind_and_a_new_segment_begun) {
    prepare(3, false);
    const std::string name = segment(0);
    const auto before = *disk_.read_all(name);
    ASSERT_TRUE(disk_.corrupt(name, offsets_in(name)[2] + kHeaderBytes));
    {
        auto journal = acquired();
        append(*journal, 2);
        fall_silent(*journal);
        EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(4)));
    }
    EXPECT_FALSE(segment(1).empty());
    const auto after = *disk_.read_all(name);
    EXPECT_TRUE(std::equal(before.begin() + kBatchesStart,
                           before.begin() + static_cast<std::ptrdiff_t>(offsets_in(name)[2]),
                           after.begin() + kBatchesStart))
        << "not a byte of what was acknowledged has changed";
    // The batch in the torn tail becomes readable again, as disks do: history has gone on.
    ASSERT_TRUE(disk_.corrupt(name, offsets_in(name)[2] + kHeaderBytes));
    auto journal = acquired();
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(4)));
    EXPECT_FALSE(verify(disk_)->fault);
}

TEST_F(DamageTest, every_flipped_byte_is_refused_or_harms_nothing) {
    options_.segment_bytes = 8 * kBlockBytes;
    options_.body_bytes_max = 7'000;
    prepare(6);
    const auto names = *disk_.list();
    std::uint64_t flips = 0;
    std::uint64_t silent = 0;
    for (const std::string& name : names) {
        const auto bytes = *disk_.read_all(name);
        const bool stored = !parse_spare_name(name);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            // Zeros are many and alike: one in 61 of them, and every byte that means something.
            const bool meaningful = stored && bytes[at] != std::byte{0};
            if (!meaningful && at % 61 != 0) continue;
            ASSERT_TRUE(disk_.corrupt(name, at, 0x20));
            ++flips;
            const auto report = verify(disk_);
            ASSERT_TRUE(report) << name << " " << at << " " << to_string(report.error());
            const bool noticed = report->fault || !report->notes.empty();
            if (!noticed) ++silent;
            EXPECT_TRUE(noticed || !meaningful) << name << ", offset " << at;
            if (at % 7 == 0 || at % kBlockBytes < kHeaderBytes)
                expect_refused_or_whole(fmt::format("{}, offset {}", name, at));
            ASSERT_TRUE(disk_.corrupt(name, at, 0x20));
        }
    }
    EXPECT_GT(flips, 15'000U);
    EXPECT_LT(silent, flips / 10) << "only zeros of spares and behind the ends of full segments";
    EXPECT_FALSE(verify(disk_)->fault);
    EXPECT_TRUE(verify(disk_)->notes.empty());
}

TEST_F(DamageTest, a_missing_file_is_refused) {
    prepare(60);
    acquired();
    std::vector<std::string> stored;
    const auto names = *disk_.list();
    for (const std::string& name : names)
        if (!parse_spare_name(name)) stored.push_back(name);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const bool oldest_segment = i == 1;
        const auto twin = disk_.clone();
        ASSERT_TRUE(twin->remove(stored[i]));
        FileJournal journal(*twin, clock_, random_, options_);
        const auto head = journal.acquire();
        // A journal without its oldest segment looks like one that was trimmed; its seqs say so.
        if (oldest_segment) {
            ASSERT_TRUE(head);
            EXPECT_GT(journal.status().first_seq, 1U);
            continue;
        }
        ASSERT_FALSE(head) << stored[i];
        EXPECT_EQ(head.error().code, ErrorCode::corrupt) << stored[i];
    }
}

TEST_F(DamageTest, a_batch_in_the_wrong_place_is_refused_though_every_byte_of_it_is_right) {
    prepare(12);
    const std::string name = segment(0);
    auto bytes = *disk_.read_all(name);
    const auto offsets = offsets_in(name);
    ASSERT_GT(offsets.size(), 4U);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offsets[1]), kBlockBytes,
                bytes.begin() + static_cast<std::ptrdiff_t>(offsets[3]));
    ASSERT_TRUE(disk_.write_atomically(name, bytes));
    const Failure why = refusal();
    EXPECT_EQ(why.code, ErrorCode::corrupt);
    EXPECT_THAT(why.detail, HasSubstr("was written for offset"));
}

TEST_F(DamageTest,
       a_batch_of_a_copy_that_went_its_own_way_is_refused_though_it_fits_in_all_but_the_chain) {
    prepare(2);
    const auto copy = disk_.clone();
    append(*acquired(), 3);
    const std::string name = segment(0);
    {
        FileJournal journal(*copy, clock_, random_, options_);
        ASSERT_TRUE(journal.acquire());
        std::string third = body_of(3);
        third.back() ^= 1;
        journal.append(next_batch(journal.head(), third), [](AppendOutcome) {});
        append(journal, 2);
    }
    const auto at = static_cast<std::ptrdiff_t>(offsets_in(name)[3]);
    const auto next = static_cast<std::ptrdiff_t>(offsets_in(name)[4]);
    auto bytes = *disk_.read_all(name);
    const auto theirs = *copy->read_all(name);
    std::copy(theirs.begin() + at, theirs.begin() + next, bytes.begin() + at);
    ASSERT_TRUE(disk_.write_atomically(name, bytes));
    const Failure why = refusal();
    EXPECT_EQ(why.code, ErrorCode::corrupt);
    EXPECT_THAT(why.detail, HasSubstr("the chain is broken"));
}

TEST_F(DamageTest, segments_that_changed_their_names_are_refused) {
    prepare(60);
    const std::string first = segment(0);
    const std::string second = segment(1);
    ASSERT_TRUE(disk_.rename(first, "aside"));
    ASSERT_TRUE(disk_.rename(second, first));
    ASSERT_TRUE(disk_.rename("aside", second));
    EXPECT_EQ(refusal().code, ErrorCode::corrupt);
}

TEST_F(DamageTest, segments_of_another_journal_are_refused) {
    prepare(3);
    os::sim::SimRandom other_random(99);
    os::sim::SimDisk other(other_random);
    {
        FileJournal journal(other, clock_, other_random, options_);
        ASSERT_TRUE(journal.acquire());
    }
    ASSERT_TRUE(disk_.write_atomically(kHeadName, *other.read_all(kHeadName)));
    EXPECT_THAT(refusal().detail, HasSubstr("another journal"));
}

TEST_F(DamageTest, an_unreadable_sector_stops_the_start_and_is_not_skipped) {
    prepare(3);
    const std::string name = segment(0);
    disk_.fail_reads(name, offsets_in(name)[1] + 100);
    EXPECT_EQ(refusal().code, ErrorCode::io_error);
    disk_.clear_read_faults();
    EXPECT_THAT(*numbers_from(*acquired(), 1), ElementsAreArray(up_to(3)));
}

TEST_F(DamageTest, damage_in_an_old_segment_is_found_when_somebody_reads_it) {
    prepare(120);
    options_.verify_bytes = 1;
    const std::string name = segment(0);
    ASSERT_TRUE(disk_.corrupt(name, offsets_in(name)[1] + kHeaderBytes));
    auto journal = acquired();
    const auto numbers = numbers_from(*journal, 1);
    ASSERT_FALSE(numbers);
    EXPECT_EQ(numbers.error().code, ErrorCode::corrupt);
    EXPECT_THAT(numbers.error().detail, AllOf(HasSubstr(name), HasSubstr("seq 4")));
    EXPECT_TRUE(verify(disk_)->fault);
}

TEST_F(DamageTest, verify_counts_what_is_there_and_shows_it) {
    prepare(25);
    std::vector<std::uint64_t> seen;
    const auto report = verify(disk_, [&](const Batch& batch) -> Result<void> {
        seen.push_back(batch.number);
        return {};
    });
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_FALSE(report->fault);
    EXPECT_TRUE(report->notes.empty());
    EXPECT_EQ(report->batches, 25U);
    EXPECT_EQ(report->entries, 50U);
    EXPECT_EQ(report->facts, 75U);
    EXPECT_EQ(report->next_seq, 76U);
    EXPECT_EQ(report->epoch, 1U);
    EXPECT_THAT(seen, ElementsAreArray(up_to(25)));
}

TEST_F(DamageTest, verify_works_beside_an_owner_and_says_when_there_is_no_journal) {
    EXPECT_EQ(verify(disk_).error().code, ErrorCode::not_found);
    auto journal = acquired();
    append(*journal, 2);
    EXPECT_EQ(verify(disk_)->batches, 2U);
}

}  // namespace
}  // namespace holdfast::journal
