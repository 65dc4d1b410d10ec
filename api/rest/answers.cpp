#include "api/rest/answers.h"

#include <utility>

#include "core/json/writer.h"

namespace fajma::rest {

http::Response Json(int status, std::string body) { return http::JsonResponse(status, std::move(body)); }

http::Response SharedJson(std::shared_ptr<const std::string> body) {
  http::Response response = http::JsonResponse(200, {});
  response.shared_body = std::move(body);
  return response;
}

http::Response Detail(int status, std::string_view detail) {
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("detail", detail);
  writer.End();
  return Json(status, std::move(body));
}

http::Response DetailWithCode(int status, std::string_view detail, std::string_view code) {
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("detail", detail);
  writer.String("code", code);
  writer.End();
  return Json(status, std::move(body));
}

http::Response BadFields(const FieldErrors& errors) { return Json(400, errors.ToJson()); }

http::Response NotFound() { return Detail(404, "Not found."); }

http::Response Unavailable() {
  http::Response response = Detail(503, "Service temporarily unavailable, try again later.");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

http::Response Throttled(std::int64_t seconds) {
  const std::string number = std::to_string(seconds);
  http::Response response =
      Detail(429, "Request was throttled. Expected available in " + number + (seconds == 1 ? " second." : " seconds."));
  response.headers.emplace_back("Retry-After", number);
  return response;
}

http::Response NoContent() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response ErrorPage(int status, std::string_view title, std::string_view details) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "text/html");
  std::string& body = response.body;
  body = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>";
  body += title;
  body += "</title>\n</head>\n<body>\n  <h1>";
  body += title;
  body += "</h1><p>";
  body += details;
  body += "</p>\n</body>\n</html>\n";
  return response;
}

http::Response UnknownPath() {
  return ErrorPage(404, "Not Found", "The requested resource was not found on this server.");
}

}  // namespace fajma::rest
