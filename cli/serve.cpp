#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

#include "cli/app.h"
#include "cli/commands.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void PrintAddress(const char* what, const std::string& address, std::uint16_t port) {
  std::printf("%s http://%s:%d/\n", what, address.substr(0, address.rfind(':')).c_str(), port);
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int received = 0;
  sigwait(&signals, &received);
}

namespace {

int Run(Settings settings, Role role) {
  BlockStopSignals();
  Complete(settings);
  App app(settings, {false, std::string(kVersion), role});
  if (role != Role::kBridge) PrintAddress("page", settings.http_address, app.http_port());
  if (app.metrics_port() != 0) PrintAddress("metrics", settings.metrics_address, app.metrics_port());
  if (role == Role::kBridge)
    std::printf("mqtt %s\n", settings.mqtt_url.substr(settings.mqtt_url.rfind('@') + 1).c_str());
  std::fflush(stdout);
  WaitForStopSignal();
  log::Info("stopping");
  return 0;
}

}  // namespace

int RunServe(Settings settings) { return Run(std::move(settings), Role::kServe); }
int RunBridge(Settings settings) { return Run(std::move(settings), Role::kBridge); }
int RunApi(Settings settings) { return Run(std::move(settings), Role::kApi); }

}  // namespace fajma::cli
