#include "base/ip_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pointsman {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

bool bit_is_set(const IpAddress& address, unsigned bit) {
  return ((address.bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::from_bytes(Bytes bytes) {
  IpAddress address;
  if (bytes.size() == 4) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin() + 12);
    return address;
  }
  if (bytes.size() != 16) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 16> raw{};
  if (inet_pton(AF_INET, terminated.c_str(), raw.data()) == 1) return from_bytes({raw.data(), 4});
  if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1) return from_bytes(raw);
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool IpAddress::is_unspecified() const {
  const auto first = bytes.begin() + (is_v4() ? 12 : 0);
  return std::all_of(first, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
         bytes.back() == 1;
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  IpNetwork network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = failure == std::errc() && end == digits.data() + digits.size();
  if (!whole || bits > (dotted ? 32u : 128u)) return std::nullopt;
  network.bits = dotted ? kMappedBits + bits : bits;
  for (unsigned bit = network.bits; bit < 128; ++bit) {
    if (bit_is_set(network.address, bit)) return std::nullopt;
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& other) const {
  const std::size_t whole = bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  other.bytes.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

std::string IpNetwork::to_text() const {
  if (bits == 128) return address.to_text();
  const bool v4 = address.is_v4() && bits >= kMappedBits;
  return fmt::format("{}/{}", address.to_text(), v4 ? bits - kMappedBits : bits);
}

}  // namespace pointsman
