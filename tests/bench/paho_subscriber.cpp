// The least that a subscriber with Paho costs: the session of the bridge (MQTT 5, QoS 1, receive maximum 1000), and a
// callback that only counts.
//   fajma_paho_subscriber PORT COUNT   ends when COUNT messages came
#include <MQTTAsync.h>
#include <poll.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::atomic<long> received{0};
std::atomic<bool> subscribed{false};
std::atomic<bool> failed{false};

int OnMessage(void*, char* topic, int, MQTTAsync_message* message) noexcept {
  received.fetch_add(1, std::memory_order_relaxed);
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

void OnSubscribed(void*, MQTTAsync_successData5*) noexcept { subscribed = true; }
void OnFailed(void*, MQTTAsync_failureData5*) noexcept { failed = true; }

void OnConnected(void* context, MQTTAsync_successData5*) noexcept {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  options.onSuccess5 = OnSubscribed;
  options.onFailure5 = OnFailed;
  if (MQTTAsync_subscribe(context, "fajma/v1/devices/+/data", 1, &options) != MQTTASYNC_SUCCESS) failed = true;
}

bool Connect(MQTTAsync client) {
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
  options.cleanstart = 0;
  options.keepAliveInterval = 30;
  options.onSuccess5 = OnConnected;
  options.onFailure5 = OnFailed;
  options.context = client;
  MQTTProperties properties = MQTTProperties_initializer;
  MQTTProperty property{};
  property.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
  property.value.integer4 = 0xFFFF'FFFF;
  MQTTProperties_add(&properties, &property);
  property = {};
  property.identifier = MQTTPROPERTY_CODE_RECEIVE_MAXIMUM;
  property.value.integer2 = 1'000;
  MQTTProperties_add(&properties, &property);
  options.connectProperties = &properties;
  const bool begun = MQTTAsync_connect(client, &options) == MQTTASYNC_SUCCESS;
  MQTTProperties_free(&properties);
  return begun;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string url = std::string("tcp://127.0.0.1:") + argv[1];
  const long count = std::atol(argv[2]);
  MQTTAsync client = nullptr;
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  if (MQTTAsync_createWithOptions(&client, url.c_str(), "bare-subscriber", MQTTCLIENT_PERSISTENCE_NONE, nullptr,
                                  &create) != MQTTASYNC_SUCCESS) {
    return 1;
  }
  MQTTAsync_setCallbacks(client, client, nullptr, OnMessage, nullptr);
  if (!Connect(client)) return 1;
  bool told = false;
  while (received < count && !failed) {
    if (subscribed && !told) {
      std::puts("ready");
      std::fflush(stdout);
      told = true;
    }
    ::poll(nullptr, 0, 5);
  }
  std::printf("{\"received\":%ld}\n", received.load());
  return failed ? 1 : 0;
}
