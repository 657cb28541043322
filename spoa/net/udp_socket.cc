#include "net/udp_socket.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace pointsman::net {
namespace {

constexpr unsigned kBatch = limits::kDatagramBatch;
// Small answers lie close together, so that a batch of them stays in the cache; there is always
// room for one of any size.
constexpr std::size_t kOutputBytes = 2 * limits::kDatagramBytes;

// Room for what the kernel says beside a datagram, and we to it: an address, a count of losses.
struct alignas(cmsghdr) Control {
  std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(std::uint32_t))>
      bytes{};
};

template <class T>
T value_of(const cmsghdr* header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

// Makes `message` leave from `local`.
template <class Info>
void put_info(msghdr& message, Control& control, int level, int type, const Info& info) {
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

void leave_from(msghdr& message, Control& control, int family, const IpAddress& local) {
  if (family == AF_INET) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.bytes.data() + 12, 4);
    put_info(message, control, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, local.bytes.data(), 16);
    put_info(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

// Every setting is a wish: a kernel without one of them still serves.
void set_udp_options(int fd, int family, bool wildcard, std::size_t receive_buffer) {
  const int on = 1;
  const int bytes = static_cast<int>(receive_buffer);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  // Sizes of packets are not learned from ICMP messages, which anybody can forge.
  const int v4_omit = IP_PMTUDISC_OMIT;
  setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4_omit, sizeof v4_omit);
  const int v6_omit = IPV6_PMTUDISC_OMIT;
  if (family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6_omit, sizeof v6_omit);
    if (wildcard) setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  } else if (wildcard) {
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  }
}

}  // namespace

UdpCounters& UdpCounters::operator+=(const UdpCounters& other) {
  received += other.received;
  sent += other.sent;
  lost += other.lost;
  oversized += other.oversized;
  unanswerable += other.unanswerable;
  send_failures += other.send_failures;
  return *this;
}

bool may_answer(const DatagramPath& path, std::uint16_t own_port) {
  const std::uint16_t port = path.peer.port();
  return port != 0 && (port != own_port || path.peer.address() != path.local);
}

struct UdpSocket::Batch {
  struct In {
    std::array<std::uint8_t, limits::kDatagramInputBytes> bytes;
    DatagramPath path;
    Control control;
    iovec vector{};
  };
  struct Out {
    Control control;
    iovec vector{};
  };

  std::array<In, kBatch> in;
  std::array<mmsghdr, kBatch> received{};
  std::array<Out, kBatch> out;
  std::array<mmsghdr, kBatch> answers{};
  unsigned waiting = 0;  // of `answers`
  std::array<std::uint8_t, kOutputBytes> output;
  std::size_t used = 0;  // of `output`
};

UdpSocket::UdpSocket(ListenAddress address, FileDescriptor fd)
    : address_(std::move(address)),
      fd_(std::move(fd)),
      bound_to_(SocketName::of_local_end(fd_.get()).address()),
      wildcard_(bound_to_.is_unspecified()),
      batch_(std::make_unique<Batch>()) {
  address_.port = bound_port(fd_.get());
}

UdpSocket::~UdpSocket() = default;

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(const ListenAddress& address, PortUse use,
                                                   std::size_t receive_buffer) {
  Result<FileDescriptor> fd = bind_port(address, Transport::kUdp, use);
  if (!fd) return fd.error();
  if (auto shared = let_others_join(fd->get(), address); !shared) return shared.error();
  std::unique_ptr<UdpSocket> opened(new UdpSocket(address, std::move(*fd)));
  const int family = SocketName::of_local_end(opened->fd()).family();
  set_udp_options(opened->fd(), family, opened->wildcard_, receive_buffer);
  return opened;
}

void UdpSocket::serve(const Answer& answer) {
  for (unsigned taken = 0; taken < limits::kDatagramsPerWake; taken += kBatch) {
    const unsigned got = receive();
    for (unsigned i = 0; i < got; ++i) answer_one(i, answer);
    flush();
    if (got < kBatch) return;
  }
}

