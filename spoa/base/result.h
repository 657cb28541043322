// A value or the reason why there is none. Functions that can fail on bad input return Result<T>;
// programmer errors are asserts. Exceptions never cross a module's border.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace pointsman {

struct Error {
  std::string message;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(E error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  const E& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

// The outcome of something that yields nothing but success.
struct Done {};
using Outcome = Result<Done>;

}  // namespace pointsman
