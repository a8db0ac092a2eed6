// For this folder's tests: a directory of its own on the real disk, since SQLite knows no other.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "os/linux_disk.h"
#include "readmodel/store.h"
#include "readmodel/test_facts.h"

namespace holdfast::readmodel {

class ReadModelTest : public testing::Test {
  protected:
    ReadModelTest() {
        std::string name = testing::TempDir() + "readmodel_XXXXXX";
        directory_ = mkdtemp(name.data());
        files_ = std::move(*os::LinuxDisk::open_directory(directory_, {.direct = false}));
    }
    ~ReadModelTest() override {
        if (const auto names = files_->list())
            for (const std::string& name : *names) (void)files_->remove(name);
        files_.reset();
        std::remove(directory_.c_str());
    }
    std::unique_ptr<Store> open(std::string_view name = kFileName) {
        auto store = Store::open(*files_, directory_, name);
        EXPECT_TRUE(store) << to_string(store.error());
        return std::move(*store);
    }
    static Result<void> apply(Store& store, const std::vector<FactView>& facts) {
        store.projection().begin(kLogId);
        for (const FactView& fact : facts) store.projection().apply(fact);
        return store.projection().commit();
    }
    static constexpr std::uint64_t kLogId = 77;

    std::string directory_;
    std::unique_ptr<os::LinuxDisk> files_;
    FactMaker make_;
};

}  // namespace holdfast::readmodel
