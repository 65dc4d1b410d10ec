// Ingest on a database, from the journals to the bus: what must hold on SQLite and PostgreSQL alike.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/bus/in_process_event_bus.h"
#include "core/ingest/ingest.h"
#include "core/store/alert_store.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/quarantine_store.h"
#include "core/store/reading_store.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"
#include "tests/support/raw_socket.h"

namespace fajma::test {

inline constexpr std::uint64_t kMac = 0xAABBCC000001;
inline constexpr std::uint64_t kOtherMac = 0xAABBCC000002;

// What the bus carried.
class Collected {
 public:
  void Add(const CommitPtr& commit);
  std::vector<CommitPtr> commits() const;
  std::vector<StoredMessage> messages() const;
  std::vector<AlertEvent> alerts() const;
  std::vector<Outcome> outcomes() const;  // without those of Drain's own messages
  std::size_t drains() const;
  std::vector<BootSettled> settled() const;
  std::vector<DeviceStatusEvent> statuses() const;
  void Clear();

 private:
  mutable std::mutex mutex_;
  std::vector<CommitPtr> commits_;
};

inline IngestLimits WithoutDeviceRate() {
  IngestLimits limits;
  limits.device_rate = 0;
  return limits;
}

// A process: everything that ends with it.
struct Process {
  Process(const std::string& url, const std::filesystem::path& folder, Collected* collected,
          IngestLimits limits = WithoutDeviceRate());

  Database database;
  Journal mqtt_journal;
  Journal api_journal;
  InProcessEventBus bus;
  MessageCounters counters;
  ProbeLedger probes;  // of the self-test, sent by this process
  std::unique_ptr<Ingest> ingest;
};

class IngestContract : public ::testing::Test {
 protected:
  IngestContract();
  ~IngestContract() override;

  // Another process on the same data.
  void Start();
  void Stop() { run_.reset(); }
  void Restart();

  bool SendAt(Micros received_at, std::string_view payload, std::uint64_t mac = kMac, std::uint8_t flags = 0);
  bool Send(std::string_view payload, std::uint64_t mac = kMac, std::uint8_t flags = 0);
  bool SendKind(RawKind kind, std::string_view payload, std::uint64_t mac = kMac, std::uint8_t flags = 0);
  // A text from a ws/iot socket of the patient.
  bool SendSocket(std::string_view payload, std::int64_t patient_id, std::int64_t device_id = 0, std::uint64_t id = 9);
  // Waits until all that was sent is settled.
  void Drain();
  // Sends and drains.
  void Give(std::string_view payload, std::uint64_t mac = kMac, std::uint8_t flags = 0);

  std::string Sql(const std::string& query);
  std::int64_t Count(const std::string& table, const std::string& where = "1 = 1");
  std::int64_t Readings() { return Count("fajma_donneescapteursiot"); }
  SettledTally Settled(Door door = Door::kMqtt) const { return run_->counters.Get(door).settled; }
  // What a device was last told of its numbers; nothing yet: zeroes.
  BootSettled LastSettled() const {
    const auto all = collected_.settled();
    return all.empty() ? BootSettled{} : all.back();
  }
  // Commit numbers without a hole, cursors that only grow.
  void ExpectDense();

  std::int64_t AddPatient(const std::string& identifier);
  std::int64_t AddDevice(std::uint64_t mac, std::int64_t patient_id);

  IngestLimits limits_ = WithoutDeviceRate();  // of the next Start
  std::string url_ = NewMigratedDatabase();
  std::filesystem::path folder_;
  Collected collected_;
  std::unique_ptr<Process> run_;
  std::int64_t patient_ = 0;
  std::int64_t other_patient_ = 0;
  std::int64_t device_ = 0;
  std::int64_t other_device_ = 0;
};

// A documented message.
std::string Documented(std::string_view data, std::uint64_t mac = kMac);
std::string Native(std::uint32_t boot, std::uint64_t seq, int heart_rate = 75);

}  // namespace fajma::test
