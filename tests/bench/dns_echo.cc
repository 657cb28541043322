// The floor of the responder's bench: what it costs to take datagrams and send others of the same
// size, by the same system calls in batches of the same width (recvmmsg, sendmmsg), on one thread
// that does nothing else.
//   dns_echo ADDRESS:PORT SERVICES INSTANCES
// Replies are canned: for each kind of query in dns_bench.py one of the responder's own is made at
// the start. A query gets its number and question back, and the canned bytes that follow a
// question; nothing is looked up or checked. It serves until it is stopped by a signal.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/listen_address.h"
#include "dns/answer.h"
#include "dns/record.h"
#include "dns/zones.h"
#include "dns_registry.h"

namespace {

using namespace pointsman;

constexpr unsigned kBatch = limits::kDatagramBatch;
constexpr std::size_t kReplyBytes = 2048;
constexpr std::size_t kKindBytes = 4;  // type and class
constexpr std::size_t kOptBytes = 11;

// The name's end, past the root's byte.
std::size_t name_end(const std::uint8_t* message, std::size_t size) {
  std::size_t place = dns::kHeaderBytes;
  while (place < size && message[place] != 0) place += 1u + message[place];
  return place + 1;
}

struct Canned {
  std::array<std::uint8_t, dns::kHeaderBytes> header{};
  std::vector<std::uint8_t> rest;  // what follows the question
};

// What the responder says to a name with this first letter, with OPT.
Canned canned(const dns::Zones& zones, char letter, char type) {
  std::string query("\0\0\0\0\0\1\0\0\0\0\0\1", dns::kHeaderBytes);
  query += std::string("\2") + letter + std::string("7\7service\3hap\4test\0\0", 20);
  query += type + std::string("\0\1\0\0\x29\x10\0\0\0\0\0\0\0", 13);
  std::vector<std::uint8_t> reply(dns::kReplyBytesMax);
  dns::Asker asker;
  asker.datagram_max = kReplyBytes;
  reply.resize(dns::answer(zones, {}, as_bytes(query), asker, reply).size);
  Canned made;
  std::copy_n(reply.begin(), made.header.size(), made.header.begin());
  const std::size_t question = name_end(reply.data(), reply.size()) + kKindBytes;
  made.rest.assign(reply.begin() + static_cast<std::ptrdiff_t>(question), reply.end());
  return made;
}

// By the type's low byte; another set for names that are not there, which begin with x.
struct Replies {
  explicit Replies(const dns::Zones& zones) {
    for (const std::uint16_t type : {dns::type::kA, dns::type::kAaaa, dns::type::kSrv}) {
      there[type] = canned(zones, 's', static_cast<char>(type));
      absent[type] = canned(zones, 'x', static_cast<char>(type));
    }
  }
  std::array<Canned, 64> there;
  std::array<Canned, 64> absent;
};

std::size_t reply_to(const Replies& replies, const std::uint8_t* query, std::size_t size,
                     std::uint8_t* out) {
  const std::size_t question = name_end(query, size) + kKindBytes;
  if (question > size || question + kOptBytes > kReplyBytes) return 0;
  const std::size_t type = query[question - kKindBytes + 1] % replies.there.size();
  const bool absent = query[dns::kHeaderBytes + 1] == 'x';
  const Canned& chosen = absent ? replies.absent[type] : replies.there[type];
  if (question + chosen.rest.size() > kReplyBytes) return 0;
  std::memcpy(out, query, question);
  std::memcpy(out + 2, chosen.header.data() + 2, chosen.header.size() - 2);
  std::memcpy(out + question, chosen.rest.data(), chosen.rest.size());
  return question + chosen.rest.size();
}

struct Batch {
  std::array<std::array<std::uint8_t, limits::kDatagramInputBytes>, kBatch> in;
  std::array<std::array<std::uint8_t, kReplyBytes>, kBatch> out;
  std::array<sockaddr_in, kBatch> peers;
  std::array<iovec, kBatch> in_vectors;
  std::array<iovec, kBatch> out_vectors;
  std::array<mmsghdr, kBatch> received{};
  std::array<mmsghdr, kBatch> answers{};
};

[[noreturn]] void serve(int fd, const Replies& replies) {
  static Batch batch;
  while (true) {
    for (unsigned i = 0; i < kBatch; ++i) {
      batch.in_vectors[i] = {batch.in[i].data(), batch.in[i].size()};
      batch.received[i].msg_hdr = {
          &batch.peers[i], sizeof(sockaddr_in), &batch.in_vectors[i], 1, nullptr, 0, 0};
    }
    const int got = recvmmsg(fd, batch.received.data(), kBatch, MSG_WAITFORONE, nullptr);
    unsigned waiting = 0;
    for (unsigned i = 0; i < static_cast<unsigned>(std::max(got, 0)); ++i) {
      const std::size_t size = reply_to(replies, batch.in[i].data(), batch.received[i].msg_len,
                                        batch.out[waiting].data());
      if (size == 0) continue;
      batch.out_vectors[waiting] = {batch.out[waiting].data(), size};
      batch.answers[waiting].msg_hdr = {
          &batch.peers[i], sizeof(sockaddr_in), &batch.out_vectors[waiting], 1, nullptr, 0, 0};
      ++waiting;
    }
    if (waiting > 0) sendmmsg(fd, batch.answers.data(), waiting, 0);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const auto number = [&](int index) {
    return static_cast<unsigned>(std::strtoul(arguments[index], nullptr, 10));
  };
  const ListenAddress address = ListenAddress::parse(arguments[1]).value();
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(address.port);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int queue = static_cast<int>(limits::kDatagramQueueBytes);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
  if (inet_pton(AF_INET, address.host.c_str(), &name.sin_addr) != 1 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    std::perror(arguments[1]);
    return 1;
  }
  serve(fd, Replies(*bench::zones_of(number(2), number(3))));
}
