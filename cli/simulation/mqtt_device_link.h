// A simulated device on the broker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bridge/device_client.h"
#include "cli/simulation/device_link.h"
#include "cli/simulation/mailbox.h"

namespace fajma::cli {

class MqttDeviceLink final : public DeviceLink {
 public:
  // `index` marks its notes in `mailbox`, which outlives it. `address` with the device's own user and password.
  MqttDeviceLink(std::size_t index, MqttAddress address, Mailbox& mailbox);

  // What it had put into the mailbox comes back.
  void Handle(const Note& note);

  std::string Connect(const firmware::Device& device, LinkListener& listener) override;
  bool Publish(const firmware::Outgoing& message) override;
  bool SendText(std::string_view) override { return false; }
  void SayGoodbye() override;
  void Close(std::string_view reason) override;

 private:
  DeviceClientOptions MakeOptions(const firmware::Device& device);

  const std::size_t index_;
  const MqttAddress address_;
  Mailbox& mailbox_;
  LinkListener* listener_ = nullptr;
  std::uint64_t attempt_ = 0;
  std::unique_ptr<DeviceClient> client_;  // null: closed
};

}  // namespace fajma::cli
