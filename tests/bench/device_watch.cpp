// What it costs to judge the devices once: reading what is known of DEVICES devices, and comparing it with what was
// told. fajma_device_watch_bench DATABASE_URL DEVICES: an empty database, migrated here. Prints the median and the
// worst of 50.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "core/alerts/device_watch.h"
#include "core/store/device_facts_store.h"
#include "core/store/device_store.h"
#include "core/store/ingest_store.h"
#include "core/store/patient_store.h"

namespace fajma {
namespace {

constexpr int kTimes = 50;
constexpr int kDevicesOfPatient = 3;

void Fill(Database& database, int count) {
  PatientStore patients(database);
  DeviceStore devices(database);
  std::int64_t patient_id = 0;
  std::vector<Mac> macs;
  for (int i = 0; i < count; ++i) {
    if (i % kDevicesOfPatient == 0) {
      Patient patient;
      patient.identifier = "patient" + std::to_string(i);
      patient.room = "salle1";
      patient_id = patients.Create(patient).patient.value().id;
    }
    Device device;
    device.mac = Mac::FromBits(static_cast<std::uint64_t>(i) + 1);
    device.name = "ESP32-" + std::to_string(i);
    device.type = "capteur_cardiaque";
    device.battery_percent = device.signal_percent = 80;
    device.patient_id = patient_id;
    devices.Create(device, SystemNow());
    macs.push_back(device.mac);
  }
  IngestStore store(database);
  IngestStore::Transaction transaction = store.Begin();
  for (const Mac mac : macs) {
    DeviceState& device = *transaction.FindDevice(mac);
    device.seen_at = SystemNow();
    device.changed = true;
  }
  transaction.Commit(SystemNow());
}

void TakeTimes(Database& database) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  DeviceFactsStore store(database);
  DeviceWatch watch;
  std::vector<AlertRequest> requests;
  std::vector<double> read;
  std::vector<double> whole;
  for (int i = 0; i < kTimes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<DeviceFacts> devices = store.OfAssigned();
    read.push_back(Milliseconds(std::chrono::steady_clock::now() - begin).count());
    watch.Judge(devices, SystemNow(), 0, requests);
    whole.push_back(Milliseconds(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(read.begin(), read.end());
  std::sort(whole.begin(), whole.end());
  std::printf("read: median %.1f ms, worst %.1f ms; with the judgement: median %.1f ms, worst %.1f ms\n",
              read[kTimes / 2], read.back(), whole[kTimes / 2], whole.back());
}

}  // namespace
}  // namespace fajma

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fajma_device_watch_bench DATABASE_URL DEVICES\n");
    return 2;
  }
  try {
    fajma::DatabaseOptions options;
    options.url = argv[1];
    fajma::Database database(options);
    database.Migrate();
    fajma::Fill(database, std::atoi(argv[2]));
    fajma::TakeTimes(database);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
