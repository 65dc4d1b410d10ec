#include <memory>

#include "api/rest/openapi_document.h"
#include "api/rest/resources.h"

namespace fajma::rest {

http::Response ShowSchema(Call&) {
  static const auto document = std::make_shared<const std::string>(kOpenApiDocument);
  http::Response response;
  response.headers.emplace_back("Content-Type", "application/vnd.oai.openapi");
  response.shared_body = document;
  return response;
}

}  // namespace fajma::rest
