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

std::size_t most_groups(const ConditionNode& node) {
  std::size_t groups = node.test.regex ? node.test.regex->group_count() : 0;
  for (const ConditionNode& child : node.children) groups = std::max(groups, most_groups(child));
  return groups;
}

bool has_regex(const ConditionNode& node) {
  return node.test.regex != nullptr ||
         std::any_of(node.children.begin(), node.children.end(), has_regex);
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

// The text of `offset` and on, without blanks around; `offset` moves to its first byte.
std::string_view trimmed(std::string_view text, std::size_t& offset) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  offset += begin;
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::optional<ConditionError> Rewrite::parse_new_path(std::string_view text,
                                                      std::vector<Piece>& pieces) {
  if (text.empty()) return ConditionError{0, "the new path is empty"};
  if (text.size() > limits::kRewriteBytes) {
    return ConditionError{limits::kRewriteBytes, fmt::format("the new path is longer than {} bytes",
                                                             limits::kRewriteBytes)};
  }
  if (is_path_byte(text[0]) && text[0] != '/' && text[0] != '\\' && !text.starts_with("%[")) {
    return ConditionError{0, fmt::format("found {}, wanted a path that starts with '/'",
                                         shown(text.substr(0, text.find(' '))))};
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with(kPathVariable)) {
      pieces.push_back({Piece::Kind::kPath, {}, 0});
      i += kPathVariable.size();
    } else if (rest.starts_with("%[")) {
      const std::size_t size = std::min(rest.find(']'), rest.size() - 1) + 1;
      return ConditionError{i,
                            fmt::format("found {}, wanted %[path]", shown(rest.substr(0, size)))};
    } else if (rest[0] == '\\') {
      if (rest.size() < 2 || rest[1] < '1' || rest[1] > '9') {
        return ConditionError{
            i, fmt::format("found {}, wanted a group, \\1 to \\9", shown(rest.substr(0, 2)))};
      }
      pieces.push_back({Piece::Kind::kGroup, {}, static_cast<std::size_t>(rest[1] - '0')});
      i += 2;
    } else if (!is_path_byte(rest[0])) {
      return ConditionError{
          i, fmt::format("found {}, which can't stand in a path", shown(rest.substr(0, 1)))};
    } else {
      if (pieces.empty() || pieces.back().kind != Piece::Kind::kText) pieces.emplace_back();
      pieces.back().text += rest[0];
      ++i;
    }
  }
  return std::nullopt;
}

Result<Rewrite, ConditionError> Rewrite::parse(std::string_view text) {
  Rewrite rewrite;
  const std::size_t split = text.rfind(kIf);
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
  if (auto error = parse_new_path(new_path, rewrite.pieces_)) {
    return ConditionError{offset + error->offset, std::move(error->message)};
  }
  for (const Piece& piece : rewrite.pieces_) {
    const bool any = rewrite.condition_ && has_regex(rewrite.condition_->root());
    const std::size_t groups = any ? most_groups(rewrite.condition_->root()) : 0;
    if (piece.group <= groups) continue;
    const std::string wanted = fmt::format("\\{}", piece.group);
    return ConditionError{
        offset + new_path.find(wanted),
        any ? fmt::format("found '{}', but no 'matches' of the condition has so many groups",
                          wanted)
            : fmt::format("found '{}', but the condition has no 'matches'", wanted)};
  }
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
