// What the broker is told of commits: newest values, acks, rejects, alerts; reconciled once at start.
#pragma once

#include <thread>
#include <vector>

#include "bridge/alert_mirror.h"
#include "bridge/mirrors.h"
#include "bridge/mqtt_link.h"
#include "core/bus/event_bus.h"
#include "core/store/alert_store.h"
#include "core/store/database.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/reading_store.h"

namespace fajma::cli {

class MqttMirrors {
 public:
  // Subscribes to the bus, which must publish nothing more when this ends. Waits for the broker and the database in
  // threads of its own.
  MqttMirrors(MqttLink& link, MqttAddress address, Database& database, EventBus& bus);

 private:
  AlertMirrorOptions AlertsTo(MqttLink& link, MqttAddress address);
  void Reconcile(const std::stop_token& stop);
  std::vector<StoredMessage> NewestValues();

  ReadingStore readings_;
  AlertStore alerts_;
  PatientStore patients_;
  DeviceStore devices_;
  Mirrors values_;
  AlertMirror alert_mirror_;
  std::jthread reconciler_;
};

}  // namespace fajma::cli
