#include "journal/checkpoint_store.h"

#include <gmock/gmock.h>

#include "os/sim/sim_disk.h"

namespace holdfast::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CheckpointInfo info_at(std::uint64_t seq) {
    CheckpointInfo info;
    info.log_id = 77;
    info.seq = seq;
    info.entry = seq / 2;
    info.batch = seq / 3;
    info.hash.fill(std::byte{0xAB});
    info.state_hash = {.low = seq * 11, .high = seq * 13};
    info.log_time = instant_from_raw(1'000 + static_cast<std::int64_t>(seq));
    info.wall = instant_from_raw(2'000);
    return info;
}

std::vector<std::byte> body_of(std::uint64_t seq, std::size_t bytes) {
    std::vector<std::byte> body(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        body[i] = static_cast<std::byte>((i * 31 + seq * 7) & 0xFF);
    return body;
}

class CheckpointStoreTest : public testing::Test {
  protected:
    std::vector<std::byte> body_at(std::uint64_t seq) {
        std::vector<std::byte> body;
        const auto info = store_.read(seq, [&](ByteSpan piece) -> Result<void> {
            EXPECT_LE(piece.size(), kCheckpointPieceBytes);
            body.insert(body.end(), piece.begin(), piece.end());
            return {};
        });
        EXPECT_TRUE(info) << to_string(info.error());
        return body;
    }
    os::sim::SimRandom random_{3};
    os::sim::SimDisk disk_{random_};
    CheckpointStore store_{disk_};
};

TEST_F(CheckpointStoreTest, an_empty_directory_has_none) {
    const auto latest = store_.latest(77);
    ASSERT_TRUE(latest);
    EXPECT_FALSE(*latest);
}

TEST_F(CheckpointStoreTest, the_newest_is_found_with_everything_that_was_said_about_it) {
    ASSERT_TRUE(store_.write(info_at(10), body_of(10, 100)));
    ASSERT_TRUE(store_.write(info_at(200), body_of(200, 50)));
    const auto latest = *store_.latest(77);
    ASSERT_TRUE(latest);
    const CheckpointInfo wanted = info_at(200);
    EXPECT_EQ(latest->seq, 200U);
    EXPECT_EQ(latest->entry, wanted.entry);
    EXPECT_EQ(latest->batch, wanted.batch);
    EXPECT_EQ(latest->hash, wanted.hash);
    EXPECT_EQ(latest->state_hash, wanted.state_hash);
    EXPECT_EQ(latest->log_time, wanted.log_time);
    EXPECT_EQ(latest->wall, wanted.wall);
    EXPECT_EQ(body_at(200), body_of(200, 50));
}

TEST_F(CheckpointStoreTest, bodies_of_any_size_come_back_in_pieces) {
    std::uint64_t seq = 0;
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, kCheckpointPieceBytes - 1, kCheckpointPieceBytes,
          kCheckpointPieceBytes + 1, 3 * kCheckpointPieceBytes + 17}) {
        ++seq;
        ASSERT_TRUE(store_.write(info_at(seq), body_of(seq, bytes)));
        EXPECT_EQ(body_at(seq), body_of(seq, bytes)) << bytes;
    }
}

TEST_F(CheckpointStoreTest, a_body_may_be_written_in_odd_portions) {
    const auto body = body_of(5, 2 * kCheckpointPieceBytes + 12'345);
    auto writer = std::move(*store_.begin(info_at(5)));
    for (std::size_t at = 0; at < body.size(); at += 99'991)
        ASSERT_TRUE(writer->append(
            ByteSpan(body).subspan(at, std::min<std::size_t>(99'991, body.size() - at))));
    ASSERT_TRUE(store_.commit(std::move(writer)));
    EXPECT_EQ(body_at(5), body);
}

TEST_F(CheckpointStoreTest, two_are_kept) {
    for (std::uint64_t seq = 1; seq <= 4; ++seq)
        ASSERT_TRUE(store_.write(info_at(seq), body_of(seq, 10)));
    EXPECT_THAT(*disk_.list(), ElementsAre("checkpoint-00000000000000000003.hfc",
                                           "checkpoint-00000000000000000004.hfc"));
}

TEST_F(CheckpointStoreTest, one_that_does_not_verify_is_passed_over_and_named) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 10)));
    ASSERT_TRUE(store_.write(info_at(2), body_of(2, 10)));
    ASSERT_TRUE(disk_.corrupt("checkpoint-00000000000000000002.hfc", 260));
    EXPECT_EQ((*store_.latest(77))->seq, 1U);
    EXPECT_THAT(store_.refused(), ElementsAre(HasSubstr("checksum of its body")));
    EXPECT_EQ(disk_.list()->size(), 2U) << "it stays for whoever wants to look at it";
}

TEST_F(CheckpointStoreTest, one_of_another_journal_is_not_used) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 10)));
    EXPECT_FALSE(*store_.latest(78));
    EXPECT_THAT(store_.refused(), ElementsAre(HasSubstr("another journal")));
}

