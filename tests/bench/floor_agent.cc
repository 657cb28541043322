// The least that an agent can do: one thread, epoll, one read and one write a wake, and the same
// answer to every NOTIFY, none of which is looked into. What Pointsman needs beyond this is the
// price of its decisions; what both need is the price of SPOP (SPOE.txt section 3).
//
//   floor_agent PORT BACKEND     on 127.0.0.1; answers "txn.pm.backend = BACKEND" and the like
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kFrameSize = 16380;  // what HAProxy offers with its default buffers
constexpr std::size_t kHeaderBytes = 9;    // length, type, flags

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void append_varint(std::string& out, std::uint64_t value) {
  if (value < 240) {
    out.push_back(static_cast<char>(value));
    return;
  }
  out.push_back(static_cast<char>(value | 0xf0));
  for (value = (value - 240) >> 4; value >= 128; value = (value - 128) >> 7) {
    out.push_back(static_cast<char>(value | 0x80));
  }
  out.push_back(static_cast<char>(value));
}

void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}

void append_variable(std::string& out, std::string_view name, std::string_view value) {
  out.append("\x01\x03\x02", 3);  // set-var, three arguments, scope txn
  append_text(out, name);
  out.push_back(8);  // STR
  append_text(out, value);
}

void append_frame(std::string& out, char type, std::string_view ids_and_payload) {
  append_u32(out, static_cast<std::uint32_t>(5 + ids_and_payload.size()));
  out.push_back(type);
  append_u32(out, 1);  // FIN
  out.append(ids_and_payload);
}

std::string agent_hello() {
  std::string payload("\0\0", 2);
  append_text(payload, "version");
  payload.push_back(8);
  append_text(payload, "2.0");
  append_text(payload, "max-frame-size");
  payload.push_back(3);
  append_varint(payload, kFrameSize);
  append_text(payload, "capabilities");
  payload.push_back(8);
  append_text(payload, "pipelining");
  std::string frame;
  append_frame(frame, 101, payload);
  return frame;
}

// The same variables as Pointsman sets for a request without stickiness.
std::string constant_actions(std::string_view backend) {
  std::string actions;
  append_variable(actions, "ack", "1");
  append_variable(actions, "gen", "1");
  append_variable(actions, "gateway", "bench");
  append_variable(actions, "route", "last");
  append_variable(actions, "backend", backend);
  append_variable(actions, "reason", "condition");
  append_variable(actions, "by", "agent");
  return actions;
}

std::size_t varint_size(std::string_view bytes) {
  if (static_cast<unsigned char>(bytes[0]) < 240) return 1;
  std::size_t size = 2;
  while (static_cast<unsigned char>(bytes[size - 1]) >= 128) ++size;
  return size;
}

struct Connection {
  int fd;
  std::string input;
};

class FloorAgent {
 public:
  explicit FloorAgent(std::string_view backend) : actions_(constant_actions(backend)) {}

  // False: the connection is over.
  bool serve(Connection& connection) {
    const ssize_t count = ::read(connection.fd, buffer_.data(), buffer_.size());
    if (count <= 0) return false;
    std::string_view rest(buffer_.data(), static_cast<std::size_t>(count));
    if (!connection.input.empty()) rest = connection.input.append(rest);
    output_.clear();
    bool open = true;
    while (open && rest.size() >= kHeaderBytes) {
      const std::size_t size = 4 + frame_length(rest);
      if (rest.size() < size) break;
      open = answer(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    connection.input = std::string(rest);
    const ssize_t written = ::write(connection.fd, output_.data(), output_.size());
    return open && written == static_cast<ssize_t>(output_.size());
  }

 private:
  static std::size_t frame_length(std::string_view frame) {
    std::uint32_t length = 0;
    for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(frame[i]);
    return length;
  }

  bool answer(std::string_view frame) {
    switch (frame[4]) {
      case 1:  // HAPROXY-HELLO, perhaps of a health check
        output_ += hello_;
        return frame.find("healthcheck") == std::string_view::npos;
      case 3: {  // NOTIFY
        const std::string_view ids = frame.substr(kHeaderBytes);
        const std::size_t stream = varint_size(ids);
        const std::size_t both = stream + varint_size(ids.substr(stream));
        append_u32(output_, static_cast<std::uint32_t>(5 + both + actions_.size()));
        output_.push_back(103);
        append_u32(output_, 1);
        output_.append(ids.substr(0, both));
        output_ += actions_;
        return true;
      }
      default:
        return false;
    }
  }

  const std::string hello_ = agent_hello();
  const std::string actions_;
  std::string output_;
  std::array<char, 1 << 17> buffer_{};
};

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 1024) != 0) {
    std::perror("floor_agent");
    std::exit(1);
  }
  return fd;
}

void watch(int poll, Connection* connection) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = connection;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, connection->fd, &event);
}

void accept_one(int poll, int listener) {
  const int fd = ::accept(listener, nullptr, nullptr);
  if (fd < 0) return;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(poll, new Connection{fd, {}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: floor_agent PORT BACKEND\n", stderr);
    return 2;
  }
  FloorAgent agent(argv[2]);
  Connection listener{listen_on(static_cast<std::uint16_t>(std::atoi(argv[1]))), {}};
  const int poll = ::epoll_create1(0);
  watch(poll, &listener);
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == &listener) {
        accept_one(poll, listener.fd);
      } else if (!agent.serve(*connection)) {
        ::close(connection->fd);
        delete connection;
      }
    }
  }
}
