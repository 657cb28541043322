// Any bytes are a header block. Each value lies within them; a block that is well formed reads back
// as it is written.
#include "require.h"
#include "routing/header_block.h"

using namespace pointsman;
using namespace pointsman::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const HeaderBlock block(bytes);
  std::size_t found = 0;
  const auto within = [&](std::string_view value) {
    const char* const begin = reinterpret_cast<const char*>(data);
    require(value.empty() ||
            (value.data() >= begin && value.data() + value.size() <= begin + size));
    ++found;
    return false;
  };
  require(!block.any_value("a", within));
  const std::size_t values = found;
  require(!block.any_cookie("a", within));

  ByteBuffer written;
  block.any_value("a", [&](std::string_view value) {
    append_header(written, "A", value);
    return false;
  });
  end_headers(written);
  found = 0;
  HeaderBlock(written).any_value("a", [&](std::string_view) {
    ++found;
    return false;
  });
  require(found == values);
  return 0;
}
