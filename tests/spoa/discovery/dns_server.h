// A DNS server for tests: on loopback, by UDP and, where an answer is too long for that, TCP, with
// the records that it is given. Names that it does not know do not exist; those that fail get
// SERVFAIL; those that are silent get no answer.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace pointsman::test {

class DnsServer {
 public:
  static constexpr int kA = 1, kAaaa = 28, kSrv = 33;

  DnsServer() {
    // The system picks a UDP port; the same TCP port may be somebody's.
    constexpr int kTries = 100;
    for (int i = 0; i < kTries && !open_sockets(); ++i) close_sockets();
    if (fd_ < 0) throw std::runtime_error("no port for UDP and TCP");
    thread_ = std::thread([this] { run(); });
  }
  ~DnsServer() {
    stopping_ = true;
    thread_.join();
    close_sockets();
  }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  const std::string& address() const { return address_; }

  void set(const std::string& name, int type, std::vector<std::string> data) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
    records_[{name, type}] = std::move(data);
  }
  void set_a(const std::string& name, const std::vector<std::string>& addresses) {
    std::vector<std::string> data;
    for (const std::string& address : addresses) data.push_back(packed(AF_INET, address));
    set(name, kA, data);
  }
  void set_aaaa(const std::string& name, const std::string& address) {
    set(name, kAaaa, {packed(AF_INET6, address)});
  }
  static std::string srv(int priority, int weight, int port, const std::string& target) {
    return number(priority) + number(weight) + number(port) + encoded(target);
  }
  void fail(const std::string& name, bool failing) {
    const std::lock_guard lock(mutex_);
    failing ? (void)failing_.insert(name) : (void)failing_.erase(name);
  }
  void silence(const std::string& name) {
    const std::lock_guard lock(mutex_);
    silent_.insert(name);
  }

 private:
  bool open_sockets() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof name;
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto* const raw = reinterpret_cast<sockaddr*>(&name);
    if (::bind(fd_, raw, length) != 0 || ::getsockname(fd_, raw, &length) != 0) return false;
    if (::bind(tcp_, raw, length) != 0 || ::listen(tcp_, 8) != 0) return false;
    address_ = "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
    return true;
  }
  void close_sockets() {
    ::close(fd_);
    ::close(tcp_);
    fd_ = tcp_ = -1;
  }

  static std::string packed(int family, const std::string& address) {
    std::string bytes(family == AF_INET ? 4 : 16, '\0');
    ::inet_pton(family, address.c_str(), bytes.data());
    return bytes;
  }
  static std::string number(int value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 255)};
  }
  static std::string encoded(const std::string& name) {
    std::string bytes;
    for (std::size_t at = 0; at < name.size();) {
      const std::size_t end = std::min(name.find('.', at), name.size());
      bytes += static_cast<char>(end - at);
      bytes += name.substr(at, end - at);
      at = end + 1;
    }
    return bytes + '\0';
  }

  void run() {
    while (!stopping_) {
      pollfd polled[2] = {{fd_, POLLIN, 0}, {tcp_, POLLIN, 0}};
      if (::poll(polled, 2, 10) < 1) continue;
      if (polled[0].revents != 0) serve_udp();
      if (polled[1].revents != 0) serve_tcp();
    }
  }
  void serve_udp() {
    std::string query(512, '\0');
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t got =
        ::recvfrom(fd_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got < 12) return;
    query.resize(static_cast<std::size_t>(got));
    std::string reply = answer(query);
    if (reply.empty()) return;
    if (reply.size() > 512) {
      reply = query.substr(0, 2) + number(0x8380) + query.substr(4);  // TC
    }
    ::sendto(fd_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
  void serve_tcp() {  // one query
    const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
    std::string query(514, '\0');
    const ssize_t got = ::recv(fd, query.data(), query.size(), 0);
    if (got > 14) {
      const std::string reply = answer(query.substr(2, static_cast<std::size_t>(got) - 2));
      const std::string whole = number(static_cast<int>(reply.size())) + reply;
      ::send(fd, whole.data(), whole.size(), MSG_NOSIGNAL);
    }
    ::close(fd);
  }

  std::string answer(const std::string& query) {
    std::string name;
    std::size_t at = 12;
    while (query[at] != '\0') {
      name += (name.empty() ? "" : ".") + query.substr(at + 1, static_cast<std::size_t>(query[at]));
      at += static_cast<std::size_t>(query[at]) + 1;
    }
    const int type = static_cast<unsigned char>(query[at + 2]);
    const std::lock_guard lock(mutex_);
    if (silent_.contains(name)) return "";
    int code = names_.contains(name) ? 0 : 3;
    std::vector<std::string> data;
    if (failing_.contains(name)) {
      code = 2;
    } else if (const auto found = records_.find({name, type}); found != records_.end()) {
      data = found->second;
    }
    std::string reply = query.substr(0, 2) + number(0x8180 | code) + number(1) +
                        number(static_cast<int>(data.size())) + number(0) + number(0) +
                        query.substr(12, at + 5 - 12);
    for (const std::string& each : data) {
      reply += number(0xc00c) + number(type) + number(1) + number(0) + number(5) +
               number(static_cast<int>(each.size())) + each;
    }
    return reply;
  }

  int fd_ = -1;
  int tcp_ = -1;
  std::string address_;
  std::mutex mutex_;
  std::set<std::string> names_;
  std::set<std::string> failing_;
  std::set<std::string> silent_;
  std::map<std::pair<std::string, int>, std::vector<std::string>> records_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace pointsman::test
