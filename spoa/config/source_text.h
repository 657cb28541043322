// The text of a configuration file in the one form that the YAML parser gets: UTF-8 without a byte
// order mark, lines that end in LF, no control characters. Anything else is refused here, because
// yaml-cpp takes some bytes for the end of its input and would quietly read half a file. Knows the
// line and column of every byte.
#pragma once

#include <memory>
#include <string>

#include "base/diagnostic.h"
#include "base/result.h"

namespace pointsman::config {

class SourceText {
 public:
  // `path` names the file in places; nothing is opened here. The error is one of the whole file.
  static Result<SourceText, Diagnostic> make(const std::string& path, const std::string& bytes);

  const std::string& text() const { return text_; }
  const std::shared_ptr<const std::string>& path() const { return path_; }

  // Columns count characters. Remembers the last place, so that places asked for in about the order
  // of the text cost little, also when the text is a single line.
  SourcePlace place_at(std::size_t offset);

 private:
  std::shared_ptr<const std::string> path_;
  std::string text_;
  std::size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace pointsman::config
