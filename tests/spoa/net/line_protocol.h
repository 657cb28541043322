// A protocol for tests of connections: "hello\n" establishes, every other line comes back, "bye\n"
// ends with a last "bye\n", "flood\n" answers with more than any socket buffer takes, what follows
// "when poked " is said at each poke, and "later x\n" is answered by the next one. After "once\n"
// no input is wanted while output waits. "who\n" tells the peer's address.
#pragma once

#include <string>

#include "net/stream_protocol.h"

namespace pointsman::test {

class LineProtocol : public net::StreamProtocol {
 public:
  static constexpr std::size_t kFloodBytes = 4u << 20;

  void receive(Bytes input) override {
    for (const char c : as_text(input)) {
      if (finished_) return;
      line_ += c;
      if (c != '\n') continue;
      answer();
      line_.clear();
    }
  }
  Bytes output() const override { return as_bytes(output_).subspan(sent_); }
  void consume_output(std::size_t count) override { sent_ += count; }
  std::size_t output_size() const override { return output_.size() - sent_; }
  void poke() override {
    output_ += poked_ + later_;
    later_.clear();
  }
  void on_peer(const IpAddress& peer) override { peer_ = peer.to_text(); }
  bool wants_input() const override { return !one_at_a_time_ || output_size() == 0; }
  bool answer_pending() const override { return !later_.empty(); }
  bool established() const override { return established_; }
  bool finished() const override { return finished_; }
  void begin_drain() override { output_ += "draining\n"; }
  void disconnect_normally() override {
    output_ += "bye\n";
    finished_ = true;
  }

 private:
  void answer() {
    if (line_ == "hello\n") established_ = true;
    if (line_ == "flood\n") line_.assign(kFloodBytes, 'x');
    if (line_.starts_with("when poked ")) {
      poked_ = line_.substr(11);
      return;
    }
    if (line_.starts_with("later ")) {
      later_ = line_.substr(6);
      return;
    }
    if (line_ == "once\n") one_at_a_time_ = true;
    if (line_ == "who\n") line_ = peer_ + "\n";
    if (line_ == "bye\n") return disconnect_normally();
    output_ += line_;
  }

  std::string line_;
  std::string output_;
  std::string poked_;
  std::string later_;
  std::string peer_;
  bool one_at_a_time_ = false;
  std::size_t sent_ = 0;
  bool established_ = false;
  bool finished_ = false;
};

}  // namespace pointsman::test
