#include "cli/table_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/limits.h"

namespace pointsman::cli {
namespace {

Error system_error(std::string_view what) {
  const bool waited = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS;
  return {fmt::format("{}: {}", what, waited ? "no answer in time" : std::strerror(errno))};
}

FileDescriptor make_socket(int family) {
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  timeval wait{};
  wait.tv_sec = std::chrono::seconds(limits::kTableClientWait).count();
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);  // and for connect()
  return fd;
}

Result<FileDescriptor> connect_unix(std::string_view path) {
  sockaddr_un name{};
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    return Error{"a socket's path has 1 to 107 bytes"};
  }
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, path.size());
  FileDescriptor fd = make_socket(AF_UNIX);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    return system_error("cannot connect");
  }
  return fd;
}

Result<FileDescriptor> connect_tcp(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found);
  if (failure != 0) return Error{::gai_strerror(failure)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    FileDescriptor fd = make_socket(next->ai_family);
    if (::connect(fd.get(), next->ai_addr, next->ai_addrlen) == 0) return fd;
  }
  return system_error("cannot connect");
}

struct Peer {
  std::string host;
  std::string port;
};

Result<Peer> peer_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == address.size()) {
    return Error{"wanted unix:PATH, HOST:PORT or tls:HOST:PORT"};
  }
  std::string_view host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return Peer{std::string(host), std::string(address.substr(colon + 1))};
}

}  // namespace

Result<TableClient> TableClient::connect(const std::string& address,
                                         const net::TlsClientFiles& files,
                                         const std::string& name) {
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kTls = "tls:";
  if (address.starts_with(kUnix)) {
    auto fd = connect_unix(std::string_view(address).substr(kUnix.size()));
    if (!fd) return fd.error();
    return TableClient(std::move(*fd));
  }
  const bool over_tls = address.starts_with(kTls);
  const auto peer = peer_of(std::string_view(address).substr(over_tls ? kTls.size() : 0));
  if (!peer) return peer.error();
  auto fd = connect_tcp(peer->host, peer->port);
  if (!fd) return fd.error();
  if (!over_tls) return TableClient(std::move(*fd));
  auto tls = net::TlsClient::connect(std::move(*fd), files, name.empty() ? peer->host : name);
  if (!tls) return tls.error();
  return TableClient(std::move(*tls));
}

Result<std::optional<FetchedTable>> TableClient::fetch(const std::string& have,
                                                       std::uint64_t generation) {
  table::Question question;
  question.haproxy = fmt::format("table fetch, process {}", ::getpid());
  question.generation = generation;
  question.have = have;
  FetchedTable table;
  for (std::size_t starts = 0; starts <= limits::kTableClientRestarts;) {
    auto answer = ask(question);
    if (!answer) return answer.error();
    if (answer->id.empty()) {
      if (table.id.empty()) return std::optional<FetchedTable>();
      return Error{"the agent does not go on with its table"};
    }
    if (answer->id != table.id) {  // the first piece, or of a table that was published meanwhile
      ++starts;
      table = {answer->id, {}};
    }
    const std::uint64_t gathered = table.bytes.size() + answer->bytes.size();
    if (answer->offset != table.bytes.size() || answer->bytes.empty() || gathered > answer->size ||
        answer->size > limits::kTableBytes) {
      return Error{"the agent's pieces of its table do not fit together"};
    }
    append_bytes(table.bytes, answer->bytes);
    if (gathered == answer->size) return std::optional(std::move(table));
    question.want = table.id;
    question.offset = gathered;
  }
  return Error{"the agent's table changes faster than it can be fetched"};
}

Result<table::Answer> TableClient::ask(const table::Question& question) {
  ByteBuffer message;
  table::append_question(message, question);
  if (auto sent = send_all(message); !sent) return sent.error();
  const auto length = receive(table::kMessageLengthBytes);
  if (!length) return length.error();
  const std::uint32_t size = WireCursor(*length).u32();
  if (size == 0 || size > limits::kBridgeAnswerBytes) return Error{"this is no answer of an agent"};
  const auto payload = receive(size);
  if (!payload) return payload.error();
  return table::read_answer(*payload);
}

Outcome TableClient::send_all(Bytes bytes) {
  if (tls_ != nullptr) return tls_->send(bytes);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return system_error("cannot ask");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return Done{};
}

Result<std::size_t> TableClient::receive_some(std::span<std::uint8_t> room) {
  if (tls_ != nullptr) return tls_->receive(room);
  while (true) {
    const ssize_t read = ::recv(fd_.get(), room.data(), room.size(), 0);
    if (read >= 0) return static_cast<std::size_t>(read);
    if (errno != EINTR) return system_error("cannot read the answer");
  }
}

Result<ByteBuffer> TableClient::receive(std::size_t size) {
  ByteBuffer bytes(size);
  std::size_t got = 0;
  while (got < size) {
    const auto some = receive_some(std::span(bytes).subspan(got));
    if (!some) return some.error();
    if (*some == 0) return Error{"the agent closed the connection"};
    got += *some;
  }
  return bytes;
}

}  // namespace pointsman::cli
