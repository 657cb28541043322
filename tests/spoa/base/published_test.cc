#include "base/published.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace pointsman {
namespace {

struct Pair {
  int first = 0;
  int second = 0;
};

}  // namespace

TEST_CASE("before the first publication there is no value, and its generation is 0") {
  const Published<int> published;
  Subscriber<int> subscriber(published);
  CHECK(subscriber.get() == nullptr);
  CHECK(published.current() == nullptr);
  CHECK(published.generation() == 0);
}

TEST_CASE("a subscriber sees the last value that was published") {
  Published<int> published;
  Subscriber<int> subscriber(published);
  published.publish(std::make_shared<const int>(1));
  CHECK(*subscriber.get() == 1);
  published.publish(std::make_shared<const int>(2));
  published.publish(std::make_shared<const int>(3));
  CHECK(*subscriber.get() == 3);
  CHECK(published.generation() == 3);
}

TEST_CASE("a replaced value lives until its last subscriber has moved on") {
  Published<int> published;
  Subscriber<int> subscriber(published);
  auto value = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watched = value;
  published.publish(std::move(value));
  REQUIRE(subscriber.get());
  published.publish(std::make_shared<const int>(2));
  CHECK_FALSE(watched.expired());
  subscriber.get();
  CHECK(watched.expired());
}

TEST_CASE("readers on other threads see whole values that only move forward") {
  Published<Pair> published;
  published.publish(std::make_shared<const Pair>());
  std::atomic<bool> done{false};
  std::atomic<int> faults{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      Subscriber<Pair> subscriber(published);
      int last = 0;
      while (!done) {
        const auto& pair = subscriber.get();
        if (pair->first != pair->second || pair->first < last) ++faults;
        last = pair->first;
      }
      if (subscriber.get()->first != 2000) ++faults;
    });
  }
  for (int i = 1; i <= 2000; ++i) published.publish(std::make_shared<const Pair>(Pair{i, i}));
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(faults == 0);
}

}  // namespace pointsman
