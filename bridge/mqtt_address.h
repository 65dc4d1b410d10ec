// Where the broker is and who we are there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fajma {

struct MqttAddress {
  bool tls = false;
  std::string host;  // a name, an IPv4 address, or an IPv6 address without its brackets
  std::uint16_t port = 1883;
  std::string username;
  std::string password;
  std::string ca_file;  // TLS: certificates to trust instead of the system's

  // As the MQTT library takes it, without user and password.
  std::string ToUri() const;
};

// mqtt://[user[:password]@]host[:1883] or mqtts://…[:8883]; user and password percent-encoded. Absent: anything else.
std::optional<MqttAddress> ParseMqttUrl(std::string_view url);

}  // namespace fajma
