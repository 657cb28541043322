#include "render/safe_text.h"

#include <fmt/format.h>

namespace pointsman::render {
namespace {

constexpr std::string_view kNeverSafe = "\"'\\#$";
constexpr std::string_view kUnsafeInWord = " %(),{}";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

Outcome check(std::string_view text, std::string_view what, std::string_view also_unsafe) {
  if (text.empty())
    return Error{fmt::format("{}: is empty, a HAProxy configuration needs it", what)};
  for (const char c : text) {
    if (is_control(c)) {
      return Error{
          fmt::format("{}: control character 0x{:02x} cannot stand in a HAProxy configuration",
                      what, static_cast<unsigned char>(c))};
    }
    if (kNeverSafe.find(c) != std::string_view::npos ||
        also_unsafe.find(c) != std::string_view::npos) {
      return Error{
          fmt::format("{}: '{}' in \"{}\" cannot stand in a HAProxy configuration", what, c, text)};
    }
  }
  return Done{};
}

}  // namespace

Outcome check_word(std::string_view text, std::string_view what) {
  return check(text, what, kUnsafeInWord);
}

Outcome check_arguments(std::string_view text, std::string_view what) {
  return check(text, what, {});
}

Outcome check_path(std::string_view text, std::string_view what) {
  if (!text.starts_with('/')) return Error{fmt::format("{}: wanted a path like /health", what)};
  return check(text, what, " ");
}

}  // namespace pointsman::render
