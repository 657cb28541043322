#include "api/http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <list>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "base/log.h"

namespace pointsman::api {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLinger{1000};
constexpr std::size_t kReadBytes = 4096;

int milliseconds_left(steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3600000));
}

// A connection as cpp-httplib reads and writes it, until the deadline and within the bytes allowed.
class BoundedStream : public httplib::Stream {
 public:
  BoundedStream(int fd, steady_clock::time_point deadline)
      : fd_(fd), deadline_(deadline), allowed_(limits::kAdminHeadBytes) {}

  void allow(std::size_t bytes) { allowed_ += bytes; }

  bool is_readable() const override { return from_ < to_ || is_ready(POLLIN); }
  bool is_writable() const override { return is_ready(POLLOUT); }

  ssize_t read(char* out, std::size_t size) override {
    size = std::min(size, allowed_);
    if (size == 0) return 0;
    if (from_ == to_ && !fill()) return -1;
    const std::size_t taken = std::min(size, to_ - from_);
    std::copy_n(buffer_.data() + from_, taken, out);
    from_ += taken;
    allowed_ -= taken;
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* data, std::size_t size) override {
    for (;;) {
      if (!is_ready(POLLOUT)) return -1;
      const ssize_t sent = ::send(fd_, data, size, MSG_NOSIGNAL);
      if (sent >= 0 || (errno != EINTR && errno != EAGAIN)) return sent;
    }
  }

  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return fd_; }

  // Says that all is sent, and reads what still comes: closing at once would tear the answer away
  // from a client that is still sending.
  void linger() {
    ::shutdown(fd_, SHUT_WR);
    deadline_ = std::min(deadline_, steady_clock::now() + kLinger);
    allowed_ = limits::kAdminBodyBytes;
    while (allowed_ > 0 && fill()) allowed_ -= std::min(allowed_, to_);
  }

 private:
  bool is_ready(short events) const {
    pollfd polled{fd_, events, 0};
    int ready = -1;
    do {
      ready = ::poll(&polled, 1, milliseconds_left(deadline_));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
  }
  bool fill() {
    for (;;) {
      if (!is_ready(POLLIN)) return false;
      const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      from_ = 0;
      to_ = got > 0 ? static_cast<std::size_t>(got) : 0;
      return got > 0;
    }
  }

  const int fd_;
  steady_clock::time_point deadline_;
  std::size_t allowed_;  // to read from now on
  std::array<char, kReadBytes> buffer_{};
  std::size_t from_ = 0;
  std::size_t to_ = 0;
};

void apply(const ApiAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  if (answer.status != 204) response.set_content(answer.body, answer.content_type);
  if (!answer.allow.empty()) response.set_header("Allow", answer.allow);
  if (answer.authenticate) response.set_header("WWW-Authenticate", "Bearer");
  response.set_header("Cache-Control", "no-store");
}

// cpp-httplib reads requests and writes answers; what they say is the AdminApi's.
class Dispatcher : public httplib::Server {
 public:
  Dispatcher(const AdminApi& api, bool by_unix_socket)
      : api_(api), by_unix_socket_(by_unix_socket) {
    const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
      apply(api_.answer(to_api(request)), response);
    };
    Get(".*", handle).Put(".*", handle).Post(".*", handle).Delete(".*", handle);
    set_payload_max_length(limits::kAdminBodyBytes);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return answer_head(request, response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
    });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      apply(to_answer({response.status, "",
                       fmt::format("this is no whole HTTP request with a head of at most {} bytes",
                                   limits::kAdminHeadBytes)}),
            response);
    });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
          apply(to_answer({500, "", "the request could not be handled"}), response);
        });
  }

  void serve(int fd, steady_clock::time_point deadline) {
    BoundedStream stream(fd, deadline);
    bool closed = false;
    try {
      process_request(stream, true, closed, [&](httplib::Request& request) {
        request.ranges.clear();
        stream.allow(limits::kAdminBodyBytes);
      });
    } catch (const std::exception& failure) {  // cpp-httplib's own, on the way to a request
      spdlog::debug("a request to the admin listener is dropped: {}", failure.what());
    }
    stream.linger();
  }

 private:
  ApiRequest to_api(const httplib::Request& request) const {
    return {request.method,
            request.target.substr(0, request.target.find('?')),
            request.get_header_value("Host"),
            request.get_header_value("Content-Type"),
            request.get_header_value("Authorization"),
            request.body,
            by_unix_socket_};
  }

  // Whether the head was enough for an answer.
  bool answer_head(const httplib::Request& request, httplib::Response& response) const {
    const ApiRequest head = to_api(request);
    if (const auto refused = api_.refuse(head)) {
      apply(*refused, response);
    } else if (const auto problem = fault_in_body(request)) {
      apply(to_answer(*problem), response);
    } else if (!request.has_header("Content-Length")) {
      apply(api_.answer(head), response);
    } else {
      return false;
    }
    return true;
  }

  static std::optional<Problem> fault_in_body(const httplib::Request& request) {
    if (request.has_header("Transfer-Encoding")) {
      return Problem{411, "Transfer-Encoding", "wanted a body with Content-Length"};
    }
    if (request.has_header("Content-Encoding")) {
      return Problem{415, "Content-Encoding", "wanted a body as it is"};
    }
    if (!request.has_header("Content-Length")) return std::nullopt;
    const std::string text = request.get_header_value("Content-Length");
    std::uint64_t length = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, length);
    const bool is_number = failure == std::errc() && stop == end;
    if (!is_number || request.get_header_value_count("Content-Length") > 1) {
      return Problem{400, "Content-Length", "wanted one number"};
    }
    if (length > limits::kAdminBodyBytes) {
      return Problem{413, "Content-Length",
                     fmt::format("a body has at most {} bytes", limits::kAdminBodyBytes)};
    }
    return std::nullopt;
  }

  const AdminApi& api_;
  const bool by_unix_socket_;
};

