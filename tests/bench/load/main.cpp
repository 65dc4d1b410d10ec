// fajma_load MODE --name value …: loads of the measurements. The modes' files say what they take; each prints JSON.
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>

#include "tests/bench/load/modes.h"

namespace fajma::load {
namespace {

struct Mode {
  std::string_view name;
  int (*run)(const Arguments&);
};
constexpr Mode kModes[] = {
    {"mqtt", RunMqtt},          {"ws-closed-loop", RunWsClosedLoop},
    {"fanout", RunFanout},      {"latency", RunLatency},
    {"listen", RunListen},      {"ws-handshakes", RunWsHandshakes},
    {"ws-echo", RunWsEcho},     {"ws-trouble", RunWsTrouble},
    {"bare-send", RunBareSend}, {"alerts", RunAlerts},
};

void AllowManyFiles() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  AllowManyFiles();
  for (const Mode& mode : kModes) {
    if (mode.name == arguments.mode()) return mode.run(arguments);
  }
  throw std::runtime_error("unknown mode " + arguments.mode());
}

}  // namespace
}  // namespace fajma::load

int main(int argc, char** argv) {
  try {
    return fajma::load::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fajma_load: %s\n", error.what());
    return 1;
  }
}