unsigned UdpSocket::receive() {
  for (unsigned i = 0; i < kBatch; ++i) {
    Batch::In& in = batch_->in[i];
    msghdr& header = batch_->received[i].msg_hdr;
    in.vector = {in.bytes.data(), in.bytes.size()};
    header.msg_iov = &in.vector;
    header.msg_iovlen = 1;
    header.msg_name = in.path.peer.raw();
    header.msg_namelen = SocketName::kRoom;
    header.msg_control = in.control.bytes.data();
    header.msg_controllen = in.control.bytes.size();
  }
  const int got = recvmmsg(fd_.get(), batch_->received.data(), kBatch, MSG_DONTWAIT, nullptr);
  return static_cast<unsigned>(std::max(got, 0));
}

void UdpSocket::answer_one(unsigned index, const Answer& answer) {
  Batch::In& in = batch_->in[index];
  msghdr& header = batch_->received[index].msg_hdr;
  ++counters_.received;
  in.path.local = bound_to_;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      const auto lost = value_of<std::uint32_t>(c);
      counters_.lost += lost - lost_before_;  // the kernel's count wraps
      lost_before_ = lost;
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in.path.local = SocketName::address_of(value_of<in_pktinfo>(c).ipi_spec_dst);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in.path.local = SocketName::address_of(value_of<in6_pktinfo>(c).ipi6_addr);
    }
  }
  if ((header.msg_flags & MSG_TRUNC) != 0) {
    ++counters_.oversized;
    return;
  }
  if (!may_answer(in.path, address_.port)) {
    ++counters_.unanswerable;
    return;
  }
  if (batch_->used + limits::kDatagramBytes > kOutputBytes) flush();
  const std::span<std::uint8_t> room = std::span(batch_->output).subspan(batch_->used);
  const std::size_t size =
      answer(in.path, {in.bytes.data(), batch_->received[index].msg_len}, room);
  assert(size <= room.size());
  if (size == 0) return;

  Batch::Out& out = batch_->out[batch_->waiting];
  msghdr& reply = batch_->answers[batch_->waiting++].msg_hdr;
  out.vector = {room.data(), size};
  reply = {};
  reply.msg_name = in.path.peer.raw();
  reply.msg_namelen = in.path.peer.size();
  reply.msg_iov = &out.vector;
  reply.msg_iovlen = 1;
  if (wildcard_) leave_from(reply, out.control, in.path.peer.family(), in.path.local);
  batch_->used += size;
}

void UdpSocket::flush() {
  unsigned done = 0;
  while (done < batch_->waiting) {
    const unsigned rest = batch_->waiting - done;
    const int sent = sendmmsg(fd_.get(), &batch_->answers[done], rest, MSG_DONTWAIT);
    if (sent > 0) {
      counters_.sent += static_cast<unsigned>(sent);
      done += static_cast<unsigned>(sent);
      continue;
    }
    // The fault is the first one's, unless the kernel has no room for any.
    const bool no_room = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    const unsigned dropped = no_room ? rest : 1;
    counters_.send_failures += dropped;
    done += dropped;
  }
  batch_->waiting = 0;
  batch_->used = 0;
}

void UdpSocket::send(const DatagramPath& to, Bytes answer) {
  SocketName peer = to.peer;
  Control control;
  iovec vector{const_cast<std::uint8_t*>(answer.data()), answer.size()};  // only read
  msghdr message{};
  message.msg_name = peer.raw();
  message.msg_namelen = peer.size();
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (wildcard_) leave_from(message, control, peer.family(), to.local);
  if (sendmsg(fd_.get(), &message, MSG_DONTWAIT) < 0) {
    ++counters_.send_failures;
  } else {
    ++counters_.sent;
  }
}

}  // namespace pointsman::net
