#include "routing/balance.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/near_match.h"

namespace pointsman::routing {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::array<std::string_view, 12> kAlgorithms{
    "roundrobin", "static-rr", "leastconn", "first",      "source", "uri",
    "url_param",  "hdr",       "random",    "rdp-cookie", "hash",   "log-hash"};

bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

bool only(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [also](char c) {
    return is_in(kLetters, c) || is_in(kDigits, c) || is_in(also, c);
  });
}

std::string_view algorithm_of(std::string_view balance) {
  return balance.substr(0, balance.find_first_of("( "));
}

bool has_matched_parentheses(std::string_view text) {
  int open = 0;
  for (const char c : text) {
    if (c == '(') ++open;
    if (c == ')' && --open < 0) return false;
  }
  return open == 0;
}

}  // namespace

std::optional<std::string> fault_in_balance(std::string_view balance) {
  const std::string_view algorithm = algorithm_of(balance);
  const bool good = balance.size() <= limits::kNameBytes && !algorithm.empty() &&
                    is_in(kLetters, algorithm.front()) && only(algorithm, "-_") &&
                    only(balance.substr(algorithm.size()), "-_.:,()/ ") &&
                    has_matched_parentheses(balance);
  if (good) return std::nullopt;
  return "wanted a balance algorithm like leastconn";
}

std::optional<std::string> doubt_about_balance(std::string_view balance) {
  const std::string_view algorithm = algorithm_of(balance);
  if (std::find(kAlgorithms.begin(), kAlgorithms.end(), algorithm) != kAlgorithms.end()) {
    return std::nullopt;
  }
  std::string doubt =
      "HAProxy has no algorithm '" + std::string(algorithm) + "' that is known here";
  if (const auto near = near_match(algorithm, kAlgorithms)) {
    doubt.append("; did you mean '").append(*near).append("'?");
  }
  return doubt;
}

}  // namespace pointsman::routing
