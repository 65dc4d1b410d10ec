// The modes of fajma_load. Each prints one line of JSON and returns the exit code; they throw std::runtime_error.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/load/mqtt_peer.h"
#include "tests/bench/load/targets.h"
#include "tests/bench/load/ws_peer.h"

namespace fajma::load {

int RunMqtt(const Arguments& arguments);
int RunWsClosedLoop(const Arguments& arguments);
int RunFanout(const Arguments& arguments);
int RunLatency(const Arguments& arguments);
int RunAlerts(const Arguments& arguments);
int RunListen(const Arguments& arguments);
int RunWsHandshakes(const Arguments& arguments);
int RunWsEcho(const Arguments& arguments);
int RunWsTrouble(const Arguments& arguments);
int RunBareSend(const Arguments& arguments);

std::vector<std::unique_ptr<MqttPeer>> ConnectMqtt(Poller& poller, std::uint16_t port, std::size_t count);

// A WebSocket that follows a patient and checks what comes: cursors rise.
struct Follower {
  std::unique_ptr<WsPeer> socket;
  std::string patient;
  double cursor = -1;
  std::uint64_t frames = 0;
  std::uint64_t faults = 0;  // cursors that did not rise, values that nobody sent

  // Of a `sensor_data`; counts a fault when its cursor does not rise. Servers without cursors are not blamed.
  void CheckCursor(std::string_view frame);
};

// Opens `count` sockets over the patients in turn, a few at a time. `query`: "token=…" or empty.
std::vector<Follower> OpenFollowers(Poller& poller, const Arguments& arguments,
                                    const std::vector<std::string>& patients, std::size_t count);
// Each patient of the targets once, in their order.
std::vector<std::string> PatientsOf(const std::vector<Target>& targets);
bool IsReading(std::string_view frame);
// Whether standard input has ended: the one who started this wants it to end.
bool InputEnded();

}  // namespace fajma::load
