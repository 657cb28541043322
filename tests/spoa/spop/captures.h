// The frames in tests/golden/spop: what HAProxy 2.6, 3.0 and 3.2 really sent (see capture.py
// there).
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/spop_client.h"

namespace pointsman::test {

inline const std::vector<std::string> kCapturedVersions = {"2.6", "3.0", "3.2"};

inline std::filesystem::path captures_of(const std::string& version) {
  return std::filesystem::path(POINTSMAN_SOURCE_DIR) / "tests/golden/spop" / version;
}

inline std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

// The frames of one kind, lengths included: "hello", "healthcheck", "notify", "fragments",
// "disconnect"; none where that HAProxy sends no such frame.
inline std::vector<ByteBuffer> captured(const std::string& version, const std::string& kind) {
  std::vector<ByteBuffer> frames;
  for (const std::string& line : lines_of(captures_of(version) / (kind + ".hex"))) {
    frames.push_back(from_hex(line));
  }
  return frames;
}

}  // namespace pointsman::test
