// All devices: one thread that publishes at a fixed rate over MQTT and WebSockets while the server dies and comes back.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/load/mqtt_peer.h"
#include "tests/bench/load/ws_peer.h"
#include "tests/system/crash/sent_log.h"

namespace fajma::crash {

struct PublisherOptions {
  std::uint16_t mqtt_port = 0;
  std::uint16_t http_port = 0;
  double messages_per_second = 5000;
  std::uint32_t boot = 1;                         // of the numbered devices
  std::chrono::seconds resend_after{3};           // a numbered device without progress sends all again
  std::chrono::milliseconds reconnect_after{50};  // sockets
};

class Publisher {
 public:
  // `devices` belong to this until Finish returned.
  Publisher(const PublisherOptions& options, std::vector<DeviceLog>& devices);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  // Publishes nothing new, waits until everything is answered. False: something was not within `timeout`.
  bool Finish(std::chrono::seconds timeout);

 private:
  static constexpr std::size_t kMqttKinds = 4;  // a connection each
  static constexpr std::size_t kMaxUnacknowledged = 4'000;
  static constexpr std::uint64_t kMaxHeld = 1'024;  // of a numbered device
  static constexpr std::size_t kSocketWindow = 16;

  struct Device {
    DeviceLog* log = nullptr;
    std::uint64_t durable = 0;  // numbered: of its seq, which is its number + 1
    load::Clock::time_point progress_at{};
    std::unique_ptr<load::WsPeer> socket;
    std::deque<std::uint32_t> unconfirmed;  // of the socket that is open
    load::Clock::time_point retry_at{};
  };
  struct InFlight {
    Device* device = nullptr;
    std::uint32_t number = 0;
  };
  struct Channel {
    std::unique_ptr<load::MqttPeer> peer;
    std::vector<InFlight> in_flight = std::vector<InFlight>(65'536);  // by packet identifier
    std::size_t unacknowledged = 0;
    std::uint16_t last_id = 0;
  };

  void Run();
  void SendDue(load::Clock::time_point now);
  bool SendNext(Device& device);
  std::string PayloadOf(const DeviceLog& log, std::uint32_t number) const;
  bool Publish(Device& device, std::uint32_t number, const std::string& payload);
  bool SendOverSocket(Device& device);
  void OnPuback(Channel& channel, std::uint16_t id);
  void OnAck(std::string_view topic, std::string_view payload);
  void OnFrame(Device& device, std::string_view frame);
  void KeepSockets(load::Clock::time_point now);
  void ResendNumbered(load::Clock::time_point now);
  bool AllAnswered() const;

  const PublisherOptions options_;
  const load::Clock::time_point started_ = load::Clock::now();
  load::Poller poller_;
  std::array<Channel, kMqttKinds> channels_;
  std::vector<Device> devices_;
  std::size_t next_device_ = 0;
  double due_ = 0;  // messages by now
  load::Clock::time_point last_look_ = started_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<bool> finishing_{false};
  std::atomic<bool> stop_{false};
  std::atomic<bool> answered_{false};
  std::jthread thread_;
};

}  // namespace fajma::crash
