#include "cli/keygen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include "agent/key_ring.h"
#include "base/limits.h"
#include "base/write_file.h"

namespace pointsman::cli {
namespace {

constexpr mode_t kKeyFileMode = 0600;
constexpr unsigned kIds = 256;

struct KeyLine {
  unsigned id = 0;
  std::string text;
};

// The lines that hold keys. The file is known to be good: KeyRing::load read it before.
std::vector<KeyLine> read_key_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<KeyLine> lines;
  for (std::string text; std::getline(file, text);) {
    KeyLine line{0, text};
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data() + start, end, line.id).ec == std::errc()) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

bool has_id(const std::vector<KeyLine>& lines, unsigned id) {
  for (const KeyLine& line : lines) {
    if (line.id == id) return true;
  }
  return false;
}

// After the signing key's number, so that numbers tell the order; fewer keys than numbers exist.
unsigned next_id(const std::vector<KeyLine>& lines) {
  unsigned id = lines.empty() ? 0 : (lines.front().id + 1) % kIds;
  while (has_id(lines, id)) id = (id + 1) % kIds;
  return id;
}

std::string report(const std::string& path, unsigned id, const std::vector<KeyLine>& kept,
                   const std::vector<KeyLine>& dropped) {
  const auto ids = [](const std::vector<KeyLine>& lines) {
    std::string text;
    for (const KeyLine& line : lines)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", line.id);
    return text;
  };
  std::string text = fmt::format("{}: key {} signs", path, id);
  if (!kept.empty()) text += fmt::format("; still verified: {}", ids(kept));
  if (!dropped.empty()) text += fmt::format("; dropped: {}", ids(dropped));
  return text;
}

ExitCode add_key(const KeygenOptions& options, Console& console) {
  const std::string& path = options.add;
  std::vector<KeyLine> kept;
  if (::access(path.c_str(), F_OK) == 0) {
    const auto ring = agent::KeyRing::load(path);
    if (!ring) {
      print_error(ring.error().message, console);
      return kInvalid;
    }
    kept = read_key_lines(path);
  }
  if (options.id && has_id(kept, *options.id)) {
    print_error(fmt::format("{}: key {} is there already; leave --id out for the next free number",
                            path, *options.id),
                console);
    return kInvalid;
  }
  const unsigned id = options.id.value_or(next_id(kept));
  std::vector<KeyLine> dropped;
  if (kept.size() >= limits::kStickyKeys) {
    const auto first_dropped = kept.begin() + (limits::kStickyKeys - 1);
    dropped.assign(first_dropped, kept.end());
    kept.erase(first_dropped, kept.end());
  }
  std::string text = agent::new_key_line(static_cast<std::uint8_t>(id));
  for (const KeyLine& line : kept) text += line.text + "\n";
  if (const Outcome written = write_file(path, text, kKeyFileMode); !written) {
    print_error(written.error().message, console);
    return kInvalid;
  }
  console.out << printable(report(path, id, kept, dropped)) << '\n';
  return kGood;
}

}  // namespace

ExitCode run_keygen(const KeygenOptions& options, Console& console) {
  if (!options.add.empty()) return add_key(options, console);
  console.out << agent::new_key_line(static_cast<std::uint8_t>(options.id.value_or(0)));
  return kGood;
}

}  // namespace pointsman::cli
