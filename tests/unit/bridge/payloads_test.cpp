#include "bridge/payloads.h"

#include <gtest/gtest.h>

#include "tests/unit/bridge/commits.h"

namespace fajma {
namespace {

constexpr Micros kTime = 1'767'225'600'123'000;

TEST(Payloads, AreThoseOfTheContract) {
  EXPECT_EQ(ServerStatusPayload(true, "0.1.0"), R"({"status":"online","version":"0.1.0"})");
  EXPECT_EQ(ServerStatusPayload(false, "0.1.0"), R"({"status":"offline","version":"0.1.0"})");
  EXPECT_EQ(AckPayload(4'000'000'000U, 345, kTime), R"({"boot":4000000000,"durable":345,"now":1767225600123})");
  EXPECT_EQ(RejectPayload({12, 346}, {"out_of_range", "heart_rate \"400\""}),
            R"({"boot":12,"seq":346,"code":"out_of_range","detail":"heart_rate \"400\""})");
}

TEST(ReadingPayload, KeepsWholeNumbersWhole) {
  const Mac mac = *Mac::ParseTopic("aabbccddeeff");
  EXPECT_EQ(ReadingPayload({MeasureId::kHeartRate, true, 75}, kTime, kTime + 1, mac, 123),
            R"({"value":75,"unit":"bpm","measured_at":"2026-01-01T00:00:00.123000Z",)"
            R"("received_at":"2026-01-01T00:00:00.123001Z","device":"aabbccddeeff","quality":100,"cursor":123})");
  EXPECT_NE(ReadingPayload({MeasureId::kTemperature, false, 37}, kTime, kTime, mac, 1).find("\"value\":37.0,"),
            std::string::npos);
}

TEST(PatientAlertPayload, IsTheRowWithItsState) {
  Alert alert = MakeAlert(42);
  EXPECT_EQ(PatientAlertPayload(alert),
            R"({"id":42,"niveau":"critical","titre":"Fréquence cardiaque anormale",)"
            R"("message":"Fréquence cardiaque : 150 bpm","acquittee":false,"date_acquittement":null,)"
            R"("date_creation":"2026-01-01T00:00:00Z","dispositif":3,"patient":1,"donnee_declencheur":null,)"
            R"("acquittee_par":null,"nature":"physiologique","etat":"presente"})");
  alert.condition = "battery:3";
  EXPECT_NE(PatientAlertPayload(alert).find(R"("nature":"technique")"), std::string::npos);
  alert.resolved_at = kTime;
  EXPECT_NE(PatientAlertPayload(alert).find(R"("etat":"resolue")"), std::string::npos);
}

TEST(SelfTestPayload, IsANumberedReading) {
  EXPECT_EQ(SelfTestPayload({4'294'967'295, 1'767'225'600}),
            R"({"b":4294967295,"s":1767225600,"m":{"heart_rate":250}})");
}

}  // namespace
}  // namespace fajma
