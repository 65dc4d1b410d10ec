#include "tests/integration/simulator/broker_side.h"

#include <poll.h>

#include <algorithm>
#include <vector>

namespace fajma::cli {
namespace {

constexpr std::string_view kPrefix = "fajma/v1/devices/";
constexpr std::size_t kMacSize = 12;

}  // namespace

BrokerSide::BrokerSide(std::uint16_t port, unsigned ignored) : port_(port), ignored_(ignored) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

BrokerSide::~BrokerSide() {
  thread_.request_stop();
  mailbox_.Wake();
}

std::string BrokerSide::StatusOf(const std::string& device) const {
  const std::lock_guard lock(mutex_);
  const auto found = status_.find(device);
  return found == status_.end() ? std::string() : found->second;
}

std::size_t BrokerSide::CountStatus(std::string_view status) const {
  const std::string member = R"("status":")" + std::string(status) + "\"";
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(status_.begin(), status_.end(), [&](const auto& entry) {
    return entry.second.find(member) != std::string::npos;
  }));
}

void BrokerSide::Run(const std::stop_token& stop) {
  std::vector<Note> notes;
  while (!stop.stop_requested()) {
    if (retry_) Connect();
    pollfd watched{mailbox_.fd(), POLLIN, 0};
    ::poll(&watched, 1, 50);
    mailbox_.Take(notes);
    for (const Note& note : notes) Handle(note);
  }
  client_.reset();
}

void BrokerSide::Connect() {
  retry_ = false;
  ++attempt_;
  DeviceClientOptions options;
  options.address.host = "127.0.0.1";
  options.address.port = port_;
  options.client_id = "server";
  options.filters = {"fajma/v1/devices/+/data", "fajma/v1/devices/+/status"};
  const auto put = [this, attempt = attempt_](Note::Kind kind, std::string_view topic, std::string_view payload) {
    mailbox_.Put({0, attempt, kind, std::string(topic), std::string(payload)});
  };
  options.on_ready = [put] { put(Note::Kind::kReady, {}, {}); };
  options.on_message = [put](std::string_view topic, std::string_view text) { put(Note::Kind::kMessage, topic, text); };
  options.on_ended = [put](std::string_view reason) { put(Note::Kind::kEnded, {}, reason); };
  client_ = std::make_unique<DeviceClient>(std::move(options));
  retry_ = !client_->Connect().empty();
}

void BrokerSide::Handle(const Note& note) {
  if (note.attempt != attempt_) return;
  if (note.kind != Note::Kind::kMessage) {
    retry_ = note.kind == Note::Kind::kEnded;
    return;
  }
  const std::string device = note.topic.substr(kPrefix.size(), kMacSize);
  if (note.topic.ends_with("/data")) {
    if (++messages_ % 100 >= ignored_) Acknowledge(device, note.payload);
    return;
  }
  if (note.payload.find("offline") != std::string::npos) ++offline_messages_;
  const std::lock_guard lock(mutex_);
  status_[device] = note.payload;
}

void BrokerSide::Acknowledge(const std::string& device, const std::string& payload) {
  const Ledger::Settled settled = ledger_.Take(device, payload);
  const std::string topic = std::string(kPrefix) + device + "/ack";
  client_->Publish(topic.c_str(), firmware::AckText(settled.boot, settled.durable), false);
}

}  // namespace fajma::cli
