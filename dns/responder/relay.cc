#include "dns/responder/relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <optional>

#include "net/connect_socket.h"

namespace pointsman::dns {
namespace {

using net::Readiness;
using net::SocketName;
using net::Transport;

constexpr std::size_t kLengthBytes = 2;  // before a message by TCP

// A socket to one of this machine's addresses has that address at its own end too, but for
// 127.0.0.2 and the like.
bool leads_to_us(const FileDescriptor& fd, const SocketName& server,
                 const std::vector<ListenAddress>& own) {
  const IpAddress there = server.address();
  const bool this_machine =
      there.is_loopback() || SocketName::of_local_end(fd.get()).address() == there;
  return std::any_of(own.begin(), own.end(), [&](const ListenAddress& listen) {
    const IpAddress host = IpAddress::parse(listen.host).value_or(IpAddress{});
    return listen.port == server.port() &&
           (host == there || (this_machine && host.is_unspecified()));
  });
}

}  // namespace

RelayCounters& RelayCounters::operator+=(const RelayCounters& other) {
  forwarded += other.forwarded;
  answered += other.answered;
  failed += other.failed;
  refused += other.refused;
  mismatched += other.mismatched;
  loops += other.loops;
  return *this;
}

Outcome check_forward(const ForwardOptions& options, const std::vector<ListenAddress>& own) {
  if (options.allow.size() > limits::kForwardNetworks) {
    return Error{fmt::format("forward.allow: at most {} networks", limits::kForwardNetworks)};
  }
  if (options.to.size() > limits::kForwardServers) {
    return Error{fmt::format("forward.to: at most {} servers", limits::kForwardServers)};
  }
  for (const Resolver& to : options.to) {
    const std::string name = fmt::format("forward.to: {} port {}", to.address.to_text(), to.port);
    if (to.address.is_unspecified() || to.port == 0)
      return Error{name + ": nobody can be asked there"};
    const SocketName server(to.address, to.port);
    const auto fd = net::connect_socket(server, Transport::kUdp);
    // Where the network is not up yet, the relay looks again at each query.
    if (fd && leads_to_us(fd, server, own)) return Error{name + ": is this responder itself"};
  }
  return Done{};
}

// One query on its way from server to server.
class Relay::Exchange {
 public:
  Exchange(Relay& relay, ForwardedQuery query, const Asker& asker, Done done)
      : relay_(relay),
        query_(std::move(query)),
        client_(asker.address),
        transport_(asker.over_tcp ? Transport::kTcp : Transport::kUdp),
        done_(std::move(done)),
        timer_(relay.loop_, [this] { ask_next(); }) {}

  const IpAddress& client() const { return client_; }

  // Not from the watch's handler, which ends here: that starts the timer.
  void ask_next() {
    while (next_server_ < relay_.servers_.size()) {
      if (ask(relay_.servers_[next_server_++])) return;
    }
    ++relay_.counters_.failed;
    const ByteBuffer failure = query_.failure();
    finish(failure);
  }

 private:
  bool ask(const SocketName& server) {
    watch_.reset();
    fd_ = net::connect_socket(server, transport_);
    if (!fd_) return false;
    if (leads_to_us(fd_, server, relay_.own_)) {
      ++relay_.counters_.loops;
      return false;
    }
    id_ = static_cast<std::uint16_t>(relay_.random_());
    const ByteBuffer message = query_.to_message(id_);
    input_.clear();
    output_.clear();
    const bool tcp = transport_ == Transport::kTcp;
    if (tcp) append_u16(output_, static_cast<std::uint16_t>(message.size()));
    append_bytes(output_, message);
    if (!tcp && send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL) < 0) return false;
    watch_.emplace(relay_.loop_, fd_.get(), Readiness{.readable = !tcp, .writable = tcp},
                   [this](Readiness ready) { on_ready(ready); });
    timer_.start(relay_.timeout_);
    return true;
  }

  void on_ready(Readiness ready) {
    if (ready.writable) return send_rest();
    const ssize_t got = recv(fd_.get(), relay_.reply_.data(), relay_.reply_.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (got < 0 || (got == 0 && transport_ == Transport::kTcp)) return give_up_server();
    const auto received = std::span(relay_.reply_).first(static_cast<std::size_t>(got));
    if (transport_ == Transport::kUdp) return on_datagram(received);
    append_bytes(input_, received);
    on_input();
  }

  void send_rest() {
    const ssize_t sent = send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (sent < 0) return give_up_server();
    output_.erase(output_.begin(), output_.begin() + sent);
    if (output_.empty()) watch_->want({.readable = true});
  }

  // Others may send to this port too, and a late reply of an earlier query may come.
  void on_datagram(std::span<std::uint8_t> reply) {
    if (query_.is_answered_by(reply, id_)) return succeed(reply);
    ++relay_.counters_.mismatched;
  }

  void on_input() {
    if (input_.size() < kLengthBytes) return;
    const std::size_t length = WireCursor(input_).u16();
    if (input_.size() < kLengthBytes + length) return;
    const auto reply = std::span(input_).subspan(kLengthBytes, length);
    if (query_.is_answered_by(reply, id_)) return succeed(reply);
    ++relay_.counters_.mismatched;
    give_up_server();
  }

  void succeed(std::span<std::uint8_t> reply) {
    ++relay_.counters_.answered;
    finish(reply.first(query_.rewrite_reply(reply)));
  }

  void give_up_server() {
    watch_->want({});
    timer_.start(std::chrono::milliseconds(0));
  }

  void finish(Bytes reply) {
    timer_.stop();
    if (watch_) watch_->want({});
    fd_.reset();
    relay_.retire(*this);
    done_(reply);
  }

  Relay& relay_;
  const ForwardedQuery query_;
  const IpAddress client_;
  const Transport transport_;
  const Done done_;
  std::size_t next_server_ = 0;
  std::uint16_t id_ = 0;
  ByteBuffer output_;
  ByteBuffer input_;  // by TCP
  FileDescriptor fd_;
  net::Timer timer_;
  std::optional<net::FdWatch> watch_;  // last: ends before its descriptor
};

Relay::Relay(net::EventLoop& loop, const ForwardOptions& options, std::vector<ListenAddress> own,
             std::function<std::uint64_t()> random)
    : loop_(loop),
      timeout_(options.timeout),
      own_(std::move(own)),
      random_(std::move(random)),
      reply_(options.to.empty() ? 0 : kReplyBytesMax),
      sweep_(loop, [this] { retired_.clear(); }) {
  for (const Resolver& to : options.to) servers_.emplace_back(to.address, to.port);
}

Relay::~Relay() = default;

void Relay::forward(ForwardedQuery query, const Asker& asker, Done done) {
  if (!has_room_for(asker.address)) {
    ++counters_.refused;
    return done(query.failure());
  }
  ++counters_.forwarded;
  under_way_.push_back(std::make_unique<Exchange>(*this, std::move(query), asker, std::move(done)));
  under_way_.back()->ask_next();
}

bool Relay::has_room_for(const IpAddress& client) const {
  const auto of_client = std::count_if(under_way_.begin(), under_way_.end(),
                                       [&](const auto& e) { return e->client() == client; });
  return under_way_.size() < limits::kForwardsPerWorker &&
         of_client < static_cast<std::ptrdiff_t>(limits::kForwardsPerClient);
}

void Relay::retire(const Exchange& exchange) {
  const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                  [&](const auto& e) { return e.get() == &exchange; });
  assert(found != under_way_.end());
  retired_.push_back(std::move(*found));
  under_way_.erase(found);
  sweep_.start(std::chrono::milliseconds(0));
}

}  // namespace pointsman::dns
