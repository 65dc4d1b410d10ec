#include "bridge/mqtt_connection.h"

#include <MQTTAsync.h>

#include <stdexcept>
#include <utility>

namespace fajma {
namespace {

constexpr std::uint32_t kNeverExpires = 0xFFFF'FFFF;
// The broker reads one packet of each connection in turn: beside a device that floods it our PUBACKs lie unread, and at
// this number it holds messages back that we would take at once. It bounds what is sent again at a crash: the journal
// keeps more (JournalOptions::keep_records), so that all of it is known. Far from the 65,535 identifiers, which the
// broker gives out without looking whether one is in use.
constexpr std::uint16_t kReceiveMaximum = 20'000;
constexpr int kConnectTimeoutSeconds = 10;
constexpr std::chrono::seconds kAnswerTimeout{10};
constexpr std::chrono::seconds kGoodbyeTimeout{2};

class Properties {
 public:
  Properties() = default;
  ~Properties() { MQTTProperties_free(&properties_); }
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;

  void Add(MQTTPropertyCodes code, std::uint32_t value) {
    MQTTProperty property{};
    property.identifier = code;
    if (code == MQTTPROPERTY_CODE_RECEIVE_MAXIMUM) {
      property.value.integer2 = static_cast<unsigned short>(value);
    } else {
      property.value.integer4 = value;
    }
    MQTTProperties_add(&properties_, &property);
  }
  MQTTProperties* get() { return &properties_; }

 private:
  MQTTProperties properties_ = MQTTProperties_initializer;
};

std::string Explain(int code, MQTTReasonCodes reason, const char* message) {
  if (reason != MQTTREASONCODE_SUCCESS) {
    const char* const name = MQTTReasonCode_toString(reason);
    return name != nullptr ? name : "reason code " + std::to_string(static_cast<int>(reason));
  }
  if (message != nullptr) return message;
  return code == MQTTASYNC_SUCCESS ? "no answer" : "error " + std::to_string(code);
}

}  // namespace

// No exception leaves these: what they call throws nothing but std::bad_alloc, after which nothing can be promised.
struct MqttConnection::Callbacks {
  static MqttConnection& Self(void* context) { return *static_cast<MqttConnection*>(context); }

  static int OnMessage(void* context, char* topic, int topic_length, MQTTAsync_message* message) noexcept {
    ReceivedMessage received;
    received.topic = topic_length > 0 ? std::string_view(topic, static_cast<std::size_t>(topic_length)) : topic;
    received.payload = {static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)};
    received.packet_id = message->qos > 0 ? static_cast<std::uint16_t>(message->msgid) : std::uint16_t{0};
    received.duplicate = message->dup != 0;
    received.retained = message->retained != 0;
    Self(context).options_.on_message(received);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
  }

  static void OnLost(void* context, char* cause) noexcept {
    Self(context).Lose(cause != nullptr ? cause : "the connection ended");
  }

  static void OnDisconnect(void* context, MQTTProperties* /*properties*/, MQTTReasonCodes reason) noexcept {
    Self(context).Lose(Explain(0, reason, "the broker ended the connection"));
  }

  static void OnConnected(void* context, MQTTAsync_successData5* data) noexcept {
    MqttConnection& self = Self(context);
    if (self.options_.on_connected) self.options_.on_connected(data->alt.connect.sessionPresent != 0);
    self.Finish({});
  }

  static void OnSubscribed(void* context, MQTTAsync_successData5* data) noexcept {
    std::string error;
    if (data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR) error = Explain(0, data->reasonCode, nullptr);
    const int count = data->alt.sub.reasonCodeCount;
    for (int i = 0; count > 1 && i < count; ++i) {  // of one filter, the library gives no list
      const MQTTReasonCodes code = data->alt.sub.reasonCodes[i];
      if (code >= MQTTREASONCODE_UNSPECIFIED_ERROR) error = Explain(0, code, nullptr);
    }
    Self(context).Finish(std::move(error));
  }

  static void OnDisconnected(void* context, MQTTAsync_successData5* /*data*/) noexcept { Self(context).Finish({}); }