TEST_F(CheckpointStoreTest, every_flipped_bit_is_noticed) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 300)));
    const std::string name = "checkpoint-00000000000000000001.hfc";
    const std::size_t bytes = disk_.read_all(name)->size();
    EXPECT_EQ(bytes, 256U + 300U + 32U);
    for (std::size_t at = 0; at < bytes; ++at) {
        for (const std::uint8_t mask : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
            ASSERT_TRUE(disk_.corrupt(name, at, mask));
            EXPECT_FALSE(*store_.latest(77)) << "byte " << at;
            ASSERT_TRUE(disk_.corrupt(name, at, mask));
        }
    }
    EXPECT_TRUE(*store_.latest(77));
}

TEST_F(CheckpointStoreTest, a_file_cut_at_any_length_is_noticed) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 100)));
    const std::string name = "checkpoint-00000000000000000001.hfc";
    const auto whole = *disk_.read_all(name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        ASSERT_TRUE(disk_.write_atomically(name, ByteSpan(whole).first(length)));
        EXPECT_FALSE(*store_.latest(77)) << length;
    }
}

TEST_F(CheckpointStoreTest, a_crash_at_any_point_leaves_the_old_one_or_the_new_one) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 5'000)));
    ASSERT_TRUE(store_.write(info_at(2), body_of(2, 5'000)));
    bool saw_old = false;
    bool saw_new = false;
    std::uint64_t points = 0;
    for (std::uint64_t point = 1;; ++point) {
        bool crashed = false;
        for (int image = 0; image < 12; ++image) {
            const auto twin = disk_.clone();
            twin->crash_after(point);
            CheckpointStore writing(*twin);
            const bool written = writing.write(info_at(3), body_of(3, 5'000)).has_value();
            crashed = twin->crashed();
            twin->crash(random_);
            CheckpointStore reading(*twin);
            const auto latest = reading.latest(77);
            ASSERT_TRUE(latest && *latest) << "point " << point;
            if (written) {
                EXPECT_EQ((*latest)->seq, 3U);
            }
            saw_old |= (*latest)->seq == 2;
            saw_new |= (*latest)->seq == 3;
            EXPECT_GE((*latest)->seq, 2U);
        }
        if (!crashed) break;
        ++points;
    }
    EXPECT_TRUE(saw_old && saw_new);
    EXPECT_GT(points, 8U);
}

TEST_F(CheckpointStoreTest, without_space_the_old_ones_stay) {
    ASSERT_TRUE(store_.write(info_at(1), body_of(1, 1'000)));
    disk_.set_capacity(2'000);
    EXPECT_EQ(store_.write(info_at(2), body_of(2, 1'000)).error().code, ErrorCode::disk_full);
    EXPECT_EQ((*store_.latest(77))->seq, 1U);
    EXPECT_EQ(disk_.list()->size(), 1U);
}

}  // namespace
}  // namespace holdfast::journal
