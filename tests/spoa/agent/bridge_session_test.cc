#include "agent/bridge_session.h"

#include <catch2/catch.hpp>
#include <vector>

#include "base/limits.h"

namespace pointsman::agent {
namespace {

using table::Answer;
using table::Question;

struct Host : BridgeHost {
  std::shared_ptr<const TableDocument> current_table() override { return table; }
  void on_question(const Question& question) override { questions.push_back(question); }
  void on_fault(const std::string& what) override { faults.push_back(what); }

  void publish(std::string id, std::size_t size) {
    TableDocument document{1, std::move(id), {}};
    for (std::size_t i = 0; i < size; ++i) document.bytes.push_back(std::uint8_t(i * 7));
    table = std::make_shared<const TableDocument>(std::move(document));
  }

  std::shared_ptr<const TableDocument> table;
  std::vector<Question> questions;
  std::vector<std::string> faults;
};

ByteBuffer asking(const Question& question) {
  ByteBuffer message;
  append_question(message, question);
  return message;
}

Question having(std::string id) {
  Question question;
  question.have = std::move(id);
  return question;
}
Question wanting(std::string id, std::uint64_t offset) {
  Question question;
  question.want = std::move(id);
  question.offset = offset;
  return question;
}

struct Fixture {
  explicit Fixture(std::size_t size = 20000) { host.publish("one", size); }

  // All answers that wait.
  std::vector<Answer> answers() {
    std::vector<Answer> read;
    WireCursor cursor(session.output());
    while (!cursor.at_end()) {
      const std::uint32_t length = cursor.u32();
      CHECK(length <= limits::kBridgeAnswerBytes);
      const auto answer = table::read_answer(cursor.bytes(length));
      REQUIRE(answer);
      REQUIRE(cursor.ok());
      read.push_back(*answer);
    }
    session.consume_output(session.output_size());
    return read;
  }
  std::vector<Answer> ask(const Question& question) {
    session.receive(asking(question));
    return answers();
  }
  Bytes bytes(std::size_t from) const {
    const Bytes rest = Bytes(host.table->bytes).subspan(from);
    return rest.first(std::min(rest.size(), limits::kBridgePartBytes));
  }
  Answer part(std::size_t from) const {
    const Bytes of_table = bytes(from);
    return {host.table->id, host.table->bytes.size(), from, {of_table.begin(), of_table.end()}};
  }

  Host host;
  BridgeSession session{host};
};

using Answers = std::vector<Answer>;
const Answer kNothingNew;

}  // namespace

TEST_CASE("a bridge without a table gets the whole one, part by part") {
  Fixture fixture(2 * limits::kBridgePartBytes + 1);
  CHECK_FALSE(fixture.session.established());
  CHECK(fixture.ask(having("")) == Answers{fixture.part(0)});
  CHECK(fixture.session.established());
  CHECK(fixture.ask(wanting("one", 8000)) == Answers{fixture.part(8000)});
  CHECK(fixture.ask(wanting("one", 16000)) == Answers{fixture.part(16000)});
  CHECK(fixture.part(16000).bytes.size() == 1);
  CHECK(fixture.ask(having("one")).empty());
  CHECK(fixture.host.questions.size() == 4);
}

TEST_CASE("a question without news is answered at the second poke") {
  Fixture fixture;
  CHECK(fixture.ask(having("one")).empty());
  fixture.session.poke();
  CHECK(fixture.answers().empty());
  fixture.session.poke();
  CHECK(fixture.answers() == Answers{kNothingNew});
  fixture.session.poke();
  fixture.session.poke();
  CHECK(fixture.answers().empty());
  CHECK(fixture.ask(having("one")).empty());
  fixture.session.poke();
  CHECK(fixture.answers().empty());
}

TEST_CASE("a table that is published during a hold arrives at the poke") {
  Fixture fixture;
  CHECK(fixture.ask(having("one")).empty());
  fixture.host.publish("two", 100);
  fixture.session.poke();
  CHECK(fixture.answers() == Answers{fixture.part(0)});
}

TEST_CASE("before the first table a question is held, and the table arrives with it") {
  Fixture fixture;
  fixture.host.table = nullptr;
  CHECK(fixture.ask(having("old")).empty());
  fixture.host.publish("one", 100);
  fixture.session.poke();
  CHECK(fixture.answers() == Answers{fixture.part(0)});
  fixture.host.table = nullptr;
  CHECK(fixture.ask(wanting("one", 8)) == Answers{kNothingNew});
}

TEST_CASE(
    "who wants an old table, or goes on beyond the end, gets the current one from its start") {
  Fixture fixture;
  CHECK(fixture.ask(wanting("zero", 8000)) == Answers{fixture.part(0)});
  CHECK(fixture.ask(wanting("one", 19999)) == Answers{fixture.part(19999)});
  CHECK(fixture.ask(wanting("one", 20000)) == Answers{fixture.part(0)});
  CHECK(fixture.ask(wanting("one", UINT64_MAX)) == Answers{fixture.part(0)});
  fixture.host.publish("two", 20000);
  CHECK(fixture.ask(wanting("one", 8000)) == Answers{fixture.part(0)});
}

TEST_CASE("questions that come together are answered in order, a held one first") {
  Fixture fixture;
  ByteBuffer three = asking(having("one"));
  append_bytes(three, asking(wanting("one", 8000)));
  append_bytes(three, asking(having("")));
  fixture.session.receive(three);
  CHECK(fixture.answers() == Answers{kNothingNew, fixture.part(8000), fixture.part(0)});
}

TEST_CASE("questions mean the same however they are cut") {
  ByteBuffer input = asking(having("zero"));
  append_bytes(input, asking(wanting("one", 8000)));
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    INFO(cut);
    Fixture fixture;
    fixture.session.receive(Bytes(input).first(cut));
    fixture.session.receive(Bytes(input).subspan(cut));
    CHECK(fixture.answers() == Answers{fixture.part(0), fixture.part(8000)});
  }
  Fixture fixture;
  for (const std::uint8_t byte : input) fixture.session.receive({&byte, 1});
  CHECK(fixture.answers() == Answers{fixture.part(0), fixture.part(8000)});
}

