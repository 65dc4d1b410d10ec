#include "api/rest/resources.h"
#include "core/json/health_json.h"
#include "core/runtime/log.h"

namespace fajma::rest {
namespace {

http::Response State(int status, std::string_view state) { return Json(status, json::HealthBody(state)); }

// The sentence is for the operator's log; whoever asks gets no word of the inside.
std::string FindFault(const RestDependencies& app) {
  try {
    std::string fault = app.database.DescribeMigrationState();
    if (fault.empty() && app.find_fault) fault = app.find_fault();
    return fault;
  } catch (const DatabaseError& error) {
    return error.what();
  }
}

}  // namespace

http::Response ShowLive(Call&) { return State(200, "ok"); }

http::Response ShowReady(Call& call) {
  const std::string fault = FindFault(call.app);
  if (fault.empty()) {
    return Json(200, json::ReadyBody(call.app.find_defects ? call.app.find_defects() : std::vector<std::string>()));
  }
  log::Warn("not ready", fault);
  return State(503, "unavailable");
}

http::Response ShowMetrics(Call& call) {
  if (call.app.metrics == nullptr) return UnknownPath();
  http::Response response;
  response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = call.app.metrics->Render();
  return response;
}

}  // namespace fajma::rest
