#include "spop/handshake.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "spop/frame.h"
#include "spop/typed_value.h"

namespace pointsman::spop {
namespace {

constexpr std::string_view kVersion = "2.0";
// "fragmentation" although every fragmented NOTIFY is refused: without it, HAProxy up to 3.0 closes
// the whole connection when one request's headers do not fit into a frame.
constexpr std::string_view kCapabilities = "pipelining,fragmentation";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "2.N" announces 2.0 to 2.N.
bool is_version_2(std::string_view version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() > 2 && version.starts_with("2.") &&
         std::all_of(version.begin() + 2, version.end(), is_digit);
}

bool offers_version_2(std::string_view versions) {
  while (!versions.empty()) {
    const std::size_t comma = versions.find(',');
    if (is_version_2(trimmed(versions.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) break;
    versions.remove_prefix(comma + 1);
  }
  return false;
}

bool is_negative(const TypedValue& value) {
  const bool is_signed = value.type == ValueType::kInt32 || value.type == ValueType::kInt64;
  return is_signed && static_cast<std::int64_t>(value.integer) < 0;
}

struct Offer {
  std::optional<std::string_view> versions;
  std::optional<TypedValue> frame_size;
  bool has_capabilities = false;
  bool health_check = false;
};

// False: the value of a known key has a type that it cannot have.
bool note_key(Offer& offer, std::string_view key, const TypedValue& value) {
  if (key == "supported-versions") {
    offer.versions = value.text();
    return value.type == ValueType::kText;
  }
  if (key == "max-frame-size") {
    offer.frame_size = value;
    return value.is_integer();
  }
  if (key == "capabilities") {
    offer.has_capabilities = true;
    return value.type == ValueType::kText;
  }
  if (key == "healthcheck") {
    offer.health_check = value.boolean;
    return value.type == ValueType::kBool;
  }
  return true;
}

}  // namespace

Result<Handshake, StatusCode> read_haproxy_hello(Bytes payload, std::uint32_t own_frame_size) {
  Offer offer;
  WireCursor cursor(payload);
  while (!cursor.at_end()) {
    const std::string_view key = cursor.text();
    const TypedValue value = read_typed_value(cursor);
    if (!cursor.ok() || !note_key(offer, key, value)) return StatusCode::kInvalidFrame;
  }
  if (!offer.versions) return StatusCode::kNoVersion;
  if (!offer.frame_size) return StatusCode::kNoFrameSize;
  if (!offer.has_capabilities) return StatusCode::kNoCapabilities;
  if (!offers_version_2(*offer.versions)) return StatusCode::kBadVersion;
  const std::uint64_t frame_size = offer.frame_size->integer;
  if (is_negative(*offer.frame_size) || frame_size < limits::kFrameSizeMin) {
    return StatusCode::kBadFrameSize;
  }
  return Handshake{static_cast<std::uint32_t>(std::min<std::uint64_t>(frame_size, own_frame_size)),
                   offer.health_check};
}

void append_agent_hello(ByteBuffer& out, std::uint32_t frame_size) {
  const std::size_t start = begin_frame(out, {.type = FrameType::kAgentHello});
  append_text(out, "version");
  append_typed_value(out, TypedValue::of_text(kVersion));
  append_text(out, "max-frame-size");
  append_typed_value(out, TypedValue::of_uint32(frame_size));
  append_text(out, "capabilities");
  append_typed_value(out, TypedValue::of_text(kCapabilities));
  end_frame(out, start);
}

}  // namespace pointsman::spop
