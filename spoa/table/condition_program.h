// A condition as the table holds it: tests in a row, each with the places to go on at when it holds
// and when it does not, so that whoever evaluates needs no tree and no stack. Format and meaning:
// docs/formats/table.md. Written by table_writer.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/condition.h"

namespace pointsman::table {

// A step's number, counted from 1, or one of these.
using Target = std::int32_t;
inline constexpr Target kHolds = 0;
inline constexpr Target kFails = -1;

struct ConditionStep {
  const routing::Test* test = nullptr;  // of the condition; its negation is in the targets
  Target on_true = kHolds;              // kHolds, kFails, or beyond the step's own number
  Target on_false = kFails;
};

struct ConditionProgram {
  Target start = kHolds;
  std::vector<ConditionStep> steps;  // borrow from the condition
};

// The patterns that a gateway's conditions may hold: the first limits::kTablePatterns distinct
// ones.
class Patterns {
 public:
  // False where there are so many others already.
  bool admit(const std::string& pattern, bool ignores_case);
  std::size_t left_out() const { return left_out_; }  // how often it was false

 private:
  std::set<std::pair<std::string, bool>> admitted_;
  std::size_t left_out_ = 0;
};

bool ignores_case(routing::Field field);  // in `matches`

// `patterns` is the gateway's, who gives its conditions in their order.
ConditionProgram compile_condition(const routing::Condition& condition, Patterns& patterns);

}  // namespace pointsman::table
