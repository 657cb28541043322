// A request for tests of routing, built word by word:
//   TestRequest().to("shop").header("user-agent", "Firefox").cookie("pm_shop", token)
#pragma once

#include <string>
#include <string_view>

#include "routing/request.h"

namespace pointsman::test {

class TestRequest {
 public:
  TestRequest& to(std::string gateway) {
    gateway_ = std::move(gateway);
    return *this;
  }
  TestRequest& host(std::string host) {
    host_ = std::move(host);
    return *this;
  }
  TestRequest& path(std::string path) {
    path_ = std::move(path);
    return *this;
  }
  TestRequest& query(std::string query) {
    query_ = std::move(query);
    return *this;
  }
  TestRequest& src(std::string_view address) {
    src_ = IpAddress::parse(address);
    return *this;
  }
  TestRequest& header(std::string_view name, std::string_view value) {
    routing::append_header(headers_, name, value);
    return *this;
  }
  TestRequest& cookie(std::string_view name, std::string_view value) {
    return header("cookie", std::string(name) + "=" + std::string(value));
  }

  // Borrows from this object.
  routing::Request view() {
    block_ = headers_;
    routing::end_headers(block_);
    routing::Request request;
    if (!gateway_.empty()) request.gateway = gateway_;
    request.method = "GET";
    request.scheme = "http";
    request.host = host_;
    request.path = path_;
    request.query = query_;
    request.src = src_;
    request.headers = routing::HeaderBlock(block_);
    return request;
  }

 private:
  std::string gateway_;
  std::string host_;
  std::string path_ = "/";
  std::string query_;
  std::optional<IpAddress> src_;
  ByteBuffer headers_;
  ByteBuffer block_;
};

}  // namespace pointsman::test
