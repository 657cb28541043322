// Reads MessagePack in place and remembers its first failure: read all, look once. Not msgpack's
// own unpacker, which sets memory aside for as many items as an array only claims to have. Used for
// what bridges send and what files hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/wire_cursor.h"

namespace pointsman::table {

// Whether the bytes are one map, whole and not nested too deep.
bool is_packed_map(Bytes bytes);

class PackedReader {
 public:
  explicit PackedReader(Bytes bytes) : cursor_(bytes) {}

  bool ok() const { return cursor_.ok(); }
  bool ended_well() const { return cursor_.ok() && cursor_.at_end(); }
  // The innermost key whose value failed; empty: none did, or none was read yet.
  const std::string& failed_key() const { return failed_key_; }

  // How many items follow: of a map twice as many, by turns keys and values.
  std::uint64_t map();
  std::uint64_t array();

  std::uint64_t number();  // not negative
  std::uint64_t number(std::uint64_t greatest);
  std::int64_t signed_number(std::int64_t least, std::int64_t greatest);
  bool boolean();
  std::string text(std::size_t longest);
  Bytes binary(std::size_t longest);
  void skip() { skip(1); }  // a value of any type, inside a map or array

  bool text_is_next() const;
  bool array_is_next() const;

  // Of the map that follows: `read(key)` takes the key's value, or returns false where it does not
  // know the key, whose value is then skipped. The key's view dies with the call.
  template <class Read>  // bool(std::string_view key)
  void each_entry(Read&& read) {
    const std::uint64_t entries = map();
    for (std::uint64_t i = 0; i < entries && ok(); ++i) {
      const std::string key = text(kKeyBytes);
      if (ok() && !read(std::string_view(key))) skip();
      if (!ok() && failed_key_.empty()) failed_key_ = key;
    }
  }

  // Of the array that follows: `read()` takes one item.
  template <class Read>  // void()
  void each_item(Read&& read) {
    const std::uint64_t items = array();
    for (std::uint64_t i = 0; i < items && ok(); ++i) read();
  }

  std::uint64_t fail();  // 0

 private:
  friend bool is_packed_map(Bytes bytes);
  static constexpr std::size_t kKeyBytes = 65536;

  std::uint64_t big_endian(unsigned size);
  void skip(std::size_t depth);
  void skip_items(std::uint64_t count, std::size_t depth);

  WireCursor cursor_;
  std::string failed_key_;
};

}  // namespace pointsman::table
