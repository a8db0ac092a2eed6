// Goal: whatever stands where the read model's file should be, the hub gets one that it can use.
// Method: files that are damaged, of another version or of another journal; then opened.
#include "readmodel/store.h"

#include <fstream>

#include "journal/file_journal.h"
#include "os/sim/sim_clock.h"
#include "os/sim/sim_random.h"
#include "readmodel/catch_up.h"
#include "readmodel/compare.h"
#include "readmodel/schema.h"
#include "readmodel/test_directory.h"

namespace holdfast::readmodel {
namespace {

class StoreTest : public ReadModelTest {
  protected:
    void write(std::string_view bytes, std::streamoff at = 0) {
        std::fstream file(directory_ + "/readmodel.sqlite",
                          std::ios::in | std::ios::out | std::ios::binary);
        if (!file) file.open(directory_ + "/readmodel.sqlite", std::ios::out | std::ios::binary);
        file.seekp(at);
        file << bytes;
    }
    void make_some() {
        for (std::uint32_t i = 0; i < 500; ++i) make_.count(i % 10, i % 3, 1);
    }
};

TEST_F(StoreTest, OpensWhatItWrote) {
    make_some();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    const Cursor before = store->cursor();
    store.reset();
    store = open();
    EXPECT_EQ(store->began_again_because(), "");
    EXPECT_EQ(store->cursor().seq, before.seq);
    EXPECT_EQ(store->cursor().fact_hash, before.fact_hash);
    EXPECT_EQ(store->cursor().log_id, kLogId);
    EXPECT_EQ(store->cursor().recorded_at, make_.now());
}

TEST_F(StoreTest, BeginsAgainWhenTheFileIsNoDatabase) {
    write("this is not a database, whatever its name says, and long enough to be one");
    auto store = open();
    EXPECT_NE(store->began_again_because(), "");
    EXPECT_EQ(store->cursor().seq, 0U);
    make_some();
    EXPECT_TRUE(apply(*store, make_.facts()));
}

TEST_F(StoreTest, BeginsAgainWhenTheTablesAreOfAnotherVersion) {
    make_some();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    store->database().run("PRAGMA user_version = 99");
    store.reset();
    store = open();
    EXPECT_NE(store->began_again_because().find("version 99"), std::string::npos);
    EXPECT_EQ(store->cursor().seq, 0U);
}

TEST_F(StoreTest, BeginsAgainWhenATableIsMissing) {
    make_some();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    store->database().run("DROP TABLE holds");
    store.reset();
    store = open();
    EXPECT_NE(store->began_again_because(), "");
    EXPECT_EQ(rows_of(store->database(), "holds"), 0U);
}

TEST_F(StoreTest, DamagedPagesAreAFailureAndANewFileAnswersIt) {
    make_some();
    auto store = open();
    ASSERT_TRUE(apply(*store, make_.facts()));
    store->database().checkpoint();
    store.reset();
    for (int page = 1; page < 12; ++page) write(std::string(4096, '\x5a'), page * 4096);
    store = open();
    if (store->began_again_because().empty()) {
        // The damage lies where opening does not look: writing finds it.
        make_some();
        const Result<void> applied = apply(*store, make_.facts(501, 1000));
        ASSERT_FALSE(applied);
        EXPECT_EQ(applied.error().code, ErrorCode::corrupt);
        ASSERT_TRUE(store->begin_again("damaged"));
    }
    EXPECT_EQ(store->cursor().seq, 0U);
    EXPECT_TRUE(apply(*store, make_.facts()));
}

/// A real journal in the directory, with the facts of `make_` as batches of a few facts each.
class HistoryTest : public StoreTest {
  protected:
    void write_journal(std::uint64_t facts_per_batch) {
        os::sim::SimClock clock;
        os::sim::SimRandom random{5};
        auto disk = std::move(*os::LinuxDisk::open_directory(directory_, {.direct = false}));
        journal::FileJournal journal(*disk, clock, random,
                                     {.segment_bytes = 256 * 1024, .body_bytes_max = 64 * 1024});
        const auto head = journal.acquire();
        ASSERT_TRUE(head) << to_string(head.error());
        for (std::uint64_t first = head->next_seq; first <= make_.seq(); first += facts_per_batch) {
            const std::uint64_t last = std::min(make_.seq(), first + facts_per_batch - 1);
            const journal::Batch batch{.number = journal.head().next_batch,
                                       .first_entry = journal.head().next_entry,
                                       .entry_count = 1,
                                       .first_seq = first,
                                       .fact_count = static_cast<std::uint32_t>(last - first + 1),
                                       .log_time = make_.now(),
                                       .body = make_.body(first, last)};
            journal.append(batch, [](journal::AppendOutcome outcome) {
                ASSERT_EQ(outcome, journal::AppendOutcome::applied);
            });
            journal.idle_work();
        }
        end_ = journal.head();
    }
    journal::Head end_;
};

TEST_F(HistoryTest, CatchesUpOverManySegmentsInStepsOfAnySize) {
    for (std::uint32_t i = 0; i < 3000; ++i) make_.count(i % 50, i % 7, 1);
    write_journal(7);
    auto whole = open("whole.sqlite");
    ASSERT_TRUE(catch_up(*whole, *files_, {.end = end_, .to_seq = make_.seq()}));
    EXPECT_EQ(whole->cursor().seq, make_.seq());
    auto steps = open("steps.sqlite");
    for (std::uint64_t to = 1; to < make_.seq() + 997; to += 997)
        ASSERT_TRUE(catch_up(*steps, *files_, {.end = end_, .to_seq = std::min(to, make_.seq())}));
    EXPECT_EQ(steps->cursor().seq, make_.seq());
    EXPECT_EQ(difference(whole->database(), steps->database()), std::nullopt);
}

TEST_F(HistoryTest, KeepsABeginningOfTheSameJournal) {
    make_some();
    write_journal(10);
    auto store = open();
    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = 123}));
    ASSERT_TRUE(check_history(*store, *files_, end_));
    EXPECT_EQ(store->cursor().seq, 123U);
}

