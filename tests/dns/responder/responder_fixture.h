// A responder on the loopback address with small zones, and its clients.
#pragma once

#include <catch2/catch.hpp>
#include <thread>

#include "dns/responder/responder.h"
#include "dns/responder/small_zones.h"
#include "support/datagram_client.h"
#include "support/dns_message.h"
#include "support/socket_client.h"

namespace pointsman::test {

struct ResponderFixture {
  explicit ResponderFixture(dns::ResponderOptions options = {}, bool with_zones = true) {
    if (with_zones) zones.publish(small_zones());
    if (options.listen.empty()) options.listen = {*ListenAddress::parse("127.0.0.1:0")};
    auto started = dns::Responder::start(options, zones);
    if (!started) throw std::runtime_error(started.error().message);
    responder = std::move(*started);
    address = responder->addresses().front();
  }

  DnsReply ask_by_udp(Bytes query) {
    DatagramClient client(address);
    client.send(query);
    return DnsReply(client.receive());
  }
  SocketClient connected() { return SocketClient::connected(address); }
  static DnsReply read_reply(SocketClient& client) {
    const ByteBuffer length = client.receive(2);
    if (length.size() < 2) throw std::runtime_error("closed instead of a reply");
    return DnsReply(client.receive(WireCursor(length).u16()));
  }
  static DnsReply ask_by_tcp(SocketClient& client, Bytes query) {
    client.send(framed(query));
    return read_reply(client);
  }

  // Until that holds of the counters; ctest ends a test that waits for ever.
  template <class Condition>
  void wait_until(Condition&& holds) {
    while (!holds(responder->counters())) std::this_thread::yield();
  }

  Published<dns::Zones> zones;
  std::unique_ptr<dns::Responder> responder;
  ListenAddress address;
};

inline const ByteBuffer kWeb = dns_query("web.service.hap.test A");
inline const ByteBuffer kBig = dns_query("big.service.hap.test SRV", {.opt_size = 65535});

}  // namespace pointsman::test
