#include "hub/read_model.h"

#include "hub/log.h"

namespace holdfast::hub {
Result<std::unique_ptr<ReadModel>> ReadModel::open(const std::string& directory, os::Loop& loop,
                                                   journal::Journal& journal, Microseconds kept) {
    std::unique_ptr<ReadModel> made(new ReadModel);
    // Both through the page cache: SQLite's files are not aligned, and the journal's are only read.
    auto files = os::LinuxDisk::open_directory(directory, {.direct = false});
    if (!files) return tl::unexpected(files.error());
    made->files_ = std::move(*files);
    auto journal_files = os::LinuxDisk::open_directory(directory, {.read_only = true});
    if (!journal_files) return tl::unexpected(journal_files.error());
    made->journal_files_ = std::move(*journal_files);
    made->writer_ = std::make_unique<os::WorkerThread>("hf-readmodel", os::Importance::idle);
    made->reader_ = std::make_unique<os::WorkerThread>("hf-reader", os::Importance::background);
    made->follower_ = std::make_unique<readmodel::Follower>(
        readmodel::FollowerServices{.loop = loop,
                                    .journal = journal,
                                    .files = *made->files_,
                                    .journal_files = made->journal_files_.get(),
                                    .beside = [thread = made->writer_.get()](
                                                  os::Task task) { thread->run(std::move(task)); }},
        readmodel::FollowerOptions{.directory = directory, .kept = kept});
    made->follower_->on_news(tell);
    return made;
}

ReadModel::~ReadModel() { follower_->stop(); }

readmodel::Executor ReadModel::reading() {
    return [thread = reader_.get()](os::Task task) { thread->run(std::move(task)); };
}

void ReadModel::tell(const readmodel::FollowerNews& news) {
    using Kind = readmodel::FollowerNews::Kind;
    switch (news.kind) {
        case Kind::began_again:
            log_warning("readmodel.rebuilt",
                        "the read model is built again from the journal; nothing is lost",
                        {{"why", news.detail}});
            break;
        case Kind::caught_up:
            log_info("readmodel.following", "the read model has caught up");
            break;
        case Kind::failed:
            log_error(
                "readmodel.failed",
                "the read model stands still; reservations go on. It is tried again by itself",
                {{"detail", news.detail}});
            break;
        case Kind::paused:
            log_warning("readmodel.paused", "the read model stands still: space is for the journal",
                        {{"why", news.detail}});
            break;
    }
}

}  // namespace holdfast::hub
