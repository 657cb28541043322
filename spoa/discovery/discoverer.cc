#include "discovery/discoverer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "registry/instance_rules.h"

namespace pointsman::discovery {
namespace {

LookupOptions with_cancel(LookupOptions options, int fd) {
  options.cancel_fd = fd;
  return options;
}

}  // namespace

Discoverer::Discoverer(LookupOptions options, Report report)
    : options_(with_cancel(std::move(options), ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
      report_(std::move(report)),
      cancel_fd_(options_.cancel_fd),
      thread_([this] { run(); }) {}

Discoverer::~Discoverer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  ::eventfd_write(cancel_fd_, 1);
  thread_.join();
  ::close(cancel_fd_);
}

void Discoverer::set_targets(std::vector<Target> targets) {
  if (targets.size() > limits::kDiscoveries) {
    spdlog::error("{} services are to be found by DNS, at most {} are; the last are left out",
                  targets.size(), limits::kDiscoveries);
    targets.resize(limits::kDiscoveries);
  }
  {
    const std::lock_guard lock(mutex_);
    std::map<std::string, Polled> polled;
    for (Target& target : targets) {
      Polled* const before = find(target);
      const std::string service = target.service;
      polled[service] = before != nullptr ? std::move(*before) : Polled{std::move(target)};
    }
    polled_ = std::move(polled);
  }
  changed_.notify_all();
}

Discoverer::Polled* Discoverer::find(const Target& target) {
  const auto found = polled_.find(target.service);
  return found != polled_.end() && found->second.target == target ? &found->second : nullptr;
}

void Discoverer::run() {
  for (;;) {
    const std::vector<Target> due = take_due();
    if (due.empty()) return;
    std::vector<Question> questions;
    for (const Target& target : due) questions.push_back({target.name, target.port});
    const std::vector<Answer> answers = look_up(questions, options_);
    for (std::size_t i = 0; i < due.size(); ++i) take(due[i], answers[i]);
  }
}

// Waits until something is due. Nothing: it is time to end.
std::vector<Target> Discoverer::take_due() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) return {};
    const auto now = Clock::now();
    auto next = Clock::time_point::max();
    std::vector<Target> due;
    for (auto& [service, polled] : polled_) {
      if (polled.due <= now) {
        due.push_back(polled.target);
        polled.due = now + polled.target.every;
      }
      next = std::min(next, polled.due);
    }
    if (!due.empty()) return due;
    if (next == Clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

void Discoverer::take(const Target& target, const Answer& answer) {
  const std::lock_guard lock(mutex_);
  Polled* const polled = find(target);
  if (polled == nullptr || stopping_) return;  // not wanted any more
  const bool failed = !answer.failure.empty();
  if (failed && !polled->failing) {
    log("can't be looked up: " + answer.failure + "; what was found before stays", target);
  } else if (!failed && polled->failing) {
    log("is looked up again", target);
  }
  polled->failing = failed;
  if (!failed) report_(target.service, to_service(target, answer));
}

void Discoverer::log(const std::string& what, const Target& target) {
  const auto held_back = limiter_.allow(Clock::now());
  if (!held_back) return;
  spdlog::warn(
      "service {}: {} {}{}", target.service, target.name, what,
      *held_back == 0 ? "" : fmt::format(" ({} more lines of the kind before)", *held_back));
}

registry::Service Discoverer::to_service(const Target& target, const Answer& answer) {
  registry::Service service;
  std::set<std::string> refused;
  for (const Endpoint& endpoint : answer.endpoints) {
    if (const auto fault = registry::fault_in_registered_address(endpoint.address)) {
      const std::string address = endpoint.address.to_text();
      if (!find(target)->refused.contains(address)) {
        log(fmt::format("has {}, {}: it is left out", address, *fault), target);
      }
      refused.insert(address);
      continue;
    }
    service.instances.push_back({registry::default_instance_id(endpoint.address, endpoint.port),
                                 endpoint.address,
                                 endpoint.port,
                                 endpoint.weight,
                                 {}});
  }
  find(target)->refused = std::move(refused);
  std::sort(service.instances.begin(), service.instances.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return service;
}

}  // namespace pointsman::discovery
