// Asks a DNS server as fast as it answers, for dns_bench.py: some queries are always on their way,
// sent and taken in batches (sendmmsg, recvmmsg), so that the server never waits for the asker.
//   dns_blaster ADDRESS:PORT NAME TYPE COUNT SECONDS
// NAME holds a `#`, in whose place 0, 1, … COUNT - 1 are asked for in turn, and TYPE is a number.
// Queries have OPT with 1,232 bytes, the usual offer. Prints one line of JSON.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/listen_address.h"
#include "dns/name.h"

namespace {

using namespace pointsman;
using std::chrono::steady_clock;

constexpr unsigned kBatch = 64;
constexpr unsigned kOnTheirWay = 256;  // at most
constexpr int kPatienceMs = 200;       // what did not come until then was lost
constexpr std::size_t kReplyBytes = 4096;
constexpr std::uint8_t kResponseBit = 0x80;  // in the third byte

std::string make_query(std::string name, unsigned index, unsigned type) {
  const std::size_t mark = name.find('#');
  if (mark != std::string::npos) name.replace(mark, 1, std::to_string(index));
  const auto wire = dns::Name::parse(name);
  if (!wire) return {};
  std::string query("\0\0\0\0\0\1\0\0\0\0\0\1", 12);
  query += wire->wire();
  query += {static_cast<char>(type >> 8), static_cast<char>(type)};
  return query + std::string("\0\1\0\0\x29\x04\xd0\0\0\0\0\0\0", 13);
}

class Blaster {
 public:
  Blaster(const ListenAddress& server, std::vector<std::string> queries)
      : fd_(socket(AF_INET, SOCK_DGRAM, 0)), queries_(std::move(queries)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(server.port);
    const int room = 4 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (inet_pton(AF_INET, server.host.c_str(), &name.sin_addr) != 1 ||
        connect(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
      std::perror("dns_blaster");
      std::exit(1);
    }
    for (unsigned i = 0; i < kBatch; ++i) {
      in_vectors_[i] = {in_[i].data(), in_[i].size()};
      in_messages_[i].msg_hdr.msg_iov = &in_vectors_[i];
      in_messages_[i].msg_hdr.msg_iovlen = 1;
      out_messages_[i].msg_hdr.msg_iov = &out_vectors_[i];
      out_messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void run(std::chrono::seconds length) {
    const auto start = steady_clock::now();
    while (steady_clock::now() - start < length) {
      if (kOnTheirWay - on_their_way_ >= kBatch) ask();
      take();
    }
    const std::chrono::duration<double> taken = steady_clock::now() - start;
    fmt::print("{{\"answered\": {}, \"lost\": {}, \"per_second\": {:.0f}, \"bytes\": {}}}\n",
               answered_, lost_, static_cast<double>(answered_) / taken.count(),
               answered_ > 0 ? bytes_ / answered_ : 0);
  }

 private:
  void ask() {
    for (unsigned i = 0; i < kBatch; ++i) {
      std::string& query = queries_[next_++ % queries_.size()];
      out_vectors_[i] = {query.data(), query.size()};
    }
    const int sent = sendmmsg(fd_, out_messages_.data(), kBatch, 0);
    on_their_way_ += static_cast<unsigned>(std::max(sent, 0));
  }

  void take() {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, kPatienceMs) == 0) {
      lost_ += on_their_way_;
      on_their_way_ = 0;
      return;
    }
    const int got = recvmmsg(fd_, in_messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (unsigned i = 0; i < static_cast<unsigned>(std::max(got, 0)); ++i) {
      if ((in_[i][2] & kResponseBit) == 0) continue;
      ++answered_;
      bytes_ += in_messages_[i].msg_len;
      if (on_their_way_ > 0) --on_their_way_;
    }
  }

  const int fd_;
  std::vector<std::string> queries_;
  std::size_t next_ = 0;
  unsigned on_their_way_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t bytes_ = 0;
  std::array<std::array<std::uint8_t, kReplyBytes>, kBatch> in_{};
  std::array<iovec, kBatch> in_vectors_{};
  std::array<iovec, kBatch> out_vectors_{};
  std::array<mmsghdr, kBatch> in_messages_{};
  std::array<mmsghdr, kBatch> out_messages_{};
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) return 2;
  const auto number = [&](int index) {
    return static_cast<unsigned>(std::strtoul(arguments[index], nullptr, 10));
  };
  const auto server = ListenAddress::parse(arguments[1]);
  std::vector<std::string> queries;
  for (unsigned i = 0; i < number(4); ++i) {
    queries.push_back(make_query(arguments[2], i, number(3)));
    if (queries.back().empty()) return 2;
  }
  if (!server || queries.empty()) return 2;
  Blaster(*server, std::move(queries)).run(std::chrono::seconds(number(5)));
}
