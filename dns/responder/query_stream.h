// DNS over one TCP connection, without its socket (RFC 1035 section 4.2.2, RFC 7766): messages with
// two bytes of length before each. Queries may be pipelined; answers come in their order, but for
// those that a resolver gives. Who does not read his answers gets no more of his queries answered:
// what is kept of a connection is bounded. What can't be DNS ends it.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/ip_address.h"
#include "base/wire_cursor.h"
#include "dns/answer.h"
#include "net/stream_protocol.h"

namespace pointsman::dns {

// Answers the queries of streams; on their thread.
class QueryHost {
 public:
  // As dns::answer(); `out` has room for kReplyBytesMax.
  virtual Reply answer(Bytes query, const IpAddress& peer, std::span<std::uint8_t> out) = 0;
  // For a query whose answer is kForward: `done` is called once with the reply, perhaps before this
  // returns, and may outlive the stream.
  virtual void forward(Bytes query, const IpAddress& peer, std::function<void(Bytes)> done) = 0;

 protected:
  ~QueryHost() = default;
};

class QueryStream : public net::StreamProtocol {
 public:
  // `out` is shared by the streams of a worker.
  QueryStream(QueryHost& host, std::span<std::uint8_t> out) : host_(host), out_(out) {}

  void on_peer(const IpAddress& peer) override { peer_ = peer; }
  void receive(Bytes input) override;
  Bytes output() const override;
  void consume_output(std::size_t count) override;
  std::size_t output_size() const override;
  bool wants_input() const override;
  bool answer_pending() const override;
  bool established() const override { return outbox_->used; }
  bool finished() const override { return finished_; }
  void begin_drain() override {}
  void disconnect_normally() override { finished_ = true; }

 private:
  // Shared with answers that are still to come.
  struct Outbox {
    ByteBuffer bytes;
    std::size_t sent = 0;
    std::size_t awaited = 0;
    bool used = false;

    void add(Bytes reply);
    void take(std::size_t count);  // has been written
  };

  void answer_queries();
  void answer_one(Bytes query);

  QueryHost& host_;
  const std::span<std::uint8_t> out_;
  IpAddress peer_;
  ByteBuffer input_;
  std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>();
  bool finished_ = false;
};

}  // namespace pointsman::dns
