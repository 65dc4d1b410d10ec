#include "bridge/mirrors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/unit/bridge/commits.h"
#include "tests/unit/bridge/fake_broker.h"

namespace fajma {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kTopic = "fajma/v1/patients/patient1/readings/heart_rate";
const std::string kScoreTopic = "fajma/v1/patients/patient1/news2";
constexpr Micros kNow = 1'767'225'600'000'000;

class MirrorsTest : public ::testing::Test {
 protected:
  MirrorsOptions Options() {
    MirrorsOptions options;
    options.publish = broker_.publish();
    options.interval = milliseconds(200);
    options.expiry = seconds(15);
    return options;
  }

  static CommitPtr Reading(Cursor cursor, double value, std::int64_t patient = 1, std::int64_t device = 1) {
    Commit commit;
    commit.messages = {MakeReading(patient, device, cursor, value)};
    return MakeCommit(std::move(commit));
  }

  bool WaitForValue(const std::string& value) {
    return broker_.WaitFor([&](const auto& all) {
      return std::ranges::any_of(
          all, [&](const auto& p) { return p.message.payload.starts_with("{\"value\":" + value + ","); });
    });
  }

  // All but scores.
  std::size_t CountOfOthers() {
    const auto all = broker_.all();
    const auto scores = std::ranges::count_if(all, [](const auto& p) { return p.message.topic.ends_with("/news2"); });
    return all.size() - static_cast<std::size_t>(scores);
  }
  bool WaitForScore(const std::string& score) {
    return broker_.WaitFor([&](const auto& all) {
      return std::ranges::any_of(all,
                                 [&](const auto& p) { return p.message.payload.starts_with("{\"score\":" + score); });
    });
  }
  bool WaitForCleared(const std::string& topic) {
    return broker_.WaitFor([&](const auto& all) {
      return std::ranges::any_of(all,
                                 [&](const auto& p) { return p.message.topic == topic && p.message.payload.empty(); });
    });
  }

  FakeBroker broker_;
};

TEST_F(MirrorsTest, PublishesAValueAtOnceRetainedAndWithExpiry) {
  Mirrors mirrors(Options());
  mirrors.OnCommit(Reading(10, 75));
  ASSERT_TRUE(broker_.WaitForCount(1));
  const OutgoingMessage message = broker_.all()[0].message;
  EXPECT_EQ(message.topic, kTopic);
  EXPECT_TRUE(message.retain);
  EXPECT_EQ(message.qos, 1);
  EXPECT_EQ(message.expiry, seconds(15));
}

TEST_F(MirrorsTest, PublishesTheNewestOfManyOnceInAnInterval) {
  Mirrors mirrors(Options());
  for (int i = 1; i <= 1'000; ++i) mirrors.OnCommit(Reading(i, i));
  ASSERT_TRUE(WaitForValue("1000"));
  const auto published = broker_.On(kTopic);
  EXPECT_LE(published.size(), 6U);
  for (std::size_t i = 1; i < published.size(); ++i) {
    EXPECT_GE(published[i].at - published[i - 1].at, milliseconds(199));
  }
}

TEST_F(MirrorsTest, NeverGoesBackToAnOlderValue) {
  Mirrors mirrors(Options());
  mirrors.OnCommit(Reading(20, 75));
  ASSERT_TRUE(WaitForValue("75"));
  mirrors.OnCommit(Reading(10, 60));
  mirrors.OnCommit(Reading(30, 76));
  ASSERT_TRUE(WaitForValue("76"));
  EXPECT_EQ(broker_.On(kTopic).size(), 2U);
}

TEST_F(MirrorsTest, ClearsAStaleValue) {
  MirrorsOptions options = Options();
  options.expiry = seconds(1);
  Mirrors mirrors(std::move(options));
  mirrors.OnCommit(Reading(10, 75));
  ASSERT_TRUE(WaitForCleared(kTopic));
  const auto published = broker_.On(kTopic);
  EXPECT_TRUE(published[1].message.retain);
  EXPECT_EQ(published[1].message.payload, "");
  EXPECT_GE(published[1].at - published[0].at, milliseconds(900));
}

TEST_F(MirrorsTest, PublishesNoValueThatIsStaleAlready) {
  Mirrors mirrors(Options());
  Commit commit;
  commit.messages = {MakeReading(1, 1, 10, 75)};
  commit.messages[0].received_at -= 16 * kMicrosPerSecond;
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  mirrors.OnCommit(Reading(11, 80, 2, 2));
  ASSERT_TRUE(WaitForValue("80"));
  EXPECT_EQ(CountOfOthers(), 1U);
}

TEST_F(MirrorsTest, ClearsWhatADeviceSaidOfItsFormerPatient) {
  Mirrors mirrors(Options());
  mirrors.OnCommit(Reading(10, 75, 1, 7));
  ASSERT_TRUE(WaitForValue("75"));
  mirrors.OnCommit(Reading(20, 80, 2, 7));
  ASSERT_TRUE(WaitForValue("80"));
  EXPECT_TRUE(WaitForCleared(kTopic));
  EXPECT_TRUE(WaitForCleared(kScoreTopic));
}

TEST_F(MirrorsTest, KeepsTheNewestWhileTheBrokerIsAway) {
  broker_.SetConnected(false);
  Mirrors mirrors(Options());
  Commit commit;
  for (int i = 1; i <= 100; ++i) {
    commit.messages.push_back(MakeReading(1, 1, i, i));
    commit.settled.push_back({Mac::FromBits(1), 12, static_cast<std::uint64_t>(i)});
  }
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  broker_.SetConnected(true);
  ASSERT_TRUE(WaitForValue("100"));
  EXPECT_EQ(CountOfOthers(), 2U);
}

TEST_F(MirrorsTest, LosesNoNewestValueWhenItsQueueIsFull) {
  broker_.SetConnected(false);
  MirrorsOptions options = Options();
  options.max_queued_messages = 3;
  options.retry = seconds(1);  // so that the thread is asleep while the queue fills
  Mirrors mirrors(std::move(options));
  for (int i = 1; i <= 50; ++i) mirrors.OnCommit(Reading(i, i, i % 10 + 1, i % 10 + 1));
  broker_.SetConnected(true);
  // What the thread had taken up before may be told first; then the newest of each follows.
  std::size_t newest = 0;
  for (std::size_t count = 10; newest < 10; ++count) {
    ASSERT_TRUE(broker_.WaitForCount(count));
    std::map<std::string, std::string> last;
    for (const auto& published : broker_.all()) last[published.message.topic] = published.message.payload;
    newest = static_cast<std::size_t>(std::ranges::count_if(last, [](const auto& entry) {
      return entry.second.starts_with("{\"value\":4") || entry.second.starts_with("{\"value\":50,");
    }));
  }
  EXPECT_EQ(mirrors.dropped(), 0U);
}

TEST_F(MirrorsTest, AcknowledgesOnceForADeviceAndBatch) {
  MirrorsOptions options = Options();
  options.now = [] { return kNow; };
  Mirrors mirrors(std::move(options));
  Commit commit;
  commit.settled = {{Mac::FromBits(1), 12, 344}, {Mac::FromBits(1), 12, 345}, {Mac::FromBits(2), 7, 1}};
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  ASSERT_TRUE(broker_.WaitForCount(2));
  const auto acks = broker_.On("fajma/v1/devices/000000000001/ack");
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].message.payload, R"({"boot":12,"durable":345,"now":1767225600000})");
  EXPECT_EQ(acks[0].message.qos, 0);
  EXPECT_FALSE(acks[0].message.retain);
}

