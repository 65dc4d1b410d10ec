// Sends the probes of the self-test: through the broker, as a device does, from a client of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "bridge/mqtt_address.h"
#include "core/ingest/probe_ledger.h"

namespace fajma {

class MqttProbe;

class SelfTestProber {
 public:
  // `every`: seconds, at least 1. A probe is due at each multiple of it of the wall clock, from the next one on. One
  // that the broker does not take is tried again for a few seconds, then the next is waited for. A broker that gives
  // all clients of a user one session is left alone from the moment that it shows: that session is the link's. `ledger`
  // outlives it.
  SelfTestProber(MqttAddress address, std::int64_t every, ProbeLedger& ledger);
  // Waits for the broker's answer, if one is due: a few seconds at most. While the journal is full the MQTT library
  // stands still: after MqttLink::Stop.
  ~SelfTestProber();
  SelfTestProber(const SelfTestProber&) = delete;
  SelfTestProber& operator=(const SelfTestProber&) = delete;

  // That the broker has acknowledged.
  std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  // The broker has shown that it gives all clients of a user one session: nothing is sent any more.
  bool gave_up() const { return shares_session_; }

 private:
  void Run(const std::stop_token& stop);
  void Send(std::int64_t due_at, const std::stop_token& stop);
  std::string TrySend(const std::string& payload);
  void Connect();

  const MqttAddress address_;
  const std::int64_t every_;
  ProbeLedger& ledger_;
  std::unique_ptr<MqttProbe> client_;  // kept while it works
  std::atomic<bool> shares_session_{false};
  std::string told_;  // the last problem in the log
  std::atomic<std::uint64_t> sent_{0};
  std::jthread thread_;
};

}  // namespace fajma
