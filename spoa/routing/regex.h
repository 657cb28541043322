// Regular expressions of conditions: PCRE2 with JIT, as HAProxy has them, with match, depth and
// heap limits, so that no subject holds a worker. The only file that includes pcre2.h is regex.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pointsman::routing {

struct RegexError {
  std::size_t offset = 0;  // bytes into the pattern
  std::string message;
};

// Match memory of one thread, reused over all patterns.
class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;

 private:
  friend class Regex;
  struct State;
  std::unique_ptr<State> state_;
};

class Regex {
 public:
  enum class Match : unsigned char { kNo, kYes, kLimit };
  enum class Case : unsigned char { kSensitive, kIgnored };

  static Result<std::shared_ptr<const Regex>, RegexError> compile(std::string_view pattern,
                                                                  Case letters = Case::kSensitive);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // `groups`, where not null, gets the whole match and groups 1 to 9 (unset ones empty).
  Match match(std::string_view subject, RegexScratch& scratch,
              std::vector<std::string>* groups = nullptr) const;

  std::size_t group_count() const;  // capture groups in the pattern

 private:
  Regex();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pointsman::routing