TEST_CASE("an answer that is written in parts is taken back in parts, and others follow it") {
  Fixture fixture;
  fixture.session.receive(asking(having("")));
  const ByteBuffer whole(fixture.session.output().begin(), fixture.session.output().end());
  fixture.session.consume_output(5000);
  fixture.session.receive(asking(having("")));
  ByteBuffer rest(whole.begin() + 5000, whole.end());
  append_bytes(rest, whole);
  CHECK(std::ranges::equal(fixture.session.output(), rest));
}

TEST_CASE("a malformed question, another version and a length out of bounds end the connection") {
  const auto fault_of = [](const ByteBuffer& input) {
    Fixture fixture;
    fixture.session.receive(asking(having("one")));
    fixture.session.receive(input);
    CHECK(fixture.session.finished());
    CHECK(fixture.answers().empty());
    fixture.session.receive(asking(having("")));
    fixture.session.poke();
    fixture.session.poke();
    CHECK(fixture.answers().empty());
    return fixture.host.faults;
  };
  using Faults = std::vector<std::string>;
  CHECK(fault_of({0, 0, 0, 1, 0xC0}) == Faults{"a malformed question"});
  CHECK(fault_of({0, 0, 0, 1, 0x80}) == Faults{"a question without a version"});
  CHECK(fault_of({0, 0, 0, 0}) == Faults{"a question of 0 bytes, 1 to 65536 are allowed"});
  CHECK(fault_of({0, 1, 0, 1}) == Faults{"a question of 65537 bytes, 1 to 65536 are allowed"});
  CHECK(fault_of({'G', 'E', 'T', ' ', '/'}) ==
        Faults{"a question of 1195725856 bytes, 1 to 65536 are allowed"});
}

TEST_CASE("a question of the longest length is read") {
  Fixture fixture;
  // A key that is skipped fills it up.
  ByteBuffer payload{0x82, 0xA7, 'v', 'e', 'r', 's', 'i', 'o', 'n', 1, 0xA1, 'x', 0xC5, 0, 0};
  const std::size_t filling = limits::kBridgeMessageBytes - payload.size();
  payload[13] = static_cast<std::uint8_t>(filling >> 8);
  payload[14] = static_cast<std::uint8_t>(filling);
  payload.resize(limits::kBridgeMessageBytes);
  ByteBuffer message;
  append_u32(message, static_cast<std::uint32_t>(payload.size()));
  append_bytes(message, payload);
  fixture.session.receive(message);
  CHECK_FALSE(fixture.session.finished());
  CHECK(fixture.answers() == Answers{fixture.part(0)});
}

TEST_CASE("who asks on and on without reading the answers is let go") {
  Fixture fixture;
  const ByteBuffer question = asking(having(""));
  std::size_t asked = 0;
  while (!fixture.session.finished() && asked < 1000) {
    fixture.session.receive(question);
    ++asked;
  }
  CHECK(asked == limits::kBridgeOutputBytes / (fixture.session.output_size() / asked) + 1);
  CHECK(fixture.host.faults == std::vector<std::string>{"questions whose answers are not read"});
}

TEST_CASE("a normal end lets nothing more be said") {
  Fixture fixture;
  fixture.session.receive(asking(having("one")));
  fixture.session.disconnect_normally();
  CHECK(fixture.session.finished());
  fixture.session.poke();
  fixture.session.poke();
  CHECK(fixture.answers().empty());
  CHECK(fixture.host.faults.empty());
}

}  // namespace pointsman::agent