  static void OnFailed(void* context, MQTTAsync_failureData5* data) noexcept {
    Self(context).Finish(data == nullptr ? "no answer" : Explain(data->code, data->reasonCode, data->message));
  }

  static void OnPublished(void* context, MQTTAsync_successData5* data) noexcept {
    Slot& slot = *static_cast<Slot*>(context);
    slot.owner->Complete(slot, data->reasonCode < MQTTREASONCODE_UNSPECIFIED_ERROR);
  }

  static void OnPublishFailed(void* context, MQTTAsync_failureData5* /*data*/) noexcept {
    Slot& slot = *static_cast<Slot*>(context);
    slot.owner->Complete(slot, false);
  }
};

MqttConnection::MqttConnection(MqttConnectionOptions options)
    : options_(std::move(options)), slots_(options_.max_in_flight) {
  // The library formats a trace for each message otherwise: almost half of what it costs.
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  create.maxBufferedMessages = static_cast<int>(options_.max_in_flight) + 16;
  const int result = MQTTAsync_createWithOptions(&handle_, options_.address.ToUri().c_str(), options_.client_id.c_str(),
                                                 MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
  if (result != MQTTASYNC_SUCCESS)
    throw std::runtime_error("mqtt: " + Explain(result, MQTTREASONCODE_SUCCESS, nullptr));
  MQTTAsync_setCallbacks(handle_, this, Callbacks::OnLost, Callbacks::OnMessage, nullptr);
  MQTTAsync_setDisconnected(handle_, this, Callbacks::OnDisconnect);
  free_slots_.reserve(slots_.size());
  for (Slot& slot : slots_) free_slots_.push_back(&slot);
}

MqttConnection::~MqttConnection() {
  MQTTAsync_destroy(&handle_);  // no callback begins after it
  for (Slot& slot : slots_) {
    if (slot.owner != nullptr) Complete(slot, false);
  }
}

std::string MqttConnection::Connect(const std::stop_token& stop) {
  MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  const MqttAddress& address = options_.address;
  connect.keepAliveInterval = static_cast<int>(options_.keep_alive.count());
  connect.connectTimeout = kConnectTimeoutSeconds;
  connect.maxInflight = static_cast<int>(options_.max_in_flight);
  connect.cleanstart = 0;
  if (!address.username.empty()) {
    connect.username = address.username.c_str();
    connect.password = address.password.c_str();
  }
  if (!options_.will.topic.empty()) {
    will.topicName = options_.will.topic.c_str();
    will.payload = {static_cast<int>(options_.will.payload.size()), options_.will.payload.data()};
    will.qos = options_.will.qos;
    will.retained = options_.will.retain ? 1 : 0;
    connect.will = &will;
  }
  if (address.tls) {
    tls.trustStore = address.ca_file.empty() ? nullptr : address.ca_file.c_str();
    tls.disableDefaultTrustStore = address.ca_file.empty() ? 0 : 1;
    tls.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
    tls.enableServerCertAuth = 1;
    tls.verify = 1;  // the certificate's name is the host's
    connect.ssl = &tls;
  }
  Properties properties;
  properties.Add(MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, kNeverExpires);
  properties.Add(MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, kReceiveMaximum);
  connect.connectProperties = properties.get();
  connect.context = this;
  connect.onSuccess5 = Callbacks::OnConnected;
  connect.onFailure5 = Callbacks::OnFailed;
  {
    const std::lock_guard lock(mutex_);
    wait_ = Wait::kRunning;
  }
  return Await(MQTTAsync_connect(handle_, &connect), stop);
}

// Retained messages only when the subscription is new: a session that goes on has them already.
std::string MqttConnection::Subscribe(std::span<const std::string> filters, const std::stop_token& stop) {
  std::vector<char*> names;
  for (const std::string& filter : filters) names.push_back(const_cast<char*>(filter.c_str()));
  std::vector<int> qos(filters.size(), 1);
  MQTTSubscribe_options one = MQTTSubscribe_options_initializer;
  one.retainHandling = 1;
  std::vector<MQTTSubscribe_options> each(filters.size(), one);
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = this;
  response.onSuccess5 = Callbacks::OnSubscribed;
  response.onFailure5 = Callbacks::OnFailed;
  response.subscribeOptions = one;
  response.subscribeOptionsCount = static_cast<int>(each.size());
  response.subscribeOptionsList = each.data();
  {
    const std::lock_guard lock(mutex_);
    wait_ = Wait::kRunning;
  }
  return Await(MQTTAsync_subscribeMany(handle_, static_cast<int>(names.size()), names.data(), qos.data(), &response),
               stop);
}

std::string MqttConnection::Await(int started, const std::stop_token& stop) {
  if (started != MQTTASYNC_SUCCESS) return Explain(started, MQTTREASONCODE_SUCCESS, nullptr);
  std::unique_lock lock(mutex_);
  const auto answered = [this] { return wait_ == Wait::kDone || lost_.has_value(); };
  changed_.wait_for(lock, stop, kAnswerTimeout + std::chrono::seconds(kConnectTimeoutSeconds), answered);
  if (wait_ == Wait::kDone) return error_;
  return lost_ ? *lost_ : "no answer";
}

void MqttConnection::Finish(std::string error) {
  const std::lock_guard lock(mutex_);
  wait_ = Wait::kDone;
  error_ = std::move(error);
  changed_.notify_all();
}

void MqttConnection::Lose(std::string reason) {
  const std::lock_guard lock(mutex_);
  if (!lost_) lost_ = std::move(reason);  // the first of two reasons is the broker's own
  changed_.notify_all();
}

std::string MqttConnection::WaitUntilLost(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return lost_.has_value(); });
  return lost_.value_or("stopped");
}

