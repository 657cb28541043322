// Golden files: expected text in tests/golden/, compared as a whole. With UPDATE_GOLDEN=1 in the
// environment they are written instead, for `git diff` to review.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pointsman::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// `path` is relative to the source folder.
inline void check_golden(const std::string& path, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(POINTSMAN_SOURCE_DIR) / path;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  INFO(path << " differs; UPDATE_GOLDEN=1 rewrites it");
  CHECK(read_text(file) == text);
}

}  // namespace pointsman::test
