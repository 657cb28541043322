// A message of a NOTIFY frame (SPOE.txt section 3.2.6): a name and named arguments, in place in the
// frame. Arguments are read forward once, without allocation.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/wire_cursor.h"
#include "spop/typed_value.h"

namespace pointsman::spop {

struct Argument {
  std::string_view name;  // empty where the SPOE configuration gives none (`args src`)
  TypedValue value;
};

// Valid until the handler call returns. The session has checked the message's encoding before, so
// iteration cannot fail.
struct Message {
  std::string_view name;
  std::uint8_t argument_count = 0;
  Bytes encoded_arguments;

  template <class Visit>  // void(const Argument&)
  void for_each_argument(Visit&& visit) const {
    WireCursor cursor(encoded_arguments);
    for (std::uint8_t i = 0; i < argument_count && cursor.ok(); ++i) {
      Argument argument;
      argument.name = cursor.text();
      argument.value = read_typed_value(cursor);
      if (cursor.ok()) visit(argument);
    }
  }
};

// Reads one message; on failure the cursor says so.
Message read_message(WireCursor& cursor);

}  // namespace pointsman::spop
