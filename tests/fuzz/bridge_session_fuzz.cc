// Feeds a bridge's session any bytes, cut anywhere. The first byte chooses the table's size, the
// second how the rest is cut into reads; a poke or a new table comes in between.
#include <algorithm>

#include "agent/bridge_book.h"
#include "agent/bridge_session.h"
#include "require.h"

namespace {

using namespace pointsman;

class Host : public agent::BridgeHost {
 public:
  explicit Host(std::size_t size) : size_(size) { publish(); }

  std::shared_ptr<const agent::TableDocument> current_table() override { return table_; }
  void on_question(const table::Question& question) override {
    require(question.decided.size() <= limits::kDecidedEntries);
    bridge_.asked(question, {});
  }
  void on_fault(const std::string& what) override { require(!what.empty()); }

  void publish() {
    agent::TableDocument document{++generation_, "", ByteBuffer(size_)};
    document.id = std::to_string(generation_);
    table_ = std::make_shared<const agent::TableDocument>(std::move(document));
  }

 private:
  const std::size_t size_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const agent::TableDocument> table_;
  agent::BridgeBook book_;
  agent::BridgeBook::Bridge bridge_{book_};
};

void check_output(agent::BridgeSession& session) {
  WireCursor cursor(session.output());
  while (!cursor.at_end()) {
    const std::uint32_t length = cursor.u32();
    require(length <= limits::kBridgeAnswerBytes);
    const auto answer = table::read_answer(cursor.bytes(length));
    require(cursor.ok() && bool(answer));
    require(answer->offset + answer->bytes.size() <= answer->size);
  }
  session.consume_output(session.output_size());
  require(session.output_size() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  Host host(data[0] * 256u);
  agent::BridgeSession session(host);
  const std::size_t step = data[1] == 0 ? size : data[1];
  Bytes rest(data + 2, size - 2);
  while (!rest.empty()) {
    const Bytes part = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(part.size());
    session.receive(part);
    check_output(session);
    if (part.front() % 8 == 0) host.publish();
    if (part.front() % 4 == 0) session.poke();
    check_output(session);
  }
  session.disconnect_normally();
  require(session.finished());
  return 0;
}
