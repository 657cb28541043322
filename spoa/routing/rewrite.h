// A route's path rewrite: `NEW if CONDITION`. NEW may hold %[path] and, when the condition has a
// `matches`, \1 to \9 of the first one that held. The last " if " splits; the condition may be
// absent. Whatever a group captured, the new path stays one word that starts with '/': bytes that
// would end a path (blanks, controls, '?', '#', non-ASCII) are percent-encoded.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "routing/condition.h"

namespace pointsman::routing {

class Rewrite {
 public:
  // Error offsets count from the start of the whole text.
  static Result<Rewrite, ConditionError> parse(std::string_view text);

  // True and the new path in `path` when the condition holds and the result is not too long
  // (limits::kRewrittenPathBytes). `path` is undefined otherwise.
  bool apply(const Request& request, ConditionScratch& scratch, std::string& path) const;

  std::string to_text() const;

  // NEW in order: a text, the request's path, or a capture group.
  struct Piece {
    enum class Kind : unsigned char { kText, kPath, kGroup };
    Kind kind = Kind::kText;
    std::string text;
    std::size_t group = 0;  // 1 to 9
  };

  std::span<const Piece> pieces() const { return pieces_; }
  const std::optional<Condition>& condition() const { return condition_; }

 private:
  // Error offsets count from the start of the new path.
  std::optional<ConditionError> parse_new_path(std::string_view text);
  std::optional<ConditionError> check_groups(std::string_view new_path) const;

  std::vector<Piece> pieces_;
  std::optional<Condition> condition_;
};

}  // namespace pointsman::routing
