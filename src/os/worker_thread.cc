#include "os/worker_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::os {

namespace {

constexpr int kBackgroundNice = 10;

/// The calls are about the calling thread alone, and may be refused without harm.
void give_way(Importance importance) {
    if (importance == Importance::service) return;
    const sched_param ordinary{.sched_priority = 0};
    (void)sched_setscheduler(0, SCHED_OTHER, &ordinary);
    (void)setpriority(PRIO_PROCESS, 0, kBackgroundNice);
    if (importance == Importance::idle) (void)sched_setscheduler(0, SCHED_IDLE, &ordinary);
}

}  // namespace

WorkerThread::WorkerThread(const char* name, Importance importance)
    : thread_([this, importance] { loop(importance); }) {
    std::string short_name(name);
    short_name.resize(std::min<std::size_t>(short_name.size(), 15));
    pthread_setname_np(thread_.native_handle(), short_name.c_str());
}

WorkerThread::~WorkerThread() {
    {
        const std::lock_guard hold(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void WorkerThread::run(std::function<void()> task) {
    {
        const std::lock_guard hold(mutex_);
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void WorkerThread::loop(Importance importance) {
    give_way(importance);
    while (true) {
        std::function<void()> task;
        {
            std::unique_lock hold(mutex_);
            wake_.wait(hold, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
}

}  // namespace holdfast::os
