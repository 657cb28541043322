// The admin API as a function from a request to its answer, without sockets: paths, who may do
// what, and the JSON of answers (docs/registry.md). Called from several threads at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/control.h"
#include "api/problem.h"
#include "api/token_book.h"
#include "base/published.h"

namespace pointsman::api {

// What of a request counts here. Texts are as they were sent.
struct ApiRequest {
  std::string method;
  std::string path;  // without the query
  std::string host;
  std::string content_type;
  std::string authorization;
  std::string body;
  bool by_unix_socket = false;  // who may connect was decided by the socket's mode
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;          // of a 405
  bool authenticate = false;  // of a 401
};

class AdminApi {
 public:
  // `tokens` may be empty: then nobody registers by TCP.
  AdminApi(Control& control, const Published<TokenBook>& tokens)
      : control_(control), tokens_(tokens) {}

  // What can be refused before the body is read; null where nothing can.
  std::optional<ApiAnswer> refuse(const ApiRequest& head) const;
  ApiAnswer answer(const ApiRequest& request) const;

 private:
  std::optional<ApiAnswer> refuse_writer(const ApiRequest& head, std::string_view service) const;
  ApiAnswer list_services() const;
  ApiAnswer show_service(const std::string& name) const;
  ApiAnswer put(const ApiRequest& request, const std::string& service, const std::string& id) const;
  ApiAnswer remove(const std::string& service, const std::string& id) const;

  Control& control_;
  const Published<TokenBook>& tokens_;
};

ApiAnswer to_answer(const Problem& problem);

}  // namespace pointsman::api
