#ifndef FAJMA_FIRMWARE_CORE_DEVICE_H_
#define FAJMA_FIRMWARE_CORE_DEVICE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/clock.h"
#include "firmware/core/command.h"
#include "firmware/core/delivery.h"
#include "firmware/core/payload.h"
#include "firmware/core/topics.h"

namespace fajma::firmware {

struct DeviceSettings {
  MacAddress mac{};
  std::string_view firmware;  // version, at most 32 bytes; must outlive the device
  std::uint32_t boot = 0;     // drawn at random at each start
  std::uint32_t interval_ms = 5'000;
  bool can_identify = true;  // there is a lamp to blink
  DeliverySettings delivery;
};

// A message to publish. The views live until the next call of Device::Next.
struct Outgoing {
  const char* topic;
  std::string_view payload;
  bool retained;
};

// Everything a device does over MQTT that is not hardware: what to publish, what to make of what comes in, when to
// measure. The shell (the ESP32 sketch, the simulator) brings time, sensors and a connection:
//
//   connect with the will on topics().status(), retained; subscribe to ack, reject and commands_filter; OnConnected
//   at each message in:        OnMessage
//   again and again:           if (TakeSampleDue) Add; while (Next) publish, OnPublishFailed if it did not leave;
//                              act on restart_due and identifying
//
// `now_ms` is the uptime of clock(). Not thread-safe; after construction nothing is allocated.
class Device {
 public:
  explicit Device(const DeviceSettings& settings);

  const MacAddress& mac() const { return settings_.mac; }
  const Topics& topics() const { return topics_; }
  Clock& clock() { return clock_; }
  const Clock& clock() const { return clock_; }
  const Delivery& delivery() const { return delivery_; }

  // The payload of the will; lives as long as the device, and a NUL follows it for C libraries.
  std::string_view will() const { return {will_.data(), will_size_}; }

  void OnConnected();
  void OnDisconnected();
  // Never publishes by itself, so it may be called from a client's callback. False for a topic that is not ours.
  bool OnMessage(std::string_view topic, std::string_view payload, std::uint64_t now_ms);

  // True once in each interval. After a pause it catches up by one sample, not by many.
  bool TakeSampleDue(std::uint64_t now_ms);
  // Takes a sample measured now.
  std::uint32_t Add(Sample sample, std::uint64_t now_ms);
  // Takes a sample that carries its own time.
  std::uint32_t AddDated(const Sample& sample);

  // The next message to publish, oldest data first; nothing when all is said for now.
  std::optional<Outgoing> Next(std::uint64_t now_ms);
  // The message that Next gave last did not leave.
  void OnPublishFailed();

  // True when a restart was asked for, its time has come and its result was handed out.
  bool restart_due(std::uint64_t now_ms) const;
  bool identifying(std::uint64_t now_ms) const { return now_ms < identify_until_ms_; }
  std::uint32_t interval_ms() const { return interval_ms_; }

 private:
  static constexpr std::size_t kMaxCommands = 8;

  // A command that came in, kept after its result was sent: a broker may deliver it again.
  struct CommandEntry {
    std::array<char, 64> id{};
    std::size_t id_size = 0;
    CommandResult result{};
    bool result_due = false;

    std::string_view id_view() const { return {id.data(), id_size}; }
  };
  enum class Sent : std::uint8_t { kNothing, kStatus, kResult, kData };

  void OnCommand(std::string_view id, std::string_view payload, std::uint64_t now_ms);
  CommandResult Execute(const Command& command, std::uint64_t now_ms);
  std::optional<Outgoing> NextStatus(std::uint64_t now_ms);
  std::optional<Outgoing> NextResult();
  bool ResultsDue() const;

  const DeviceSettings settings_;
  const Topics topics_;
  Clock clock_;
  Delivery delivery_;
  std::uint32_t interval_ms_;
  std::uint64_t next_sample_ms_ = 0;

  bool connected_ = false;
  bool status_due_ = false;
  std::uint64_t next_status_ms_ = 0;
  std::optional<std::uint8_t> battery_;
  std::optional<std::uint8_t> signal_;

  std::array<CommandEntry, kMaxCommands> commands_{};
  std::size_t next_command_ = 0;
  std::optional<std::uint64_t> restart_at_ms_;
  std::uint64_t identify_until_ms_ = 0;

  Sent last_sent_ = Sent::kNothing;
  std::size_t last_result_ = 0;
  Topic result_topic_;
  std::array<char, 160> will_{};
  std::size_t will_size_ = 0;
  std::array<char, kMaxPayloadBytes> payload_{};
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_DEVICE_H_
