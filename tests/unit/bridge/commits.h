// Short makers of what commits hold.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/domain/commit.h"

namespace fajma {

inline std::shared_ptr<const PatientRef> MakePatient(std::int64_t id) {
  return std::make_shared<const PatientRef>(PatientRef{id, "patient" + std::to_string(id), "salle1"});
}

inline StoredMessage MakeReading(std::int64_t patient, std::int64_t device, Cursor cursor, double heart_rate) {
  StoredMessage message;
  message.cursor = cursor;
  message.patient = MakePatient(patient);
  message.device = {device, Mac::FromBits(static_cast<std::uint64_t>(device))};
  message.received_at = SystemNow();
  message.measured_at = message.received_at;
  message.values.Add({MeasureId::kHeartRate, true, heart_rate});
  return message;
}

inline Outcome MakeReject(std::uint64_t seq) {
  Outcome outcome;
  outcome.disposition = Disposition::kQuarantined;
  outcome.mac = Mac::FromBits(1);
  outcome.identity = BootSeq{12, seq};
  outcome.rejection = Rejection{"out_of_range", "heart_rate"};
  return outcome;
}

inline CommitPtr MakeCommit(Commit commit) { return std::make_shared<const Commit>(std::move(commit)); }

inline Alert MakeAlert(std::int64_t id, std::int64_t patient = 1) {
  Alert alert;
  alert.id = id;
  alert.device_id = 3;
  alert.patient = MakePatient(patient);
  alert.condition = "heart_rate";
  alert.level = AlertLevel::kCritical;
  alert.title = "Fréquence cardiaque anormale";
  alert.message = "Fréquence cardiaque : 150 bpm";
  alert.created_at = 1'767'225'600'000'000;
  return alert;
}

inline AlertEvent MakeEvent(Cursor cursor, AlertChange change, Alert alert) {
  return {cursor, change, std::move(alert), {}, {}};
}

}  // namespace fajma
