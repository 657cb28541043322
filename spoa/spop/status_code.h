// The status codes of DISCONNECT frames (SPOE.txt section 3.2.8 and 3.5). Only these leave the
// agent: HAProxy 3.1 to 3.4 index an array with what they receive.
#pragma once

#include <cstdint>
#include <string_view>

namespace pointsman::spop {

enum class StatusCode : std::uint8_t {
  kNormal = 0,
  kIo = 1,
  kTimeout = 2,
  kFrameTooBig = 3,
  kInvalidFrame = 4,
  kNoVersion = 5,
  kNoFrameSize = 6,
  kNoCapabilities = 7,
  kBadVersion = 8,
  kBadFrameSize = 9,
  kFragmentationNotSupported = 10,
  kInterlacedFrames = 11,
  kNoFrameId = 12,
  kResourceLimit = 13,
  kUnknown = 99,
};

std::string_view to_text(StatusCode code);  // the message of the DISCONNECT frame

}  // namespace pointsman::spop
