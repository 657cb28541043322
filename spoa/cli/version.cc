#include "cli/version.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace pointsman::cli {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

// Given by CMake: "name version" items, separated by commas.
constexpr std::string_view kLibraries = POINTSMAN_LIBRARIES;

struct Library {
  std::string name;
  std::string version;
};

std::vector<Library> libraries() {
  std::vector<Library> found;
  std::string_view rest = kLibraries;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    const std::size_t blank = item.find(' ');
    found.push_back({std::string(item.substr(0, blank)), std::string(item.substr(blank + 1))});
  }
  return found;
}

}  // namespace

std::string_view program_version() { return POINTSMAN_VERSION; }

ExitCode run_version(const VersionOptions& options, Console& console) {
  if (options.json) {
    nlohmann::ordered_json document = {{"version", program_version()}, {"compiler", kCompiler}};
    for (const Library& library : libraries())
      document["libraries"][library.name] = library.version;
    print_json(document, console);
    return kGood;
  }
  console.out << "pointsman " << program_version() << "\ncompiler   " << kCompiler << '\n';
  std::string_view label = "libraries";
  for (const Library& library : libraries()) {
    console.out << fmt::format("{:<10} {} {}\n", label, library.name, library.version);
    label = "";
  }
  return kGood;
}

}  // namespace pointsman::cli
