// Fills a database with a day of readings, evenly over its devices, and with alerts:
// fajma_fill DATABASE_URL READINGS ALERTS. Prints how many readings it has stored.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "core/store/alert_store.h"
#include "core/store/device_store.h"
#include "core/store/ingest_store.h"

namespace fajma {
namespace {

constexpr Micros kSpan = 24 * 60 * kMicrosPerMinute;
constexpr MeasureValue kValues[] = {{MeasureId::kTemperature, false, 36.9},
                                    {MeasureId::kHeartRate, true, 72},
                                    {MeasureId::kOxygenSaturation, true, 97},
                                    {MeasureId::kSystolicPressure, true, 121},
                                    {MeasureId::kDiastolicPressure, true, 79}};

std::vector<std::int64_t> DeviceIds(Database& database) {
  std::vector<std::int64_t> ids;
  DeviceStore devices(database);
  std::int64_t count = 1;
  while (static_cast<std::int64_t>(ids.size()) < count) {
    const Page<Device> page = devices.List({}, {static_cast<std::int64_t>(ids.size()), 100});
    count = page.count;
    for (const Device& device : page.rows) ids.push_back(device.id);
  }
  return ids;
}

StoredMessage MessageOf(const DeviceState& device, Micros at, std::int64_t number) {
  StoredMessage message;
  message.patient = device.patient;
  message.device = device.ref;
  message.measured_at = message.received_at = at;
  message.time_source = TimeSource::kDevice;
  for (MeasureValue value : kValues) {
    value.value += static_cast<double>(number % 7) - 3;
    message.values.Add(value);
  }
  return message;
}

// Messages of all devices in turn; returns the number of the last commit.
std::int64_t AddReadings(Database& database, std::int64_t readings, Micros now) {
  const std::vector<std::int64_t> devices = DeviceIds(database);
  const std::int64_t messages = readings / static_cast<std::int64_t>(std::size(kValues));
  IngestStore store(database);
  std::int64_t commit = 0;
  for (std::int64_t done = 0; done < messages;) {
    IngestStore::Transaction transaction = store.Begin();
    std::vector<StoredMessage> batch;
    batch.reserve(1000);
    while (done < messages && batch.size() < batch.capacity()) {
      const std::int64_t id = devices[static_cast<std::size_t>(done) % devices.size()];
      const Micros at = now - kSpan + kSpan / messages * done;
      batch.push_back(MessageOf(*transaction.FindDeviceById(id), at, done++));
      transaction.Add(batch.back(), {});
    }
    commit = transaction.Commit(now);
  }
  return commit;
}

void AddAlerts(Database& database, std::int64_t alerts, Micros now) {
  const std::vector<std::int64_t> devices = DeviceIds(database);
  DeviceStore store(database);
  AlertStore alert_store(database);
  for (std::int64_t i = 0; i < alerts; ++i) {
    const std::int64_t id = devices[static_cast<std::size_t>(i) % devices.size()];
    NewAlert alert{.device_id = id,
                   .patient_id = store.Find(id)->patient_id,
                   .level = AlertLevel::kWarning,
                   .title = "Température élevée",
                   .message = "38,4 °C",
                   .trigger_reading_id = {}};
    alert_store.Create(alert, now);
  }
}

void Fill(const std::string& url, std::int64_t readings, std::int64_t alerts) {
  Database database(DatabaseOptions{.url = url});
  const Micros now = SystemNow();
  const std::int64_t commit = AddReadings(database, readings, now);
  AlertStore(database).SaveCheckpoint(kAlertConsumer, MakeCursor(commit, kCursorsPerCommit - 1));
  AddAlerts(database, alerts, now);
}

}  // namespace
}  // namespace fajma

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: fajma_fill DATABASE_URL READINGS ALERTS\n");
    return 2;
  }
  try {
    fajma::Fill(arguments[1], std::atoll(arguments[2]), std::atoll(arguments[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::printf("%s\n", arguments[2]);
  return 0;
}
