#include "api/admin_api.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "fake_control.h"

using namespace pointsman;
using namespace pointsman::api;
using namespace std::chrono_literals;
using Catch::Contains;
using test::FakeControl;

namespace {

const std::string kBody = R"({"address": "10.0.0.7", "port": 8080, "ttl": 10})";

struct Fixture {
  Fixture() { tokens.publish(*TokenBook::parse("web-0123456789abcdef register:web", "tokens")); }
  // Over the unix socket.
  ApiAnswer ask(const std::string& method, const std::string& path, const std::string& body = "") {
    return api.answer({method, path, "", "application/json", "", body, true});
  }
  ApiAnswer put(const std::string& body, const std::string& path = "web/instances/web-1") {
    return ask("PUT", "/v1/services/" + path, body);
  }
  ApiRequest by_tcp(const std::string& method, const std::string& path) const {
    return {method, path, "localhost:9014", "application/json", "", kBody, false};
  }

  FakeControl control;
  Published<TokenBook> tokens;
  AdminApi api{control, tokens};
};

}  // namespace

TEST_CASE("health and readiness") {
  Fixture f;
  CHECK(f.ask("GET", "/healthz").body == "{\"status\":\"ok\"}\n");
  CHECK(f.ask("GET", "/readyz").body == "{\"status\":\"ready\"}\n");
  f.control.is_ready = false;
  CHECK(f.ask("GET", "/healthz").status == 200);
  CHECK(f.ask("GET", "/readyz").status == 503);
}

TEST_CASE("an instance is registered, renewed, drained and taken away") {
  Fixture f;
  const ApiAnswer made = f.put(kBody);
  CHECK(made.status == 201);
  CHECK(made.body ==
        "{\"id\":\"web-1\",\"address\":\"10.0.0.7\",\"port\":8080,\"weight\":100,\"tags\":[],"
        "\"ttl\":10}\n");
  CHECK(f.put(kBody).status == 200);
  CHECK(f.put(R"({"address": "10.0.0.7", "port": 8080, "weight": 0})").status == 200);
  f.control.now += 5s;
  CHECK(f.ask("GET", "/v1/services/web").body ==
        "{\"name\":\"web\",\"instances\":[{\"id\":\"web-1\",\"address\":\"10.0.0.7\",\"port\":8080,"
        "\"weight\":0,\"tags\":[],\"source\":\"http\",\"state\":\"live\",\"ttl\":30,"
        "\"expires_in\":25}]}\n");
  CHECK(f.ask("GET", "/v1/services").body ==
        "{\"revision\":7,\"services\":[{\"name\":\"web\",\"live\":1,\"held\":0}]}\n");
  const ApiAnswer gone = f.ask("DELETE", "/v1/services/web/instances/web-1");
  CHECK(gone.status == 204);
  CHECK(gone.body.empty());
  CHECK(f.ask("DELETE", "/v1/services/web/instances/web-1").status == 404);
  CHECK(f.ask("GET", "/v1/services/web").status == 404);
}

TEST_CASE("a loss that is held is shown, and accepted by confirming it") {
  Fixture f;
  f.put(kBody);
  f.control.now += 10s;
  f.control.registry.expire(f.control.now);
  CHECK_THAT(f.ask("GET", "/v1/services/web").body,
             Contains("\"state\":\"held\",\"ttl\":10,\"held_for\":300}"));
  CHECK(f.ask("POST", "/v1/services/web/confirm").body == "{\"let_go\":1}\n");
  CHECK(f.ask("POST", "/v1/services/web/confirm").status == 404);
}

TEST_CASE("what is wrong is a problem that names the field") {
  Fixture f;
  const auto problem = [&](const ApiAnswer& answer, int status, const std::string& field) {
    INFO(answer.body);
    CHECK(answer.status == status);
    CHECK(answer.content_type == "application/problem+json");
    CHECK_THAT(answer.body, Contains("\"field\":\"" + field + "\""));
  };
  problem(f.put("{}"), 400, "address");
  problem(f.put(R"({"address": "10.9.9.9", "port": 9012})"), 400, "address");
  problem(f.put(R"({"address": "127.0.0.1", "port": 80})"), 400, "address");
  problem(f.put(kBody, "Web/instances/a"), 400, "service");
  problem(f.put(kBody, "/instances/a"), 400, "service");
  problem(f.put(kBody, "web/instances/"), 400, "id");
  problem(f.put(kBody, "web/instances/a%20b"), 400, "id");
  problem(f.ask("GET", "/v1/services/none"), 404, "service");
  f.put(kBody);
  problem(f.ask("DELETE", "/v1/services/web/instances/none"), 404, "id");
  f.control.registry.replace(registry::SourceKind::kFiles,
                             {{"web", {{{"own", *IpAddress::parse("10.0.0.1"), 80, 100, {}}}}}});
  problem(f.ask("DELETE", "/v1/services/web/instances/own"), 409, "id");
  f.control.is_full = true;
  const ApiAnswer full = f.put(kBody);
  CHECK(full.status == 507);
  CHECK_THAT(full.body, Contains("the registry is full"));
}

