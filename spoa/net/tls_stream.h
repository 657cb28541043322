// TLS around another protocol, as a protocol itself: takes and gives the bytes of the wire, while
// the one inside sees only what was in them. So it needs no socket, and neither the connection nor
// the protocol inside knows of it. The handshake counts as part of the introduction, and is ended
// by the same timer. What is held is bounded: one piece of output is encrypted at a time, and only
// when the one before has left.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/stream_protocol.h"
#include "net/tls_context.h"

namespace pointsman::net {

class TlsStream : public StreamProtocol {
 public:
  // `refused` is told why a handshake failed, or a record later, once at most.
  TlsStream(std::shared_ptr<const TlsContext> context, std::unique_ptr<StreamProtocol> inside,
            std::function<void(const std::string& why)> refused);
  ~TlsStream() override;

  void on_peer(const IpAddress& peer) override { inside_->on_peer(peer); }
  void receive(Bytes input) override;
  Bytes output() const override { return Bytes(output_).subspan(sent_); }
  void consume_output(std::size_t count) override;
  std::size_t output_size() const override;
  void poke() override;
  bool wants_input() const override { return inside_->wants_input(); }
  bool answer_pending() const override { return inside_->answer_pending(); }
  bool established() const override { return secured_ && inside_->established(); }
  bool finished() const override;
  void begin_drain() override;
  void disconnect_normally() override;

 private:
  struct Session;

  void shake_hands();
  void decrypt();
  void encrypt();
  void take_records();
  void fail(const std::string& why);

  const std::shared_ptr<const TlsContext> context_;
  const std::unique_ptr<StreamProtocol> inside_;
  const std::function<void(const std::string&)> refused_;
  const std::unique_ptr<Session> session_;
  ByteBuffer output_;  // output_[sent_..] waits
  std::size_t sent_ = 0;
  bool secured_ = false;  // the handshake is done
  bool peer_ended_ = false;
  bool ended_ = false;  // we told the peer that nothing more comes
  bool failed_ = false;
};

}  // namespace pointsman::net
