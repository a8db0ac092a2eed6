#include "journal/file_journal.h"

#include <deque>

#include "journal/journal_test_support.h"
#include "journal/verify.h"

namespace holdfast::journal {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

TEST_F(JournalTest, a_new_journal_begins_at_one_in_its_first_epoch) {
    auto journal = make();
    const auto head = journal->acquire();
    ASSERT_TRUE(head) << to_string(head.error());
    EXPECT_NE(head->log_id, 0U);
    EXPECT_NE(head->hash_seed, 0U);
    EXPECT_EQ(head->epoch, 1U);
    EXPECT_EQ(head->next_batch, 1U);
    EXPECT_EQ(head->next_seq, 1U);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(0)));
}

TEST_F(JournalTest, appended_batches_are_read_back_by_the_next_owner) {
    auto journal = acquired();
    append(*journal, 5);
    const Head before = journal->head();
    journal.reset();
    journal = acquired();
    const Head after = journal->head();
    EXPECT_EQ(after.log_id, before.log_id);
    EXPECT_EQ(after.hash_seed, before.hash_seed);
    EXPECT_EQ(after.epoch, before.epoch + 1);
    EXPECT_EQ(after.next_batch, 6U);
    EXPECT_EQ(after.next_entry, 11U);
    EXPECT_EQ(after.next_seq, 16U);
    EXPECT_EQ(after.hash, before.hash);
    EXPECT_EQ(after.last_log_time, before.last_log_time);
    EXPECT_EQ(after.last_boot_id, 9U);
    EXPECT_EQ(after.last_since_boot, Microseconds{5});
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(5)));
}

TEST_F(JournalTest, batches_go_on_over_many_segments_and_restarts) {
    for (std::uint64_t round = 1; round <= 6; ++round) {
        auto journal = acquired();
        append(*journal, 40);
        EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(40 * round)));
        journal->idle_work();
    }
    auto journal = acquired();
    EXPECT_GT(journal->status().segments, 8U);
    EXPECT_EQ(journal->status().durable_seq, 3U * 240U);
}

TEST_F(JournalTest, a_read_from_any_seq_gives_exactly_the_batches_that_reach_it) {
    auto journal = acquired();
    append(*journal, 120);
    for (int restarts = 0; restarts < 2; ++restarts) {
        for (std::uint64_t seq = 1; seq <= 365; seq += 7) {
            const std::uint64_t first = (seq - 1) / 3 + 1;
            EXPECT_THAT(*numbers_from(*journal, seq), ElementsAreArray(up_to(120, first)))
                << "from seq " << seq;
        }
        journal.reset();
        journal = acquired();
    }
}

TEST_F(JournalTest, old_segments_that_start_up_did_not_walk_are_read_all_the_same) {
    auto journal = acquired();
    append(*journal, 120);
    journal.reset();
    options_.verify_bytes = 1;
    journal = acquired();
    EXPECT_EQ(journal->head().next_batch, 121U);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(120)));
    EXPECT_THAT(*numbers_from(*journal, 100), ElementsAreArray(up_to(120, 34)));
}

TEST_F(JournalTest, a_visitor_that_fails_stops_the_read) {
    auto journal = acquired();
    append(*journal, 3);
    int seen = 0;
    const auto read = journal->read(1, [&](const Batch&) -> Result<void> {
        ++seen;
        return failure(ErrorCode::closed, "enough");
    });
    EXPECT_EQ(read.error().detail, "enough");
    EXPECT_EQ(seen, 1);
}

TEST_F(JournalTest, a_body_may_be_empty_or_as_large_as_a_segment_allows) {
    options_.body_bytes_max = 1'000'000;
    auto journal = acquired();
    const std::string largest(64 * 1024 - 3 * 4096 - 256, 'L');
    for (const std::string& body : {std::string(), largest, std::string("small"), largest}) {
        std::optional<AppendOutcome> outcome;
        journal->append(next_batch(journal->head(), body),
                        [&](AppendOutcome got) { outcome = got; });
        EXPECT_EQ(outcome, AppendOutcome::applied);
    }
    journal.reset();
    journal = acquired();
    std::vector<std::size_t> sizes;
    ASSERT_TRUE(journal->read(1, [&](const Batch& batch) -> Result<void> {
        sizes.push_back(batch.body.size());
        return {};
    }));
    EXPECT_THAT(sizes, testing::ElementsAre(0, largest.size(), 5, largest.size()));
}

