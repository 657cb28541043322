// The machine as it is: managed mode's files, commands and HAProxy's master.
#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "manage/host.h"

namespace pointsman::manage {

struct MachineOptions {
  std::string folder;
  std::vector<std::string> check;   // kFileArgument stands for the file to check
  std::string master;               // path of the master's CLI; empty: there is none
  std::vector<std::string> reload;  // empty: the master reloads
};

inline constexpr const char* kFileArgument = "FILE";

class Machine : public Host {
 public:
  Machine(MachineOptions options, const StopFlag& stop);

  Outcome lock() override;
  Result<std::optional<std::string>> read(const std::string& name) override;
  Outcome write(const std::string& name, std::string_view text) override;
  Outcome rename(const std::string& from, const std::string& to) override;
  void sweep(std::string_view current, std::string_view last_good) override;
  Result<ExternalResult> check(const std::string& name) override;
  Reload find_haproxy() override;
  Reload reload() override;
  bool is_stopping() const override { return stop_.is_set(); }

 private:
  std::string path_of(const std::string& name) const { return options_.folder + "/" + name; }

  ReloadMeans reload_means() const;

  const MachineOptions options_;
  const StopFlag& stop_;
  FileDescriptor lock_;
};

}  // namespace pointsman::manage
