// Serves the admin API by HTTP (cpp-httplib), on threads of its own: one that accepts, one for each
// connection. cpp-httplib's own accepting cannot bind unix sockets, and bounds a single read but
// not a request: here a connection is one request, with a limit on its bytes and its time.
#pragma once

#include <chrono>
#include <memory>

#include "api/admin_api.h"
#include "base/limits.h"
#include "net/listening_socket.h"

namespace pointsman::api {

struct HttpServerOptions {
  std::size_t connections = limits::kAdminConnections;
  std::chrono::milliseconds request_time = limits::kAdminRequestTime;
};

class HttpServer {
 public:
  // Serves from now on; ends with the destructor, which waits for the requests at hand.
  static std::unique_ptr<HttpServer> start(net::Listeners listeners, const AdminApi& api,
                                           const HttpServerOptions& options = {});
  virtual ~HttpServer() = default;
};

}  // namespace pointsman::api
