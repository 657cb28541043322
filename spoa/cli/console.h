// What a subcommand talks to: its standard streams and how they may be used. Passed in, so that a
// subcommand is a plain function of its options and a console.
#pragma once

#include <istream>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/printable.h"

namespace pointsman::cli {

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool colour_out = false;
  bool colour_err = false;
};

// The process's own streams; colour only on a terminal and without NO_COLOR.
Console process_console();

// Sorted as given, at most kDiagnosticsShown of them (errors before the rest), to `console.err`.
void print_diagnostics(const Diagnostics& diagnostics, Console& console);
void print_error(std::string_view message, Console& console);  // "pointsman: message"
void print_json(const nlohmann::ordered_json& document, Console& console);

std::string counted(std::size_t number, std::string_view what);  // "1 route", "2 routes"
std::string bold(std::string_view text, bool colour);

}  // namespace pointsman::cli