TEST_CASE("paths and methods that there are not are told apart") {
  Fixture f;
  for (const char* path : {"", "/", "/v1", "/v2/services", "/healthz/", "/v1/services/web/x",
                           "/v1/services/web/instances", "/v1/services/web/instances/a/b", "x"}) {
    INFO(path);
    CHECK(f.ask("GET", path).status == 404);
  }
  const ApiAnswer wrong = f.ask("POST", "/v1/services/web/instances/a", kBody);
  CHECK(wrong.status == 405);
  CHECK(wrong.allow == "PUT, DELETE");
  for (const char* method : {"", "GE", "ET", "HEADS", "DELETE", "PATCH", "OPTIONS", "get"}) {
    INFO(method);
    CHECK(f.ask(method, "/v1/services").status == 405);
  }
  CHECK(f.ask("HEAD", "/v1/services").status == 200);
  CHECK(f.ask("GET", "/v1/services/web/confirm").allow == "POST");
}

TEST_CASE("a path has at most so many bytes") {
  Fixture f;
  std::string path = "/" + std::string(limits::kAdminPathBytes - 1, 'a');
  CHECK(f.ask("GET", path).status == 404);
  CHECK(f.ask("GET", path + "a").status == 414);
}

TEST_CASE("over TCP a registration needs a token with the service's scope") {
  Fixture f;
  ApiRequest request = f.by_tcp("PUT", "/v1/services/web/instances/a");
  ApiAnswer answer = f.api.answer(request);
  CHECK(answer.status == 401);
  CHECK(answer.authenticate);
  for (const char* wrong : {"Bearer", "Bearer ", "Bearer wrong", "Basic web-0123456789abcdef",
                            "web-0123456789abcdef"}) {
    request.authorization = wrong;
    CHECK(f.api.answer(request).status == 401);
  }
  request.authorization = "bearer web-0123456789abcdef";
  CHECK(f.api.answer(request).status == 201);
  request.path = "/v1/services/db/instances/a";
  CHECK(f.api.answer(request).status == 403);
  CHECK(f.api.answer(f.by_tcp("DELETE", "/v1/services/web/instances/a")).status == 401);
  CHECK(f.api.answer(f.by_tcp("POST", "/v1/services/web/confirm")).status == 401);
  CHECK(f.api.answer(f.by_tcp("GET", "/v1/services/web")).status == 200);
  CHECK(f.control.registry.list("web").size() == 1);
}

TEST_CASE("without tokens nobody registers over TCP") {
  FakeControl control;
  const Published<TokenBook> none;
  const AdminApi api(control, none);
  CHECK(api.answer({"PUT", "/v1/services/web/instances/a", "127.0.0.1", "application/json",
                    "Bearer web-0123456789abcdef", kBody, false})
            .status == 401);
}

TEST_CASE("over TCP the host is localhost or an address, so that no web page gets in") {
  Fixture f;
  ApiRequest request = f.by_tcp("GET", "/healthz");
  for (const char* good :
       {"localhost", "LocalHost:9014", "127.0.0.1", "127.0.0.1:9014", "[::1]", "[::1]:9014"}) {
    request.host = good;
    CHECK(f.api.answer(request).status == 200);
  }
  for (const char* bad : {"", "evil.example", "evil.example:9014", "localhost.evil.example",
                          "[evil]", "[::1", ":9014", "127.0.0.1.evil.example"}) {
    INFO(bad);
    request.host = bad;
    CHECK(f.api.answer(request).status == 421);
  }
}

TEST_CASE("a body that does not say it is JSON is refused, so that no form gets in") {
  Fixture f;
  ApiRequest request{"PUT", "/v1/services/web/instances/a", "", "", "", kBody, true};
  for (const char* bad : {"", "text/plain", "application/x-www-form-urlencoded", "json",
                          "multipart/form-data; boundary=application/json"}) {
    request.content_type = bad;
    CHECK(f.api.answer(request).status == 415);
  }
  for (const char* good :
       {"application/json", "Application/JSON; charset=utf-8", "application/json ;x"}) {
    request.content_type = good;
    CHECK(f.api.answer(request).status <= 201);
  }
  CHECK(f.api.answer({"POST", "/v1/services/web/confirm", "", "text/plain", "", "", true}).status ==
        415);
}
