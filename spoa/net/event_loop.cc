#include "net/event_loop.h"

#include <ev.h>

#include <cstdlib>

namespace pointsman::net {
namespace {

int to_events(Readiness wanted) {
  return (wanted.readable ? EV_READ : 0) | (wanted.writable ? EV_WRITE : 0);
}

double to_seconds(std::chrono::milliseconds delay) {
  return std::chrono::duration<double>(delay).count();
}

}  // namespace

struct EventLoop::State {
  struct ev_loop* loop = nullptr;
  ev_async wake{};
  ev_prepare prepare{};
  std::function<void()> on_wake;
  std::function<void()> before_wait;
  std::atomic<bool> stopped{false};

  static void woken(struct ev_loop* /*loop*/, ev_async* watcher, int /*events*/) {
    auto& state = *static_cast<State*>(watcher->data);
    if (state.on_wake) state.on_wake();
  }
  static void about_to_wait(struct ev_loop* loop, ev_prepare* watcher, int /*events*/) {
    auto& state = *static_cast<State*>(watcher->data);
    if (state.before_wait) state.before_wait();
    if (state.stopped.load(std::memory_order_acquire)) ev_break(loop, EVBREAK_ALL);
  }
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {
  // NOENV: the environment does not choose the backend of a daemon.
  state_->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
  if (state_->loop == nullptr) std::abort();  // no descriptors left at start
  ev_async_init(&state_->wake, State::woken);
  state_->wake.data = state_.get();
  ev_async_start(state_->loop, &state_->wake);
  ev_prepare_init(&state_->prepare, State::about_to_wait);
  state_->prepare.data = state_.get();
  ev_prepare_start(state_->loop, &state_->prepare);
}

EventLoop::~EventLoop() {
  ev_prepare_stop(state_->loop, &state_->prepare);
  ev_async_stop(state_->loop, &state_->wake);
  ev_loop_destroy(state_->loop);
}

void EventLoop::run() {
  ev_run(state_->loop, 0);
  state_->stopped.store(false, std::memory_order_release);
}

void EventLoop::stop() {
  state_->stopped.store(true, std::memory_order_release);
  ev_async_send(state_->loop, &state_->wake);
}

void EventLoop::wake() { ev_async_send(state_->loop, &state_->wake); }

void EventLoop::on_wake(std::function<void()> handler) { state_->on_wake = std::move(handler); }

void EventLoop::before_wait(std::function<void()> handler) {
  state_->before_wait = std::move(handler);
}

struct FdWatch::State {
  struct ev_loop* loop = nullptr;
  ev_io io{};
  std::function<void(Readiness)> handler;

  static void ready(struct ev_loop* /*loop*/, ev_io* watcher, int events) {
    static_cast<State*>(watcher->data)
        ->handler({(events & EV_READ) != 0, (events & EV_WRITE) != 0});
  }
};

FdWatch::FdWatch(EventLoop& loop, int fd, Readiness wanted, std::function<void(Readiness)> handler)
    : state_(std::make_unique<State>()) {
  state_->loop = loop.state_->loop;
  state_->handler = std::move(handler);
  ev_io_init(&state_->io, State::ready, fd, to_events(wanted));
  state_->io.data = state_.get();
  if (to_events(wanted) != 0) ev_io_start(state_->loop, &state_->io);
}

FdWatch::~FdWatch() { ev_io_stop(state_->loop, &state_->io); }

void FdWatch::want(Readiness wanted) {
  const int events = to_events(wanted);
  const bool active = ev_is_active(&state_->io);
  if (active && (state_->io.events & (EV_READ | EV_WRITE)) == events) return;
  ev_io_stop(state_->loop, &state_->io);
  ev_io_set(&state_->io, state_->io.fd, events);
  if (events != 0) ev_io_start(state_->loop, &state_->io);
}

struct Timer::State {
  struct ev_loop* loop = nullptr;
  ev_timer timer{};
  std::function<void()> handler;

  static void expired(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
    static_cast<State*>(watcher->data)->handler();
  }
};

Timer::Timer(EventLoop& loop, std::function<void()> handler) : state_(std::make_unique<State>()) {
  state_->loop = loop.state_->loop;
  state_->handler = std::move(handler);
  ev_timer_init(&state_->timer, State::expired, 0., 0.);
  state_->timer.data = state_.get();
}

Timer::~Timer() { stop(); }

void Timer::start(std::chrono::milliseconds delay) {
  stop();
  ev_now_update(state_->loop);  // the loop's own time stands still between batches
  ev_timer_set(&state_->timer, to_seconds(delay), 0.);
  ev_timer_start(state_->loop, &state_->timer);
}

void Timer::stop() { ev_timer_stop(state_->loop, &state_->timer); }

bool Timer::running() const { return ev_is_active(&state_->timer); }

struct SignalWatch::State {
  struct ev_loop* loop = nullptr;
  ev_signal signal{};
  std::function<void()> handler;

  static void received(struct ev_loop* /*loop*/, ev_signal* watcher, int /*events*/) {
    static_cast<State*>(watcher->data)->handler();
  }
};

SignalWatch::SignalWatch(EventLoop& loop, int signal, std::function<void()> handler)
    : state_(std::make_unique<State>()) {
  state_->loop = loop.state_->loop;
  state_->handler = std::move(handler);
  ev_signal_init(&state_->signal, State::received, signal);
  state_->signal.data = state_.get();
  ev_signal_start(state_->loop, &state_->signal);
}

SignalWatch::~SignalWatch() { ev_signal_stop(state_->loop, &state_->signal); }

}  // namespace pointsman::net
