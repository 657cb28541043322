// One bridge's connection without its socket: questions go in by receive(), answers come out by
// output(). A question without news is held back until there is some, or until the second poke
// after it, so that a bridge hears regularly that the agent lives. One answer a question, in their
// order; a bridge waits for each. Used by one thread. Protocol: docs/formats/bridge.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/wire_cursor.h"
#include "table/bridge_message.h"

namespace pointsman::agent {

// A table in the form that bridges and files get. Immutable, shared.
struct TableDocument {
  std::uint64_t generation = 0;
  std::string id;
  ByteBuffer bytes;
};

// What a session asks for and tells, on its thread.
class BridgeHost {
 public:
  virtual ~BridgeHost() = default;
  virtual std::shared_ptr<const TableDocument> current_table() = 0;  // null: none yet
  virtual void on_question(const table::Question& question) = 0;
  virtual void on_fault(const std::string& what) = 0;  // the connection ends
};

class BridgeSession {
 public:
  explicit BridgeSession(BridgeHost& host) : host_(host) {}  // the host outlives the session
  BridgeSession(const BridgeSession&) = delete;
  BridgeSession& operator=(const BridgeSession&) = delete;

  void receive(Bytes input);  // takes all of it; after finished() it is ignored
  void poke();                // time has passed, or a table was published
  // The view is valid until the next call that is not const.
  Bytes output() const { return Bytes(output_).subspan(sent_); }
  void consume_output(std::size_t count);
  std::size_t output_size() const { return output_.size() - sent_; }

  void disconnect_normally() { finished_ = true; }
  bool established() const { return established_; }  // a good question came
  bool finished() const { return finished_; }        // close once output() is empty

 private:
  std::size_t announced_bytes(Bytes start);
  void on_message(Bytes payload);
  void answer_held();
  bool answer_with_news(const std::string& have);
  void answer_part(const TableDocument& table, std::uint64_t offset);
  void fail(const std::string& what);

  BridgeHost& host_;
  ByteBuffer input_;   // the start of a message whose end has not come yet
  ByteBuffer output_;  // output_[sent_..] waits
  std::size_t sent_ = 0;
  std::optional<std::string> held_;  // the `have` of a question that waits for news
  int pokes_ = 0;                    // since it came
  bool established_ = false;
  bool finished_ = false;
};

}  // namespace pointsman::agent
