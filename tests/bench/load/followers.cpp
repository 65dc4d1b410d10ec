#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/bench/load/modes.h"
#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kOpeningAtOnce = 100;
constexpr std::chrono::seconds kOpenTimeout{60};

}  // namespace

std::vector<std::unique_ptr<MqttPeer>> ConnectMqtt(Poller& poller, std::uint16_t port, std::size_t count) {
  std::vector<std::unique_ptr<MqttPeer>> peers;
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  for (std::size_t i = 0; i < count; ++i) {
    peers.push_back(
        std::make_unique<MqttPeer>(poller, port, "load-" + std::to_string(::getpid()) + "-" + std::to_string(i)));
    while (!peers.back()->ready()) {
      if (Clock::now() > deadline) throw std::runtime_error("the broker does not answer");
      poller.Wait(milliseconds(10));
    }
  }
  return peers;
}

void Follower::CheckCursor(std::string_view frame) {
  const std::string_view text = FieldOf(frame, R"("cursor":)");
  if (text.empty()) return;
  const double now = NumericField(frame, R"("cursor":)");
  if (now <= cursor) ++faults;
  cursor = now;
}

std::vector<Follower> OpenFollowers(Poller& poller, const Arguments& arguments,
                                    const std::vector<std::string>& patients, std::size_t count) {
  const std::uint16_t port = arguments.Port("http-port");
  const std::string query = arguments.Text("query", "");
  std::vector<Follower> followers(count);
  const auto deadline = Clock::now() + kOpenTimeout;
  for (std::size_t begun = 0, open = 0; open < count;) {
    while (begun < count && begun - open < kOpeningAtOnce) {
      Follower& follower = followers[begun];
      follower.patient = patients[begun % patients.size()];
      follower.socket = std::make_unique<WsPeer>(poller, port, "/ws/iot/" + follower.patient + "/?" + query);
      ++begun;
    }
    poller.Wait(milliseconds(10));
    while (open < begun && followers[open].socket->open()) ++open;
    if (open < begun && followers[open].socket->closed()) {
      throw std::runtime_error("a socket was refused: " + followers[open].socket->refusal());
    }
    if (Clock::now() > deadline) throw std::runtime_error("sockets do not open");
  }
  return followers;
}

std::vector<std::string> PatientsOf(const std::vector<Target>& targets) {
  std::vector<std::string> patients;
  for (const Target& target : targets) {
    if (std::find(patients.begin(), patients.end(), target.patient) == patients.end())
      patients.push_back(target.patient);
  }
  return patients;
}

bool IsReading(std::string_view frame) { return frame.substr(0, 32).find("\"sensor_data\"") != std::string_view::npos; }

bool InputEnded() {
  ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  char byte;
  return ::read(STDIN_FILENO, &byte, 1) == 0;
}

}  // namespace fajma::load
