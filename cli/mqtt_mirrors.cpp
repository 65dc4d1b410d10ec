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

bool Sleep(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

MirrorsOptions ValuesTo(MqttLink& link) {
  MirrorsOptions options;
  options.publish = [&link](const OutgoingMessage& message, PublishDone done) {
    return link.Publish(message, std::move(done));
  };
  return options;
}

}  // namespace

MqttMirrors::MqttMirrors(MqttLink& link, MqttAddress address, Database& database, EventBus& bus)
    : link_(link), address_(std::move(address)), alerts_(database), readings_(database), patients_(database), devices_(database), values_(ValuesTo(link)) {
  bus.Subscribe([this](const CommitPtr& commit) {
    values_.OnCommit(commit);
    if (commit->alerts.empty()) return;
    const std::lock_guard lock(mutex_);
    if (alert_mirror_) alert_mirror_->OnCommit(commit);
  });
  reconciler_ = std::jthread([this](const std::stop_token& stop) { Reconcile(stop); });
}

MqttMirrors::~MqttMirrors() {
  reconciler_.request_stop();
  reconciler_.join();
}

void MqttMirrors::Reconcile(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (link_.connected() && TryReconcile(stop)) return;
    } catch (const DatabaseError& error) {
      log::Warn("the broker's retained messages wait for the database", error.what());
    }
    if (!Sleep(stop, kRetry)) return;
  }
}

// The first start of all begins behind the alerts that are there: they are told by their retained messages.
bool MqttMirrors::TryReconcile(const std::stop_token& stop) {
  const auto retained = FindRetained(address_, kRetainedAlerts);
  if (!retained) return false;
  AlertMirrorOptions options;
  options.publish = ValuesTo(link_).publish;
  options.load = [this](Cursor after, std::size_t limit) {
    return alerts_.EventsAfter(after, static_cast<std::int64_t>(limit)).rows;
  };
  options.save = [this](Cursor cursor) { alerts_.SaveCheckpoint(kConsumer, cursor); };
  options.after = alerts_.GetCheckpoint(kConsumer);
  auto mirror = std::make_unique<AlertMirror>(std::move(options));
  if (!mirror->Reconcile(alerts_.LoadPresent(), *retained, stop)) return true;
  values_.Reconcile(NewestValues());
  const std::lock_guard lock(mutex_);
  alert_mirror_ = std::move(mirror);
  alert_mirror_->Start();
  return true;
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
