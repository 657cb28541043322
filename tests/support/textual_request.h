// A request for tests, from the text that a person would write: a request line, then header lines.
// Lines that begin with ':' give what HAProxy knows besides: ":src 10.0.0.1", ":sni a.example",
// ":port 443", ":scheme https". Host comes from the Host header, which stays among the headers.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "routing/request.h"

namespace pointsman::test {

class TextualRequest {
 public:
  explicit TextualRequest(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::string target;
    lines >> method_ >> target;
    std::getline(lines, line);
    const std::size_t question = target.find('?');
    path_ = target.substr(0, question);
    if (question != std::string::npos) query_ = target.substr(question + 1);
    while (std::getline(lines, line)) {
      line.erase(0, line.find_first_not_of(' '));
      if (!line.empty()) add(line);
    }
    routing::end_headers(headers_);
  }

  // Borrows from this object.
  routing::Request view() const {
    routing::Request request;
    request.method = method_;
    request.path = path_;
    request.query = query_;
    request.host = host_;
    request.sni = sni_;
    request.scheme = scheme_;
    request.src = src_;
    request.port = port_;
    request.headers = routing::HeaderBlock(headers_);
    return request;
  }

 private:
  void add(const std::string& line) {
    const bool special = line.starts_with(':');
    const std::size_t end = line.find(special ? ' ' : ':');
    const std::string name = line.substr(0, end);
    const std::string rest = end == std::string::npos ? "" : line.substr(end + 1);
    const std::string value = rest.starts_with(' ') ? rest.substr(1) : rest;
    if (name == ":src") src_ = IpAddress::parse(value);
    if (name == ":sni") sni_ = value;
    if (name == ":scheme") scheme_ = value;
    if (name == ":port") port_ = static_cast<std::uint32_t>(std::stoul(value));
    if (special) return;
    if (name == "Host") host_ = value;
    routing::append_header(headers_, name, value);
  }

  std::string method_, path_, query_, host_, sni_, scheme_;
  std::optional<IpAddress> src_;
  std::optional<std::uint32_t> port_;
  ByteBuffer headers_;
};

}  // namespace pointsman::test