class Server : public HttpServer {
 public:
  Server(net::Listeners listeners, const AdminApi& api, const HttpServerOptions& options)
      : listeners_(std::move(listeners)),
        options_(options),
        by_tcp_(api, false),
        by_unix_(api, true),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        acceptor_([this] { run(); }) {}
  ~Server() override {
    stopping_ = true;
    wake();
    acceptor_.join();
    for (Connection& connection : connections_) ::shutdown(connection.fd.get(), SHUT_RD);
    for (Connection& connection : connections_) connection.thread.join();
  }

 private:
  struct Connection {
    explicit Connection(FileDescriptor accepted) : fd(std::move(accepted)) {}
    FileDescriptor fd;
    std::atomic<bool> done{false};
    std::thread thread;
  };

  void wake() const { ::eventfd_write(wake_.get(), 1); }

  void run() {
    while (!stopping_) {
      std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
      const bool has_room = connections_.size() < options_.connections;
      for (const auto& listener : listeners_) {
        if (has_room && !pausing_) polled.push_back({listener->fd(), POLLIN, 0});
      }
      const auto pause = static_cast<int>(limits::kAcceptPause.count());
      (void)::poll(polled.data(), polled.size(), pausing_ ? pause : -1);
      pausing_ = false;
      eventfd_t woken = 0;
      (void)::eventfd_read(wake_.get(), &woken);
      reap();
      for (std::size_t i = 1; i < polled.size(); ++i) {
        if (polled[i].revents != 0) accept_one(*listeners_[i - 1]);
      }
    }
  }

  void reap() {
    connections_.remove_if([](Connection& connection) {
      if (!connection.done) return false;
      connection.thread.join();
      return true;
    });
  }

  void accept_one(const net::ListeningSocket& listener) {
    if (connections_.size() >= options_.connections) return;
    FileDescriptor fd(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
      pausing_ = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
      return;
    }
    Connection& connection = connections_.emplace_back(std::move(fd));
    Dispatcher& dispatcher = listener.is_tcp() ? by_tcp_ : by_unix_;
    try {
      connection.thread = std::thread([this, &connection, &dispatcher] {
        dispatcher.serve(connection.fd.get(), steady_clock::now() + options_.request_time);
        connection.done = true;
        wake();
      });
    } catch (const std::system_error& error) {
      spdlog::error("the admin listener lacks a thread: {}", error.what());
      connections_.pop_back();
      pausing_ = true;
    }
  }

  const net::Listeners listeners_;
  const HttpServerOptions options_;
  Dispatcher by_tcp_;
  Dispatcher by_unix_;
  const FileDescriptor wake_;
  std::atomic<bool> stopping_{false};
  bool pausing_ = false;               // after a failure to accept; on the acceptor's thread
  std::list<Connection> connections_;  // on the acceptor's thread while it runs
  std::thread acceptor_;               // last: it uses the others
};

}  // namespace

std::unique_ptr<HttpServer> HttpServer::start(net::Listeners listeners, const AdminApi& api,
                                              const HttpServerOptions& options) {
  return std::make_unique<Server>(std::move(listeners), api, options);
}

}  // namespace pointsman::api
