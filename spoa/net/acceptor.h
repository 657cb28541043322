// Accepts connections from one listening socket on one loop. Where no descriptors or memory are
// left (EMFILE and the like) the connections stay in the kernel's queue, and the acceptor pauses
// instead of being woken again and again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/file_descriptor.h"
#include "base/limits.h"
#include "net/event_loop.h"
#include "net/listening_socket.h"

namespace pointsman::net {

class Acceptor {
 public:
  // `accepted` gets non-blocking descriptors, TCP ones with TCP_NODELAY and keep-alive. `shortage`
  // is told the error of each pause.
  Acceptor(EventLoop& loop, std::shared_ptr<const ListeningSocket> listening, int accepts_per_batch,
           std::chrono::milliseconds pause, std::function<void(FileDescriptor)> accepted,
           std::function<void(int)> shortage);

  // Takes what waits in the queue; the owner does so once more before the socket is closed.
  void accept_waiting(int at_most);
  bool paused() const { return resume_.running(); }

 private:
  void pause_accepting(int error);

  std::shared_ptr<const ListeningSocket> listening_;
  const std::chrono::milliseconds pause_;
  std::function<void(FileDescriptor)> accepted_;
  std::function<void(int)> shortage_;
  Timer resume_;
  FdWatch watch_;
};

}  // namespace pointsman::net
