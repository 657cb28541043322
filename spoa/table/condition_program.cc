#include "table/condition_program.h"

#include <algorithm>
#include <unordered_set>

#include "base/limits.h"

namespace pointsman::table {
namespace {

using routing::ConditionNode;
using routing::Operator;
using routing::Test;
using Kind = ConditionNode::Kind;

bool is_negated(Operator op) {
  return op == Operator::kIsNot || op == Operator::kMisses || op == Operator::kAbsent;
}

// Emits from the last step to the first, so that where a test goes on is known already. Until the
// end a step's number counts from the program's end. Trees are no deeper than the parser lets them
// be.
class Compiler {
 public:
  explicit Compiler(Patterns& patterns) : patterns_(patterns) {}

  ConditionProgram compile(const ConditionNode& root) {
    admit_patterns(root);
    ConditionProgram program;
    program.start = emit(root, kHolds, kFails);
    program.start = from_front(program.start);
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      program.steps.push_back({step->test, from_front(step->on_true), from_front(step->on_false)});
    }
    return program;
  }

 private:
  // In the order as written, in which the first ones of a gateway are admitted.
  void admit_patterns(const ConditionNode& node) {
    const Test& test = node.test;
    if (test.regex && !patterns_.admit(test.values.front().text, ignores_case(test.field))) {
      left_out_.insert(&test);
    }
    for (const ConditionNode& child : node.children) admit_patterns(child);
  }

  // Where the node's evaluation begins, when it shall end at these targets.
  Target emit(const ConditionNode& node, Target on_true, Target on_false) {
    switch (node.kind) {
      case Kind::kAnd:
        return emit_chain(node, on_true, on_false, on_true, on_false);
      case Kind::kOr:
        return emit_chain(node, on_true, on_false, on_false, on_true);
      case Kind::kNot:
        return emit(node.children.front(), on_false, on_true);
      case Kind::kTest:
      case Kind::kRawAcl:
        return emit_test(node.test, on_true, on_false);
      case Kind::kTrue:
        return on_true;
      case Kind::kFalse:
      case Kind::kScript:
        return on_false;
    }
    return on_false;
  }

  // `all`: where to go when no child settled it; `settled`: where one that settles it leads.
  Target emit_chain(const ConditionNode& node, Target on_true, Target on_false, Target all,
                    Target settled) {
    const bool is_and = node.kind == Kind::kAnd;
    const std::size_t before = steps_.size();
    Target entry = all;
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
      entry = is_and ? emit(*child, entry, on_false) : emit(*child, on_true, entry);
      if (entry == settled) steps_.resize(before);  // nothing leads to the later children
    }
    return entry;
  }

  // A pattern is looked for even where nothing depends on it: a rewrite uses what it captured.
  Target emit_test(const Test& test, Target on_true, Target on_false) {
    if (left_out_.contains(&test)) return on_false;
    if (on_true == on_false && !test.regex) return on_true;
    if (is_negated(test.op)) std::swap(on_true, on_false);
    steps_.push_back({&test, on_true, on_false});
    return static_cast<Target>(steps_.size());
  }

  Target from_front(Target target) const {
    return target <= 0 ? target : static_cast<Target>(steps_.size()) - target + 1;
  }

  Patterns& patterns_;
  std::unordered_set<const Test*> left_out_;
  std::vector<ConditionStep> steps_;
};

}  // namespace

bool Patterns::admit(const std::string& pattern, bool ignores_case) {
  std::pair<std::string, bool> entry(pattern, ignores_case);
  if (admitted_.contains(entry)) return true;
  if (admitted_.size() == limits::kTablePatterns) {
    ++left_out_;
    return false;
  }
  admitted_.insert(std::move(entry));
  return true;
}

bool ignores_case(routing::Field field) {
  return field == routing::Field::kHost || field == routing::Field::kSni;
}

ConditionProgram compile_condition(const routing::Condition& condition, Patterns& patterns) {
  return Compiler(patterns).compile(condition.root());
}

}  // namespace pointsman::table
