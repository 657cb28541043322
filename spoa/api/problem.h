// Why a request was refused, as "problem details" (RFC 9457): status, its title, what is wrong in
// words, and the field of the request that is.
#pragma once

#include <string>
#include <string_view>

namespace pointsman::api {

inline constexpr std::string_view kProblemType = "application/problem+json";

struct Problem {
  int status = 400;
  std::string field;   // "port", "tags[2]", "Content-Type"; empty: the request as a whole
  std::string detail;  // one sentence, for people

  bool operator==(const Problem&) const = default;
};

std::string_view title_of(int status);  // RFC 9110 section 15: "Bad Request"
std::string to_json(const Problem& problem);

}  // namespace pointsman::api
