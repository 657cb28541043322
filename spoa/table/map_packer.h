// Writes MessagePack maps with text keys, one entry after the other: how many there are is known
// only at the end. What a value is made of is packed right behind its key.
#pragma once

#include <msgpack.h>

#include <cstdint>
#include <string_view>

#include "base/wire_cursor.h"

namespace pointsman::table {

// Appends values to a buffer, which it borrows.
class Packer {
 public:
  explicit Packer(ByteBuffer& out) : out_(out) {
    msgpack_packer_init(&packer_, &out_, &Packer::write);
  }
  Packer(const Packer&) = delete;  // the packer points at the buffer
  Packer& operator=(const Packer&) = delete;

  void text(std::string_view value);
  void binary(Bytes value);
  void integer(std::int64_t value);
  void count(std::uint64_t value);
  void boolean(bool value);
  void array(std::size_t size);  // its elements follow
  void map(std::size_t size);    // its keys and values follow, by turns
  void packed(Bytes value) { append_bytes(out_, value); }

 private:
  static int write(void* buffer, const char* bytes, std::size_t size);

  ByteBuffer& out_;
  msgpack_packer packer_;
};

class MapPacker {
 public:
  MapPacker() : packer_(entries_) {}

  // One value has to follow.
  Packer& key(std::string_view name) {
    ++size_;
    packer_.text(name);
    return packer_;
  }
  void append_to(ByteBuffer& out) const;

 private:
  ByteBuffer entries_;
  std::size_t size_ = 0;
  Packer packer_;
};

}  // namespace pointsman::table
