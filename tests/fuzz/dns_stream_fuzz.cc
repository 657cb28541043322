// Feeds the responder's TCP stream any bytes, cut anywhere. The first byte says how the input is
// cut into reads, the second how much of the output each write takes; answers of resolvers come
// late.
#include <algorithm>

#include "base/limits.h"
#include "dns/responder/query_handler.h"
#include "dns/responder/query_stream.h"
#include "require.h"
#include "tests/dns/responder/small_zones.h"

namespace {

using namespace pointsman;

class Host : public dns::QueryHost {
 public:
  Host() { zones_.publish(test::small_zones()); }

  dns::Reply answer(Bytes query, const IpAddress& peer, std::span<std::uint8_t> out) override {
    return handler_.answer(query, handler_.describe(peer, true), out);
  }
  void forward(Bytes /*query*/, const IpAddress& /*peer*/,
               std::function<void(Bytes)> done) override {
    awaited_.push_back(std::move(done));
  }
  void answer_late() {
    for (const auto& done : awaited_) done(as_bytes("a reply of a resolver"));
    awaited_.clear();
  }

 private:
  Published<dns::Zones> zones_;
  dns::QueryHandler handler_{zones_, {}, dns::AskerPolicy({*IpNetwork::parse("10.0.0.0/8")}),
                             {},     1,  [] { return 0; }};
  std::vector<std::function<void(Bytes)>> awaited_;
};

// Takes what a connection would write at once; it may not be more than the bound allows.
void take(dns::QueryStream& stream, std::size_t step, ByteBuffer& output) {
  require(stream.output_size() <= limits::kDnsStreamOutputBytes + 2 * 65537);
  const Bytes some = stream.output().first(std::min(step, stream.output_size()));
  append_bytes(output, some);
  stream.consume_output(some.size());
}

// Whole messages, each with its length.
void check_framing(const ByteBuffer& output) {
  WireCursor cursor(output);
  while (!cursor.at_end()) {
    const std::uint16_t length = cursor.u16();
    require(length >= 12 && cursor.bytes(length).size() == length && cursor.ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static ByteBuffer out(dns::kReplyBytesMax);
  static Host host;
  dns::QueryStream stream(host, out);
  stream.on_peer(*IpAddress::parse("10.0.0.1"));
  const std::size_t read_step = data[0] == 0 ? size : data[0];
  const std::size_t write_step = data[1] == 0 ? SIZE_MAX : data[1] * 64u;
  ByteBuffer output;
  for (Bytes rest(data + 2, size - 2); !rest.empty();) {
    if (stream.wants_input()) {
      const Bytes part = rest.first(std::min(read_step, rest.size()));
      rest = rest.subspan(part.size());
      stream.receive(part);
      if (part.front() % 4 == 0) host.answer_late();
    }
    take(stream, write_step, output);
    if (stream.finished()) break;
  }
  host.answer_late();
  require(!stream.answer_pending());
  while (stream.output_size() > 0) take(stream, write_step, output);
  check_framing(output);
  return 0;
}
