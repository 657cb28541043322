// A master of HAProxy's as seen from its CLI socket: one thread that answers each connection with
// what the test has it say.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "support/temporary_folder.h"

namespace pointsman::test {

class MasterSocket {
 public:
  using Say = std::function<std::string(const std::string& command)>;

  explicit MasterSocket(Say say) : say_(std::move(say)) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd_, 8) != 0) {
      throw std::runtime_error("the master's socket cannot be bound");
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~MasterSocket() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  MasterSocket(const MasterSocket&) = delete;
  MasterSocket& operator=(const MasterSocket&) = delete;

  std::string path() const { return folder_.path("master.sock"); }

 private:
  void serve() {
    for (int peer = ::accept(fd_, nullptr, nullptr); peer >= 0;
         peer = ::accept(fd_, nullptr, nullptr)) {
      std::array<char, 256> block{};
      const ssize_t length = ::recv(peer, block.data(), block.size(), 0);
      std::string command(block.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
      if (command.ends_with('\n')) command.pop_back();
      std::string answer = say_(command);
      while (!answer.empty()) {
        const ssize_t sent = ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        answer.erase(0, static_cast<std::size_t>(sent));
      }
      ::close(peer);
    }
  }

  const TemporaryFolder folder_;
  const Say say_;
  int fd_ = -1;
  std::thread thread_;
};

}  // namespace pointsman::test
