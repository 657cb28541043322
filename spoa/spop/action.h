// The actions of an ACK frame (SPOE.txt section 3.4): set or unset variables of the transaction.
// An ActionList writes them in place into the frame being made and never lets the frame outgrow the
// negotiated size: an action that does not fit is left out whole and reported.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/wire_cursor.h"
#include "spop/typed_value.h"

namespace pointsman::spop {

enum class Scope : std::uint8_t {
  kProcess = 0,
  kSession = 1,
  kTransaction = 2,
  kRequest = 3,
  kResponse = 4,
};

class ActionList {
 public:
  // Appends to `out`; `size_limit` is the size that `out` may reach. Both outlive the list.
  ActionList(ByteBuffer& out, std::size_t size_limit) : out_(out), size_limit_(size_limit) {}

  // False: did not fit, nothing was written. Names without scope and prefix: "gateway".
  bool set(Scope scope, std::string_view name, const TypedValue& value);
  bool unset(Scope scope, std::string_view name);

  // For actions that mean something only together: rewind(mark) takes back all since mark().
  std::size_t mark() const { return out_.size(); }
  void rewind(std::size_t mark) { out_.resize(mark); }

 private:
  ByteBuffer& out_;
  std::size_t size_limit_;
};

// A name that HAProxy takes: [A-Za-z0-9_.], and at most 63 bytes with the `prefix_bytes` that
// HAProxy puts before it: 7 for "txn.pm.".
bool is_variable_name(std::string_view name, std::size_t prefix_bytes);

}  // namespace pointsman::spop
