#include "spop/status_code.h"

namespace pointsman::spop {

std::string_view to_text(StatusCode code) {
  switch (code) {
    case StatusCode::kNormal:
      return "normal";
    case StatusCode::kIo:
      return "input or output failed";
    case StatusCode::kTimeout:
      return "a timeout passed";
    case StatusCode::kFrameTooBig:
      return "the frame is too big";
    case StatusCode::kInvalidFrame:
      return "the frame is invalid";
    case StatusCode::kNoVersion:
      return "supported-versions is missing";
    case StatusCode::kNoFrameSize:
      return "max-frame-size is missing";
    case StatusCode::kNoCapabilities:
      return "capabilities is missing";
    case StatusCode::kBadVersion:
      return "none of the versions is supported";
    case StatusCode::kBadFrameSize:
      return "max-frame-size is too small";
    case StatusCode::kFragmentationNotSupported:
      return "this frame cannot be fragmented";
    case StatusCode::kInterlacedFrames:
      return "fragments do not belong together";
    case StatusCode::kNoFrameId:
      return "the frame id is unknown";
    case StatusCode::kResourceLimit:
      return "a resource limit was reached";
    case StatusCode::kUnknown:
      break;
  }
  return "unknown error";
}

}  // namespace pointsman::spop
