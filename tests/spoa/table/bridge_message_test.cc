#include "table/bridge_message.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

namespace pointsman::table {
namespace {

Bytes payload_of(const ByteBuffer& message) { return Bytes(message).subspan(kMessageLengthBytes); }

Question full_question() {
  Question question;
  question.haproxy = "2.6.12 123 1";
  question.generation = 4294967296;
  question.have = "0123456789abcdef";
  question.want = "fedcba9876543210";
  question.offset = 70000;
  question.decided = {{"shop", "shop/v1", "weight", 1}, {"shop", "", "none", UINT64_MAX}};
  return question;
}

ByteBuffer message_of(const Question& question) {
  ByteBuffer message;
  append_question(message, question);
  return message;
}

std::string fault(Bytes payload) {
  const auto question = read_question(payload);
  return question ? "" : question.error().message;
}
std::string fault(std::string_view payload) { return fault(as_bytes(payload)); }

using namespace std::string_view_literals;

}  // namespace

TEST_CASE("a question is read as it was written") {
  for (const Question& question : {full_question(), Question{}}) {
    const ByteBuffer message = message_of(question);
    CHECK(WireCursor(message).u32() == message.size() - kMessageLengthBytes);
    const auto read = read_question(payload_of(message));
    REQUIRE(read);
    CHECK(*read == question);
  }
}

TEST_CASE("an answer is read as it was written, and an empty one says that nothing is new") {
  ByteBuffer message;
  const ByteBuffer part(limits::kBridgePartBytes, 0x7F);
  append_answer(message, "0123456789abcdef", 1U << 30, 16000, part);
  const auto read = read_answer(payload_of(message));
  REQUIRE(read);
  CHECK(*read == Answer{"0123456789abcdef", 1U << 30, 16000, part});
  CHECK(message.size() <= limits::kBridgeAnswerBytes);

  ByteBuffer nothing;
  append_nothing_new(nothing);
  CHECK(as_text(nothing) == "\0\0\0\1\x80"sv);
  CHECK(*read_answer(payload_of(nothing)) == Answer{});
}

TEST_CASE("the longest answer stays within the limit") {
  ByteBuffer message;
  append_answer(message, std::string(limits::kTableIdBytes, 'x'), UINT64_MAX, UINT64_MAX,
                ByteBuffer(limits::kBridgePartBytes));
  CHECK(message.size() <= limits::kBridgeAnswerBytes);
}

TEST_CASE("a message cut anywhere is malformed, and so is one with more behind it") {
  const ByteBuffer message = message_of(full_question());
  const Bytes payload = payload_of(message);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    INFO(size);
    CHECK(fault(payload.first(size)) == "a malformed question");
    CHECK_FALSE(read_answer(payload.first(size)));
  }
  ByteBuffer longer(payload.begin(), payload.end());
  longer.push_back(0xC0);
  CHECK(fault(longer) == "a malformed question");
}

TEST_CASE("unknown keys are skipped, whatever type their value has") {
  const auto with_value = [](std::string_view value) {
    return "\x82\xA1x" + std::string(value) + "\xA7version\x01";
  };
  const std::string_view values[] = {"\xC0"sv,
                                     "\xC2"sv,
                                     "\xC3"sv,
                                     "\x7F"sv,
                                     "\xFF"sv,
                                     "\xCC\xFF"sv,
                                     "\xCD\1\2"sv,
                                     "\xCE\1\2\3\4"sv,
                                     "\xCF\1\2\3\4\5\6\7\x08"sv,
                                     "\xD0\x80"sv,
                                     "\xD1\1\2"sv,
                                     "\xD2\1\2\3\4"sv,
                                     "\xD3\1\2\3\4\5\6\7\x08"sv,
                                     "\xCA\1\2\3\4"sv,
                                     "\xCB\1\2\3\4\5\6\7\x08"sv,
                                     "\xA0"sv,
                                     "\xA3"
                                     "abc"sv,
                                     "\xD9\1a"sv,
                                     "\xDA\0\1a"sv,
                                     "\xDB\0\0\0\1a"sv,
                                     "\xC4\1a"sv,
                                     "\xC5\0\1a"sv,
                                     "\xC6\0\0\0\1a"sv,
                                     "\xC7\1\5a"sv,
                                     "\xC8\0\1\5a"sv,
                                     "\xC9\0\0\0\1\5a"sv,
                                     "\xD4\5a"sv,
                                     "\xD5\5ab"sv,
                                     "\xD6\5"
                                     "abcd"sv,
                                     "\xD7\5"
                                     "abcdefgh"sv,
                                     "\xD8\5"
                                     "abcdefghabcdefgh"sv,
                                     "\x90"sv,
                                     "\x92\1\xA1y"sv,
                                     "\xDC\0\1\1"sv,
                                     "\xDD\0\0\0\1\1"sv,
                                     "\x81\1\2"sv,
                                     "\xDE\0\1\1\2"sv,
                                     "\xDF\0\0\0\1\1\2"sv,
                                     "\x91\x91\x91\x91\x91\x91\x91\1"sv};
  for (const std::string_view value : values) {
    INFO(fmt::format("{:02x}", fmt::join(as_bytes(value), " ")));
    CHECK(fault(with_value(value)) == "");
  }
  CHECK(fault(with_value("\xC1")) == "a malformed question");
}

