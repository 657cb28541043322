// Hands immutable values from the thread that makes them to the threads that use them. publish()
// replaces the whole value at once; a worker keeps a Subscriber, which returns its own shared_ptr
// and touches the mutex only when the generation moved. A mutex, because
// std::atomic<std::shared_ptr> is not clean under ThreadSanitizer with g++ 12.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace pointsman {

template <class T>
class Published {
 public:
  void publish(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);
    generation_.fetch_add(1, std::memory_order_release);
  }  // the old value's reference is dropped after the lock

  std::shared_ptr<const T> current() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  // Counts publications: 0 before the first.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<std::uint64_t> generation_{0};
};

// One thread's view of a Published<T>. get() may be null before the first publication.
template <class T>
class Subscriber {
 public:
  explicit Subscriber(const Published<T>& published) : published_(published) {}

  const std::shared_ptr<const T>& get() {
    const std::uint64_t generation = published_.generation();
    if (generation != seen_) {
      value_ = published_.current();
      seen_ = generation;
    }
    return value_;
  }

 private:
  const Published<T>& published_;
  std::shared_ptr<const T> value_;
  std::uint64_t seen_ = 0;
};

// Values that were replaced but may still be read. Kept here, they are freed on the publisher's
// thread, not by the reader that lets go last: freeing a large one takes long. Beyond
// limits::kSupersededValues, the oldest is left to its last reader.
template <class T>
class Superseded {
 public:
  void keep(std::shared_ptr<const T> value) {
    if (value == nullptr) return;
    if (values_.size() >= limits::kSupersededValues) values_.erase(values_.begin());
    values_.push_back(std::move(value));
  }

  // Call it after the values were replaced; no reader can come back to one that only stands here.
  void free_unread() {
    std::erase_if(values_, [](const auto& value) { return value.use_count() == 1; });
  }

  std::size_t size() const { return values_.size(); }

 private:
  std::vector<std::shared_ptr<const T>> values_;
};

}  // namespace pointsman
