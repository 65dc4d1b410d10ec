#include "tests/system/crash/publisher.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>

#include "tests/bench/load/numbered_reading.h"

namespace fajma::crash {
namespace {

using load::Clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{1};
constexpr milliseconds kHousekeeping{20};
constexpr std::chrono::minutes kUptimeAtStart{1};

std::int64_t NowMillis() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string IsoNow() {
  const std::int64_t millis = NowMillis();
  const time_t seconds = millis / 1000;
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char day[32];
  std::strftime(day, sizeof day, "\"%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ\"", day, static_cast<int>(millis % 1000));
  return text;
}

}  // namespace

Publisher::Publisher(const PublisherOptions& options, std::vector<DeviceLog>& devices) : options_(options) {
  for (DeviceLog& log : devices) {
    Device& device = devices_.emplace_back();
    device.log = &log;
    device.progress_at = started_;
  }
  for (std::size_t i = 0; i < kMqttKinds; ++i) {
    Channel& channel = channels_[i];
    channel.peer = std::make_unique<load::MqttPeer>(poller_, options.mqtt_port, "crash-" + std::to_string(i));
    channel.peer->on_puback = [this, &channel](std::uint16_t id) { OnPuback(channel, id); };
  }
  channels_[0].peer->on_message = [this](std::string_view topic, std::string_view payload) { OnAck(topic, payload); };
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  for (const Channel& channel : channels_) {
    while (!channel.peer->ready()) {
      if (Clock::now() > deadline) throw std::runtime_error("the broker does not answer the publishers");
      poller_.Wait(milliseconds(10));
    }
  }
  channels_[0].peer->Subscribe("fajma/v1/devices/+/ack");
  thread_ = std::jthread([this] { Run(); });
}

Publisher::~Publisher() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

bool Publisher::Finish(std::chrono::seconds timeout) {
  finishing_ = true;
  const auto deadline = Clock::now() + timeout;
  while (!answered_ && Clock::now() < deadline) ::poll(nullptr, 0, 20);
  stop_ = true;
  thread_.join();
  return answered_;
}

void Publisher::Run() {
  auto housekeeping_at = started_;
  while (!stop_) {
    const auto now = Clock::now();
    if (!finishing_) SendDue(now);
    if (now >= housekeeping_at) {
      housekeeping_at = now + kHousekeeping;
      KeepSockets(now);
      ResendNumbered(now);
      if (finishing_ && AllAnswered()) answered_ = true;
    }
    poller_.Wait(kTick);
  }
}

// Round the devices; one that can take nothing now (no socket, full window) is passed over, and what was due is not
// made up for.
void Publisher::SendDue(Clock::time_point now) {
  due_ += std::chrono::duration<double>(now - last_look_).count() * options_.messages_per_second;
  last_look_ = now;
  for (; due_ >= 1; due_ -= 1) {
    Device& device = devices_[next_device_];
    next_device_ = (next_device_ + 1) % devices_.size();
    if (SendNext(device)) sent_.fetch_add(1, std::memory_order_relaxed);
  }
}

bool Publisher::SendNext(Device& device) {
  DeviceLog& log = *device.log;
  if (log.sent.size() >= load::kNumbers) return false;
  if (log.kind == Kind::kSocket) return SendOverSocket(device);
  if (log.kind == Kind::kNumbered && log.sent.size() - device.durable >= kMaxHeld) return false;
  const auto number = static_cast<std::uint32_t>(log.sent.size());
  const std::string payload = PayloadOf(log, number);
  if (!Publish(device, number, payload)) return false;
  log.sent.push_back(0);
  // A device with a clock of its own may well send a message twice; its time and content make it known.
  if (log.kind == Kind::kIso && number % 16 == 0 && Publish(device, number, payload)) ++log.repeated;
  return true;
}

std::string Publisher::PayloadOf(const DeviceLog& log, std::uint32_t number) const {
  switch (log.kind) {
    case Kind::kNumbered:
      return R"({"b":)" + std::to_string(options_.boot) + R"(,"s":)" + std::to_string(number + 1) + R"(,"t":)" +
             std::to_string(NowMillis()) + R"(,"m":{)" + load::MeasuresOf(number) + "}}";
    case Kind::kIso:
      return load::DocumentedMessage(log.mac, number, IsoNow());
    case Kind::kMillis: {
      const auto uptime = std::chrono::duration_cast<milliseconds>(Clock::now() - started_ + kUptimeAtStart);
      return load::DocumentedMessage(log.mac, number, std::to_string(uptime.count()));
    }
    case Kind::kPlain:
    case Kind::kSocket:
      break;
  }
  return load::DocumentedMessage(log.mac, number, "");
}

bool Publisher::Publish(Device& device, std::uint32_t number, const std::string& payload) {
  Channel& channel = channels_[static_cast<std::size_t>(device.log->kind)];
  if (channel.unacknowledged >= kMaxUnacknowledged || !channel.peer->ready()) return false;
  do {
    ++channel.last_id;
  } while (channel.last_id == 0 || channel.in_flight[channel.last_id].device != nullptr);
  channel.in_flight[channel.last_id] = {&device, number};
  ++channel.unacknowledged;
  channel.peer->Publish(device.log->topic, payload, channel.last_id);
  return true;
}

bool Publisher::SendOverSocket(Device& device) {
  if (!device.socket || !device.socket->open() || device.unconfirmed.size() >= kSocketWindow) return false;
  const auto number = static_cast<std::uint32_t>(device.log->sent.size());
  device.socket->SendText(PayloadOf(*device.log, number));
  device.log->sent.push_back(0);
  device.unconfirmed.push_back(number);
  return true;
}

void Publisher::OnPuback(Channel& channel, std::uint16_t id) {
  InFlight& in_flight = channel.in_flight[id];
  if (in_flight.device == nullptr) return;
  in_flight.device->log->sent[in_flight.number] |= kPubacked;
  in_flight = {};
  --channel.unacknowledged;
}

void Publisher::OnAck(std::string_view topic, std::string_view payload) {
  if (static_cast<std::uint32_t>(load::NumericField(payload, R"("boot":)")) != options_.boot) return;
  const auto durable = static_cast<std::uint64_t>(load::NumericField(payload, R"("durable":)"));
  for (Device& device : devices_) {
    const std::string& data = device.log->topic;
    if (device.log->kind != Kind::kNumbered || topic.substr(0, topic.rfind('/')) != data.substr(0, data.rfind('/'))) {
      continue;
    }
    for (; device.durable < std::min<std::uint64_t>(durable, device.log->sent.size()); ++device.durable) {
      device.log->sent[device.durable] |= kConfirmed;
      device.progress_at = Clock::now();
    }
  }
}

void Publisher::OnFrame(Device& device, std::string_view frame) {
  if (load::FieldOf(frame, R"("type":)") != "sensor_data" ||
      load::FieldOf(frame, R"("device_mac":)") != device.log->mac) {
    return;
  }
  const auto number = load::NumberInFrame(frame);
  if (!number || *number >= device.log->sent.size()) return;
  device.log->sent[*number] |= kConfirmed;
  std::erase(device.unconfirmed, *number);
}

// What a socket sent and was not confirmed before it closed is not sent again: without a number that would be a new
// reading.
void Publisher::KeepSockets(Clock::time_point now) {
  for (Device& device : devices_) {
    if (device.log->kind != Kind::kSocket || (device.socket && !device.socket->closed())) continue;
    device.unconfirmed.clear();
    if (device.socket) device.retry_at = now + options_.reconnect_after;
    device.socket.reset();
    if (now < device.retry_at || finishing_) continue;
    device.socket = std::make_unique<load::WsPeer>(poller_, options_.http_port,
                                                   "/ws/iot/" + device.log->patient + "/?token=" + device.log->token);
    device.socket->on_text = [this, &device](std::string_view frame) { OnFrame(device, frame); };
  }
}

void Publisher::ResendNumbered(Clock::time_point now) {
  for (Device& device : devices_) {
    DeviceLog& log = *device.log;
    if (log.kind != Kind::kNumbered || now - device.progress_at < options_.resend_after) continue;
    device.progress_at = now;
    for (std::uint64_t held = device.durable; held < log.sent.size(); ++held) {
      const auto number = static_cast<std::uint32_t>(held);
      if (!Publish(device, number, PayloadOf(log, number))) break;
      ++log.repeated;
    }
  }
}

bool Publisher::AllAnswered() const {
  for (const Channel& channel : channels_) {
    if (channel.unacknowledged > 0) return false;
  }
  return std::all_of(devices_.begin(), devices_.end(), [](const Device& device) {
    if (device.log->kind == Kind::kNumbered) return device.durable == device.log->sent.size();
    return device.unconfirmed.empty() || !device.socket || device.socket->closed();
  });
}

}  // namespace fajma::crash