TEST_F(MirrorsTest, TellsRejects) {
  Mirrors mirrors(Options());
  Commit commit;
  commit.outcomes = {MakeReject(346)};
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  ASSERT_TRUE(broker_.WaitForCount(1));
  EXPECT_EQ(broker_.all()[0].message.payload, R"({"boot":12,"seq":346,"code":"out_of_range","detail":"heart_rate"})");
}

TEST_F(MirrorsTest, ReconcilesTheValuesThatAreFresh) {
  Mirrors mirrors(Options());
  StoredMessage old = MakeReading(2, 2, 5, 60);
  old.received_at -= 20 * kMicrosPerSecond;
  mirrors.Reconcile({MakeReading(1, 1, 10, 75), old});
  ASSERT_TRUE(WaitForValue("75"));
  mirrors.OnCommit(Reading(11, 80, 3, 3));
  ASSERT_TRUE(WaitForValue("80"));
  EXPECT_EQ(CountOfOthers(), 2U);
}

TEST_F(MirrorsTest, PublishesTheScoreOfAllThatIsKnownRetainedAndWithExpiry) {
  Mirrors mirrors(Options());
  StoredMessage old = MakeReading(1, 2, 5, 0);  // counts for an hour, and is mirrored no more
  old.measured_at = old.received_at -= 20 * kMicrosPerMinute;
  old.values = {};
  old.values.Add({MeasureId::kRespiratoryRate, true, 22});
  mirrors.Reconcile({old});
  mirrors.OnCommit(Reading(10, 120));
  ASSERT_TRUE(WaitForScore("4,\"parametres_connus\":2,"));
  const OutgoingMessage message = broker_.On(kScoreTopic).back().message;
  EXPECT_TRUE(message.retain);
  EXPECT_EQ(message.expiry, seconds(15));
  EXPECT_EQ(broker_.On("fajma/v1/patients/patient1/readings/respiratory_rate").size(), 0U);
}

TEST_F(MirrorsTest, PublishesAScoreAgainOnlyWhenItsPointsChangeOrItWouldExpire) {
  MirrorsOptions options = Options();
  options.interval = milliseconds(1);
  Mirrors mirrors(std::move(options));
  for (int i = 1; i <= 20; ++i) mirrors.OnCommit(Reading(i, 60 + i));
  ASSERT_TRUE(WaitForValue("80"));
  mirrors.OnCommit(Reading(21, 120));
  ASSERT_TRUE(WaitForScore("2,"));
  EXPECT_EQ(broker_.On(kScoreTopic).size(), 2U);
}

TEST_F(MirrorsTest, KeepsAScoreAliveWhileValuesComeAndClearsItAfterThem) {
  MirrorsOptions options = Options();
  options.interval = milliseconds(20);
  options.expiry = seconds(1);
  Mirrors mirrors(std::move(options));
  // The mirrored values give the pace: each waits for the one before.
  for (int i = 1; i < 500 && broker_.On(kScoreTopic).size() < 5; ++i) {
    mirrors.OnCommit(Reading(i, 75));
    ASSERT_TRUE(broker_.WaitFor([&](const auto& all) {
      return std::ranges::count_if(all, [](const auto& p) { return p.message.topic == kTopic; }) >= i;
    }));
  }
  ASSERT_EQ(broker_.On(kScoreTopic).size(), 5U);
  for (const auto& published : broker_.On(kScoreTopic)) EXPECT_NE(published.message.payload, "");
  EXPECT_TRUE(WaitForCleared(kScoreTopic));
}

}  // namespace
}  // namespace fajma
