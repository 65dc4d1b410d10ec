#include "mqtt_link.h"

#include <array>
#include <string_view>

namespace fajma::esp32 {
namespace {

constexpr std::uint16_t kMqttPort = FAJMA_MQTT_PORT;
constexpr std::uint16_t kKeepAliveSeconds = 15;
// A payload, the longest topic, and PubSubClient's own header.
constexpr std::uint16_t kMqttBufferBytes = firmware::kMaxPayloadBytes + firmware::Topic::kMaxBytes + 16;
constexpr std::uint32_t kFirstRetryMs = 1'000;
constexpr std::uint32_t kMaxRetryMs = 60'000;
// A backlog goes out over several loops, so that sensors are polled between them.
constexpr int kMessagesPerRun = 4;

const char* OrNull(const char* text) { return text[0] == '\0' ? nullptr : text; }

}  // namespace

MqttLink::MqttLink(firmware::Device& device, std::uint32_t seed)
    : device_(device), mqtt_(socket_), retry_(kFirstRetryMs, kMaxRetryMs, seed) {}

void MqttLink::Begin() {
#if FAJMA_MQTT_TLS
  socket_.setCACert(FAJMA_MQTT_CA);
#endif
  mqtt_.setServer(FAJMA_MQTT_HOST, kMqttPort);
  mqtt_.setBufferSize(kMqttBufferBytes);
  mqtt_.setKeepAlive(kKeepAliveSeconds);
  mqtt_.setSocketTimeout(kConnectSeconds);
  // The text lies in PubSubClient's own buffer: it is used up here, and nothing is published before loop() has
  // returned.
  mqtt_.setCallback([this](char* topic, std::uint8_t* payload, unsigned int size) {
    const std::string_view text(reinterpret_cast<const char*>(payload), size);
    device_.OnMessage(topic, text, device_.clock().uptime_ms());
  });
}

bool MqttLink::Connect() {
  const std::array<char, 17> mac = firmware::ColonMac(device_.mac());
  std::array<char, 6 + 17 + 1> client_id{'f', 'a', 'j', 'm', 'a', '-'};
  for (std::size_t i = 0; i < mac.size(); ++i) {
    client_id[6 + i] = mac[i];
  }
  // The session is kept by the broker: a command sent while we are away waits for us until it expires.
  constexpr bool kCleanSession = false;
  return mqtt_.connect(client_id.data(), OrNull(FAJMA_MQTT_USERNAME), OrNull(FAJMA_MQTT_PASSWORD),
                       device_.topics().status().c_str(), 1, true, device_.will().data(), kCleanSession);
}

void MqttLink::OnConnected() {
  const firmware::Topics& topics = device_.topics();
  const bool subscribed = mqtt_.subscribe(topics.ack().c_str(), 1) && mqtt_.subscribe(topics.reject().c_str(), 1) &&
                          mqtt_.subscribe(topics.commands_filter().c_str(), 1);
  if (!subscribed) {
    mqtt_.disconnect();
    return;
  }
  was_connected_ = true;
  retry_.Reset();
  device_.OnConnected();
}

void MqttLink::Run(std::uint64_t now_ms) {
  if (was_connected_ && !mqtt_.connected()) {
    was_connected_ = false;
    device_.OnDisconnected();
    next_attempt_ms_ = now_ms + retry_.Next();
  }
  // The WiFi library reconnects by itself; there is nothing to do but wait.
  if (WiFi.status() != WL_CONNECTED) {
    return;
  }
  if (!mqtt_.connected()) {
    if (now_ms < next_attempt_ms_) {
      return;
    }
    next_attempt_ms_ = now_ms + retry_.Next();
    if (!Connect()) {
      return;
    }
    OnConnected();
  }
  mqtt_.loop();
  PublishAll(now_ms);
}

void MqttLink::PublishAll(std::uint64_t now_ms) {
  for (int i = 0; i < kMessagesPerRun; ++i) {
    const std::optional<firmware::Outgoing> message = device_.Next(now_ms);
    if (!message) {
      return;
    }
    const auto* payload = reinterpret_cast<const std::uint8_t*>(message->payload.data());
    const auto size = static_cast<unsigned int>(message->payload.size());
    if (!mqtt_.publish(message->topic, payload, size, message->retained)) {
      device_.OnPublishFailed();
      mqtt_.disconnect();  // half a message may have left: only a new connection is in a known state
      return;
    }
  }
}

void MqttLink::Stop() {
  const std::string_view will = device_.will();
  mqtt_.publish(device_.topics().status().c_str(), reinterpret_cast<const std::uint8_t*>(will.data()),
                static_cast<unsigned int>(will.size()), true);
  mqtt_.disconnect();
}

}  // namespace fajma::esp32
