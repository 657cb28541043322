// What a connection speaks, without its socket: bytes in, bytes out. net knows no protocol; the
// agent adapts one to this interface. Called on the worker's thread only.
#pragma once

#include <cstddef>

#include "base/ip_address.h"
#include "base/wire_cursor.h"

namespace pointsman::net {

class StreamProtocol {
 public:
  virtual ~StreamProtocol() = default;

  // Who has connected; called first, but not for unix sockets.
  virtual void on_peer(const IpAddress& /*peer*/) {}

  // Takes all of `input`, which is borrowed.
  virtual void receive(Bytes input) = 0;

  // What one write should carry next; empty: nothing to send. consume_output() takes back what was
  // written, and a next chunk may follow.
  virtual Bytes output() const = 0;
  virtual void consume_output(std::size_t count) = 0;
  virtual std::size_t output_size() const = 0;  // over all chunks

  // Time has passed, or something was published: perhaps there is output now.
  virtual void poke() {}

  // Not while answers to what has come already wait for the peer to read; then input waits too.
  virtual bool wants_input() const { return true; }
  // An answer will come by poke(): the conversation lasts though the peer has ended its side.
  virtual bool answer_pending() const { return false; }

  virtual bool established() const = 0;  // the peer has introduced itself: the hello timer ends
  virtual bool finished() const = 0;     // close once output() is empty

  virtual void begin_drain() = 0;          // the program wants to end soon
  virtual void disconnect_normally() = 0;  // end this conversation; finished() holds afterwards
};

}  // namespace pointsman::net
