#include "os/readiness.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace holdfast::os {

Readiness::Readiness() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    HOLDFAST_CHECK(epoll_ >= 0, "a process that starts has a descriptor left for its loop");
}

Readiness::~Readiness() { ::close(epoll_); }

Result<void> Readiness::add(int fd, std::uint32_t events, Watcher* watcher) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = watcher;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
        return failure(ErrorCode::overloaded, std::string("epoll_ctl: ") + std::strerror(errno));
    return {};
}

void Readiness::change(int fd, std::uint32_t events, Watcher* watcher) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = watcher;
    const int done = ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
    HOLDFAST_CHECK(done == 0, "only descriptors that were added are changed");
}

void Readiness::remove(int fd, const Watcher* watcher) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    for (int i = 0; i < fetched_; ++i) {
        auto& slot = watchers_[static_cast<std::size_t>(i)];
        if (slot == watcher) slot = nullptr;
    }
}

void Readiness::dispatch() {
    epoll_event events[kBatch];
    for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
        const int count = ::epoll_wait(epoll_, events, kBatch, 0);
        if (count <= 0) return;
        for (int i = 0; i < count; ++i)
            watchers_[static_cast<std::size_t>(i)] = static_cast<Watcher*>(events[i].data.ptr);
        fetched_ = count;
        for (int i = 0; i < count; ++i) {
            Watcher* watcher = watchers_[static_cast<std::size_t>(i)];
            if (watcher != nullptr) watcher->on_ready(events[i].events);
        }
        fetched_ = 0;
        if (count < kBatch) return;
    }
}

}  // namespace holdfast::os