TEST_F(HistoryTest, BeginsAgainForAnotherJournalAndForAnotherHistoryOfTheSame) {
    make_some();
    write_journal(10);
    auto store = open();
    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = 200}));
    journal::Head other = end_;
    ++other.log_id;
    ASSERT_TRUE(check_history(*store, *files_, other));
    EXPECT_EQ(store->began_again_because(), "it is of another journal");

    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = 200}));
    journal::Head shorter = end_;
    shorter.next_seq = 200;
    ASSERT_TRUE(check_history(*store, *files_, shorter));
    EXPECT_EQ(store->cursor().seq, 0U);

    // The same journal, restored from a backup, went another way.
    FactMaker elsewhere;
    for (std::uint32_t i = 0; i < 500; ++i) elsewhere.count(i % 10, i % 3, 2);
    store->projection().begin(end_.log_id);
    for (const FactView& fact : elsewhere.facts(1, 200)) store->projection().apply(fact);
    ASSERT_TRUE(store->projection().commit());
    ASSERT_TRUE(check_history(*store, *files_, end_));
    EXPECT_EQ(store->began_again_because(), "the journal has another fact 200");
}

TEST_F(HistoryTest, AJournalThatCannotBeReadIsNoReasonToBeginAgain) {
    make_some();
    write_journal(10);
    auto store = open();
    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = 200}));
    const auto names = files_->list();
    for (const std::string& name : *names)
        if (name.starts_with("segment-")) {
            ASSERT_TRUE(files_->rename(name, "gone-" + name));
        }
    const Result<void> checked = check_history(*store, *files_, end_);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::io_error);
    EXPECT_EQ(store->cursor().seq, 200U);
}

TEST_F(HistoryTest, StopsWhenToldAndGoesOnLater) {
    for (std::uint32_t i = 0; i < 40'000; ++i) make_.count(i % 50, i % 7, 1);
    write_journal(100);
    auto store = open();
    const std::atomic<bool> stop{true};
    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = make_.seq(), .stop = &stop}));
    EXPECT_EQ(store->cursor().seq, kFactsPerTransaction);
    ASSERT_TRUE(catch_up(*store, *files_, {.end = end_, .to_seq = make_.seq()}));
    EXPECT_EQ(store->cursor().seq, make_.seq());
}

}  // namespace
}  // namespace holdfast::readmodel