void MqttConnection::Disconnect() {
  MQTTAsync_disconnectOptions disconnect = MQTTAsync_disconnectOptions_initializer5;
  disconnect.context = this;
  disconnect.timeout = static_cast<int>(std::chrono::milliseconds(kGoodbyeTimeout).count());
  disconnect.onSuccess5 = Callbacks::OnDisconnected;
  disconnect.onFailure5 = Callbacks::OnFailed;
  {
    const std::lock_guard lock(mutex_);
    wait_ = Wait::kRunning;
  }
  if (MQTTAsync_disconnect(handle_, &disconnect) != MQTTASYNC_SUCCESS) return;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, 2 * kGoodbyeTimeout, [this] { return wait_ == Wait::kDone || lost_.has_value(); });
}

bool MqttConnection::Publish(const OutgoingMessage& message, PublishDone done) {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (free_slots_.empty() || lost_) return false;
    slot = free_slots_.back();
    free_slots_.pop_back();
    slot->owner = this;
    slot->done = std::move(done);
  }
  MQTTAsync_message outgoing = MQTTAsync_message_initializer;
  outgoing.payload = const_cast<char*>(message.payload.data());
  outgoing.payloadlen = static_cast<int>(message.payload.size());
  outgoing.qos = message.qos;
  outgoing.retained = message.retain ? 1 : 0;
  Properties properties;
  if (message.expiry.count() > 0) {
    properties.Add(MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, static_cast<std::uint32_t>(message.expiry.count()));
  }
  outgoing.properties = *properties.get();  // copied by the library
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = slot;
  response.onSuccess5 = Callbacks::OnPublished;
  response.onFailure5 = Callbacks::OnPublishFailed;
  if (MQTTAsync_sendMessage(handle_, message.topic.c_str(), &outgoing, &response) == MQTTASYNC_SUCCESS) return true;
  const std::lock_guard lock(mutex_);
  slot->done = {};
  slot->owner = nullptr;
  free_slots_.push_back(slot);
  return false;
}

void MqttConnection::Complete(Slot& slot, bool acknowledged) {
  PublishDone done;
  {
    const std::lock_guard lock(mutex_);
    done = std::move(slot.done);
    slot.done = {};
    slot.owner = nullptr;
    free_slots_.push_back(&slot);
  }
  if (done) done(acknowledged);
}

}  // namespace fajma
