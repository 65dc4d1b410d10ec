#include <csignal>
#include <cstdio>
#include <string>

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

int RunServe(Settings settings) {
  BlockStopSignals();
  Complete(settings);
  App app(settings, {false, std::string(kVersion)});
  std::printf("page http://%s:%d/\n", settings.http_address.substr(0, settings.http_address.rfind(':')).c_str(),
              app.http_port());
  std::fflush(stdout);
  WaitForStopSignal();
  log::Info("stopping");
  return 0;
}

}  // namespace fajma::cli
