// One thread's event loop (libev) and what can be watched with it: descriptors, timers, signals,
// and a wake from other threads. Neighbours see this header only; ev.h stays in event_loop.cc. A
// loop and everything that watches on it belong to one thread, but for wake() and stop(). A watch
// begins with its constructor and ends with its destructor; the loop outlives it. Handlers may end
// any watch but the one that called them (leave that to before_wait), and they do not throw.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace pointsman::net {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Handles events until stop(), then returns. A stop() before run() counts.
  void run();

  // From any thread, and from handlers: run() returns after the batch of events at hand.
  void stop();

  // From any thread: the loop calls the on_wake handler soon. Wakes that come close together may
  // be one call. Not from a signal handler; use SignalWatch.
  void wake();
  void on_wake(std::function<void()> handler);  // set before run()

  // Called on the loop's thread after each batch of events, before the loop waits again
  // or ends: the place to free what handlers gave up.
  void before_wait(std::function<void()> handler);  // set before run()

 private:
  friend class FdWatch;
  friend class Timer;
  friend class SignalWatch;
  struct State;
  std::unique_ptr<State> state_;
};

struct Readiness {
  bool readable = false;  // also at end of file, hang-up and error
  bool writable = false;
};

// Level-triggered. The descriptor is borrowed: end the watch before closing it.
class FdWatch {
 public:
  FdWatch(EventLoop& loop, int fd, Readiness wanted, std::function<void(Readiness)> handler);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  void want(Readiness wanted);  // neither: paused

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A one-shot timer, not running until start().
class Timer {
 public:
  Timer(EventLoop& loop, std::function<void()> handler);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(std::chrono::milliseconds delay);  // from now; a running one starts again
  void stop();
  bool running() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Calls the handler on the loop's thread when the process got the signal. One loop a signal.
class SignalWatch {
 public:
  SignalWatch(EventLoop& loop, int signal, std::function<void()> handler);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pointsman::net
