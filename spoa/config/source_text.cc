#include "config/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/limits.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The length of the UTF-8 sequence at `at` (RFC 3629 section 4), 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return 1;
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : std::uint8_t{0};
  };
  const auto within = [&](std::size_t i, int low, int high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const std::uint8_t first = byte(0);
  if (within(0, 0xc2, 0xdf)) return within(1, 0x80, 0xbf) ? 2 : 0;
  if (within(0, 0xe0, 0xef)) {
    const int low = first == 0xe0 ? 0xa0 : 0x80;
    const int high = first == 0xed ? 0x9f : 0xbf;
    return within(1, low, high) && within(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (within(0, 0xf0, 0xf4)) {
    const int low = first == 0xf0 ? 0x90 : 0x80;
    const int high = first == 0xf4 ? 0x8f : 0xbf;
    return within(1, low, high) && within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool is_forbidden_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
}

}  // namespace

Result<SourceText, Diagnostic> SourceText::make(const std::string& path, const std::string& bytes) {
  SourceText source;
  source.path_ = std::make_shared<const std::string>(path);
  const auto fault = [&](SourcePlace place, std::string message) {
    return Diagnostic{Severity::kError, std::move(place), "", "", std::move(message)};
  };
  if (bytes.size() > limits::kYamlFileBytes) {
    return fault({source.path_, 0, 0},
                 fmt::format("the file has more than {} bytes", limits::kYamlFileBytes));
  }
  std::size_t from = bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  source.text_.reserve(bytes.size());
  while (from < bytes.size()) {
    const std::size_t line_end = std::min(bytes.find("\r\n", from), bytes.size());
    source.text_.append(bytes, from, line_end - from);
    from = line_end + 1;
  }
  const std::string_view text = source.text_;
  for (std::size_t at = 0; at < text.size();) {
    if (is_forbidden_control(text[at])) {
      const auto code = static_cast<unsigned char>(text[at]);
      return fault(source.place_at(at),
                   fmt::format("found the control character 0x{:02x}, wanted text", code));
    }
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return fault(source.place_at(at), "found a byte that is not UTF-8");
    at += length;
  }
  return source;
}

SourcePlace SourceText::place_at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  for (; offset_ < offset; ++offset_) {
    if (text_[offset_] == '\n') {
      ++line_;
      column_ = 1;
    } else if (!is_continuation(text_[offset_])) {
      ++column_;
    }
  }
  while (offset_ > offset) {
    --offset_;
    if (text_[offset_] == '\n') {
      --line_;
      const std::size_t line_start = text_.rfind('\n', offset_ == 0 ? 0 : offset_ - 1);
      const std::size_t first =
          offset_ == 0 || line_start == std::string::npos ? 0 : line_start + 1;
      column_ = 1;
      for (std::size_t i = first; i < offset_; ++i) column_ += is_continuation(text_[i]) ? 0 : 1;
    } else if (!is_continuation(text_[offset_])) {
      --column_;
    }
  }
  return {path_, line_, column_};
}

}  // namespace pointsman::config
