// Values that swing around a bound, replayed through the engine and its alarms: how many alerts without hysteresis,
// with the measure's own dead band, and with a delay beside it.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>

#include "core/alerts/alert_engine.h"
#include "tests/unit/alerts/alarm_room.h"

namespace fajma::test {
namespace {

constexpr Micros kBegin = 1'790'000'000'000'000;

struct Recording {
  MeasureId measure;
  double bound;   // a warning's
  double spread;  // of the noise from one value to the next: a third of the dead band
  double resolution;
};
constexpr Recording kRecordings[] = {
    {MeasureId::kTemperature, 38, 0.06, 0.0625},   {MeasureId::kHeartRate, 110, 1, 1},
    {MeasureId::kSystolicPressure, 140, 1, 1},     {MeasureId::kDiastolicPressure, 90, 1, 1},
    {MeasureId::kOxygenSaturation, 94, 0.35, 0.5}, {MeasureId::kGlucose, 180, 1.6, 1},
    {MeasureId::kRespiratoryRate, 20, 0.35, 0.5},
};

// An hour of a value each second: always around the bound.
std::vector<double> ValuesOf(const Recording& recording) {
  std::mt19937 random(static_cast<std::uint32_t>(recording.measure));
  std::normal_distribution<double> noise(0, recording.spread);
  std::vector<double> values(3'600);
  for (double& value : values) {
    value = std::round((recording.bound + noise(random)) / recording.resolution) * recording.resolution;
  }
  return values;
}

int AlertsIn(const Recording& recording, double dead_band, Micros off_delay) {
  ThresholdSetting setting;
  setting.bounds = GetMeasure(recording.measure).warning;
  setting.dead_band = dead_band;
  setting.off_delay = off_delay;
  Thresholds thresholds;
  thresholds.Set(kAllPatients, recording.measure, AlertLevel::kWarning, setting);
  AlertEngine engine;
  engine.Reload(thresholds, {});
  AlarmRoom alarms({});
  std::vector<AlertRequest> requests;
  StoredMessage message;
  message.patient = std::make_shared<PatientRef>(PatientRef{1, "", ""});
  message.measured_at = message.received_at = kBegin;
  for (const double value : ValuesOf(recording)) {
    message.measured_at = message.received_at += kMicrosPerSecond;
    message.values = {};
    message.values.Add({recording.measure, false, value});
    engine.OnMessage(message, requests);
    alarms.Take(requests);
  }
  int begun = 0;
  for (const ToldAlarm& told : alarms.told()) begun += told.Begins() ? 1 : 0;
  return begun;
}

TEST(ReplayOfNoise, AroundABoundIsFewAlertsWithADeadBand) {
  std::printf("%-22s%10s%12s%24s\n", "alerts in an hour", "no band", "dead band", "and 30 s off-delay");
  for (const Recording& recording : kRecordings) {
    const Measure& measure = GetMeasure(recording.measure);
    const int without = AlertsIn(recording, 0, 0);
    const int with = AlertsIn(recording, measure.dead_band, 0);
    const int delayed = AlertsIn(recording, measure.dead_band, 30 * kMicrosPerSecond);
    std::printf("%-22.*s%10d%12d%24d\n", static_cast<int>(measure.name.size()), measure.name.data(), without, with,
                delayed);
    EXPECT_GT(without, 300) << "is it noise at all";
    EXPECT_LE(with, without / 10);
    EXPECT_EQ(delayed, 1) << "it never was within the band for 30 s";
  }
}

}  // namespace
}  // namespace fajma::test
