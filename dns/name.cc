#include "dns/name.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace pointsman::dns {
namespace {

std::uint8_t folded(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What a backslash stands before, and how many characters that takes; nullopt: a bad escape.
struct Escaped {
  char byte = 0;
  std::size_t size = 0;
};
std::optional<Escaped> read_escape(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (!is_digit(text[0])) return Escaped{text[0], 1};
  if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return std::nullopt;
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::nullopt;
  return Escaped{static_cast<char>(value), 3};
}

void append_escaped(std::string& text, std::uint8_t byte) {
  if (byte == '.' || byte == '\\') {
    text += '\\';
    text += static_cast<char>(byte);
  } else if (byte > ' ' && byte < 0x7f) {
    text += static_cast<char>(byte);
  } else {
    text += '\\';
    text += static_cast<char>('0' + byte / 100);
    text += static_cast<char>('0' + byte / 10 % 10);
    text += static_cast<char>('0' + byte % 10);
  }
}

}  // namespace

std::optional<Name> Name::parse(std::string_view text) {
  if (text == ".") return Name();
  std::array<std::uint8_t, limits::kDnsNameBytes> wire{};
  std::size_t size = 1;  // wire[start] is the length of the label that is being read
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      const std::size_t length = size - start - 1;
      if (length == 0 || length > limits::kDnsLabelBytes || size == wire.size()) {
        return std::nullopt;
      }
      wire[start] = static_cast<std::uint8_t>(length);
      start = size++;
      if (i + 1 >= text.size()) break;
      continue;
    }
    char byte = text[i];
    if (byte == '\\') {
      const auto escaped = read_escape(text.substr(i + 1));
      if (!escaped) return std::nullopt;
      byte = escaped->byte;
      i += escaped->size;
    }
    if (size == wire.size()) return std::nullopt;
    wire[size++] = static_cast<std::uint8_t>(byte);
  }
  return read(Bytes(wire).first(size));
}

std::optional<Name> Name::read(Bytes bytes) {
  std::size_t size = 0;
  std::uint8_t labels = 0;
  for (;;) {
    if (size >= bytes.size()) return std::nullopt;
    const std::uint8_t length = bytes[size];
    if (length > limits::kDnsLabelBytes) return std::nullopt;
    size += 1u + length;
    if (size > limits::kDnsNameBytes) return std::nullopt;
    if (length == 0) break;
    ++labels;
  }
  if (size > bytes.size()) return std::nullopt;
  Name name;
  // Lengths are below 'A', so they need not be told from letters.
  std::transform(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                 name.bytes_.begin(), folded);
  name.size_ = static_cast<std::uint8_t>(size);
  name.labels_ = labels;
  return name;
}

bool Name::prepend(std::string_view label) {
  if (label.empty() || label.size() > limits::kDnsLabelBytes) return false;
  if (size_ + 1 + label.size() > limits::kDnsNameBytes) return false;
  std::memmove(bytes_.data() + 1 + label.size(), bytes_.data(), size_);
  bytes_[0] = static_cast<std::uint8_t>(label.size());
  const Bytes raw = as_bytes(label);
  std::transform(raw.begin(), raw.end(), bytes_.begin() + 1, folded);
  size_ = static_cast<std::uint8_t>(size_ + 1 + label.size());
  ++labels_;
  return true;
}

std::string_view Name::last_labels(std::size_t count) const {
  assert(count <= labels_);
  std::string_view rest = wire();
  for (std::size_t skipped = labels_ - count; skipped > 0; --skipped) rest = parent_of(rest);
  return rest;
}

std::string Name::to_text() const {
  if (labels_ == 0) return ".";
  std::string text;
  for (std::string_view rest = wire(); rest.size() > 1; rest = parent_of(rest)) {
    if (!text.empty()) text += '.';
    for (const std::uint8_t byte :
         as_bytes(rest.substr(1, rest.size() - parent_of(rest).size() - 1))) {
      append_escaped(text, byte);
    }
  }
  return text;
}

}  // namespace pointsman::dns
