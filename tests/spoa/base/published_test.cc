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

TEST_CASE("a superseded value is freed by the publisher once no reader is left") {
  Published<int> published;
  Superseded<int> superseded;
  Subscriber<int> subscriber(published);
  superseded.keep(published.current());  // nothing yet
  CHECK(superseded.size() == 0);
  published.publish(std::make_shared<const int>(1));
  const std::weak_ptr<const int> watched = subscriber.get();
  superseded.keep(published.current());
  published.publish(std::make_shared<const int>(2));
  superseded.free_unread();
  CHECK(superseded.size() == 1);
  subscriber.get();
  CHECK_FALSE(watched.expired());  // not freed by the reader
  superseded.free_unread();
  CHECK(watched.expired());
  CHECK(superseded.size() == 0);
}

TEST_CASE("as many superseded values as the limit are kept, one more leaves the oldest alone") {
  Superseded<int> superseded;
  std::vector<std::weak_ptr<const int>> values;
  for (std::size_t i = 0; i <= limits::kSupersededValues; ++i) {
    auto value = std::make_shared<const int>(1);
    values.push_back(value);
    if (i == limits::kSupersededValues) CHECK_FALSE(values.front().expired());
    superseded.keep(std::move(value));
  }
  CHECK(superseded.size() == limits::kSupersededValues);
  CHECK(values.front().expired());
  CHECK_FALSE(values[1].expired());
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
