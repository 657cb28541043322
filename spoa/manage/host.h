// What managed mode does to the machine. An interface, so that tests can have each step fail;
// machine.h is the real one. Its calls block, within the times of limits.h, on the thread of
// managed mode. Files are named within one folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "manage/takeover.h"

namespace pointsman::manage {

class Host {
 public:
  virtual ~Host() = default;

  // Against another agent, for as long as this lives; once is enough.
  virtual Outcome lock() = 0;
  virtual Result<std::optional<std::string>> read(const std::string& name) = 0;  // null: no file
  // Whole or not at all, and on disk when it returns; makes the folders that it needs.
  virtual Outcome write(const std::string& name, std::string_view text) = 0;
  virtual Outcome rename(const std::string& from, const std::string& to) = 0;
  // Removes the folders of parts that neither text names. What can't be removed is left.
  virtual void sweep(std::string_view current, std::string_view last_good) = 0;
  // HAProxy's own check of a file. An error: it could not be made.
  virtual Result<ExternalResult> check(const std::string& name) = 0;
  // Whether a reload can be asked for (kTaken), and why not.
  virtual Reload find_haproxy() = 0;
  virtual Reload reload() = 0;
  // Then checks and reloads are cut short, and what they yield means nothing.
  virtual bool is_stopping() const = 0;
};

}  // namespace pointsman::manage
