// The MQTT door of a process: the link and its journal, what is told to the broker, commands to devices.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "bridge/mqtt_link.h"
#include "bridge/self_test_prober.h"
#include "cli/foundation.h"
#include "cli/mqtt_mirrors.h"
#include "cli/settings.h"
#include "core/commands/command_delivery.h"
#include "core/ingest/probe_ledger.h"
#include "core/journal/journal.h"

namespace fajma::cli {

class MqttSide {
 public:
  // Throws BadSetting and std::runtime_error; waits for nobody. The foundation outlives it.
  MqttSide(const Settings& settings, const std::string& version, Foundation& foundation);

  Journal& journal() { return journal_; }
  bool connected() const { return link_.connected(); }
  const ProbeLedger& probes() const { return probes_; }
  CommandSink Commands();
  // Nothing more from the broker, which keeps it for the next start. What is mirrored ends with this object.
  void Stop();

 private:
  bool IsThere(std::int64_t device_id);
  void AppendMetrics(std::string& out) const;

  Foundation& foundation_;
  DeviceStore devices_;
  Journal journal_;
  MqttLink link_;
  MqttMirrors mirrors_;
  ProbeLedger probes_;
  std::unique_ptr<SelfTestProber> prober_;  // null: there is no self-test
  std::jthread broker_check_;
};

}  // namespace fajma::cli
