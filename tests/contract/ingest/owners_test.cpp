// Several processes on one database, one of which has the alerts' work: what it leaves the next one carries on, nobody
// raises or escalates twice, and who has lost the work stores nothing.
#include <array>
#include <iostream>

#include "core/ingest/alert_runner.h"
#include "core/store/ownership_store.h"
#include "core/store/threshold_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

using testing::Eventually;
constexpr Micros kSecond = kMicrosPerSecond;
constexpr double kCriticalRate = 150;

EscalationDelays CriticalAfter(Micros delay) {
  EscalationDelays delays;
  delays.after[static_cast<std::size_t>(AlertLevel::kCritical)] = delay;
  return delays;
}

// A process that hears of commits, and judges them while the work is its own.
struct Member {
  Member(const std::string& url, std::string owner, const EscalationDelays& delays)
      : name(std::move(owner)), database(DatabaseOptions{url, 2, 1}), consumer(database, delays, name) {}

  // `after` so long: the lease of another that was heard of last is over.
  bool Take(Micros after = 0) {
    if (!OwnershipStore(database).TakeOrRenew(kAlertConsumer, name, SystemNow() + after, AlertRunner::kLease)) {
      return false;
    }
    consumer.Recover(bus);
    return true;
  }
  void Hear(const Commit& commit) { consumer.Consume(commit, bus, SystemNow()); }
  void PassTime() { consumer.Consume(Commit(), bus, SystemNow()); }

  const std::string name;
  Database database;
  InProcessEventBus bus;
  AlertConsumer consumer;
};

class Owners : public IngestContract {
 protected:
  Commit Store(double heart_rate, Micros received_at, std::int64_t patient, std::int64_t device) {
    RowSpec row;
    row.patient_id = patient;
    row.device_id = device;
    row.measured_at = received_at;
    row.value = heart_rate;
    Commit commit;
    commit.number = StoreRows(database_, {row});
    commit.messages = ReadingStore(database_).MessagesAfter(std::nullopt, heard_, 10).rows;
    heard_ = commit.messages.back().cursor;
    return commit;
  }
  Commit Store(double heart_rate, Micros received_at = SystemNow()) {
    return Store(heart_rate, received_at, patient_, device_);
  }

  void Judge(Micros on_delay, std::uint32_t repeats) {
    Threshold threshold;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {50, 100};
    threshold.on_delay = on_delay;
    threshold.repeats = repeats;
    ASSERT_TRUE(ThresholdStore(database_).Create(threshold));
  }

  std::int64_t Count(const std::string& table, const std::string& where = "1 = 1") {
    Lease lease = database_.Read();
    return std::stoll(QueryText(lease, "SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM " + table + " WHERE " + where));
  }
  // Whoever had the work does not know of it.
  void GiveWorkTo(const std::string& owner) {
    Lease lease = database_.Write();
    RunSql(lease, "UPDATE fajma_bail SET proprietaire = '" + owner +
                      "', jusqu_a = " + std::to_string(SystemNow() + AlertRunner::kLease));
  }
  std::int64_t Alerts() { return Count("fajma_alertesiot"); }
  std::int64_t Told(const std::string& what) { return Count("fajma_alerte_audit", "fait = '" + what + "'"); }
  Cursor Checkpoint() { return AlertStore(database_).GetCheckpoint(kAlertConsumer); }

  Database database_{DatabaseOptions{url_, 2, 2}};
  Cursor heard_ = 0;
};

TEST_F(Owners, OfOneWorkAreOneUntilItsLeaseIsOver) {
  OwnershipStore work(database_);
  EXPECT_TRUE(work.TakeOrRenew("w", "a", 100, 5));
  EXPECT_FALSE(work.TakeOrRenew("w", "b", 105, 5)) << "to its last moment";
  EXPECT_TRUE(work.TakeOrRenew("w", "a", 104, 5));
  EXPECT_FALSE(work.TakeOrRenew("w", "b", 106, 5)) << "it was renewed";
  EXPECT_TRUE(work.TakeOrRenew("w", "b", 110, 5));
  EXPECT_FALSE(work.TakeOrRenew("w", "a", 111, 5));
  work.GiveUp("w", "a");
  EXPECT_FALSE(work.TakeOrRenew("w", "a", 112, 5)) << "another's is left alone";
  work.GiveUp("w", "b");
  EXPECT_TRUE(work.TakeOrRenew("w", "a", 112, 5));
}

