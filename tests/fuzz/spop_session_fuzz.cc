// Feeds a session any bytes, cut anywhere. The first byte chooses the frame size that we offer, the
// second how the rest is cut into reads.
#include <algorithm>

#include "require.h"
#include "spop/session.h"

namespace {

using namespace pointsman;

// Gives back each argument as a variable, and so reads every byte of it.
class Echo : public spop::MessageHandler {
 public:
  void on_message(const spop::Message& message, spop::ActionList& actions) override {
    message.for_each_argument([&](const spop::Argument& argument) {
      actions.set(spop::Scope::kTransaction, argument.name, argument.value);
    });
  }
};

// Takes what the session sends, as frames that HAProxy could read.
void check_output(spop::Session& session, std::uint32_t max_frame_size) {
  while (!session.output().empty()) {
    WireCursor cursor(session.output());
    while (!cursor.at_end()) {
      const std::uint32_t length = cursor.u32();
      require(length >= spop::kFrameHeaderBytesMin && length <= max_frame_size);
      const Bytes frame = cursor.bytes(length);
      require(cursor.ok());
      require(frame[0] == 101 || frame[0] == 102 || frame[0] == 103);
      require((frame[4] & 1) == 1);
      require(frame[0] == 102 ? session.finished() : true);
    }
    session.consume_output(session.output().size());
  }
  require(session.output_size() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  Echo handler;
  spop::SessionCounters counters;
  const std::uint32_t max_frame_size = limits::kFrameSizeMin + data[0] * 256u;
  const std::uint32_t offered = std::min(max_frame_size, limits::kFrameSizeMax);
  spop::Session session(handler, counters, offered);
  const std::size_t step = data[1] == 0 ? size : data[1];
  Bytes rest(data + 2, size - 2);
  while (!rest.empty()) {
    const Bytes part = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(part.size());
    session.receive(part);
    check_output(session, offered);
  }
  session.disconnect_normally();
  check_output(session, offered);
  require(session.finished());
  return 0;
}
