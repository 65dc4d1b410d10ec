#include "tests/system/cluster/publishers.h"

#include <poll.h>

#include <chrono>
#include <optional>
#include <random>
#include <utility>

#include "tests/integration/app/mqtt_client.h"
#include "tests/support/ws_client.h"

namespace fajma::cluster {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLateEvery = 9;
constexpr std::int64_t kLateMillis = 45 * 60 * 1000;

std::int64_t NowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Values around a threshold: alerts come and go.
std::string Value(std::minstd_rand& random) { return std::to_string(60 + random() % 120); }

void WaitUntil(Clock::time_point time) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
  if (left > 0) ::poll(nullptr, 0, static_cast<int>(left));
}

}  // namespace

Publishers::Publishers(PublisherOptions options, std::vector<Sensor> over_mqtt, std::vector<Sensor> over_sockets)
    : options_(std::move(options)), over_mqtt_(std::move(over_mqtt)), over_sockets_(std::move(over_sockets)) {
  mqtt_ = std::jthread([this](const std::stop_token& stop) { PublishOverMqtt(stop); });
  sockets_ = std::jthread([this](const std::stop_token& stop) { SendOverSockets(stop); });
}

Publishers::~Publishers() { Stop(); }

void Publishers::Stop() {
  for (std::jthread* thread : {&mqtt_, &sockets_}) {
    thread->request_stop();
    if (thread->joinable()) thread->join();
  }
}

// The broker is not killed: what it has taken, the bridge gets. Each device's clock shows itself right first; then an
// old time is a backlog.
void Publishers::PublishOverMqtt(const std::stop_token& stop) {
  testing::MqttClient client(options_.mqtt_port, "sensors");
  std::minstd_rand random(options_.seed);
  const auto began = Clock::now();
  for (std::uint64_t i = 0; !stop.stop_requested(); ++i) {
    const Sensor& sensor = over_mqtt_[i % over_mqtt_.size()];
    const std::uint64_t number = i / over_mqtt_.size() + 1;
    const bool late = number > 3 && random() % kLateEvery == 0;
    if (late) ++late_;
    client.Publish(sensor.topic, "{\"b\":" + std::to_string(options_.seed | 1U) + ",\"s\":" + std::to_string(number) +
                                     ",\"t\":" + std::to_string(NowMillis() - (late ? kLateMillis : 0)) +
                                     ",\"m\":{\"heart_rate\":" + Value(random) + "}}");
    ++sent_;
    WaitUntil(began + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(static_cast<double>(i) / options_.messages_per_second)));
  }
}

// What is lost with a socket is not sent again: the table is what counts.
void Publishers::SendOverSockets(const std::stop_token& stop) {
  std::minstd_rand random(options_.seed + 1);
  std::vector<std::optional<testing::WsClient>> sockets(over_sockets_.size());
  for (std::size_t i = 0; !stop.stop_requested(); i = (i + 1) % sockets.size()) {
    const Sensor& sensor = over_sockets_[i];
    try {
      if (!sockets[i]) {
        const std::uint16_t port = options_.api_ports[random() % options_.api_ports.size()];
        sockets[i].emplace(port, "/ws/iot/" + sensor.patient + "/?token=" + sensor.token);
      }
      const bool sent = sockets[i]->SendText(R"({"type":"sensor_data","device_mac":")" + sensor.mac +
                                             R"(","data":{"heart_rate":)" + Value(random) + "}}");
      if (sent) ++sent_;
      // What it is told is read and dropped, so that it is not too slow.
      while (sent && sockets[i]->socket().ReceiveSome(testing::milliseconds(1))) static_cast<void>(0);
      if (!sent) sockets[i].reset();
    } catch (const testing::TimedOut&) {
    } catch (const std::exception&) {
      sockets[i].reset();
    }
    WaitUntil(Clock::now() + std::chrono::milliseconds(20));
  }
}

}  // namespace fajma::cluster