TEST_F(JournalTest, a_second_owner_is_refused_while_the_first_lives) {
    auto first = acquired();
    auto second = make();
    EXPECT_EQ(second->acquire().error().code, ErrorCode::locked);
    first.reset();
    EXPECT_TRUE(make()->acquire());
}

TEST_F(JournalTest, an_owner_whose_epoch_was_taken_behind_its_back_is_fenced) {
    auto journal = acquired();
    append(*journal, 1);
    // As after somebody deleted the lock file: a second owner raises the epoch.
    std::array<std::byte, kBlockBytes> block{};
    encode(HeadRecord{.log_id = journal->head().log_id,
                      .hash_seed = journal->head().hash_seed,
                      .epoch = 2,
                      .durable_upto = 1,
                      .wall = {},
                      .boot_id = 1},
           MutableByteSpan(block).first(kHeaderBytes));
    ASSERT_TRUE(disk_.write_atomically(kHeadName, block));
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_EQ(append_next(*journal), AppendOutcome::fenced);
}

TEST_F(JournalTest, one_watermark_follows_the_last_commit_and_then_silence) {
    auto journal = acquired();
    EXPECT_FALSE(journal->watermark_due());
    append(*journal, 2);
    ASSERT_TRUE(journal->watermark_due());
    journal->idle_work();
    EXPECT_TRUE(journal->watermark_due()) << "not before ten milliseconds";
    fall_silent(*journal);
    EXPECT_FALSE(journal->watermark_due());
    const std::uint64_t points = disk_.points();
    clock_.advance(Microseconds{20'000});
    EXPECT_FALSE(journal->idle_work());
    EXPECT_EQ(disk_.points(), points);
}

TEST_F(JournalTest, an_append_during_a_watermark_waits_for_it) {
    auto journal = acquired();
    append(*journal, 1);
    std::deque<std::function<void()>> queue;
    disk_.set_later([&](std::function<void()> task) { queue.push_back(std::move(task)); });
    fall_silent(*journal);
    const std::size_t under_way = queue.size();
    ASSERT_GE(under_way, 1U);
    std::optional<AppendOutcome> outcome;
    const std::string body = body_of(2);
    journal->append(next_batch(journal->head(), body), [&](AppendOutcome got) { outcome = got; });
    EXPECT_EQ(queue.size(), under_way) << "one write at a time on a file";
    while (!queue.empty()) {
        const auto task = std::move(queue.front());
        queue.pop_front();
        task();
    }
    EXPECT_EQ(outcome, AppendOutcome::applied);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(2)));
}

TEST_F(JournalTest, the_caller_may_append_again_from_inside_done) {
    auto journal = acquired();
    int applied = 0;
    std::string body;
    std::function<void(AppendOutcome)> again = [&](AppendOutcome outcome) {
        if (outcome != AppendOutcome::applied || ++applied == 10) return;
        body = body_of(journal->head().next_batch);
        journal->append(next_batch(journal->head(), body), again);
    };
    body = body_of(1);
    journal->append(next_batch(journal->head(), body), again);
    EXPECT_EQ(applied, 10);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(10)));
}

TEST_F(JournalTest, trim_forgets_whole_segments_and_the_rest_still_verifies) {
    auto journal = acquired();
    append(*journal, 100);
    ASSERT_TRUE(journal->trim(150));
    const std::uint64_t first_seq = journal->status().first_seq;
    EXPECT_GT(first_seq, 1U);
    EXPECT_LE(first_seq, 150U);
    journal.reset();
    journal = acquired();
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(100, (first_seq - 1) / 3 + 1)));
    ASSERT_TRUE(journal->trim(1'000'000));
    EXPECT_EQ(journal->status().segments, 1U) << "the newest segment stays";
    append(*journal, 30);
    const auto report = verify(disk_);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->fault);
}

TEST_F(JournalTest, a_failed_sync_is_unknown_and_nothing_is_appended_afterwards) {
    auto journal = acquired();
    append(*journal, 3);
    disk_.faults().fail_sync_in = 1;
    EXPECT_EQ(append_next(*journal), AppendOutcome::unknown);
    EXPECT_TRUE(journal->status().failed);
    EXPECT_FALSE(journal->recent_failure()) << "the first failure in a long time";
    const std::uint64_t points = disk_.points();
    EXPECT_EQ(append_next(*journal), AppendOutcome::unknown);
    EXPECT_FALSE(journal->idle_work());
    EXPECT_EQ(disk_.points(), points) << "not one more write";
}

