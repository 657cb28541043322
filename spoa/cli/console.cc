#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/limits.h"

namespace pointsman::cli {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

bool may_colour(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && ::isatty(descriptor) == 1;
}

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "\x1b[31m";
    case Severity::kWarning:
      return "\x1b[33m";
    case Severity::kNote:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

Console process_console() {
  return {std::cin, std::cout, std::cerr, may_colour(STDOUT_FILENO), may_colour(STDERR_FILENO)};
}

void print_diagnostics(const Diagnostics& diagnostics, Console& console) {
  std::size_t errors_left =
      std::min(diagnostics.count(Severity::kError), limits::kDiagnosticsShown);
  std::size_t others_left = limits::kDiagnosticsShown - errors_left;
  std::size_t hidden = 0;
  for (const Diagnostic& item : diagnostics.items()) {
    std::size_t& left = item.severity == Severity::kError ? errors_left : others_left;
    if (left == 0) {
      ++hidden;
      continue;
    }
    --left;
    const std::string text = printable(to_text(item));
    if (console.colour_err) {
      console.err << colour_of(item.severity) << text << kReset << '\n';
    } else {
      console.err << text << '\n';
    }
  }
  if (hidden > 0) console.err << "... and " << hidden << " more\n";
}

void print_error(std::string_view message, Console& console) {
  console.err << "pointsman: " << printable(message) << '\n';
}

void print_json(const nlohmann::ordered_json& document, Console& console) {
  // Bytes that are not UTF-8 can stand in names and headers; JSON cannot carry them.
  console.out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << '\n';
}

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string bold(std::string_view text, bool colour) {
  return colour ? fmt::format("\x1b[1m{}{}", text, kReset) : std::string(text);
}

}  // namespace pointsman::cli
