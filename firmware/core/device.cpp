#include "firmware/core/device.h"

namespace fajma::firmware {
namespace {

// Battery and signal change slowly; the server also gets them as measures.
constexpr std::uint64_t kStatusIntervalMs = 60'000;

std::optional<std::uint8_t> FindPercent(const Sample& sample, Measure measure) {
  if (!sample.Has(measure)) {
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(sample.scaled(measure));
}

}  // namespace

Device::Device(const DeviceSettings& settings)
    : settings_(settings),
      topics_(settings.mac),
      delivery_(settings.boot, settings.delivery),
      interval_ms_(settings.interval_ms == 0 ? 1 : settings.interval_ms) {
  const Status offline{false, settings_.firmware, std::nullopt, std::nullopt, settings_.boot};
  will_size_ = WriteStatus(offline, {will_.data(), will_.size() - 1}).size();
}

void Device::OnConnected() {
  delivery_.OnConnected();
  connected_ = true;
  status_due_ = true;
}

void Device::OnDisconnected() {
  delivery_.OnDisconnected();
  connected_ = false;
}

bool Device::OnMessage(std::string_view topic, std::string_view payload, std::uint64_t now_ms) {
  if (topic == topics_.ack().view()) {
    const std::optional<Ack> ack = delivery_.OnAck(payload, now_ms);
    if (ack && ack->now_ms) {
      clock_.SetWall(*ack->now_ms, ClockSource::kServer, now_ms);
    }
    return true;
  }
  if (topic == topics_.reject().view()) {
    delivery_.OnReject(payload, now_ms);
    return true;
  }
  const std::string_view id = topics_.FindCommandId(topic);
  if (id.empty()) {
    return false;
  }
  OnCommand(id, payload, now_ms);
  return true;
}

void Device::OnCommand(std::string_view id, std::string_view payload, std::uint64_t now_ms) {
  for (CommandEntry& entry : commands_) {
    if (entry.id_view() == id) {
      entry.result_due = true;  // delivered twice: answered twice, carried out once
      return;
    }
  }
  CommandEntry& entry = commands_[next_command_];
  next_command_ = (next_command_ + 1) % commands_.size();
  entry.id_size = id.copy(entry.id.data(), entry.id.size());
  entry.result_due = true;
  const CommandRequest request = ParseCommand(payload, clock_.FindWall(now_ms));
  entry.result = request.command ? Execute(*request.command, now_ms) : request.refusal;
}

CommandResult Device::Execute(const Command& command, std::uint64_t now_ms) {
  const std::uint64_t duration_ms = std::uint64_t{command.seconds} * 1000;
  switch (command.kind) {
    case CommandKind::kRestart:
      restart_at_ms_ = now_ms + duration_ms;
      return {CommandStatus::kDone, {}};
    case CommandKind::kSetInterval:
      interval_ms_ = command.seconds * 1000;
      next_sample_ms_ = now_ms + interval_ms_;
      return {CommandStatus::kDone, {}};
    case CommandKind::kIdentify:
      if (!settings_.can_identify) {
        return {CommandStatus::kFailed, "no lamp"};
      }
      identify_until_ms_ = now_ms + duration_ms;
      return {CommandStatus::kDone, {}};
  }
  return {CommandStatus::kFailed, "not supported"};
}

bool Device::TakeSampleDue(std::uint64_t now_ms) {
  if (now_ms < next_sample_ms_) {
    return false;
  }
  next_sample_ms_ += interval_ms_;
  if (next_sample_ms_ <= now_ms) {
    next_sample_ms_ = now_ms + interval_ms_;
  }
  return true;
}

std::uint32_t Device::Add(Sample sample, std::uint64_t now_ms) {
  sample.set_time({TimeBase::kUptime, now_ms});
  return AddDated(sample);
}

std::uint32_t Device::AddDated(const Sample& sample) {
  const std::optional<std::uint8_t> battery = FindPercent(sample, Measure::kBatteryLevel);
  const std::optional<std::uint8_t> signal = FindPercent(sample, Measure::kSignalQuality);
  battery_ = battery ? battery : battery_;
  signal_ = signal ? signal : signal_;
  return delivery_.Add(sample);
}

std::optional<Outgoing> Device::NextStatus(std::uint64_t now_ms) {
  if (!status_due_ && now_ms < next_status_ms_) {
    return std::nullopt;
  }
  status_due_ = false;
  next_status_ms_ = now_ms + kStatusIntervalMs;
  last_sent_ = Sent::kStatus;
  const Status status{true, settings_.firmware, battery_, signal_, settings_.boot};
  return Outgoing{topics_.status().c_str(), WriteStatus(status, {payload_.data(), payload_.size()}), true};
}

std::optional<Outgoing> Device::NextResult() {
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    CommandEntry& entry = commands_[i];
    if (!entry.result_due) {
      continue;
    }
    entry.result_due = false;
    last_sent_ = Sent::kResult;
    last_result_ = i;
    result_topic_ = topics_.CommandResult(entry.id_view());
    return Outgoing{result_topic_.c_str(), WriteCommandResult(entry.result, {payload_.data(), payload_.size()}), false};
  }
  return std::nullopt;
}

std::optional<Outgoing> Device::Next(std::uint64_t now_ms) {
  last_sent_ = Sent::kNothing;
  if (!connected_) {
    return std::nullopt;
  }
  if (std::optional<Outgoing> status = NextStatus(now_ms)) {
    return status;
  }
  if (std::optional<Outgoing> result = NextResult()) {
    return result;
  }
  const std::string_view payload = delivery_.Next(now_ms, clock_, {payload_.data(), payload_.size()});
  if (payload.empty()) {
    return std::nullopt;
  }
  last_sent_ = Sent::kData;
  return Outgoing{topics_.data().c_str(), payload, false};
}

void Device::OnPublishFailed() {
  switch (last_sent_) {
    case Sent::kNothing:
      break;
    case Sent::kStatus:
      status_due_ = true;
      break;
    case Sent::kResult:
      commands_[last_result_].result_due = true;
      break;
    case Sent::kData:
      delivery_.OnPublishFailed();
      break;
  }
  last_sent_ = Sent::kNothing;
}

bool Device::ResultsDue() const {
  for (const CommandEntry& entry : commands_) {
    if (entry.result_due) {
      return true;
    }
  }
  return false;
}

bool Device::restart_due(std::uint64_t now_ms) const {
  return restart_at_ms_ && now_ms >= *restart_at_ms_ && !ResultsDue();
}

}  // namespace fajma::firmware