TEST_CASE("what is skipped may be nested as deep as the limit, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return "\x82\xA1x" + std::string(depth - 1, '\x91') + "\1\xA7version\x01";
  };
  CHECK(fault(nested(limits::kTableDepth)) == "");
  CHECK(fault(nested(limits::kTableDepth + 1)) == "a malformed question");
}

TEST_CASE("a version that is missing, or another one, is told") {
  CHECK(fault("\x80") == "a question without a version");
  CHECK(fault("\x81\xA7version\x02") == "a question of version 2, this agent knows version 1");
}

TEST_CASE("wrong types and claims of more than there is are malformed") {
  for (const std::string_view payload :
       {"\x01"sv, "\x90"sv, "\x81\x01\x01"sv,
        "\x81\xA7version\xA1"
        "1"sv,
        "\x81\xA7version\xFF"sv, "\x81\xA7version\xD0\xFF"sv,
        "\xDF\xFF\xFF\xFF\xFF\xA7version\x01"sv, "\x82\xA7version\x01\xA4have\x05"sv,
        "\x82\xA7version\x01\xA4have\xDB\xFF\xFF\xFF\xFF"sv,
        "\x82\xA7version\x01\xA7"
        "decided\xDD\x00\x00\x00\x40"sv,
        "\x82\xA7version\x01\xA7"
        "decided\x91\x93\xA0\xA0\xA0"sv,
        "\x82\xA7version\x01\xA1x\xDD\xFF\xFF\xFF\xFF"sv}) {
    INFO(fmt::format("{:02x}", fmt::join(as_bytes(payload), " ")));
    CHECK(fault(payload) == "a malformed question");
  }
}

TEST_CASE("texts and lists may be as long as their limits, and no longer") {
  const auto accepts = [](auto change, std::size_t size) {
    Question question = full_question();
    change(question, size);
    return bool(read_question(payload_of(message_of(question))));
  };
  const auto both = [&](auto change, std::size_t limit) {
    return accepts(change, limit) && !accepts(change, limit + 1);
  };
  const auto text = [](std::size_t size) { return std::string(size, 'x'); };
  CHECK(both([&](Question& q, std::size_t n) { q.haproxy = text(n); }, limits::kBridgeNameBytes));
  CHECK(both([&](Question& q, std::size_t n) { q.have = text(n); }, limits::kTableIdBytes));
  CHECK(both([&](Question& q, std::size_t n) { q.want = text(n); }, limits::kTableIdBytes));
  CHECK(both([&](Question& q, std::size_t n) { q.decided[0].gateway = text(n); },
             limits::kNameBytes));
  CHECK(
      both([&](Question& q, std::size_t n) { q.decided[0].route = text(n); }, limits::kNameBytes));
  CHECK(both([&](Question& q, std::size_t n) { q.decided.resize(n); }, limits::kDecidedEntries));
  ByteBuffer part;
  append_answer(part, "x", 1, 0, ByteBuffer(limits::kBridgePartBytes));
  CHECK(read_answer(payload_of(part)));
}

TEST_CASE("a table's id follows from its bytes") {
  CHECK(table_id(as_bytes("")) == "ef46db3751d8e999");
  CHECK(table_id(as_bytes("a")) == "d24ec4f1a98c6e5b");
}

}  // namespace pointsman::table
