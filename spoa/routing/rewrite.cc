#include "routing/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "routing/condition_lexer.h"

namespace pointsman::routing {
namespace {

constexpr std::string_view kIf = " if ";
constexpr std::string_view kPathVariable = "%[path]";
constexpr std::string_view kBlanks = " \t\r\n";

// RFC 3986 section 3.3: what ends a path, or can't stand in a request line at all.
bool is_path_byte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code > 0x20 && code < 0x7f && byte != '?' && byte != '#';
}

// The most groups that any `matches` of the condition has; null where it has no `matches`.
std::optional<std::size_t> most_groups(const ConditionNode& node) {
  std::optional<std::size_t> groups;
  if (node.test.regex) groups = node.test.regex->group_count();
  for (const ConditionNode& child : node.children) groups = std::max(groups, most_groups(child));
  return groups;
}

void append_encoded(std::string& path, std::string_view group) {
  for (const char byte : group) {
    if (is_path_byte(byte)) {
      path += byte;
    } else {
      path += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
}

// The first ones of UTF-8, whole.
std::string_view characters(std::string_view text, std::size_t count) {
  const auto continues = [&](std::size_t i) { return (text[i] & 0xc0) == 0x80; };
  std::size_t size = 0;
  for (; count > 0 && size < text.size(); --count) {
    ++size;
    while (size < text.size() && continues(size)) ++size;
  }
  return text.substr(0, size);
}

// Why the first byte of the text can't stand in a path as it is; null where it can.
std::optional<std::string> unfit_for_path(std::string_view text) {
  if (text.starts_with("%[")) {
    const std::size_t size = std::min(text.find(']'), text.size() - 1) + 1;
    return fmt::format("found {}, wanted %[path]", shown(text.substr(0, size)));
  }
  if (text[0] == '\\') {
    return fmt::format("found {}, wanted a group, \\1 to \\9", shown(characters(text, 2)));
  }
  if (is_path_byte(text[0])) return std::nullopt;
  return fmt::format("found {}, which can't stand in a path", shown(characters(text, 1)));
}

// Without the blanks around it; `offset` moves to its first byte.
std::string_view trimmed(std::string_view text, std::size_t& offset) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  offset += begin;
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::optional<ConditionError> Rewrite::parse_new_path(std::string_view text) {
  if (text.empty()) return ConditionError{0, "the new path is empty"};
  if (is_path_byte(text[0]) && text[0] != '/' && text[0] != '\\' && !text.starts_with("%[")) {
    return ConditionError{0, fmt::format("found {}, wanted a path that starts with '/'",
                                         shown(text.substr(0, text.find(' '))))};
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with(kPathVariable)) {
      pieces_.push_back({Piece::Kind::kPath, {}, 0});
      i += kPathVariable.size();
    } else if (rest.size() > 1 && rest[0] == '\\' && rest[1] >= '1' && rest[1] <= '9') {
      pieces_.push_back({Piece::Kind::kGroup, {}, static_cast<std::size_t>(rest[1] - '0')});
      i += 2;
    } else if (auto complaint = unfit_for_path(rest)) {
      return ConditionError{i, std::move(*complaint)};
    } else {
      if (pieces_.empty() || pieces_.back().kind != Piece::Kind::kText) pieces_.emplace_back();
      pieces_.back().text += rest[0];
      ++i;
    }
  }
  return std::nullopt;
}

// A group that can never be captured would silently be empty.
std::optional<ConditionError> Rewrite::check_groups(std::string_view new_path) const {
  const auto groups = condition_ ? most_groups(condition_->root()) : std::nullopt;
  for (const Piece& piece : pieces_) {
    if (piece.group <= groups.value_or(0)) continue;
    const std::string written = fmt::format("\\{}", piece.group);
    const char* const why = groups ? "no 'matches' of the condition has so many groups"
                                   : "the condition has no 'matches'";
    return ConditionError{new_path.find(written), fmt::format("found '{}', but {}", written, why)};
  }
  return std::nullopt;
}

Result<Rewrite, ConditionError> Rewrite::parse(std::string_view text) {
  Rewrite rewrite;
  const std::size_t split = text.rfind(kIf);
  if (std::min(split, text.size()) > limits::kRewriteBytes) {
    return ConditionError{limits::kRewriteBytes, fmt::format("the new path is longer than {} bytes",
                                                             limits::kRewriteBytes)};
  }
  if (split != std::string_view::npos) {
    const std::size_t offset = split + kIf.size();
    auto condition = Condition::parse(text.substr(offset));
    if (!condition) {
      return ConditionError{offset + condition.error().offset, condition.error().message};
    }
    rewrite.condition_ = std::move(*condition);
  }
  std::size_t offset = 0;
  const std::string_view new_path = trimmed(text.substr(0, split), offset);
  auto error = rewrite.parse_new_path(new_path);
  if (!error) error = rewrite.check_groups(new_path);
  if (error) return ConditionError{offset + error->offset, std::move(error->message)};
  return rewrite;
}

bool Rewrite::apply(const Request& request, ConditionScratch& scratch, std::string& path) const {
  Captures captures;
  if (condition_ && !condition_->evaluate(request, scratch, &captures)) return false;
  path.clear();
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        path += piece.text;
        break;
      case Piece::Kind::kPath:
        path += request.path;
        break;
      case Piece::Kind::kGroup:
        if (captures.set) append_encoded(path, captures.groups[piece.group]);
        break;
    }
    if (path.size() > limits::kRewrittenPathBytes) return false;
  }
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  return path.size() <= limits::kRewrittenPathBytes;
}

std::string Rewrite::to_text() const {
  std::string out;
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Piece::Kind::kText:
        out += piece.text;
        break;
      case Piece::Kind::kPath:
        out += kPathVariable;
        break;
      case Piece::Kind::kGroup:
        out += fmt::format("\\{}", piece.group);
        break;
    }
  }
  if (condition_) (out += kIf) += condition_->to_text();
  return out;
}

}  // namespace pointsman::routing
