#include "dns/responder/rate_limit.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

using Verdict = RateLimit::Verdict;

constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kKind = 7;
const IpAddress kAsker = *IpAddress::parse("192.0.2.1");

// What so many answers in a row get: S(end), T(runcate), D(rop).
std::string verdicts(RateLimit& limit, int count, const IpAddress& asker = kAsker,
                     std::uint64_t kind = kKind, UnixSeconds now = 100) {
  std::string said;
  for (int i = 0; i < count; ++i) said += "STD"[static_cast<int>(limit.judge(asker, kind, now))];
  return said;
}

}  // namespace

TEST_CASE("up to the limit answers are sent, then every second one is a truncated one") {
  RateLimit limit({.per_second = 3, .slip = 2}, kSeed);
  CHECK(verdicts(limit, 9) == "SSSDTDTDT");
}

TEST_CASE("slip says how many answers one truncated one stands for, or that there are none") {
  RateLimit each({.per_second = 1, .slip = 1}, kSeed);
  CHECK(verdicts(each, 4) == "STTT");
  RateLimit third({.per_second = 1, .slip = 3}, kSeed);
  CHECK(verdicts(third, 7) == "SDDTDDT");
  RateLimit none({.per_second = 1, .slip = 0}, kSeed);
  CHECK(verdicts(none, 4) == "SDDD");
}

TEST_CASE("without a limit everything is sent") {
  RateLimit limit({}, kSeed);
  CHECK(verdicts(limit, 1000) == std::string(1000, 'S'));
}

TEST_CASE("the next second begins anew, and so does one before: clocks are set back") {
  RateLimit limit({.per_second = 1}, kSeed);
  CHECK(verdicts(limit, 2, kAsker, kKind, 100) == "SD");
  CHECK(verdicts(limit, 2, kAsker, kKind, 101) == "SD");
  CHECK(verdicts(limit, 2, kAsker, kKind, 99) == "SD");
}

TEST_CASE("a network has one limit, and another has its own") {
  struct {
    const char* first;
    const char* second;
    bool together;
  } const cases[] = {
      {"192.0.2.1", "192.0.2.255", true},
      {"192.0.2.1", "192.0.3.1", false},
      {"2001:db8::1", "2001:db8:0:ff:ffff::1", true},
      {"2001:db8::1", "2001:db8:0:100::1", false},
      {"0.0.0.0", "::", false},
  };
  for (const auto& c : cases) {
    INFO(c.first << " " << c.second);
    RateLimit limit({.per_second = 1}, kSeed);
    CHECK(verdicts(limit, 1, *IpAddress::parse(c.first)) == "S");
    CHECK(verdicts(limit, 1, *IpAddress::parse(c.second)) == (c.together ? "D" : "S"));
  }
}

TEST_CASE("answers of another kind have a limit of their own") {
  RateLimit limit({.per_second = 1}, kSeed);
  CHECK(verdicts(limit, 2, kAsker, 1) == "SD");
  CHECK(verdicts(limit, 2, kAsker, 2) == "SD");
}

TEST_CASE("who is flooding is not forgotten for others, however many come") {
  RateLimit limit({.per_second = 1, .slip = 0}, kSeed);
  CHECK(verdicts(limit, 10) == "SDDDDDDDDD");
  std::uint64_t others = limits::kRateLimitEntries * limits::kRateLimitRow;
  for (std::uint64_t kind = 100; others > 0; --others) limit.judge(kAsker, kind++, 100);
  CHECK(verdicts(limit, 1) == "D");
}

TEST_CASE("a row holds so many networks, and one more takes the place of the quietest") {
  // As many kinds as the table has entries, and some: rows fill, and none is lost that is loud.
  RateLimit limit({.per_second = 1, .slip = 0}, kSeed);
  constexpr std::uint64_t kKinds = limits::kRateLimitEntries / 4;
  for (std::uint64_t kind = 0; kind < kKinds; ++kind) limit.judge(kAsker, kind, 100);
  std::uint64_t sent = 0;
  for (std::uint64_t kind = 0; kind < kKinds; ++kind) {
    sent += limit.judge(kAsker, kind, 100) == Verdict::kSend ? 1u : 0u;
  }
  CHECK(sent < kKinds / 20);  // those few whose row was full
}

}  // namespace pointsman::dns
