#include "cli/table_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "agent/table_server.h"
#include "base/limits.h"
#include "net/listening_socket.h"
#include "support/gateway_text.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using cli::TableClient;
using table::Question;

namespace {

std::shared_ptr<const agent::TableDocument> document(const std::string& id, std::size_t size) {
  return std::make_shared<const agent::TableDocument>(
      agent::TableDocument{1, id, ByteBuffer(size, 'x')});
}

std::string fault_of(const std::string& address) {
  const auto client = TableClient::connect(address);
  return client ? "" : client.error().message;
}

// Accepts one connection and answers each question by what `answer` appends.
class LyingAgent {
 public:
  using Answer = std::function<void(const Question& question, ByteBuffer& out)>;

  explicit LyingAgent(Answer answer)
      : listening_(
            *net::ListeningSocket::open(*ListenAddress::parse("unix:" + folder_.path("s")), {})),
        thread_([this, answer = std::move(answer)] { serve(answer); }) {}
  ~LyingAgent() { thread_.join(); }

  std::string fault() {
    auto client = TableClient::connect("unix:" + folder_.path("s"));
    if (!client) return client.error().message;
    const auto fetched = client->fetch("", 0);
    return fetched ? "" : fetched.error().message;
  }

 private:
  void serve(const Answer& answer) {
    pollfd waiting{listening_->fd(), POLLIN, 0};
    ::poll(&waiting, 1, 10000);
    const FileDescriptor fd(::accept(listening_->fd(), nullptr, nullptr));
    ByteBuffer length(table::kMessageLengthBytes);
    while (::recv(fd.get(), length.data(), length.size(), MSG_WAITALL) == ssize_t(length.size())) {
      ByteBuffer payload(WireCursor(length).u32());
      if (::recv(fd.get(), payload.data(), payload.size(), MSG_WAITALL) !=
          ssize_t(payload.size())) {
        return;
      }
      const auto question = table::read_question(payload);
      ByteBuffer out;
      if (question) answer(*question, out);
      if (out.empty()) return;
      if (::send(fd.get(), out.data(), out.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<const net::ListeningSocket> listening_;
  std::thread thread_;
};

std::string fault_by(LyingAgent::Answer answer) { return LyingAgent(std::move(answer)).fault(); }

}  // namespace

TEST_CASE("a table of several parts is fetched whole, over both kinds of sockets") {
  const test::TemporaryFolder folder;
  agent::TableServerOptions options;
  options.listen = {*ListenAddress::parse("unix:" + folder.path("s")),
                    *ListenAddress::parse("127.0.0.1:0")};
  options.poke_interval = std::chrono::milliseconds(1);
  const auto started = agent::TableServer::start(options);
  REQUIRE(started);
  const auto& server = *started;
  server->publish({nullptr, document("one", 20001), document("bare", 8000)});
  auto local = TableClient::connect(server->addresses()[0].to_text());
  REQUIRE(local);
  const auto fetched = local->fetch("", 0);
  REQUIRE(fetched);
  REQUIRE(*fetched);
  CHECK((*fetched)->id == "one");
  CHECK((*fetched)->bytes == ByteBuffer(20001, 'x'));
  const auto again = local->fetch("one", 1);
  REQUIRE(again);
  CHECK_FALSE(*again);
  auto remote = TableClient::connect("localhost:" + std::to_string(server->addresses()[1].port));
  REQUIRE(remote);
  CHECK((*remote->fetch("", 0))->id == "bare");
}

TEST_CASE("addresses that lead nowhere are told") {
  CHECK(fault_of("unix:/nonexistent/s") == "cannot connect: No such file or directory");
  CHECK(fault_of("unix:") == "a socket's path has 1 to 107 bytes");
  CHECK(fault_of("unix:" + std::string(108, 'x')) == "a socket's path has 1 to 107 bytes");
  for (const char* text : {"", "host", ":1", "host:"}) {
    CHECK(fault_of(text) == "wanted unix:PATH, HOST:PORT or tls:HOST:PORT");
  }
  CHECK(fault_of("127.0.0.1:x") != "");
}

TEST_CASE("an agent that goes away or answers rubbish is told") {
  CHECK(fault_by([](const Question&, ByteBuffer&) {}) == "the agent closed the connection");
  CHECK(fault_by([](const Question&, ByteBuffer& out) { append_text(out, "HTTP/1.1 400"); }) ==
        "this is no answer of an agent");
  CHECK(fault_by([](const Question&, ByteBuffer& out) {
          append_u32(out, 1);
          out.push_back(0xC0);
        }) == "a malformed answer");
}

TEST_CASE("parts that do not fit together are refused") {
  const std::string wrong = "the agent's pieces of its table do not fit together";
  const ByteBuffer part(10);
  const auto answering = [&](std::uint64_t size, std::uint64_t offset, Bytes bytes) {
    return fault_by([=](const Question&, ByteBuffer& out) {
      table::append_answer(out, "one", size, offset, bytes);
    });
  };
  CHECK(answering(20, 10, part) == wrong);
  CHECK(answering(9, 0, part) == wrong);
  CHECK(answering(20, 0, {}) == wrong);
  CHECK(answering(20, 0, part) == wrong);  // the same again
  CHECK(answering(limits::kTableBytes + 1, 0, part) == wrong);
  CHECK(fault_by([&](const Question& question, ByteBuffer& out) {
          if (!question.want.empty()) return table::append_nothing_new(out);
          table::append_answer(out, "one", limits::kTableBytes, 0, part);
        }) == "the agent does not go on with its table");
}

TEST_CASE("a table that changes at every question is given up after as many as the limit") {
  std::size_t asked = 0;
  const ByteBuffer part(10);
  CHECK(fault_by([&](const Question&, ByteBuffer& out) {
          table::append_answer(out, std::to_string(++asked), 20, 0, part);
        }) == "the agent's table changes faster than it can be fetched");
  CHECK(asked == limits::kTableClientRestarts + 1);
}