// Three of five repeats are seen by one, of which only the first was stored; the others by the next.
TEST_F(Owners, GoOnInTheMiddleOfRepeats) {
  Judge(0, 5);
  Member first(url_, "first", {});
  Member second(url_, "second", {});
  ASSERT_TRUE(first.Take());
  const Micros begin = SystemNow() - 10 * kSecond;
  for (int i = 0; i < 3; ++i) first.Hear(Store(105, begin + i * kSecond));
  ASSERT_TRUE(second.Take(60 * kSecond));
  second.Hear(Store(105, begin + 3 * kSecond));
  EXPECT_EQ(Alerts(), 0) << "four of five";
  second.Hear(Store(105, begin + 4 * kSecond));
  second.Hear(Store(105, begin + 5 * kSecond));
  EXPECT_EQ(Alerts(), 1);
  EXPECT_EQ(Told("raised"), 1);
  EXPECT_EQ(Count("fajma_alertesiot", "date_creation = " + std::to_string(begin + 4 * kSecond)), 1);
}

TEST_F(Owners, GoOnInTheMiddleOfADelay) {
  Judge(60 * kSecond, 1);
  Member first(url_, "first", {});
  Member second(url_, "second", {});
  ASSERT_TRUE(first.Take());
  const Micros begin = SystemNow() - 58 * kSecond;
  first.Hear(Store(105, begin));
  first.Hear(Store(106, begin + kSecond));
  ASSERT_TRUE(second.Take(60 * kSecond));
  EXPECT_EQ(Alerts(), 0);
  ASSERT_TRUE(Eventually([&] { return second.PassTime(), Alerts() == 1; }));
  EXPECT_EQ(Count("fajma_alertesiot", "date_creation = " + std::to_string(begin + 60 * kSecond)), 1)
      << "since the first value";
  EXPECT_GE(SystemNow(), begin + 60 * kSecond);
}

TEST_F(Owners, EscalateOnceWhatWasDueWhenTheyTookOver) {
  const EscalationDelays delays = CriticalAfter(3 * kSecond);  // longer than raising takes on a busy machine
  Member first(url_, "first", delays);
  Member second(url_, "second", delays);
  ASSERT_TRUE(first.Take());
  first.Hear(Store(kCriticalRate));
  ASSERT_EQ(Told("raised"), 1);
  ASSERT_TRUE(second.Take(60 * kSecond));
  // The first one's clock goes on too.
  EXPECT_THROW(Eventually([&] { return first.PassTime(), false; }), OwnershipLost);
  EXPECT_EQ(Told("escalated"), 0);
  ASSERT_TRUE(Eventually([&] { return second.PassTime(), Told("escalated") == 1; }));
  ASSERT_TRUE(first.Take(120 * kSecond));
  first.PassTime();
  EXPECT_EQ(Told("escalated"), 1);
  EXPECT_EQ(Alerts(), 1);
}

TEST_F(Owners, WhoWakeAfterAPauseStoreNothing) {
  Member first(url_, "first", {});
  Member second(url_, "second", {});
  ASSERT_TRUE(first.Take());
  first.Hear(Store(75));
  const Commit commit = Store(kCriticalRate);
  const Commit of_other = Store(kCriticalRate, SystemNow(), other_patient_, other_device_);
  ASSERT_TRUE(second.Take(60 * kSecond));  // and it reads both from the database
  EXPECT_EQ(Alerts(), 2);
  const Cursor checkpoint = Checkpoint();
  EXPECT_THROW(first.Hear(commit), OwnershipLost);
  EXPECT_THROW(first.Hear(of_other), OwnershipLost);
  EXPECT_THROW(first.consumer.Recover(first.bus), OwnershipLost);
  EXPECT_EQ(Alerts(), 2);
  EXPECT_EQ(Told("raised"), 2);
  EXPECT_EQ(Checkpoint(), checkpoint);
  EXPECT_FALSE(first.Take()) << "it has to wait for its turn";
}

