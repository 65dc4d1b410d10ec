#include "bridge/news.h"

#include <gtest/gtest.h>

#include "tests/unit/bridge/commits.h"

namespace fajma {
namespace {

constexpr ValueKey kHeartRate{1, MeasureId::kHeartRate};

TEST(News, KeepsTheNewestValueByCursor) {
  News news;
  news.Add(MakeReading(1, 1, 20, 75));
  news.Add(MakeReading(1, 1, 10, 60));
  ASSERT_EQ(news.values.size(), 1U);
  EXPECT_EQ(news.values.at(kHeartRate).value.value, 75);
  EXPECT_EQ(news.values.at(kHeartRate).cursor, 20);
}

TEST(News, LeavesOutLateReadingsAndDeviceFigures) {
  News news;
  StoredMessage late = MakeReading(1, 1, 20, 75);
  late.late = true;
  news.Add(late);
  StoredMessage figures = MakeReading(1, 1, 21, 75);
  figures.values = {};
  figures.values.Add({MeasureId::kBatteryLevel, true, 80});
  news.Add(figures);
  EXPECT_TRUE(news.values.empty());
}

TEST(News, KeepsTheHighestSettledSeqOfEachBoot) {
  News news;
  Commit commit;
  commit.settled = {{Mac::FromBits(1), 12, 345}, {Mac::FromBits(1), 12, 340}, {Mac::FromBits(1), 13, 1}};
  news.Add(commit);
  EXPECT_EQ(news.acks.size(), 2U);
  EXPECT_EQ((news.acks.at(BootKey{Mac::FromBits(1), 12})), 345U);
}

TEST(News, RejectsOnlyWhatCameByMqttWithAnIdentity) {
  Commit commit;
  commit.outcomes = {MakeReject(1), MakeReject(2), MakeReject(3)};
  commit.outcomes[1].door = Door::kApi;
  commit.outcomes[2].identity.reset();
  News news;
  news.Add(commit);
  ASSERT_EQ(news.rejects.size(), 1U);
  EXPECT_EQ(news.rejects[0].topic, "fajma/v1/devices/000000000001/reject");
  EXPECT_EQ(news.rejects[0].qos, 0);
  EXPECT_FALSE(news.rejects[0].retain);
}

TEST(News, DropsAndCountsBeyondItsLimits) {
  News news;
  news.max_acks = 2;
  news.max_rejects = 2;
  Commit commit;
  for (std::uint64_t i = 0; i < 5; ++i) {
    commit.settled.push_back({Mac::FromBits(i), 1, i});
    commit.outcomes.push_back(MakeReject(i));
  }
  news.Add(commit);
  EXPECT_EQ(news.acks.size(), 2U);
  ASSERT_EQ(news.rejects.size(), 2U);
  EXPECT_NE(news.rejects[0].payload.find("\"seq\":3"), std::string::npos);
  EXPECT_EQ(news.dropped, 6U);
}

TEST(News, JoinsWhatCameLater) {
  News news;
  news.Add(MakeReading(1, 1, 10, 60));
  news.Add(BootKey{Mac::FromBits(1), 12}, 5);
  News later;
  later.Add(MakeReading(1, 1, 20, 75));
  later.Add(BootKey{Mac::FromBits(1), 12}, 9);
  later.Add(OutgoingMessage{});
  news.Add(std::move(later));
  EXPECT_EQ(news.values.at(kHeartRate).value.value, 75);
  EXPECT_EQ((news.acks.at(BootKey{Mac::FromBits(1), 12})), 9U);
  EXPECT_EQ(news.rejects.size(), 1U);
}

}  // namespace
}  // namespace fajma
