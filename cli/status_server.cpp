#include "cli/status_server.h"

#include <memory>
#include <utility>

#include "core/json/health_json.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

class StatusHandler final : public http::Handler {
 public:
  StatusHandler(Foundation& foundation, std::function<std::string()> find_fault,
                std::function<std::vector<std::string>()> find_defects)
      : foundation_(foundation), find_fault_(std::move(find_fault)), find_defects_(std::move(find_defects)) {}

  http::Response Handle(const http::Request& request) override {
    if (request.method != "GET" && request.method != "HEAD") {
      return http::DetailResponse(405, "Method \"" + request.method + "\" not allowed.");
    }
    if (request.path == "/health/live") return State(200, "ok");
    if (request.path == "/health/ready") return Ready();
    if (request.path != "/metrics") return http::DetailResponse(404, "Not found.");
    http::Response response;
    response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = foundation_.metrics.Render();
    return response;
  }

  http::UpgradeDecision DecideUpgrade(const http::Request&) override { return http::DetailResponse(404, "Not found."); }

 private:
  static http::Response State(int status, const std::string& state) {
    return http::JsonResponse(status, json::HealthBody(state));
  }

  // As /health/ready beside REST.
  http::Response Ready() {
    try {
      std::string fault = foundation_.database().DescribeMigrationState();
      if (fault.empty()) fault = find_fault_();
      if (fault.empty()) return http::JsonResponse(200, json::ReadyBody(find_defects_()));
      log::Warn("not ready", fault);
    } catch (const DatabaseError& error) {
      log::Warn("not ready", error.what());
    }
    return State(503, "unavailable");
  }

  Foundation& foundation_;
  const std::function<std::string()> find_fault_;
  const std::function<std::vector<std::string>()> find_defects_;
};

http::Options OptionsOf(const std::string& address) {
  http::Options options;
  options.address = address;
  options.workers = 1;
  options.max_connections = 100;
  options.max_body_bytes = 0;
  options.on_error = [](std::string_view where, std::string_view what) {
    log::Error("a request failed", std::string(where) + ": " + std::string(what));
  };
  return options;
}

}  // namespace

StatusServer::StatusServer(const std::string& address, Foundation& foundation, std::function<std::string()> find_fault,
                           std::function<std::vector<std::string>()> find_defects)
    : server_(OptionsOf(address),
              std::make_shared<StatusHandler>(foundation, std::move(find_fault), std::move(find_defects)),
              [](http::DetachedSocket) {}) {}

}  // namespace fajma::cli
