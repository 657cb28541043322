#include <algorithm>

#include "routing/condition.h"
#include "routing/condition_words.h"

namespace pointsman::routing {
namespace {

using Kind = ConditionNode::Kind;

bool is_plain(char byte) {
  constexpr std::string_view kPunctuation = "-_./:@%+~*";
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || kPunctuation.find(byte) != std::string_view::npos;
}

void print_literal(std::string_view text, std::string& out) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain) && !is_keyword(text)) {
    out += text;
    return;
  }
  out += '\'';
  for (const char byte : text) out.append(byte == '\'' ? 2 : 1, byte);
  out += '\'';
}

void print_test(const Test& test, std::string& out) {
  const bool presence = test.op == Operator::kPresent || test.op == Operator::kAbsent;
  if (presence) (out += to_text(test.op)) += ' ';
  out += to_text(test.field);
  if (!test.name.empty()) {
    out += ' ';
    print_literal(test.name, out);
  }
  if (presence) return;
  ((out += ' ') += to_text(test.op)) += ' ';
  if (test.op == Operator::kIn) out += '(';
  for (std::size_t i = 0; i < test.values.size(); ++i) {
    if (i > 0) out += ", ";
    print_literal(test.values[i].text, out);
  }
  if (test.op == Operator::kIn) out += ')';
}

// How tightly a node's printed form holds together; a child that holds no tighter than its parent
// needs parentheses.
int tightness(Kind kind) {
  switch (kind) {
    case Kind::kOr:
      return 0;
    case Kind::kAnd:
      return 1;
    default:
      return 2;
  }
}

void print(const ConditionNode& node, std::string& out);

void print_child(const ConditionNode& child, Kind parent, std::string& out) {
  const bool loose = child.kind == Kind::kOr || child.kind == Kind::kAnd;
  const bool wrapped = loose && tightness(child.kind) <= tightness(parent);
  if (wrapped) out += '(';
  print(child, out);
  if (wrapped) out += ')';
}

void print_chain(const ConditionNode& node, std::string_view connective, std::string& out) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += connective;
    print_child(node.children[i], node.kind, out);
  }
}

void print(const ConditionNode& node, std::string& out) {
  switch (node.kind) {
    case Kind::kAnd:
      return print_chain(node, " and ", out);
    case Kind::kOr:
      return print_chain(node, " or ", out);
    case Kind::kNot:
      out += "not ";
      return print_child(node.children.front(), node.kind, out);
    case Kind::kTest:
      return print_test(node.test, out);
    case Kind::kTrue:
      out += "true";
      return;
    case Kind::kFalse:
      out += "false";
      return;
    case Kind::kScript:
      out += "script(";
      print_literal(node.text, out);
      out += ')';
      return;
    case Kind::kRawAcl:
      ((out += "< ") += node.text) += " >";
      return;
  }
}

}  // namespace

std::string Condition::to_text() const {
  std::string out;
  print(root_, out);
  return out;
}

}  // namespace pointsman::routing
