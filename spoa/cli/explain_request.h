// A request described on the command line (URL, headers, cookies, source …) as HAProxy would hand
// it over. Owns the bytes that the Request only borrows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "routing/request.h"

namespace pointsman::cli {

struct RequestOptions {
  std::optional<std::string> gateway;
  std::string url;  // http://host[:port]/path?query, or /path?query
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
  std::vector<std::string> cookies;  // "name=value"
  std::string src;
  std::string sni;                // empty: the URL's host name, when it is https
  std::string port;               // empty: the URL's
  std::vector<std::string> acls;  // texts of HAProxy's ACLs that hold
};

class RequestText {
 public:
  // The error names the option at fault.
  static Result<RequestText> make(const RequestOptions& options);

  routing::Request view() const;  // borrows from this object
  bool over_tls() const { return scheme_ == "https"; }

 private:
  Outcome read_url(std::string_view url);
  Outcome read_authority(std::string_view authority);
  Outcome read_headers(const RequestOptions& options);

  std::optional<std::string> gateway_;
  std::string method_;
  std::string scheme_ = "http";
  std::string host_;
  std::string path_ = "/";
  std::string query_;
  std::string sni_;
  std::optional<IpAddress> src_;
  std::optional<std::uint32_t> port_;
  ByteBuffer headers_;
  std::vector<std::string> acls_;                       // names
  mutable std::vector<routing::RawAclFact> acl_facts_;  // of the last view
};

}  // namespace pointsman::cli
