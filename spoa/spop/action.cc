#include "spop/action.h"

#include <algorithm>

#include "base/limits.h"

namespace pointsman::spop {
namespace {

constexpr std::uint8_t kSetVariable = 1;
constexpr std::uint8_t kSetVariableArguments = 3;  // scope, name, value
constexpr std::uint8_t kUnsetVariable = 2;
constexpr std::uint8_t kUnsetVariableArguments = 2;  // scope, name

}  // namespace

bool ActionList::set(Scope scope, std::string_view name, const TypedValue& value) {
  const std::size_t start = out_.size();
  // Refused first by its contents alone, so that a huge value is never copied.
  if (start + name.size() + value.bytes.size() > size_limit_) return false;
  out_.insert(out_.end(), {kSetVariable, kSetVariableArguments, static_cast<std::uint8_t>(scope)});
  append_text(out_, name);
  append_typed_value(out_, value);
  if (out_.size() <= size_limit_) return true;
  out_.resize(start);
  return false;
}

bool ActionList::unset(Scope scope, std::string_view name) {
  const std::size_t start = out_.size();
  if (start + name.size() > size_limit_) return false;
  out_.insert(out_.end(),
              {kUnsetVariable, kUnsetVariableArguments, static_cast<std::uint8_t>(scope)});
  append_text(out_, name);
  if (out_.size() <= size_limit_) return true;
  out_.resize(start);
  return false;
}

bool is_variable_name(std::string_view name, std::size_t prefix_bytes) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= limits::kVariableNameBytes &&
         prefix_bytes <= limits::kVariableNameBytes - name.size() &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace pointsman::spop
