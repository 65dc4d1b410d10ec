#include "api/rest/resources.h"

namespace fajma::rest {

http::Response ShowDemoLogin(Call& call) {
  if (!call.options.demo_login) return NotFound();
  return Json(200, R"({"username":"demo","password":"demo"})");
}

}  // namespace fajma::rest
