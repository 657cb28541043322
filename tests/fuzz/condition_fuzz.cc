// Any text is parsed as a condition and as a rewrite. Errors point into the text; what parses
// prints to a text that means the same; a rewritten path is one path.
#include "base/limits.h"
#include "require.h"
#include "routing/condition.h"
#include "routing/rewrite.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

ByteBuffer some_headers() {
  ByteBuffer headers;
  append_header(headers, "user-agent", "Mozilla/5.0 Firefox/121.0");
  append_header(headers, "cookie", "a=b; beta=1");
  append_header(headers, "x", "a");
  append_header(headers, "x", "b c?#\xff");
  end_headers(headers);
  return headers;
}

void check_condition(std::string_view text, const Request& request, ConditionScratch& scratch) {
  const auto condition = Condition::parse(text);
  if (!condition) return require(condition.error().offset <= text.size());
  const bool holds = condition->evaluate(request, scratch);
  const std::string printed = condition->to_text();
  if (printed.size() > limits::kConditionBytes) return;
  const auto again = Condition::parse(printed);
  require(static_cast<bool>(again));
  require(again->root() == condition->root());
  require(again->to_text() == printed);
  require(again->evaluate(request, scratch) == holds);
}

void check_rewrite(std::string_view text, const Request& request, ConditionScratch& scratch) {
  const auto rewrite = Rewrite::parse(text);
  if (!rewrite) return require(rewrite.error().offset <= text.size());
  std::string path;
  if (!rewrite->apply(request, scratch, path)) return;
  require(path.starts_with('/') && path.size() <= limits::kRewrittenPathBytes);
  for (const char byte : path) require(byte > ' ' && byte < 0x7f && byte != '?' && byte != '#');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ByteBuffer headers = some_headers();
  static ConditionScratch scratch;
  Request request;
  request.method = "GET";
  request.host = "Shop.example:80";
  request.path = "/api/a";
  request.query = "a=b&c";
  request.src = IpAddress::parse("10.0.0.1");
  request.port = 443;
  request.headers = HeaderBlock(headers);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_condition(text, request, scratch);
  check_rewrite(text, request, scratch);
  return 0;
}
