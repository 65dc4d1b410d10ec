// One simulated device: the firmware's core, a patient, and the life of a connection. What the Arduino sketch is on a
// board; time and connection are passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/simulation/device_link.h"
#include "cli/simulation/tally.h"
#include "cli/simulator.h"
#include "firmware/core/backoff.h"
#include "firmware/core/device.h"
#include "firmware/simulation/vital_signs.h"

namespace fajma::cli {

struct SimulationTime {
  std::uint64_t steady_ms = 0;  // since the simulator's start
  std::uint64_t wall_ms = 0;    // since 1970
};

struct RunnerPlace {
  firmware::PayloadForm form = firmware::PayloadForm::kNative;
  // The device's uptime at the beginning, less than an interval: so much earlier than those of uptime 0 it takes its
  // second sample, and all that follow.
  std::uint64_t phase_ms = 0;
};

// One thread. `options`, `link`, `now` and `tally` outlive it.
class DeviceRunner final : public LinkListener {
 public:
  DeviceRunner(const SimulatedDevice& device, const SimulatorOptions& options, RunnerPlace place, DeviceLink& link,
               const SimulationTime& now, Tally& tally);

  // Again and again: measures and connects when it is time, gives up on what lasts too long, sends what there is.
  // `may_connect` false: it goes on waiting.
  void Run(bool may_connect);
  // Says goodbye: the status `offline` first. From then on Run only waits for the end.
  void Stop(std::chrono::milliseconds patience);

  bool connecting() const { return state_ == State::kConnecting; }
  bool idle() const { return state_ == State::kIdle; }  // no connection, and no attempt

  void OnReady() override;
  void OnMessage(std::string_view topic, std::string_view payload) override;
  void OnEnded(std::string_view reason) override;

 private:
  enum class State : std::uint8_t { kIdle, kConnecting, kReady, kLeaving };

  void StartDevice(std::uint64_t uptime_ms);
  void Restart();
  std::uint64_t Advance();
  void FollowClock(std::uint64_t uptime_ms);
  void Measure(std::uint64_t uptime_ms);
  bool TakeSampleDue(std::uint64_t uptime_ms);
  void SendExample(const firmware::Sample& sample, std::uint64_t uptime_ms);
  void Connect();
  void SendAll(std::uint64_t uptime_ms);
  void Leave(std::chrono::milliseconds patience);
  void Count();

  const SimulatedDevice& device_;
  const SimulatorOptions& options_;
  const RunnerPlace place_;
  DeviceLink& link_;
  const SimulationTime& now_;
  Tally& tally_;
  const firmware::VitalSigns patient_;

  // Of one start of the device.
  std::optional<firmware::Device> core_;
  std::uint64_t started_ms_ = 0;  // steady time at uptime 0; before the simulator's own start it wraps, as it may
  std::uint64_t next_clock_check_ms_ = 0;
  std::uint64_t next_fast_sample_ms_ = 0;
  std::uint64_t fast_until_ms_ = 0;
  firmware::DeliveryCounters counted_;  // what the tally has already

  State state_ = State::kIdle;
  firmware::Backoff retry_;
  std::uint64_t next_attempt_ms_ = 0;  // steady time
  std::uint64_t deadline_ms_ = 0;      // steady time; of kConnecting and kLeaving
  bool was_connected_ = false;
  bool stopping_ = false;
};

}  // namespace fajma::cli
