// The server's side of the broker, as far as simulated devices need one: confirms what they send, keeps their status.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "bridge/device_client.h"
#include "cli/simulation/mailbox.h"
#include "tests/integration/simulator/ledger.h"

namespace fajma::cli {

class BrokerSide {
 public:
  // `ignored`: so many of each hundred data messages are lost on it.
  explicit BrokerSide(std::uint16_t port, unsigned ignored = 0);
  ~BrokerSide();
  BrokerSide(const BrokerSide&) = delete;
  BrokerSide& operator=(const BrokerSide&) = delete;

  const Ledger& ledger() const { return ledger_; }
  // The last status of a device (its MAC as in topics); empty: none.
  std::string StatusOf(const std::string& device) const;
  // How many devices have said so last.
  std::size_t CountStatus(std::string_view status) const;
  // Status messages that said so, of all devices.
  std::uint64_t offline_messages() const { return offline_messages_; }

 private:
  void Run(const std::stop_token& stop);
  void Connect();
  void Handle(const Note& note);
  void Acknowledge(const std::string& device, const std::string& payload);

  const std::uint16_t port_;
  const unsigned ignored_;
  Ledger ledger_;
  std::atomic<std::uint64_t> offline_messages_{0};
  unsigned messages_ = 0;
  std::uint64_t attempt_ = 0;
  bool retry_ = true;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> status_;  // guarded by mutex_
  Mailbox mailbox_;
  std::unique_ptr<DeviceClient> client_;
  std::jthread thread_;
};

}  // namespace fajma::cli
