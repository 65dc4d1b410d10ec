// The least that a subscriber with Paho costs: the session of the bridge (MQTT 5, QoS 1, receive maximum 20,000), and a
// callback that only counts, and looks how long what says when it was due has been under way.
//   fajma_paho_subscriber PORT COUNT           ends when COUNT messages came
//   fajma_paho_subscriber PORT COUNT stamped   ends when COUNT came that say when they were due (fajma_load mqtt)
#include <MQTTAsync.h>
#include <poll.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load/targets.h"

namespace {

std::atomic<long> received{0};
std::atomic<long> stamped{0};
std::atomic<bool> subscribed{false};
std::atomic<bool> failed{false};
std::vector<float> delays_ms;  // the library's thread; after the last stamped one it is read by main

void NoteDelay(std::string_view payload) {
  constexpr std::string_view kKey = R"("due_us":)";
  const std::size_t at = payload.rfind(kKey);
  if (at == std::string_view::npos || delays_ms.size() == delays_ms.capacity()) return;
  std::int64_t due = 0;
  std::from_chars(payload.data() + at + kKey.size(), payload.data() + payload.size(), due);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  delays_ms.push_back(static_cast<float>(std::chrono::duration_cast<std::chrono::microseconds>(now).count() - due) /
                      1e3F);
  stamped.fetch_add(1, std::memory_order_release);
}

int OnMessage(void*, char* topic, int, MQTTAsync_message* message) noexcept {
  NoteDelay({static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)});
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
  property.value.integer2 = 20'000;
  MQTTProperties_add(&properties, &property);
  options.connectProperties = &properties;
  const bool begun = MQTTAsync_connect(client, &options) == MQTTASYNC_SUCCESS;
  MQTTProperties_free(&properties);
  return begun;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && !(argc == 4 && std::string_view(argv[3]) == "stamped")) return 2;
  const std::string url = std::string("tcp://127.0.0.1:") + argv[1];
  const long count = std::atol(argv[2]);
  const std::atomic<long>& waited_for = argc == 4 ? stamped : received;
  if (argc == 4) delays_ms.reserve(static_cast<std::size_t>(count));
  MQTTAsync client = nullptr;
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  if (MQTTAsync_createWithOptions(&client, url.c_str(), "bare-subscriber", MQTTCLIENT_PERSISTENCE_NONE, nullptr,
                                  &create) != MQTTASYNC_SUCCESS) {
    return 1;
  }
  MQTTAsync_setCallbacks(client, client, nullptr, OnMessage, nullptr);
  if (!Connect(client)) return 1;
  bool told = false;
  while (waited_for < count && !failed) {
    if (subscribed && !told) {
      std::puts("ready");
      std::fflush(stdout);
      told = true;
    }
    ::poll(nullptr, 0, 5);
  }
  fajma::load::JsonLine line;
  line.Add("received", static_cast<double>(received), 0);
  if (argc == 4) {
    line.Add("p50_ms", fajma::load::Percentile(delays_ms, 0.5))
        .Add("p99_ms", fajma::load::Percentile(delays_ms, 0.99))
        .Add("max_ms", fajma::load::Percentile(delays_ms, 1));
  }
  line.Print();
  return failed ? 1 : 0;
}
