#include "spop/message.h"

#include "base/limits.h"

namespace pointsman::spop {

Message read_message(WireCursor& cursor) {
  Message message;
  message.name = cursor.text();
  message.argument_count = cursor.u8();
  WireCursor arguments = cursor;
  for (std::uint8_t i = 0; i < message.argument_count && cursor.ok(); ++i) {
    if (cursor.text().size() > limits::kArgumentNameBytes) cursor.fail(WireFailure::kMalformed);
    read_typed_value(cursor);
  }
  if (!cursor.ok()) return {};
  message.encoded_arguments = arguments.bytes(cursor.offset() - arguments.offset());
  return message;
}

}  // namespace pointsman::spop
