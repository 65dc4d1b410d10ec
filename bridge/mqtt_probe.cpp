#include "bridge/mqtt_probe.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>
#include <utility>

#include "bridge/topics.h"

namespace fajma {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr int kMaxInFlight = 2'000;

template <typename Token>
void Await(const Token& token, const char* what) {
  if (!token->wait_for(kPatience)) throw std::runtime_error(std::string(what) + ": no answer");
}

mqtt::connect_options ConnectOptions(const MqttAddress& address, const ProbeSession& session) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(session.clean);
  options.set_connect_timeout(kPatience);
  options.set_max_inflight(kMaxInFlight);
  options.set_properties(
      {{mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<std::int32_t>(session.expiry_seconds)}});
  if (!address.username.empty()) {
    options.set_user_name(address.username);
    options.set_password(address.password);
  }
  if (address.tls) {
    mqtt::ssl_options tls;
    if (!address.ca_file.empty()) tls.set_trust_store(address.ca_file);
    tls.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    options.set_ssl(tls);
  }
  return options;
}

template <typename T>
T PropertyOr(const mqtt::properties& properties, mqtt::property::code code, T otherwise) {
  return properties.contains(code) ? mqtt::get<T>(properties, code) : otherwise;
}

}  // namespace

struct MqttProbe::State {
  State(const MqttAddress& broker, ProbeSession probe_session)
      : address(broker),
        session(std::move(probe_session)),
        client(address.ToUri(), session.client_id, CreateOptions()) {
    client.set_message_callback([this](const mqtt::const_message_ptr& message) {
      OutgoingMessage received;
      received.topic = message->get_topic();
      received.payload = message->get_payload_str();
      received.qos = message->get_qos();
      received.retain = message->is_retained();
      received.expiry = std::chrono::seconds(
          PropertyOr<std::int32_t>(message->get_properties(), mqtt::property::MESSAGE_EXPIRY_INTERVAL, 0));
      const std::lock_guard lock(mutex);
      inbox.push_back(std::move(received));
      changed.notify_all();
    });
  }

  static mqtt::create_options CreateOptions() {
    mqtt::create_options options(MQTTVERSION_5);
    options.set_max_buffered_messages(kMaxInFlight);
    return options;
  }

  const MqttAddress address;
  const ProbeSession session;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<OutgoingMessage> inbox;  // guarded by mutex
  mqtt::async_client client;           // its callback uses what stands above it
};

MqttProbe::MqttProbe(const MqttAddress& address, ProbeSession session)
    : state_(std::make_unique<State>(address, std::move(session))) {}
MqttProbe::~MqttProbe() = default;

BrokerLimits MqttProbe::Connect() {
  const mqtt::token_ptr token = state_->client.connect(ConnectOptions(state_->address, state_->session));
  Await(token, "connect");
  const mqtt::connect_response response = token->get_connect_response();
  const mqtt::properties& properties = response.get_properties();
  BrokerLimits limits;
  limits.session_present = response.is_session_present();
  limits.expiry_seconds = static_cast<std::uint32_t>(PropertyOr(
      properties, mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<std::int32_t>(state_->session.expiry_seconds)));
  limits.maximum_packet_bytes =
      static_cast<std::uint32_t>(PropertyOr<std::int32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE, 0));
  limits.maximum_qos = PropertyOr<std::uint8_t>(properties, mqtt::property::MAXIMUM_QOS, 2);
  limits.retain_available = PropertyOr<std::uint8_t>(properties, mqtt::property::RETAIN_AVAILABLE, 1) != 0;
  return limits;
}

void MqttProbe::Subscribe(const std::string& filter) {
  const mqtt::token_ptr token = state_->client.subscribe(filter, 1);
  Await(token, "subscribe");
  const mqtt::subscribe_response response = token->get_subscribe_response();
  for (const mqtt::ReasonCode code : response.get_reason_codes()) {
    if (code >= mqtt::ReasonCode::UNSPECIFIED_ERROR)
      throw std::runtime_error("subscribe: the broker refuses " + filter);
  }
}

void MqttProbe::Publish(const std::vector<OutgoingMessage>& messages) {
  std::vector<mqtt::delivery_token_ptr> tokens;
  for (const OutgoingMessage& message : messages) {
    mqtt::properties properties;
    if (message.expiry.count() > 0) {
      properties.add({mqtt::property::MESSAGE_EXPIRY_INTERVAL, static_cast<std::int32_t>(message.expiry.count())});
    }
    tokens.push_back(state_->client.publish(
        std::make_shared<mqtt::message>(message.topic, message.payload, message.qos, message.retain, properties)));
  }
  for (const mqtt::delivery_token_ptr& token : tokens) Await(token, "publish");
}

std::vector<OutgoingMessage> MqttProbe::Receive(const std::function<bool(const std::vector<OutgoingMessage>&)>& enough,
                                                std::chrono::milliseconds quiet) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  while (!enough(s.inbox)) {
    const std::size_t before = s.inbox.size();
    if (!s.changed.wait_for(lock, quiet, [&] { return s.inbox.size() != before; })) break;
  }
  return std::exchange(s.inbox, {});
}

void MqttProbe::Disconnect(std::optional<std::chrono::seconds> expiry) {
  mqtt::disconnect_options options;
  options.set_timeout(kPatience);
  mqtt::properties properties;
  if (expiry) {
    properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<std::int32_t>(expiry->count())});
  }
  options.set_properties(properties);
  Await(state_->client.disconnect(options), "disconnect");
}

std::string RandomClientId(std::string_view prefix) {
  std::random_device random;
  return std::string(prefix) + "-" + std::to_string(random()) + std::to_string(random());
}

// The broker sends the retained messages in the order of the subscription, so a message of our own behind them ends
// them.
std::optional<std::vector<std::string>> FindRetained(const MqttAddress& address, const std::string& filter) {
  try {
    const std::string id = RandomClientId("fajma-look");
    MqttProbe probe(address, {.client_id = id});
    probe.Connect();
    OutgoingMessage end;
    end.topic = CheckTopic(id);
    probe.Subscribe(filter);
    probe.Subscribe(end.topic);
    probe.Publish({end});
    bool ended = false;
    const auto inbox = probe.Receive(
        [&](const std::vector<OutgoingMessage>& seen) {
          return ended = std::ranges::any_of(seen, [&](const auto& message) { return message.topic == end.topic; });
        },
        kPatience);
    probe.Disconnect();
    if (!ended) return std::nullopt;
    std::vector<std::string> topics;
    for (const OutgoingMessage& message : inbox) {
      if (message.retain) topics.push_back(message.topic);
    }
    return topics;
  } catch (const std::runtime_error&) {
    return std::nullopt;  // the link tells that the broker is away, once
  }
}

}  // namespace fajma
