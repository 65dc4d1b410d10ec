#include "cli/simulation/mqtt_device_link.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace fajma::cli {

MqttDeviceLink::MqttDeviceLink(std::size_t index, MqttAddress address, Mailbox& mailbox)
    : index_(index), address_(std::move(address)), mailbox_(mailbox) {}

DeviceClientOptions MqttDeviceLink::MakeOptions(const firmware::Device& device) {
  const std::array<char, 17> mac = firmware::ColonMac(device.mac());
  const firmware::Topics& topics = device.topics();
  DeviceClientOptions options;
  options.address = address_;
  options.client_id = "fajma-" + std::string(mac.data(), mac.size());
  options.will.topic = topics.status().view();
  options.will.payload = device.will();
  options.will.retain = true;
  for (const firmware::Topic* topic : {&topics.ack(), &topics.reject(), &topics.commands_filter()}) {
    options.filters.emplace_back(topic->view());
  }
  const auto put = [this, attempt = attempt_](Note::Kind kind, std::string_view topic, std::string_view payload) {
    mailbox_.Put({index_, attempt, kind, std::string(topic), std::string(payload)});
  };
  options.on_ready = [put] { put(Note::Kind::kReady, {}, {}); };
  options.on_message = [put](std::string_view topic, std::string_view payload) {
    put(Note::Kind::kMessage, topic, payload);
  };
  options.on_ended = [put](std::string_view reason) { put(Note::Kind::kEnded, {}, reason); };
  return options;
}

std::string MqttDeviceLink::Connect(const firmware::Device& device, LinkListener& listener) {
  ++attempt_;
  try {
    client_ = std::make_unique<DeviceClient>(MakeOptions(device));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  std::string error = client_->Connect();
  if (!error.empty()) client_.reset();
  listener_ = &listener;
  return error;
}

// A note of an earlier connection means nothing any more.
void MqttDeviceLink::Handle(const Note& note) {
  if (!client_ || note.attempt != attempt_) return;
  switch (note.kind) {
    case Note::Kind::kReady:
      listener_->OnReady();
      break;
    case Note::Kind::kMessage:
      listener_->OnMessage(note.topic, note.payload);
      break;
    case Note::Kind::kEnded:
      Close(note.payload);
      break;
  }
}

bool MqttDeviceLink::Publish(const firmware::Outgoing& message) {
  return client_ && client_->Publish(message.topic, message.payload, message.retained);
}

void MqttDeviceLink::SayGoodbye() {
  if (client_ && !client_->SayGoodbye()) Close("not connected");
}

void MqttDeviceLink::Close(std::string_view reason) {
  if (!client_) return;
  client_.reset();
  listener_->OnEnded(reason);
}

}  // namespace fajma::cli
