// One UDP socket of a worker: takes datagrams in batches (recvmmsg), lets a function answer each,
// and sends the answers in batches (sendmmsg). Answers leave from the address that was asked, also
// where the socket is bound to all addresses. What can't be sent is dropped and counted, since who
// asks by UDP asks again; nothing here waits. It allocates nothing after open(). A socket's port
// may be shared among workers, as with TCP (bind_port.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/file_descriptor.h"
#include "base/limits.h"
#include "base/listen_address.h"
#include "base/result.h"
#include "base/wire_cursor.h"
#include "net/bind_port.h"
#include "net/socket_name.h"

namespace pointsman::net {

// The way back of one datagram.
struct DatagramPath {
  SocketName peer;
  IpAddress local;  // of ours, that was asked
};

struct UdpCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;          // by the kernel, for want of room; known at the next arrival
  std::uint64_t oversized = 0;     // longer than limits::kDatagramInputBytes
  std::uint64_t unanswerable = 0;  // see may_answer()
  std::uint64_t send_failures = 0;

  UdpCounters& operator+=(const UdpCounters& other);
};

// Not what comes from port 0, which nobody can have, or from the socket itself: answers to forged
// datagrams of that kind could answer each other for ever.
bool may_answer(const DatagramPath& path, std::uint16_t own_port);

class UdpSocket {
 public:
  // Writes into `out`, which has room for limits::kDatagramBytes, and returns the answer's size;
  // 0: no answer, or a later one by send().
  using Answer = std::function<std::size_t(const DatagramPath& from, Bytes datagram,
                                           std::span<std::uint8_t> out)>;

  // `receive_buffer` is the kernel's, as far as the system allows it.
  static Result<std::unique_ptr<UdpSocket>> open(
      const ListenAddress& address, PortUse use,
      std::size_t receive_buffer = limits::kDatagramQueueBytes);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  // Answers what has arrived, at most limits::kDatagramsPerWake.
  void serve(const Answer& answer);
  void send(const DatagramPath& to, Bytes answer);

  int fd() const { return fd_.get(); }
  const ListenAddress& address() const { return address_; }  // with the kernel's port
  const UdpCounters& counters() const { return counters_; }

 private:
  struct Batch;

  UdpSocket(ListenAddress address, FileDescriptor fd);
  unsigned receive();
  void answer_one(unsigned index, const Answer& answer);
  void flush();

  ListenAddress address_;
  FileDescriptor fd_;
  const IpAddress bound_to_;
  const bool wildcard_;
  std::uint32_t lost_before_ = 0;  // the kernel's count at the last arrival
  UdpCounters counters_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace pointsman::net
