// The program of a condition in a table (docs/formats/table.md): not built, since an agent compiles
// the condition's text, but checked, so that a bridge gets no file that it would refuse.
#pragma once

#include <cstdint>
#include <string_view>

#include "table/condition_program.h"
#include "table/packed_reader.h"

namespace pointsman::table {

class ProgramCheck {
 public:
  explicit ProgramCheck(Patterns& patterns) : patterns_(patterns) {}

  // Takes the values of `start` and `steps`; false: another key.
  bool read_entry(PackedReader& in, std::string_view key);
  // Behind the last entry; a failure is the reader's.
  void finish(PackedReader& in) const;

 private:
  void read_step(PackedReader& in, Target number, Target steps);

  Patterns& patterns_;  // of the gateway
  Target start_ = 0;
  bool has_start_ = false;
  Target steps_ = 0;
};

}  // namespace pointsman::table
