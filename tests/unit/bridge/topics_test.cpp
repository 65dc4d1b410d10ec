#include "bridge/topics.h"

#include <gtest/gtest.h>

#include <set>

namespace fajma {
namespace {

constexpr std::string_view kMac = "aabbccddeeff";

struct Taken {
  std::string_view topic;
  TopicKind kind;
  std::string_view first = {};
  std::string_view second = {};
};

constexpr Taken kTaken[] = {
    {"fajma/v1/devices/aabbccddeeff/data", TopicKind::kData},
    {"fajma/v1/devices/aabbccddeeff/status", TopicKind::kStatus},
    {"fajma/v1/devices/aabbccddeeff/ack", TopicKind::kAck},
    {"fajma/v1/devices/aabbccddeeff/reject", TopicKind::kReject},
    {"fajma/v1/devices/aabbccddeeff/commands/7", TopicKind::kCommand, "7"},
    {"fajma/v1/devices/aabbccddeeff/commands/a-B_9/result", TopicKind::kCommandResult, "a-B_9"},
    {"fajma/v1/patients/patient123/readings/heart_rate", TopicKind::kReading, "patient123", "heart_rate"},
    {"fajma/v1/patients/P_1/alerts/42", TopicKind::kPatientAlert, "P_1", "42"},
    {"fajma/v1/patients/P_1/news2", TopicKind::kPatientNews2, "P_1"},
    {"fajma/v1/alerts/critical", TopicKind::kAlertLevel, "critical"},
    {"fajma/v1/server/status", TopicKind::kServerStatus},
    {"fajma/v1/server/check/x-1", TopicKind::kServerCheck, "x-1"},
};

TEST(ParseTopic, TakesWhatTheGrammarHas) {
  std::set<TopicKind> kinds;
  for (const Taken& taken : kTaken) {
    const auto topic = ParseTopic(taken.topic);
    ASSERT_TRUE(topic) << taken.topic;
    EXPECT_EQ(topic->kind, taken.kind) << taken.topic;
    EXPECT_EQ(topic->first, taken.first) << taken.topic;
    EXPECT_EQ(topic->second, taken.second) << taken.topic;
    if (taken.topic.find(kMac) != std::string_view::npos) {
      EXPECT_EQ(topic->mac.ToTopic(), kMac);
    }
    kinds.insert(taken.kind);
  }
  EXPECT_EQ(kinds.size(), std::size(kTopicRules)) << "a rule without a line here";
}

constexpr std::string_view kRefused[] = {
    "",
    "/",
    "fajma",
    "fajma/v1/devices/aabbccddeeff",
    "fajma/v1/devices/aabbccddeeff/",
    "fajma/v1/devices/aabbccddeeff/data/",
    "/fajma/v1/devices/aabbccddeeff/data",
    "fajma/v1/devices/aabbccddeeff/data/x",
    "fajma/v1/devices/aabbccddeeff/Data",
    "fajma/v1/devices//data",
    "fajma/v1/devices/AABBCCDDEEFF/data",
    "fajma/v1/devices/aabbccddeef/data",
    "fajma/v1/devices/aabbccddeeff0/data",
    "fajma/v1/devices/aa:bb:cc:dd:ee:ff/data",
    "fajma/v1/devices/aabbccddeefg/data",
    "fajma/v1/devices/+/data",
    "fajma/v1/devices/aabbccddeeff/#",
    "fajma/v2/devices/aabbccddeeff/data",
    "other/v1/devices/aabbccddeeff/data",
    "fajma/v1/devices/aabbccddeeff/commands//result",
    "fajma/v1/devices/aabbccddeeff/commands/a b/result",
    "fajma/v1/devices/aabbccddeeff/commands/+/result",
    "fajma/v1/patients/a-b/readings/heart_rate",
    "fajma/v1/patients//readings/heart_rate",
    "fajma/v1/patients/p/readings/Heart",
    "fajma/v1/alerts/terrible",
    "fajma/v1/server/status/x",
};

TEST(ParseTopic, RefusesTheRest) {
  for (const std::string_view topic : kRefused) EXPECT_FALSE(ParseTopic(topic)) << topic;
}

TEST(ParseTopic, RefusesWhatIsTooLong) {
  const std::string base = "fajma/v1/devices/aabbccddeeff/commands/";
  EXPECT_TRUE(ParseTopic(base + std::string(64, 'x')));
  EXPECT_FALSE(ParseTopic(base + std::string(65, 'x')));
}

TEST(BuildTopic, MakesWhatParseTopicTakesApart) {
  const Mac mac = *Mac::ParseTopic(kMac);
  EXPECT_EQ(AckTopic(mac), "fajma/v1/devices/aabbccddeeff/ack");
  EXPECT_EQ(RejectTopic(mac), "fajma/v1/devices/aabbccddeeff/reject");
  EXPECT_EQ(CommandTopic(mac, "7"), "fajma/v1/devices/aabbccddeeff/commands/7");
  EXPECT_EQ(ReadingTopic("patient123", "heart_rate"), "fajma/v1/patients/patient123/readings/heart_rate");
  EXPECT_EQ(PatientAlertTopic("patient123", 42), "fajma/v1/patients/patient123/alerts/42");
  EXPECT_EQ(PatientNews2Topic("patient123"), "fajma/v1/patients/patient123/news2");
  EXPECT_EQ(AlertLevelTopic(AlertLevel::kEmergency), "fajma/v1/alerts/emergency");
  EXPECT_EQ(ServerStatusTopic(), "fajma/v1/server/status");
}

TEST(BuildTopic, LetsNoWildcardOrSeparatorIn) {
  const Mac mac = *Mac::ParseTopic(kMac);
  for (const std::string_view bad : {"", "+", "#", "a/b", "$SYS", "a b", "é", "a\nb", "{id}", "../x"}) {
    EXPECT_FALSE(CommandTopic(mac, bad)) << bad;
    EXPECT_FALSE(ReadingTopic(bad, "heart_rate")) << bad;
    EXPECT_FALSE(ReadingTopic("patient", bad)) << bad;
    EXPECT_FALSE(PatientAlertTopic(bad, 1)) << bad;
    EXPECT_FALSE(PatientNews2Topic(bad)) << bad;
  }
  EXPECT_FALSE(CommandTopic(mac, std::string_view("a\0b", 3)));
  EXPECT_FALSE(ReadingTopic(std::string(51, 'p'), "heart_rate"));
}

TEST(FilterOf, ReplacesEachVariable) {
  EXPECT_EQ(FilterOf(TopicKind::kData), "fajma/v1/devices/+/data");
  EXPECT_EQ(FilterOf(TopicKind::kStatus), "fajma/v1/devices/+/status");
  EXPECT_EQ(FilterOf(TopicKind::kCommandResult), "fajma/v1/devices/+/commands/+/result");
  EXPECT_EQ(FilterOf(TopicKind::kPatientAlert), "fajma/v1/patients/+/alerts/+");
}

}  // namespace
}  // namespace fajma
