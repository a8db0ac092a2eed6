#include "os/asio_loop.h"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstddef>

#include "base/check.h"
#include "os/readiness.h"
#include "os/tcp.h"

namespace holdfast::os {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>;
using SignalSet = asio::basic_signal_set<Executor>;

/// Memory for the one wait that is armed again every turn, outside of any handler, where Asio's
/// own recycling does not reach.
class WaitMemory {
  public:
    void* allocate(std::size_t bytes) {
        if (used_ || bytes > storage_.size()) return ::operator new(bytes);
        used_ = true;
        return storage_.data();
    }
    void release(void* memory) {
        if (memory == storage_.data())
            used_ = false;
        else
            ::operator delete(memory);
    }

  private:
    alignas(std::max_align_t) std::array<std::byte, 256> storage_;
    bool used_ = false;
};

template <class T>
struct WaitAllocator {
    using value_type = T;
    WaitMemory* memory;

    explicit WaitAllocator(WaitMemory& m) : memory(&m) {}
    template <class U>
    explicit(false) WaitAllocator(const WaitAllocator<U>& other) : memory(other.memory) {}
    T* allocate(std::size_t n) { return static_cast<T*>(memory->allocate(n * sizeof(T))); }
    void deallocate(T* p, std::size_t) { memory->release(p); }
    template <class U>
    bool operator==(const WaitAllocator<U>& other) const {
        return memory == other.memory;
    }
};

struct TimerState {
    SteadyTimer timer;
    Task task;
    bool cancelled = false;
};

class AsioTimer final : public Timer {
  public:
    explicit AsioTimer(std::shared_ptr<TimerState> state) : state_(std::move(state)) {}
    ~AsioTimer() override {
        state_->cancelled = true;
        state_->task = nullptr;
        state_->timer.cancel();
    }

  private:
    std::shared_ptr<TimerState> state_;
};

}  // namespace

struct AsioLoop::Impl {
    explicit Impl(const Clock& given)
        : clock(given), sockets(io, readiness.descriptor()), signals(io) {}
    ~Impl() {
        // The set owns its descriptor; Asio must forget it, not close it.
        sockets.release();
    }

    struct OnSockets {
        Impl* impl;
        using allocator_type = WaitAllocator<std::byte>;
        [[nodiscard]] allocator_type get_allocator() const {
            return allocator_type(impl->wait_memory);
        }
        void operator()(const boost::system::error_code& error) const {
            impl->armed = false;
            if (!error) impl->readiness.dispatch();
        }
    };

    void arm() {
        if (armed) return;
        armed = true;
        sockets.async_wait(Descriptor::wait_read, OnSockets{this});
    }

    void wait_for_signal() {
        signals.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            signal_handler(number);
            wait_for_signal();
        });
    }

    const Clock& clock;
    WaitMemory wait_memory;
    Readiness readiness;
    asio::io_context io{1};
    /// Between a wait that ended and the next one the loop is not "out of work".
    asio::executor_work_guard<Executor> work{io.get_executor()};
    Descriptor sockets;
    SignalSet signals;
    std::function<void(int)> signal_handler;
    Task turn_end;
    bool armed = false;
    bool stopping = false;
};

AsioLoop::AsioLoop(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
AsioLoop::~AsioLoop() = default;

const Clock& AsioLoop::clock() const { return impl_->clock; }

void AsioLoop::post(Task task) { asio::post(impl_->io, std::move(task)); }

std::unique_ptr<Timer> AsioLoop::call_after(Microseconds after, Task task) {
    auto state = std::make_shared<TimerState>(TimerState{SteadyTimer(impl_->io), std::move(task)});
    state->timer.expires_after(after);
    state->timer.async_wait([state](const boost::system::error_code& error) {
        if (error || state->cancelled) return;
        // The task may destroy its own timer, which clears state->task while it runs.
        const Task run = std::move(state->task);
        if (run) run();
    });
    return std::make_unique<AsioTimer>(std::move(state));
}

Result<std::unique_ptr<Listener>> AsioLoop::listen(const Endpoint& at, AcceptHandler on_accept) {
    return listen_tcp(impl_->readiness, at, std::move(on_accept));
}

Result<std::unique_ptr<Stream>> AsioLoop::connect(const Endpoint& to) {
    return connect_tcp(impl_->readiness, to);
}

void AsioLoop::on_turn_end(Task task) { impl_->turn_end = std::move(task); }

void AsioLoop::run() {
    while (!impl_->stopping) {
        impl_->arm();
        impl_->io.run_one();
        impl_->io.poll();
        if (impl_->turn_end) impl_->turn_end();
    }
    impl_->stopping = false;
}

void AsioLoop::stop() { impl_->stopping = true; }

void AsioLoop::on_signal(std::function<void(int)> handler) {
    HOLDFAST_CHECK(!impl_->signal_handler, "one signal handler per loop");
    impl_->signal_handler = std::move(handler);
    boost::system::error_code ignored;
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})
        impl_->signals.add(number, ignored);
    impl_->wait_for_signal();
}

}  // namespace holdfast::os
