// What cutting costs ingest: stores batches on end, first alone for SECONDS, then while OLD readings that are too old
// are cut, for ten times as long at most, then alone again. fajma_retention_bench DATABASE_URL OLD SECONDS: an empty
// database, migrated here. Prints a line for each part.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "core/retention/retention.h"
#include "core/store/alert_store.h"
#include "core/store/device_store.h"
#include "core/store/ingest_store.h"
#include "core/store/patient_store.h"

namespace fajma {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kDevices = 100;
constexpr int kMessagesOfBatch = 200;
constexpr Micros kDay = 24 * 60 * kMicrosPerMinute;
constexpr MeasureValue kValues[] = {{MeasureId::kTemperature, false, 36.9},
                                    {MeasureId::kHeartRate, true, 72},
                                    {MeasureId::kOxygenSaturation, true, 97},
                                    {MeasureId::kSystolicPressure, true, 121},
                                    {MeasureId::kDiastolicPressure, true, 79}};

class Writer {
 public:
  explicit Writer(Database& database) : store_(database) {
    DeviceStore devices(database);
    PatientStore patients(database);
    for (int i = 0; i < kDevices; ++i) {
      Patient patient;
      patient.identifier = "p" + std::to_string(i);
      patient.room = "salle1";
      Device device;
      device.mac = Mac::FromBits(static_cast<std::uint64_t>(i) + 1);
      device.name = device.type = "ESP32";
      device.patient_id = patients.Create(patient).patient.value().id;
      devices_.push_back(devices.Create(device, SystemNow()).device.value().id);
    }
  }

  // One batch of messages a millisecond apart, the first at `at`.
  void StoreBatch(Micros at) {
    std::vector<StoredMessage> batch;
    batch.reserve(kMessagesOfBatch);
    const auto begin = Clock::now();
    {
      IngestStore::Transaction transaction = store_.Begin();
      for (int i = 0; i < kMessagesOfBatch; ++i) {
        const DeviceState* device = transaction.FindDeviceById(devices_[next_++ % kDevices]);
        StoredMessage& message = batch.emplace_back();
        message.patient = device->patient;
        message.device = device->ref;
        message.measured_at = message.received_at = at + i * 1000;
        message.time_source = TimeSource::kDevice;
        for (const MeasureValue& value : kValues) message.values.Add(value);
        RowExtras extras;
        extras.fingerprint = static_cast<std::int64_t>(next_);
        transaction.Add(message, extras);
      }
      last_commit_ = transaction.Commit(at);
    }
    slowest_ = std::max(slowest_, Seconds(Clock::now() - begin));
    ++batches_;
  }

  std::int64_t last_commit() const { return last_commit_; }
  // Readings and the slowest batch since the last call.
  void Report(const char* part, Seconds took) {
    const double readings = static_cast<double>(batches_) * kMessagesOfBatch * std::size(kValues);
    std::printf("%-16s %8.0f readings/s over %5.1f s, slowest batch %4.0f ms\n", part, readings / took.count(),
                took.count(), slowest_.count() * 1000);
    std::fflush(stdout);
    batches_ = 0;
    slowest_ = {};
  }

 private:
  IngestStore store_;
  std::vector<std::int64_t> devices_;
  std::size_t next_ = 0;
  std::int64_t last_commit_ = 0;
  int batches_ = 0;
  Seconds slowest_{};
};

// Until `end` says so; the first batch is at `from`, and each a second later.
template <typename End>
void Measure(Writer& writer, const char* part, Micros from, const End& end) {
  const auto begin = Clock::now();
  for (Micros at = from; !end(Seconds(Clock::now() - begin)); at += kMicrosPerSecond) writer.StoreBatch(at);
  writer.Report(part, Clock::now() - begin);
}

void Run(const std::string& url, std::int64_t old, double seconds) {
  Database database(DatabaseOptions{.url = url});
  database.Migrate();
  Writer writer(database);
  const Micros now = SystemNow();
  const std::int64_t batches = old / static_cast<std::int64_t>(kMessagesOfBatch * std::size(kValues));
  std::int64_t stored = 0;
  Measure(writer, "filling", now - 60 * kDay, [&](Seconds) { return stored++ == batches; });
  AlertStore(database).SaveCheckpoint(kAlertConsumer, MakeCursor(writer.last_commit() + 1, -1));
  Measure(writer, "alone", now, [seconds](Seconds took) { return took.count() > seconds; });
  RetentionOptions options;
  options.days = 30;
  auto cutting = std::make_unique<Retention>(database, options);
  Measure(writer, "while cutting", now + 60 * kMicrosPerMinute,
          [&](Seconds took) { return cutting->rounds() > 0 || took.count() > 10 * seconds; });
  std::string page;
  cutting->AppendMetrics(page);
  cutting.reset();
  Measure(writer, "afterwards", now + 120 * kMicrosPerMinute,
          [seconds](Seconds took) { return took.count() > seconds; });
  std::fputs(page.c_str(), stdout);
}

}  // namespace
}  // namespace fajma

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: fajma_retention_bench DATABASE_URL OLD SECONDS\n");
    return 2;
  }
  try {
    fajma::Run(arguments[1], std::atoll(arguments[2]), std::atof(arguments[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
