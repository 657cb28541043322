// CPU time of decide() alone: one gateway, N conditions of mixed kinds, of which the last one
// matches. One JSON object a line: {"conditions": N, "ns": median of the batches' means}.
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "routing/compile.h"
#include "routing/decision.h"

namespace {

using namespace pointsman;
using namespace pointsman::routing;

constexpr int kBatches = 51;
constexpr double kBatchNanoseconds = 4e6;

class NoKeys : public TokenMac {
 public:
  Verdict check(std::string_view, std::uint8_t, Bytes,
                std::span<const std::uint8_t, kTokenMacBytes>) const override {
    return Verdict::kUnknownKey;
  }
};

std::string condition_text(std::size_t index) {
  switch (index % 4) {
    case 0:
      return fmt::format("host == h{}.example", index);
    case 1:
      return fmt::format("path starts with /service/{}/", index);
    case 2:
      return fmt::format("header X-Client contains 'build-{}-'", index);
    default:
      return fmt::format("cookie tenant == t{}", index);
  }
}

std::shared_ptr<const RouteTable> table_of(std::size_t conditions) {
  GatewaySpec spec;
  spec.name = "bench";
  spec.virtual_hosts = {{"*", {}}};
  for (std::size_t i = 0; i < conditions; ++i) {
    RouteSpec route;
    route.name = fmt::format("r{}", i);
    route.backend = SpecText{"origin", {}};
    route.weight = {WeightSpec::Form::kPercent, i == 0 ? kWhole : 0, 0, {}};
    route.condition =
        SpecText{i + 1 == conditions ? "path starts with /last" : condition_text(i), {}};
    spec.routes.push_back(std::move(route));
  }
  Diagnostics diagnostics;
  const auto gateway = compile(spec, diagnostics);
  auto table = gateway ? RouteTable::link({gateway}, "", 1, diagnostics) : nullptr;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    if (diagnostic.severity == Severity::kError) fmt::print(stderr, "{}\n", to_text(diagnostic));
  }
  return table;
}

ByteBuffer browser_headers() {
  ByteBuffer headers;
  append_header(headers, "host", "www.example.com");
  append_header(headers, "user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0");
  append_header(headers, "accept", "text/html,application/xhtml+xml");
  append_header(headers, "accept-language", "en-US,en;q=0.5");
  append_header(headers, "x-client", "web build-none");
  append_header(headers, "cookie", "session=3f6a8c21; tenant=none; theme=dark");
  end_headers(headers);
  return headers;
}

double thread_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// Mean nanoseconds of one decision in each batch, sorted.
std::vector<double> time_decisions(const RouteTable& table, const Request& request) {
  SequenceRolls rolls([] { return 0; });
  const NoKeys mac;
  ConditionScratch scratch;
  DecisionCounters counters;
  const DecideContext context{rolls, mac, 1, scratch, counters};
  std::vector<double> means;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::uint64_t decisions = 0;
    const double start = thread_nanoseconds();
    double now = start;
    for (; now - start < kBatchNanoseconds; now = thread_nanoseconds()) {
      for (int i = 0; i < 16; ++i, ++decisions) {
        if (decide(table, request, context).reason != Reason::kCondition) return {};
      }
    }
    means.push_back((now - start) / static_cast<double>(decisions));
  }
  std::sort(means.begin(), means.end());
  return means;
}

}  // namespace

int main() {
  const ByteBuffer headers = browser_headers();
  Request request;
  request.method = "GET";
  request.scheme = "http";
  request.host = "www.example.com";
  request.path = "/last/page";
  request.headers = HeaderBlock(headers);
  for (const std::size_t conditions : {10UL, 100UL, 1000UL, 10000UL}) {
    const auto table = table_of(conditions);
    if (!table) return 1;
    const std::vector<double> means = time_decisions(*table, request);
    if (means.empty()) {
      std::fputs("decide_bench: the last condition did not decide\n", stderr);
      return 1;
    }
    fmt::print("{{\"conditions\": {}, \"ns\": {:.0f}}}\n", conditions, means[means.size() / 2]);
  }
  return 0;
}
