#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {

http::Response ShowRoot(Call& call) {
  std::string body;
  json::ObjectWriter writer(body);
  for (const std::string_view resource : {"dispositifs", "donnees", "alertes", "sessions"}) {
    writer.String(resource, call.UrlOf("/api/iot/" + std::string(resource) + "/"));
  }
  writer.End();
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
