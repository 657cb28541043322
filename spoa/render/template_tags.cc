#include "render/template_tags.h"

#include <optional>

namespace pointsman::render {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kCloseUnescaped = "}}}";
constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

class TagReader {
 public:
  explicit TagReader(std::string_view text) : text_(text) {}

  Result<std::vector<TemplateTag>, Diagnostic> read() {
    for (std::size_t at = text_.find(open_); at != std::string_view::npos;
         at = text_.find(open_, at)) {
      go_to(at);
      if (auto fault = read_tag(at)) return std::move(*fault);
    }
    return std::move(tags_);
  }

 private:
  // Sets `at` behind the tag.
  std::optional<Diagnostic> read_tag(std::size_t& at) {
    std::size_t begin = at + open_.size();
    const bool unescaped = open_ == kOpen && close_ == kClose && text_.substr(begin, 1) == "{";
    if (unescaped) ++begin;
    const std::string_view close = unescaped ? kCloseUnescaped : close_;
    const std::size_t end = text_.find(close, begin);
    if (end == std::string_view::npos) {
      return fault("this tag does not end, wanted '" + std::string(close) + "'");
    }
    at = end + close.size();
    return add_tag(trimmed(text_.substr(begin, end - begin)), unescaped);
  }

  std::optional<Diagnostic> add_tag(std::string_view inside, bool unescaped) {
    using Kind = TemplateTag::Kind;
    const char first = unescaped || inside.empty() ? '\0' : inside.front();
    if (first == '=') return set_delimiters(inside);
    Kind kind = Kind::kVariable;
    switch (first) {
      case '#':
        kind = Kind::kSection;
        break;
      case '^':
        kind = Kind::kInverted;
        break;
      case '/':
        kind = Kind::kEnd;
        break;
      case '>':
        kind = Kind::kPartial;
        break;
      case '!':
        kind = Kind::kOther;
        break;
      default:
        break;
    }
    const bool has_sign = kind != Kind::kVariable || first == '&';
    const std::string_view name = has_sign ? trimmed(inside.substr(1)) : inside;
    if (name.empty() && kind != Kind::kOther) return fault("this tag has no name");
    tags_.push_back({kind, std::string(name), line_, column_});
    return std::nullopt;
  }

  std::optional<Diagnostic> set_delimiters(std::string_view inside) {
    constexpr std::string_view kWanted = "wanted new delimiters like {{=<% %>=}}";
    if (inside.size() < 5 || inside.back() != '=') return fault(std::string(kWanted));
    const std::string_view both = trimmed(inside.substr(1, inside.size() - 2));
    const std::size_t blank = both.find(' ');
    if (blank == std::string_view::npos) return fault(std::string(kWanted));
    const std::string_view open = both.substr(0, blank);
    const std::string_view close = trimmed(both.substr(blank));
    for (const std::string_view delimiter : {open, close}) {
      if (delimiter.find_first_of("= \t\r\n\v\f") != std::string_view::npos) {
        return fault(std::string(kWanted));
      }
    }
    open_ = open;
    close_ = close;
    tags_.push_back({TemplateTag::Kind::kOther, "", line_, column_});
    return std::nullopt;
  }

  void go_to(std::size_t offset) {
    for (; reached_ < offset; ++reached_) {
      const auto byte = static_cast<unsigned char>(text_[reached_]);
      if (byte == '\n') {
        ++line_;
        column_ = 1;
      } else if ((byte & 0xc0) != 0x80) {
        ++column_;
      }
    }
  }

  Diagnostic fault(std::string message) const {
    return {Severity::kError, {nullptr, line_, column_}, "", "", std::move(message)};
  }

  const std::string_view text_;
  std::string_view open_ = kOpen;
  std::string_view close_ = kClose;
  std::size_t reached_ = 0;  // where line_ and column_ are
  int line_ = 1;
  int column_ = 1;
  std::vector<TemplateTag> tags_;
};

}  // namespace

Result<std::vector<TemplateTag>, Diagnostic> read_tags(std::string_view text) {
  return TagReader(text).read();
}

}  // namespace pointsman::render
