#include "cli/simulation/device_runner.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace fajma::cli {
namespace {

constexpr std::string_view kFirmwareVersion = "1.2.0";
constexpr std::uint64_t kClockCheckMs = 10'000;
constexpr std::uint64_t kConnectTimeoutMs = 12'000;
constexpr std::chrono::milliseconds kRestartPatience{500};

std::uint32_t Milliseconds(std::chrono::milliseconds duration) {
  return static_cast<std::uint32_t>(std::max<std::chrono::milliseconds::rep>(1, duration.count()));
}

std::uint32_t DrawBoot() {
  std::random_device random;
  return random();
}

// FNV-1a: devices of one patient agree on his state, at every start and on every machine.
std::uint64_t HashText(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

firmware::VitalSignsSettings PatientSettings(const SimulatedDevice& device, const SimulatorOptions& options) {
  const std::array<char, 12> mac = firmware::TopicMac(device.mac);
  const std::string_view name = device.patient.empty() ? std::string_view(mac.data(), mac.size()) : device.patient;
  firmware::VitalSignsSettings settings;
  settings.seed = options.seed * 0x9e3779b97f4a7c15ULL ^ HashText(name);
  settings.profile = device.documented_example ? firmware::DeviceProfile::kFull : device.profile;
  settings.episode_period_ms = static_cast<std::uint64_t>(options.episode_period.count());
  return settings;
}

}  // namespace

DeviceRunner::DeviceRunner(const SimulatedDevice& device, const SimulatorOptions& options, RunnerPlace place,
                           DeviceLink& link, const SimulationTime& now, Tally& tally)
    : device_(device),
      options_(options),
      place_(place),
      link_(link),
      now_(now),
      tally_(tally),
      patient_(PatientSettings(device, options)),
      retry_(Milliseconds(options.retry_first), Milliseconds(options.retry_longest), DrawBoot()) {
  StartDevice(place_.phase_ms);
  fast_until_ms_ = place_.phase_ms + static_cast<std::uint64_t>(options_.fast_phase.count());
}

void DeviceRunner::StartDevice(std::uint64_t uptime_ms) {
  firmware::DeviceSettings settings;
  settings.mac = device_.mac;
  settings.firmware = kFirmwareVersion;
  settings.boot = DrawBoot();
  settings.interval_ms = Milliseconds(options_.interval);
  settings.delivery.form = place_.form;
  settings.delivery.mac = device_.mac;
  settings.delivery.ack_timeout_ms = Milliseconds(options_.ack_timeout);
  settings.delivery.max_ack_timeout_ms = Milliseconds(options_.ack_timeout * 12);
  core_.emplace(settings);
  counted_ = {};
  started_ms_ = now_.steady_ms - uptime_ms;
  next_clock_check_ms_ = 0;
  const std::uint64_t fast_ms = Milliseconds(options_.fast_interval);
  next_fast_sample_ms_ = (uptime_ms / fast_ms + 1) * fast_ms;
  fast_until_ms_ = 0;
}

void DeviceRunner::Run(bool may_connect) {
  const std::uint64_t uptime_ms = Advance();
  if (!stopping_) {
    FollowClock(uptime_ms);
    Measure(uptime_ms);
  }
  switch (state_) {
    case State::kIdle:
      if (!stopping_ && may_connect && now_.steady_ms >= next_attempt_ms_) Connect();
      break;
    case State::kConnecting:
    case State::kLeaving:
      if (now_.steady_ms >= deadline_ms_) link_.Close("no answer in time");
      break;
    case State::kReady:
      SendAll(uptime_ms);
      break;
  }
  Count();
  if (core_->restart_due(uptime_ms)) Restart();
}

std::uint64_t DeviceRunner::Advance() {
  return core_->clock().Advance(static_cast<std::uint32_t>(now_.steady_ms - started_ms_));
}

void DeviceRunner::FollowClock(std::uint64_t uptime_ms) {
  if (uptime_ms < next_clock_check_ms_) return;
  next_clock_check_ms_ = uptime_ms + kClockCheckMs;
  core_->clock().SetWall(now_.wall_ms, firmware::ClockSource::kNtp, uptime_ms);
}

void DeviceRunner::Measure(std::uint64_t uptime_ms) {
  if (!TakeSampleDue(uptime_ms)) return;
  const firmware::Sample sample = patient_.At(now_.wall_ms);
  if (device_.documented_example) {
    SendExample(sample, uptime_ms);
  } else {
    core_->Add(sample, uptime_ms);
  }
}

// The core's pace, and at the beginning some more.
bool DeviceRunner::TakeSampleDue(std::uint64_t uptime_ms) {
  const bool due = core_->TakeSampleDue(uptime_ms);
  if (uptime_ms < next_fast_sample_ms_ || uptime_ms >= fast_until_ms_) return due;
  const std::uint64_t fast_ms = Milliseconds(options_.fast_interval);
  next_fast_sample_ms_ = (uptime_ms / fast_ms + 1) * fast_ms;
  return true;
}

void DeviceRunner::SendExample(const firmware::Sample& sample, std::uint64_t uptime_ms) {
  tally_.samples += 1;
  if (state_ != State::kReady) {
    tally_.dropped += 1;
    return;
  }
  firmware::SensorMessage message{};
  message.mac = device_.mac;
  message.sample.set_time({firmware::TimeBase::kUptime, uptime_ms});
  for (const auto measure : {firmware::Measure::kTemperature, firmware::Measure::kHeartRate}) {
    if (const auto value = sample.Find(measure)) message.sample.Set(measure, *value);
  }
  std::array<char, firmware::kMaxRecordBytes> text{};
  if (link_.SendText(firmware::WriteSensorData(message, {text.data(), text.size()}))) {
    tally_.messages += 1;
  } else {
    tally_.dropped += 1;
    link_.Close("cannot send");
  }
}

void DeviceRunner::Connect() {
  next_attempt_ms_ = now_.steady_ms + retry_.Next();
  const std::string error = link_.Connect(*core_, *this);
  if (!error.empty()) {
    if (options_.on_lost) options_.on_lost(device_, error);
    return;
  }
  state_ = State::kConnecting;
  deadline_ms_ = now_.steady_ms + kConnectTimeoutMs;
}

void DeviceRunner::SendAll(std::uint64_t uptime_ms) {
  if (device_.documented_example) return;
  while (const std::optional<firmware::Outgoing> message = core_->Next(uptime_ms)) {
    if (!link_.Publish(*message)) {
      core_->OnPublishFailed();
      return link_.Close("cannot send");
    }
    if (message->topic == core_->topics().data().c_str()) tally_.messages += 1;
  }
}

void DeviceRunner::OnReady() {
  state_ = State::kReady;
  retry_.Reset();
  tally_.connected += 1;
  if (was_connected_) tally_.reconnects += 1;
  was_connected_ = true;
  core_->OnConnected();
}

void DeviceRunner::OnMessage(std::string_view topic, std::string_view payload) {
  core_->OnMessage(topic, payload, Advance());
  Count();
}

void DeviceRunner::OnEnded(std::string_view reason) {
  const State before = state_;
  state_ = State::kIdle;
  core_->OnDisconnected();
  if (before == State::kReady) tally_.connected -= 1;
  if (before == State::kLeaving || stopping_) return;
  if (before == State::kReady) next_attempt_ms_ = now_.steady_ms + retry_.Next();
  if (options_.on_lost) options_.on_lost(device_, reason);
}

// A command asked for it. What was held is lost, as on the board.
void DeviceRunner::Restart() {
  tally_.dropped += core_->delivery().held_count();
  Leave(kRestartPatience);
  next_attempt_ms_ = now_.steady_ms + retry_.Next();
  StartDevice(0);
}

void DeviceRunner::Leave(std::chrono::milliseconds patience) {
  if (state_ != State::kReady) return link_.Close("stopped");
  link_.Publish({core_->topics().status().c_str(), core_->will(), true});
  tally_.connected -= 1;
  state_ = State::kLeaving;
  deadline_ms_ = now_.steady_ms + static_cast<std::uint64_t>(patience.count());
  core_->OnDisconnected();
  link_.SayGoodbye();
}

void DeviceRunner::Stop(std::chrono::milliseconds patience) {
  stopping_ = true;
  if (state_ != State::kIdle) Leave(patience);
}

void DeviceRunner::Count() {
  const firmware::DeliveryCounters& total = core_->delivery().counters();
  tally_.samples += total.added - counted_.added;
  tally_.acknowledged += total.acknowledged - counted_.acknowledged;
  tally_.rejected += total.rejected - counted_.rejected;
  tally_.dropped += total.dropped - counted_.dropped;
  tally_.sent_again += total.sent_again - counted_.sent_again;
  counted_ = total;
}

}  // namespace fajma::cli
