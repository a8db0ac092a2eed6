// The same bytes come out of a plain and of a compressed file; damage is told, not skipped.
#include "cli/input_file.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

namespace holdfast::cli {
namespace {

class InputFileTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(directory_); }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& bytes) {
        const std::string path = (directory_ / name).string();
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    static std::string compressed(const std::string& bytes) {
        // With a checksum, as the zstd program writes it.
        ZSTD_CCtx* context = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
        std::string out(ZSTD_compressBound(bytes.size()), '\0');
        out.resize(ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size()));
        ZSTD_freeCCtx(context);
        return out;
    }
    static Result<std::string> read_all(const std::string& path) {
        Result<InputFile> file = InputFile::open(path);
        if (!file) return tl::unexpected(file.error());
        std::string all;
        for (;;) {
            const Result<std::string_view> piece = file->next();
            if (!piece) return tl::unexpected(piece.error());
            if (piece->empty()) break;
            all += *piece;
        }
        EXPECT_EQ(file->bytes_used(), file->bytes_on_disk());
        return all;
    }

    std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("holdfast-input-" + std::to_string(getpid()));
};

std::string long_text() {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919) + "\n";
    return text;
}

TEST_F(InputFileTest, GivesTheSameBytesFromPlainAndCompressedFiles) {
    const std::string text = long_text();
    EXPECT_EQ(*read_all(write("plain", text)), text);
    EXPECT_EQ(*read_all(write("packed", compressed(text))), text);
    // Several frames after each other are one stream, as `cat a.zst b.zst` makes them.
    EXPECT_EQ(*read_all(write("two", compressed("one") + compressed("two"))), "onetwo");
    EXPECT_EQ(*read_all(write("empty", "")), "");
}

TEST_F(InputFileTest, TellsACutOrDamagedFrame) {
    const std::string packed = compressed(long_text());
    const Result<std::string> cut = read_all(write("cut", packed.substr(0, packed.size() / 2)));
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().code, ErrorCode::corrupt);
    std::string damaged = packed;
    for (std::size_t i = 100; i < 140; ++i) damaged[i] = static_cast<char>(~damaged[i]);
    const Result<std::string> wrong = read_all(write("damaged", damaged));
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().code, ErrorCode::corrupt);
}

TEST_F(InputFileTest, TellsAMissingFileFromADirectory) {
    EXPECT_EQ(InputFile::open((directory_ / "none").string()).error().code, ErrorCode::not_found);
    EXPECT_EQ(InputFile::open(directory_.string()).error().code, ErrorCode::invalid_argument);
}

TEST_F(InputFileTest, NamesAFileByItsBytesAndNotByItsPath) {
    const std::string name = *file_identity(write("a", "same bytes"));
    EXPECT_EQ(name.size(), 16U);
    EXPECT_EQ(*file_identity(write("b", "same bytes")), name);
    EXPECT_NE(*file_identity(write("c", "other bytes")), name);
}

}  // namespace
}  // namespace holdfast::cli
