// The sensors: over MQTT with numbers, some of their messages late; over WebSockets to any process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace fajma::cluster {

struct Sensor {
  std::string mac;    // AA:BB:CC:…
  std::string topic;  // of its data
  std::string patient;
  std::string token;
};

struct PublisherOptions {
  std::uint16_t mqtt_port = 0;
  std::vector<std::uint16_t> api_ports;
  double messages_per_second = 200;
  std::uint32_t seed = 0;
};

class Publishers {
 public:
  Publishers(PublisherOptions options, std::vector<Sensor> over_mqtt, std::vector<Sensor> over_sockets);
  ~Publishers();
  Publishers(const Publishers&) = delete;
  Publishers& operator=(const Publishers&) = delete;

  void Stop();
  std::uint64_t sent() const { return sent_; }
  std::uint64_t late() const { return late_; }

 private:
  void PublishOverMqtt(const std::stop_token& stop);
  void SendOverSockets(const std::stop_token& stop);

  const PublisherOptions options_;
  const std::vector<Sensor> over_mqtt_;
  const std::vector<Sensor> over_sockets_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> late_{0};
  std::jthread mqtt_;
  std::jthread sockets_;
};

}  // namespace fajma::cluster
