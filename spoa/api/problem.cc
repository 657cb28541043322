#include "api/problem.h"

#include <nlohmann/json.hpp>

namespace pointsman::api {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

std::string to_json(const Problem& problem) {
  nlohmann::ordered_json document = {
      {"type", "about:blank"}, {"title", title_of(problem.status)}, {"status", problem.status}};
  if (!problem.field.empty()) document["field"] = problem.field;
  document["detail"] = problem.detail;
  // What was sent may stand in the detail, and need not be UTF-8.
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace pointsman::api
