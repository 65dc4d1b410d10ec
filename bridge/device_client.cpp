#include "bridge/device_client.h"

#include <MQTTAsync.h>

#include <stdexcept>
#include <utility>

namespace fajma {
namespace {

// More than the samples and results that a device has under way.
constexpr int kMaxInFlight = 128;

MQTTProperties SessionExpiry(std::chrono::seconds expiry) {
  MQTTProperties properties = MQTTProperties_initializer;
  MQTTProperty property{};
  property.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
  property.value.integer4 = static_cast<unsigned>(expiry.count());
  MQTTProperties_add(&properties, &property);
  return properties;
}

// A refused CONNECT has the broker's reason in `code`.
std::string Explain(int code, MQTTReasonCodes reason, const char* message) {
  if (code >= MQTTREASONCODE_UNSPECIFIED_ERROR) reason = static_cast<MQTTReasonCodes>(code);
  if (reason != MQTTREASONCODE_SUCCESS) {
    const char* const name = MQTTReasonCode_toString(reason);
    return name != nullptr ? name : "reason code " + std::to_string(static_cast<int>(reason));
  }
  if (message != nullptr) return message;
  return "error " + std::to_string(code);
}

}  // namespace

struct DeviceClient::Callbacks {
  static DeviceClient& Self(void* context) { return *static_cast<DeviceClient*>(context); }

  static int OnMessage(void* context, char* topic, int topic_length, MQTTAsync_message* message) noexcept {
    const std::string_view name =
        topic_length > 0 ? std::string_view(topic, static_cast<std::size_t>(topic_length)) : std::string_view(topic);
    Self(context).options_.on_message(
        name, {static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)});
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
  }

  static void OnConnected(void* context, MQTTAsync_successData5* /*data*/) noexcept { Self(context).Subscribe(); }

  static void OnSubscribed(void* context, MQTTAsync_successData5* data) noexcept {
    const auto count = static_cast<std::size_t>(data->alt.sub.reasonCodeCount);
    MQTTReasonCodes worst = data->reasonCode;
    for (std::size_t i = 0; i < count; ++i) {
      worst = data->alt.sub.reasonCodes[i] > worst ? data->alt.sub.reasonCodes[i] : worst;
    }
    if (worst >= MQTTREASONCODE_UNSPECIFIED_ERROR) {
      Self(context).options_.on_ended("subscription refused: " + Explain(0, worst, nullptr));
    } else {
      Self(context).options_.on_ready();
    }
  }

  static void OnFailed(void* context, MQTTAsync_failureData5* data) noexcept {
    const std::string reason = data == nullptr ? "no answer" : Explain(data->code, data->reasonCode, data->message);
    Self(context).options_.on_ended(reason);
  }

  static void OnGoodbye(void* context, MQTTAsync_successData5* /*data*/) noexcept {
    Self(context).options_.on_ended("goodbye");
  }

  static void OnLost(void* context, char* cause) noexcept {
    Self(context).options_.on_ended(cause != nullptr ? cause : "connection lost");
  }

  static void OnDisconnect(void* context, MQTTProperties* /*properties*/, MQTTReasonCodes reason) noexcept {
    Self(context).options_.on_ended(Explain(0, reason, "ended by the broker"));
  }
};

DeviceClient::DeviceClient(DeviceClientOptions options) : options_(std::move(options)) {
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  const int result = MQTTAsync_createWithOptions(&handle_, options_.address.ToUri().c_str(), options_.client_id.c_str(),
                                                 MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
  if (result != MQTTASYNC_SUCCESS)
    throw std::runtime_error("mqtt: " + Explain(result, MQTTREASONCODE_SUCCESS, nullptr));
  MQTTAsync_setCallbacks(handle_, this, Callbacks::OnLost, Callbacks::OnMessage, nullptr);
  MQTTAsync_setDisconnected(handle_, this, Callbacks::OnDisconnect);
}

DeviceClient::~DeviceClient() { MQTTAsync_destroy(&handle_); }

std::string DeviceClient::Connect() {
  MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer5;
  connect.keepAliveInterval = static_cast<int>(options_.keep_alive.count());
  connect.connectTimeout = static_cast<int>(options_.connect_timeout.count());
  connect.maxInflight = kMaxInFlight;
  connect.cleanstart = 0;  // a command sent while the device is away waits for it
  const MqttAddress& address = options_.address;
  if (!address.username.empty()) {
    connect.username = address.username.c_str();
    connect.password = address.password.c_str();
  }
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  will.topicName = options_.will.topic.c_str();
  will.payload = {static_cast<int>(options_.will.payload.size()), options_.will.payload.data()};
  will.qos = options_.will.qos;
  will.retained = options_.will.retain ? 1 : 0;
  connect.will = options_.will.topic.empty() ? nullptr : &will;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  tls.trustStore = address.ca_file.empty() ? nullptr : address.ca_file.c_str();
  tls.disableDefaultTrustStore = address.ca_file.empty() ? 0 : 1;
  tls.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
  tls.enableServerCertAuth = 1;
  tls.verify = 1;
  connect.ssl = address.tls ? &tls : nullptr;
  MQTTProperties properties = SessionExpiry(options_.session_expiry);
  connect.connectProperties = &properties;
  connect.context = this;
  connect.onSuccess5 = Callbacks::OnConnected;
  connect.onFailure5 = Callbacks::OnFailed;
  const int result = MQTTAsync_connect(handle_, &connect);
  MQTTProperties_free(&properties);
  return result == MQTTASYNC_SUCCESS ? std::string() : Explain(result, MQTTREASONCODE_SUCCESS, nullptr);
}

void DeviceClient::Subscribe() {
  std::vector<char*> names;
  for (const std::string& filter : options_.filters) names.push_back(const_cast<char*>(filter.c_str()));
  std::vector<int> qos(names.size(), 1);
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = this;
  response.onSuccess5 = Callbacks::OnSubscribed;
  response.onFailure5 = Callbacks::OnFailed;
  const int result =
      MQTTAsync_subscribeMany(handle_, static_cast<int>(names.size()), names.data(), qos.data(), &response);
  if (result != MQTTASYNC_SUCCESS) options_.on_ended(Explain(result, MQTTREASONCODE_SUCCESS, nullptr));
}

bool DeviceClient::Publish(const char* topic, std::string_view payload, bool retained) {
  MQTTAsync_message message = MQTTAsync_message_initializer;
  message.payload = const_cast<char*>(payload.data());
  message.payloadlen = static_cast<int>(payload.size());
  message.qos = 0;
  message.retained = retained ? 1 : 0;
  return MQTTAsync_sendMessage(handle_, topic, &message, nullptr) == MQTTASYNC_SUCCESS;
}

bool DeviceClient::SayGoodbye() {
  MQTTAsync_disconnectOptions disconnect = MQTTAsync_disconnectOptions_initializer5;
  disconnect.properties = SessionExpiry(std::chrono::seconds(0));
  disconnect.context = this;
  disconnect.onSuccess5 = Callbacks::OnGoodbye;
  disconnect.onFailure5 = Callbacks::OnFailed;
  const int result = MQTTAsync_disconnect(handle_, &disconnect);
  MQTTProperties_free(&disconnect.properties);
  return result == MQTTASYNC_SUCCESS;
}

}  // namespace fajma