TEST_F(JournalTest, after_a_failed_sync_the_next_owner_has_every_acknowledged_batch) {
    for (const bool direct : {true, false}) {
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            os::sim::SimRandom random(seed);
            os::sim::SimDisk disk(random);
            disk.set_direct(direct);
            auto journal = std::make_unique<FileJournal>(disk, clock_, random, options_);
            ASSERT_TRUE(journal->acquire());
            for (int i = 0; i < 5; ++i) ASSERT_EQ(append_next(*journal), AppendOutcome::applied);
            disk.faults().fail_sync_in = 1;
            ASSERT_EQ(append_next(*journal), AppendOutcome::unknown);
            journal.reset();

            journal = std::make_unique<FileJournal>(disk, clock_, random, options_);
            const auto head = journal->acquire();
            ASSERT_TRUE(head) << to_string(head.error());
            const std::uint64_t kept = head->next_batch - 1;
            EXPECT_TRUE(kept == 5 || kept == 6) << kept;
            ASSERT_EQ(append_next(*journal), AppendOutcome::applied);
            journal.reset();
            // What the second owner acknowledged or showed must not live in a page cache only.
            disk.crash(random, os::sim::CrashImage::all_lost);
            journal = std::make_unique<FileJournal>(disk, clock_, random, options_);
            const auto again = journal->acquire();
            ASSERT_TRUE(again) << to_string(again.error());
            EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(kept + 1)));
        }
    }
}

TEST_F(JournalTest, a_second_failure_within_ten_minutes_is_told_from_a_lonely_one) {
    const auto fail_once = [&] {
        auto journal = acquired();
        disk_.faults().fail_write_in = 1;
        EXPECT_EQ(append_next(*journal), AppendOutcome::unknown);
        return journal->recent_failure();
    };
    EXPECT_FALSE(fail_once());
    clock_.advance(kFailureWindow - Microseconds{1'000});
    EXPECT_TRUE(fail_once());
    clock_.advance(kFailureWindow + Microseconds{1'000});
    EXPECT_FALSE(acquired()->recent_failure());
    EXPECT_FALSE(fail_once());
}

TEST_F(JournalTest, a_full_disk_is_seen_before_a_commit_meets_it_and_space_brings_it_back) {
    // Room for the head, a little more, and exactly three segments: one in use and two spares.
    disk_.set_capacity(3 * options_.segment_bytes + 3 * kBlockBytes);
    auto journal = acquired();
    append(*journal, 1);
    journal->idle_work();
    EXPECT_FALSE(journal->status().disk_low);
    std::uint64_t appended = 1;
    std::uint64_t appended_while_low = 0;
    while (!journal->status().disk_full) {
        ASSERT_EQ(append_next(*journal), AppendOutcome::applied);
        ++appended;
        journal->idle_work();
        if (journal->status().disk_low) ++appended_while_low;
        ASSERT_LT(appended, 1'000U);
    }
    EXPECT_TRUE(journal->status().disk_low);
    EXPECT_GT(appended_while_low, 10U) << "two spares are room for ending promises";
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(appended)));

    fall_silent(*journal);
    EXPECT_FALSE(journal->watermark_due());
    disk_.set_capacity(10 * options_.segment_bytes);
    EXPECT_TRUE(journal->wants_idle_work()) << "no commit will ask, since all are refused";
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_FALSE(journal->status().disk_full);
    EXPECT_FALSE(journal->status().disk_low);
    EXPECT_FALSE(journal->wants_idle_work());
    append(*journal, 10);
    journal.reset();
    journal = acquired();
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(appended + 10)));
}

TEST_F(JournalTest, idle_work_is_wanted_until_it_is_known_how_a_preparation_ended) {
    std::vector<std::function<void()>> queue;
    disk_.set_later([&](std::function<void()> task) { queue.push_back(std::move(task)); });
    auto journal = acquired();
    ASSERT_EQ(queue.size(), 1U) << "the first spare is on its way";
    EXPECT_FALSE(journal->idle_work());
    EXPECT_TRUE(journal->wants_idle_work());
    // It fails after everybody has looked; with no spare every append is refused, so no commit
    // would bring about another look.
    disk_.faults().fail_change_in = 1;
    queue.front()();
    queue.clear();
    EXPECT_TRUE(journal->status().disk_full);
    EXPECT_TRUE(journal->wants_idle_work());
    disk_.set_later(nullptr);
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_FALSE(journal->status().disk_full);
    EXPECT_FALSE(journal->wants_idle_work());
}

TEST_F(JournalTest, an_append_on_a_full_disk_waits_for_space_and_then_goes_through) {
    disk_.set_capacity(3 * options_.segment_bytes + 3 * kBlockBytes);
    auto journal = acquired();
    std::optional<AppendOutcome> outcome = AppendOutcome::applied;
    std::uint64_t appended = 0;
    std::string body;
    while (outcome) {
        outcome.reset();
        body = body_of(++appended);
        journal->append(next_batch(journal->head(), body),
                        [&](AppendOutcome got) { outcome = got; });
        ASSERT_LT(appended, 1'000U);
    }
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_FALSE(outcome);
    disk_.set_capacity(10 * options_.segment_bytes);
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_EQ(outcome, AppendOutcome::applied);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(appended)));
}

