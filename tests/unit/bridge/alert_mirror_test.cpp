#include "bridge/alert_mirror.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "tests/unit/bridge/commits.h"
#include "tests/unit/bridge/fake_broker.h"

namespace fajma {
namespace {

using std::chrono::milliseconds;

const std::string kRetained = "fajma/v1/patients/patient1/alerts/";
const std::string kCritical = "fajma/v1/alerts/critical";

// The part of the database that the mirror sees.
class FakeFeed {
 public:
  void Append(AlertEvent event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::vector<AlertEvent> Load(Cursor after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (failures_ > 0) {
      --failures_;
      throw std::runtime_error("the database is away");
    }
    std::vector<AlertEvent> found;
    for (const AlertEvent& event : events_) {
      if (event.cursor > after && found.size() < limit) found.push_back(event);
    }
    return found;
  }
  void Save(Cursor cursor) {
    const std::lock_guard lock(mutex_);
    saved_ = cursor;
    changed_.notify_all();
  }
  Cursor saved() {
    const std::lock_guard lock(mutex_);
    return saved_;
  }
  bool WaitForSaved(Cursor cursor) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return saved_ >= cursor; });
  }
  void FailNext(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<AlertEvent> events_;
  Cursor saved_ = 0;
  int failures_ = 0;
};

class AlertMirrorTest : public ::testing::Test {
 protected:
  AlertMirrorOptions Options() {
    AlertMirrorOptions options;
    options.publish = broker_.publish();
    options.load = [this](Cursor after, std::size_t limit) { return feed_.Load(after, limit); };
    options.save = [this](Cursor cursor) { feed_.Save(cursor); };
    options.load_cursor = [this] { return feed_.saved(); };
    options.load_active = [this] { return active_; };
    options.find_retained = [this] { return retained_; };
    options.poll = milliseconds(20);
    options.retry = milliseconds(5);
    return options;
  }

  FakeBroker broker_;
  FakeFeed feed_;
  std::vector<Alert> active_;
  std::optional<std::vector<std::string>> retained_ = std::vector<std::string>{};
};

TEST_F(AlertMirrorTest, RetainsAnAlertUntilItIsResolvedAndTellsEachChange) {
  AlertMirror mirror(Options());
  Alert alert = MakeAlert(42);
  feed_.Append(MakeEvent(10, AlertChange::kRaised, alert));
  ASSERT_TRUE(feed_.WaitForSaved(10));
  alert.resolved_at = SystemNow();
  feed_.Append(MakeEvent(11, AlertChange::kResolved, alert));
  ASSERT_TRUE(feed_.WaitForSaved(11));
  const auto retained = broker_.On(kRetained + "42");
  ASSERT_EQ(retained.size(), 2U);
  EXPECT_TRUE(retained[0].message.retain);
  EXPECT_NE(retained[0].message.payload.find("\"presente\""), std::string::npos);
  EXPECT_TRUE(retained[1].message.retain);
  EXPECT_EQ(retained[1].message.payload, "");
  const auto changes = broker_.On(kCritical);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_FALSE(changes[0].message.retain);
  EXPECT_EQ(changes[0].message.qos, 1);
  EXPECT_TRUE(changes[0].message.payload.starts_with(R"({"type":"alert","alert":{"id":42,)"));
  EXPECT_TRUE(changes[1].message.payload.starts_with(R"({"type":"alert_resolved",)"));
}

TEST_F(AlertMirrorTest, SavesNothingBeforeTheBrokerHasIt) {
  broker_.SetAcknowledging(false);
  AlertMirror mirror(Options());
  feed_.Append(MakeEvent(10, AlertChange::kRaised, MakeAlert(42)));
  ASSERT_TRUE(broker_.WaitForCount(2));
  EXPECT_EQ(feed_.saved(), 0);
  broker_.SetAcknowledging(true);
  EXPECT_TRUE(feed_.WaitForSaved(10));
  EXPECT_EQ(broker_.all().size(), 2U);
}

TEST_F(AlertMirrorTest, PublishesAgainWhatWasNotAcknowledgedBeforeItsEnd) {
  broker_.SetAcknowledging(false);
  {
    AlertMirror mirror(Options());
    feed_.Append(MakeEvent(10, AlertChange::kRaised, MakeAlert(42)));
    ASSERT_TRUE(broker_.WaitForCount(2));
  }
  broker_.SetAcknowledging(true);
  AlertMirror mirror(Options());
  EXPECT_TRUE(feed_.WaitForSaved(10));
  EXPECT_EQ(broker_.On(kCritical).size(), 2U);
}

TEST_F(AlertMirrorTest, PublishesAgainWhatALostConnectionLeftOpen) {
  broker_.SetAcknowledging(false);
  AlertMirror mirror(Options());
  feed_.Append(MakeEvent(10, AlertChange::kRaised, MakeAlert(42)));
  ASSERT_TRUE(broker_.WaitForCount(2));
  broker_.SetConnected(false);
  broker_.SetAcknowledging(true);
  broker_.SetConnected(true);
  EXPECT_TRUE(feed_.WaitForSaved(10));
}

TEST_F(AlertMirrorTest, LosesNoneWhileTheBrokerIsAway) {
  broker_.SetConnected(false);
  AlertMirrorOptions options = Options();
  options.batch = 7;
  AlertMirror mirror(std::move(options));
  for (int i = 1; i <= 50; ++i) feed_.Append(MakeEvent(i, AlertChange::kRaised, MakeAlert(i)));
  broker_.SetConnected(true);
  ASSERT_TRUE(feed_.WaitForSaved(50));
  const auto changes = broker_.On(kCritical);
  ASSERT_EQ(changes.size(), 50U);
  for (int i = 1; i <= 50; ++i) {
    EXPECT_NE(changes[static_cast<std::size_t>(i - 1)].message.payload.find("\"id\":" + std::to_string(i) + ","),
              std::string::npos);
  }
}

TEST_F(AlertMirrorTest, OutlivesADatabaseThatIsAway) {
  feed_.FailNext(3);
  AlertMirror mirror(Options());
  feed_.Append(MakeEvent(10, AlertChange::kRaised, MakeAlert(42)));
  EXPECT_TRUE(feed_.WaitForSaved(10));
}

TEST_F(AlertMirrorTest, ReconcilesBeforeItTellsChanges) {
  active_ = {MakeAlert(1), MakeAlert(2)};
  retained_ = {kRetained + "2", kRetained + "99"};
  feed_.Append(MakeEvent(10, AlertChange::kRaised, MakeAlert(42)));
  AlertMirror mirror(Options());
  ASSERT_TRUE(feed_.WaitForSaved(10));
  const auto all = broker_.all();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].message.topic, kRetained + "1");
  EXPECT_EQ(all[1].message.topic, kRetained + "2");
  EXPECT_NE(all[1].message.payload, "");
  EXPECT_EQ(all[2].message.topic, kRetained + "99");
  EXPECT_EQ(all[2].message.payload, "");
  EXPECT_TRUE(all[2].message.retain);
}

TEST_F(AlertMirrorTest, LeavesOutTheTopicOfABadIdentifierButNotTheChange) {
  Alert alert = MakeAlert(42);
  alert.patient = std::make_shared<const PatientRef>(PatientRef{1, "a/+/#", "salle1"});
  AlertMirror mirror(Options());
  feed_.Append(MakeEvent(10, AlertChange::kRaised, alert));
  ASSERT_TRUE(feed_.WaitForSaved(10));
  ASSERT_EQ(broker_.all().size(), 1U);
  EXPECT_EQ(broker_.all()[0].message.topic, kCritical);
}

}  // namespace
}  // namespace fajma
