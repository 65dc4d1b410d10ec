#include "tests/contract/store/store_contract.h"

namespace fajma::test {

DatabaseOptions StoreContract::Options() const {
  DatabaseOptions options;
  options.url = url_;
  options.statement_timeout = std::chrono::seconds(20);  // of a slow machine under a sanitizer
  return options;
}

std::int64_t StoreContract::AddPatient(const std::string& identifier, const std::string& room) {
  Patient patient;
  patient.identifier = identifier;
  patient.last_name = "Durand";
  patient.first_name = "Zoé";
  patient.room = room;
  return patients_.Create(patient).patient.value().id;
}

std::int64_t StoreContract::AddDevice(std::uint64_t mac_bits, std::int64_t patient_id) {
  Device device;
  device.mac = Mac::FromBits(mac_bits);
  device.name = "ESP32";
  device.type = "capteur_cardiaque";
  device.patient_id = patient_id;
  return devices_.Create(device, kNow).device.value().id;
}

}  // namespace fajma::test
