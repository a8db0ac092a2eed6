// Goal: a hub starts from any directory that a crash can leave, refuses a wrong setting before it
// touches anything, and stops when it is told to. Method: real hubs in this process, each in a
// directory of its own, on port zero; signals are raised before the loop runs.
#include "hub/hub.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "hub/log.h"

namespace holdfast::hub {
namespace {

namespace fs = std::filesystem;

class HubTest : public testing::Test {
  protected:
    HubTest() {
        start_log(true);
        std::string name = testing::TempDir() + "hub_test_XXXXXX";
        directory_ = mkdtemp(name.data());
        options_ = {.data = directory_ + "/data",
                    .listen = "127.0.0.1:0",
                    .admin = "",
                    .segment_bytes = 1024 * 1024,
                    .reservations_expected = 0,
                    .quiet = true};
    }
    ~HubTest() override { fs::remove_all(directory_); }

    /// Starts a hub, tells it to stop as many times, and runs it to its end.
    void start_and_stop(int signals = 1) {
        Hub hub(options_);
        const Result<void> started = hub.start();
        ASSERT_TRUE(started) << to_string(started.error());
        for (int i = 0; i < signals; ++i) ASSERT_EQ(std::raise(SIGTERM), 0);
        EXPECT_EQ(hub.run(), 0);
    }
    std::string key_file() const {
        std::ifstream file(options_.data + "/admin.key");
        return {std::istreambuf_iterator<char>(file), {}};
    }
    bool has_checkpoint() const {
        for (const auto& entry : fs::directory_iterator(options_.data))
            if (entry.path().extension() == ".hfc") return true;
        return false;
    }

    std::string directory_;
    ServeOptions options_;
};

TEST_F(HubTest, MakesOneKeyAtItsFirstStartAndNeverAgain) {
    start_and_stop();
    const std::string key = key_file();
    EXPECT_TRUE(key.starts_with("hf_live_")) << key;
    struct stat status{};
    ASSERT_EQ(stat((options_.data + "/admin.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    start_and_stop();
    EXPECT_EQ(key_file(), key);
    fs::remove(options_.data + "/admin.key");
    start_and_stop();
    EXPECT_EQ(key_file(), "") << "a key that was put away stays away";
}

TEST_F(HubTest, ReplacesAKeyFileWhoseKeyWasNeverRecorded) {
    fs::create_directory(options_.data);
    std::ofstream(options_.data + "/admin.key") << "hf_live_left_by_a_crash";
    start_and_stop();
    EXPECT_TRUE(key_file().starts_with("hf_live_"));
    EXPECT_EQ(key_file().find("left_by_a_crash"), std::string::npos);
}

TEST_F(HubTest, StopsInOrderWithACheckpointAndAtOnceWithoutOne) {
    start_and_stop(2);
    EXPECT_FALSE(has_checkpoint()) << "the second signal does not wait";
    start_and_stop();
    EXPECT_TRUE(has_checkpoint());
}

TEST_F(HubTest, TakesACheckpointWhileItServesWhenASignalAsksForOne) {
    Hub hub(options_);
    ASSERT_TRUE(hub.start());
    std::thread person([this] {
        ASSERT_EQ(std::raise(SIGUSR2), 0);
        while (!has_checkpoint()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        kill(getpid(), SIGTERM);
    });
    EXPECT_EQ(hub.run(), 0);
    person.join();
    EXPECT_TRUE(has_checkpoint());
}

TEST_F(HubTest, CommitsOnAThreadOfItsOwn) {
    options_.commit = CommitMode::thread;
    start_and_stop();
    EXPECT_TRUE(key_file().starts_with("hf_live_"));
    EXPECT_TRUE(has_checkpoint());
}

TEST_F(HubTest, RefusesAWrongSettingBeforeItMakesAnything) {
    const auto refused = [&](const ServeOptions& options) {
        const Result<void> started = Hub(options).start();
        return !started && started.error().code == ErrorCode::invalid_argument &&
               !fs::exists(options_.data);
    };
    ServeOptions options = options_;
    options.listen = "0.0.0.0:0";
    EXPECT_TRUE(refused(options)) << "plain HTTP on a public address";
    options = options_;
    options.admin = "0.0.0.0:0";
    EXPECT_TRUE(refused(options)) << "an admin listener for everybody";
    options = options_;
    options.listen = "nowhere";
    EXPECT_TRUE(refused(options));
    for (const std::uint64_t bytes : {0ULL, 4'096ULL, 1'000'000ULL, 1ULL << 40}) {
        options = options_;
        options.segment_bytes = bytes;
        EXPECT_TRUE(refused(options)) << bytes;
    }
}

}  // namespace
}  // namespace holdfast::hub
