#include "cli/mqtt_mirrors.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "bridge/mqtt_probe.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

constexpr std::chrono::milliseconds kRetry{500};
constexpr char kConsumer[] = "mqtt-alertes";
constexpr char kRetainedAlerts[] = "fajma/v1/patients/+/alerts/+";

MirrorsOptions ValuesTo(MqttLink& link) {
  MirrorsOptions options;
  options.publish = [&link](const OutgoingMessage& message, PublishDone done) {
    return link.Publish(message, std::move(done));
  };
  return options;
}

}  // namespace

MqttMirrors::MqttMirrors(MqttLink& link, MqttAddress address, Database& database, EventBus& bus)
    : readings_(database),
      alerts_(database),
      patients_(database),
      devices_(database),
      values_(ValuesTo(link)),
      alert_mirror_(AlertsTo(link, std::move(address))),
      reconciler_([this](const std::stop_token& stop) { Reconcile(stop); }) {
  bus.Subscribe([this](const CommitPtr& commit) {
    values_.OnCommit(commit);
    alert_mirror_.OnCommit(commit);
  });
}

AlertMirrorOptions MqttMirrors::AlertsTo(MqttLink& link, MqttAddress address) {
  AlertMirrorOptions options;
  options.publish = ValuesTo(link).publish;
  options.load = [this](Cursor after, std::size_t limit) {
    return alerts_.EventsAfter(after, static_cast<std::int64_t>(limit)).rows;
  };
  options.save = [this](Cursor cursor) { alerts_.SaveCheckpoint(kConsumer, cursor); };
  options.load_cursor = [this] { return alerts_.GetCheckpoint(kConsumer); };
  options.load_active = [this] { return alerts_.LoadPresent(); };
  options.find_retained = [address = std::move(address)] { return FindRetained(address, kRetainedAlerts); };
  return options;
}

void MqttMirrors::Reconcile(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      return values_.Reconcile(NewestValues());
    } catch (const DatabaseError& error) {
      log::Warn("the mirrored values wait for the database", error.what());
    }
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, kRetry, [] { return false; });
  }
}

// Each newest value as the message that a mirror knows.
std::vector<StoredMessage> MqttMirrors::NewestValues() {
  std::vector<StoredMessage> messages;
  for (const LatestValue& value : readings_.LatestValues()) {
    const Measure* measure = FindMeasure(value.type);
    if (measure == nullptr) continue;
    const std::optional<Patient> patient = patients_.Find(value.patient_id);
    const std::optional<Device> device = devices_.Find(value.device_id);
    if (!patient || !device || device->patient_id != patient->id) continue;  // discharged, or the device is another's
    StoredMessage& message = messages.emplace_back();
    message.patient = std::make_shared<PatientRef>(PatientRef{patient->id, patient->identifier, patient->room});
    message.device = {device->id, device->mac};
    message.cursor = message.first_row = value.reading_id;
    message.measured_at = value.measured_at;
    message.received_at = value.received_at;
    message.values.Add({measure->id, value.integral, value.value});
  }
  return messages;
}

}  // namespace fajma::cli
