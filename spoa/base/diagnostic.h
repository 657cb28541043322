// What is wrong with a configuration, and where: errors, warnings and notes with file, line, column
// and key. Readers collect all of them instead of stopping at the first. Printed as
// `file:line:column: key: message`, the form that editors and people know.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pointsman {

struct SourcePlace {
  std::shared_ptr<const std::string> file;  // null: no file (built by a test, the command line)
  int line = 0;                             // from 1; 0: the whole file
  int column = 0;                           // from 1
};

enum class Severity : unsigned char { kError, kWarning, kNote };

struct Diagnostic {
  Severity severity = Severity::kError;
  SourcePlace place;
  std::string gateway;  // whose form is in question; empty: the file or settings as a whole
  std::string key;      // dotted path, e.g. "routes.shop/v1.weight"; may be empty
  std::string message;  // what was found, what was wanted
};

// "shop.yaml:4:9: routes.shop/v1.weight: error text"; warnings and notes say so before the key.
std::string to_text(const Diagnostic& diagnostic);
std::string_view to_text(Severity severity);  // "error", "warning", "note"

class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }
  void error(SourcePlace place, std::string gateway, std::string key, std::string message);
  void warning(SourcePlace place, std::string gateway, std::string key, std::string message);
  void note(SourcePlace place, std::string gateway, std::string key, std::string message);
  void append(const Diagnostics& other);

  const std::vector<Diagnostic>& items() const { return items_; }
  std::size_t count(Severity severity) const;
  bool has_errors() const { return count(Severity::kError) > 0; }
  void sort_by_place();  // file name, line, column; stable

 private:
  std::vector<Diagnostic> items_;
};

}  // namespace pointsman
