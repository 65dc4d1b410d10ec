// What ingest knows of the devices, with several writers.
#include <atomic>
#include <thread>

#include "core/store/ingest_store.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

const Mac kMac = Mac::FromBits(1);

class IngestDevices : public StoreContract {
 protected:
  void SetUp() override { AddDevice(kMac.bits(), AddPatient("p1")); }

  // Until another session waits for a lock of this one. SQLite's waits in the file system and tells nobody.
  void AwaitWaiting() {
    if (database_.dialect() == Dialect::kSqlite) return;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string waiting = "0";
    while (waiting == "0") {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      Lease lease = database_.Read();
      waiting = QueryText(lease,
                          "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND wait_event_type = 'Lock'");
    }
  }
};

TEST_F(IngestDevices, AreReadAsTheWriterBeforeHasLeftThem) {
  Database other(Options());
  IngestStore first(database_);
  IngestStore second(other);
  std::atomic<bool> began{false};
  Micros seen = -1;
  std::uint64_t durable = 0;
  std::jthread waiting;
  {
    IngestStore::Transaction before = first.Begin();
    before.LoadDevices({kMac}, {{kMac, 7}});
    DeviceState* device = before.FindDevice(kMac);
    ASSERT_NE(device, nullptr);
    waiting = std::jthread([&] {
      began = true;
      IngestStore::Transaction after = second.Begin();
      after.LoadDevices({kMac}, {{kMac, 7}});
      DeviceState* found = after.FindDevice(kMac);
      seen = found->newest_measured_at;
      durable = after.GetBoot(*found, 7).ledger.durable();
    });
    while (!began) std::this_thread::yield();
    AwaitWaiting();
    device->newest_measured_at = kNow;
    device->changed = true;
    BootState& boot = before.GetBoot(*device, 7);
    boot.ledger.SettleBelow(5);
    boot.changed = true;
    before.Commit(kNow);
  }
  waiting.join();
  EXPECT_EQ(seen, kNow);
  EXPECT_EQ(durable, 4U);
}

TEST_F(IngestDevices, KeepTheirStartsApart) {
  AddDevice(2, AddPatient("p2"));
  const Mac other = Mac::FromBits(2);
  IngestStore store(database_);
  const std::vector<std::pair<Mac, std::int64_t>> boots = {{kMac, 7}, {kMac, 8}, {other, 7}};
  {
    IngestStore::Transaction transaction = store.Begin();
    transaction.LoadDevices({kMac, other}, boots);
    std::uint64_t floor = 10;
    for (const auto& [mac, number] : boots) {
      DeviceState* device = transaction.FindDevice(mac);
      ASSERT_NE(device, nullptr);
      BootState& boot = transaction.GetBoot(*device, number);
      boot.ledger.SettleBelow(floor);
      floor += 10;
      boot.changed = device->changed = true;
    }
    transaction.Commit(kNow);
  }
  IngestStore again(database_);
  IngestStore::Transaction transaction = again.Begin();
  transaction.LoadDevices({kMac, other}, boots);
  std::vector<std::uint64_t> durable;
  for (const auto& [mac, number] : boots) {
    durable.push_back(transaction.GetBoot(*transaction.FindDevice(mac), number).ledger.durable());
  }
  EXPECT_EQ(durable, (std::vector<std::uint64_t>{9, 19, 29}));
}

}  // namespace
}  // namespace fajma::test