// A door works through what it could not store for long, while the owner renews its lease again and again.
TEST_F(Owners, LetNoDelayEndThatABacklogStillEnds) {
  Judge(60 * kSecond, 1);
  InProcessEventBus bus;
  Database database(DatabaseOptions{url_, 2, 1});
  AlertRunner runner(database, bus, "owner");
  ASSERT_TRUE(Eventually([&] { return runner.owns(); }));
  const Micros begin = SystemNow() - 1'000 * kSecond;
  const auto hear = [&](double heart_rate, Micros received_at, std::int64_t patient, std::int64_t device) {
    bus.Publish(std::make_shared<Commit>(Store(heart_rate, received_at, patient, device)));
  };
  hear(105, begin, patient_, device_);
  Micros received_at = begin;
  const auto until = [this] {
    Lease lease = database_.Read();
    return std::stoll(QueryText(lease, "SELECT CAST(jusqu_a AS VARCHAR(20)) FROM fajma_bail"));
  };
  for (int renewals = 0; renewals < 2; ++renewals) {
    const auto before = until();
    ASSERT_TRUE(Eventually([&] { return hear(75, ++received_at, other_patient_, other_device_), until() != before; }));
  }
  hear(75, begin + 2 * kSecond, patient_, device_);
  ASSERT_TRUE(Eventually([&] { return Checkpoint() >= heard_; }));
  EXPECT_EQ(Alerts(), 0);
}

// Three processes, to each of which the work is given again and again while alerts are raised and escalate.
TEST_F(Owners, ChangeInTurnWithoutDoublingAnything) {
  constexpr std::array<const char*, 3> kNames = {"a", "b", "c"};
  struct Process {
    Process(const std::string& url, const char* name)
        : database(DatabaseOptions{url, 2, 1}), runner(database, bus, name, CriticalAfter(kSecond)) {}
    Database database;
    InProcessEventBus bus;
    AlertRunner runner;
  };
  std::vector<std::unique_ptr<Process>> processes;
  for (const char* name : kNames) processes.push_back(std::make_unique<Process>(url_, name));
  const auto hear = [&](const Commit& commit) {
    for (const auto& each : processes) each->bus.Publish(std::make_shared<Commit>(commit));
  };
  ASSERT_TRUE(Eventually([&] { return Count("fajma_bail") == 1; })) << "there is work to give";
  constexpr std::int64_t kPatients = 9;
  for (std::int64_t i = 0; i < kPatients; ++i) {
    const std::int64_t patient = AddPatient("owned" + std::to_string(i));
    const std::int64_t device = AddDevice(0xAABBCC000100 + static_cast<std::uint64_t>(i), patient);
    const auto next = static_cast<std::size_t>(i) % kNames.size();
    GiveWorkTo(kNames[next]);
    hear(Store(kCriticalRate, SystemNow(), patient, device));
    ASSERT_TRUE(Eventually([&] { return processes[next]->runner.owns(); }));
    hear(Store(kCriticalRate + 1, SystemNow(), patient, device));
  }
  ASSERT_TRUE(Eventually([&] { return Told("escalated") >= kPatients; }));
  processes.clear();
  EXPECT_EQ(Alerts(), kPatients);
  EXPECT_EQ(Told("raised"), kPatients);
  EXPECT_EQ(Told("escalated"), kPatients);
  EXPECT_EQ(Count("fajma_alertesiot", "niveau = 'emergency'"), kPatients);
}

// What a process that was killed leaves is a lease that nobody renews.
TEST_F(Owners, WhoDiedAreFollowedWithinTheirLease) {
  Database database(DatabaseOptions{url_, 2, 1});
  ASSERT_TRUE(OwnershipStore(database).TakeOrRenew(kAlertConsumer, "dead", SystemNow(), AlertRunner::kLease));
  Store(kCriticalRate);  // by a door, whose commit nobody hears of
  const auto begin = std::chrono::steady_clock::now();
  InProcessEventBus bus;
  AlertRunner runner(database, bus, "alive");
  ASSERT_TRUE(Eventually([&] { return Alerts() == 1; }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took.count(), 4.0) << "not while it may be alive";
  EXPECT_LE(took.count(), 10.0) << "the lease, and the second after which one looks again";
  std::cout << "followed after " << took.count() << " s\n";
}

}  // namespace
}  // namespace fajma::test
