#include "table/map_packer.h"

namespace pointsman::table {

void Packer::text(std::string_view value) {
  msgpack_pack_str_with_body(&packer_, value.data(), value.size());
}

void Packer::binary(Bytes value) {
  msgpack_pack_bin_with_body(&packer_, value.data(), value.size());
}

void Packer::integer(std::int64_t value) { msgpack_pack_int64(&packer_, value); }

void Packer::count(std::uint64_t value) { msgpack_pack_uint64(&packer_, value); }

void Packer::boolean(bool value) {
  value ? msgpack_pack_true(&packer_) : msgpack_pack_false(&packer_);
}

void Packer::array(std::size_t size) { msgpack_pack_array(&packer_, size); }

void Packer::map(std::size_t size) { msgpack_pack_map(&packer_, size); }

int Packer::write(void* buffer, const char* bytes, std::size_t size) {
  append_bytes(*static_cast<ByteBuffer*>(buffer), as_bytes({bytes, size}));
  return 0;
}

void MapPacker::append_to(ByteBuffer& out) const {
  Packer(out).map(size_);
  append_bytes(out, entries_);
}

}  // namespace pointsman::table