TEST_F(JournalTest, low_space_is_told_by_share_and_by_bytes) {
    options_.low_bytes = 2'000'000;
    disk_.set_capacity(10'000'000);
    auto journal = acquired();
    EXPECT_FALSE(journal->status().disk_low);
    disk_.set_capacity(2'000'000);
    clock_.advance(options_.look_period);
    journal->idle_work();
    EXPECT_TRUE(journal->status().disk_low);
    EXPECT_FALSE(journal->status().disk_full);
    EXPECT_EQ(append_next(*journal), AppendOutcome::applied);
}

TEST_F(JournalTest, with_an_event_queue_a_commit_ends_later_and_the_head_moves_then) {
    auto journal = acquired();
    std::deque<std::function<void()>> queue;
    disk_.set_later([&](std::function<void()> task) { queue.push_back(std::move(task)); });
    std::optional<AppendOutcome> outcome;
    const std::string body = body_of(1);
    journal->append(next_batch(journal->head(), body), [&](AppendOutcome got) { outcome = got; });
    EXPECT_FALSE(outcome);
    EXPECT_EQ(journal->head().next_batch, 1U);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(0)));
    while (!queue.empty()) {
        const auto task = std::move(queue.front());
        queue.pop_front();
        task();
    }
    EXPECT_EQ(outcome, AppendOutcome::applied);
    EXPECT_EQ(journal->head().next_batch, 2U);
}

TEST_F(JournalTest, segments_of_another_size_are_read_and_new_ones_take_the_new_size) {
    auto journal = acquired();
    append(*journal, 30);
    journal.reset();
    options_.segment_bytes = 128 * 1024;
    journal = acquired();
    append(*journal, 100);
    EXPECT_THAT(*numbers_from(*journal, 1), ElementsAreArray(up_to(130)));
    EXPECT_FALSE(verify(disk_)->fault);
}

TEST_F(JournalTest, the_bytes_of_version_1_never_change) {
    // The same clock, randomness and batches: the same files. Another sum here means that journals
    // written before this change may not be readable after it: then it is version 2.
    auto journal = acquired();
    append(*journal, 3);
    fall_silent(*journal);
    const auto sum = [&](std::string_view name) { return hash64(*disk_.read_all(name)); };
    EXPECT_EQ(sum(kHeadName), 6'969'596'982'407'872'158ULL);
    EXPECT_EQ(sum(to_file_name({.first_batch = 1, .first_seq = 1})), 497'707'283'535'668'715ULL);
}

TEST_F(JournalTest, a_newer_format_is_refused_by_name_and_left_alone) {
    auto journal = acquired();
    append(*journal, 1);
    journal.reset();
    auto bytes = *disk_.read_all(kHeadName);
    store(bytes.data() + 8, std::uint32_t{2});
    store(bytes.data() + 248, hash64({bytes.data(), 248}, load<std::uint64_t>(bytes.data() + 16)));
    ASSERT_TRUE(disk_.write_atomically(kHeadName, bytes));
    const auto refused = make()->acquire();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
    EXPECT_THAT(refused.error().detail, HasSubstr("version 2"));
    EXPECT_EQ(*disk_.read_all(kHeadName), bytes);
}

}  // namespace
}  // namespace holdfast::journal
