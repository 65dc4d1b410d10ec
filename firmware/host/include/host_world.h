#ifndef FAJMA_FIRMWARE_HOST_WORLD_H_
#define FAJMA_FIRMWARE_HOST_WORLD_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// The world around a sketch that runs on the host: a test sets what the stand-in headers then show to the sketch, and
// reads what the sketch did to it.
namespace fajma::host {

struct Message {
  std::string topic;
  std::string payload;
  bool retained;
};

struct ConnectCall {
  std::string client_id;
  std::string user;
  std::string will_topic;
  std::string will;
  std::uint8_t will_qos;
  bool will_retained;
  bool clean_session;
};

struct World {
  std::uint32_t millis = 0;
  std::optional<std::uint64_t> ntp_wall_ms;  // absent: SNTP has not answered, the system clock is in 1970
  std::uint32_t random = 12;
  bool wifi_up = false;
  int rssi_dbm = -60;
  std::uint32_t battery_pin_mv = 2000;
  std::optional<double> celsius;  // absent: no DS18B20 on the bus
  bool lamp = false;
  int restarts = 0;

  bool broker_up = false;
  bool session_up = false;
  bool publish_fails = false;
  std::vector<ConnectCall> connects;
  std::vector<std::string> subscriptions;  // of the session
  std::vector<Message> published;
  // Hands a message to the sketch, as PubSubClient does in loop().
  std::vector<Message> incoming;
};

World& GetWorld();

}  // namespace fajma::host

#endif  // FAJMA_FIRMWARE_HOST_WORLD_H_
