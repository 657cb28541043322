// Any text is a Cookie header's value. The cookies that are found are compared with those of a
// plain splitter that copies.
#include <cstdlib>
#include <string>
#include <vector>

#include "routing/header_block.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.erase(0, 1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return text;
}

std::vector<std::string> plain_cookies(std::string_view line, std::string_view name) {
  std::vector<std::string> values;
  std::string pair;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] != ';') {
      pair.push_back(line[i]);
      continue;
    }
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos && trimmed(pair.substr(0, equals)) == name) {
      values.push_back(trimmed(pair.substr(equals + 1)));
    }
    pair.clear();
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  ByteBuffer bytes;
  append_header(bytes, "Cookie", line);
  end_headers(bytes);
  for (const std::string_view name : {"a", "pm_shop", "beta"}) {
    std::vector<std::string> values;
    HeaderBlock(bytes).any_cookie(name, [&](std::string_view value) {
      values.emplace_back(value);
      return false;
    });
    if (values != plain_cookies(line, name)) std::abort();
  }
  return 0;
}
