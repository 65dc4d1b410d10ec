#include "core/alerts/news2.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr Micros kNow = 1'790'000'000'000'000;

// What the chart of the Royal College of Physicians says at both sides of each edge, and at the ends of what is
// accepted; written down from it, not from the code.
struct Edge {
  MeasureId measure;
  double value;
  int points;
};
constexpr Edge kEdges[] = {
    {MeasureId::kRespiratoryRate, 1, 3},
    {MeasureId::kRespiratoryRate, 8, 3},
    {MeasureId::kRespiratoryRate, 9, 1},
    {MeasureId::kRespiratoryRate, 11, 1},
    {MeasureId::kRespiratoryRate, 12, 0},
    {MeasureId::kRespiratoryRate, 20, 0},
    {MeasureId::kRespiratoryRate, 21, 2},
    {MeasureId::kRespiratoryRate, 24, 2},
    {MeasureId::kRespiratoryRate, 25, 3},
    {MeasureId::kRespiratoryRate, 100, 3},
    {MeasureId::kOxygenSaturation, 50, 3},
    {MeasureId::kOxygenSaturation, 91, 3},
    {MeasureId::kOxygenSaturation, 92, 2},
    {MeasureId::kOxygenSaturation, 93, 2},
    {MeasureId::kOxygenSaturation, 94, 1},
    {MeasureId::kOxygenSaturation, 95, 1},
    {MeasureId::kOxygenSaturation, 96, 0},
    {MeasureId::kOxygenSaturation, 100, 0},
    {MeasureId::kSystolicPressure, 40, 3},
    {MeasureId::kSystolicPressure, 90, 3},
    {MeasureId::kSystolicPressure, 91, 2},
    {MeasureId::kSystolicPressure, 100, 2},
    {MeasureId::kSystolicPressure, 101, 1},
    {MeasureId::kSystolicPressure, 110, 1},
    {MeasureId::kSystolicPressure, 111, 0},
    {MeasureId::kSystolicPressure, 219, 0},
    {MeasureId::kSystolicPressure, 220, 3},
    {MeasureId::kSystolicPressure, 300, 3},
    {MeasureId::kHeartRate, 20, 3},
    {MeasureId::kHeartRate, 40, 3},
    {MeasureId::kHeartRate, 41, 1},
    {MeasureId::kHeartRate, 50, 1},
    {MeasureId::kHeartRate, 51, 0},
    {MeasureId::kHeartRate, 90, 0},
    {MeasureId::kHeartRate, 91, 1},
    {MeasureId::kHeartRate, 110, 1},
    {MeasureId::kHeartRate, 111, 2},
    {MeasureId::kHeartRate, 130, 2},
    {MeasureId::kHeartRate, 131, 3},
    {MeasureId::kHeartRate, 300, 3},
    {MeasureId::kTemperature, 25, 3},
    {MeasureId::kTemperature, 35.0, 3},
    {MeasureId::kTemperature, 35.1, 1},
    {MeasureId::kTemperature, 36.0, 1},
    {MeasureId::kTemperature, 36.1, 0},
    {MeasureId::kTemperature, 38.0, 0},
    {MeasureId::kTemperature, 38.1, 1},
    {MeasureId::kTemperature, 39.0, 1},
    {MeasureId::kTemperature, 39.1, 2},
    {MeasureId::kTemperature, 45, 2},
    // Between two bands: to the chart's resolution, a half away from zero.
    {MeasureId::kRespiratoryRate, 8.4, 3},
    {MeasureId::kRespiratoryRate, 8.5, 1},
    {MeasureId::kRespiratoryRate, 11.4, 1},
    {MeasureId::kRespiratoryRate, 11.5, 0},
    {MeasureId::kRespiratoryRate, 20.4, 0},
    {MeasureId::kRespiratoryRate, 20.5, 2},
    {MeasureId::kRespiratoryRate, 24.4, 2},
    {MeasureId::kRespiratoryRate, 24.5, 3},
    {MeasureId::kOxygenSaturation, 91.4, 3},
    {MeasureId::kOxygenSaturation, 91.5, 2},
    {MeasureId::kOxygenSaturation, 93.4, 2},
    {MeasureId::kOxygenSaturation, 93.5, 1},
    {MeasureId::kOxygenSaturation, 95.4, 1},
    {MeasureId::kOxygenSaturation, 95.5, 0},
    {MeasureId::kSystolicPressure, 90.4, 3},
    {MeasureId::kSystolicPressure, 90.5, 2},
    {MeasureId::kSystolicPressure, 100.4, 2},
    {MeasureId::kSystolicPressure, 100.5, 1},
    {MeasureId::kSystolicPressure, 110.4, 1},
    {MeasureId::kSystolicPressure, 110.5, 0},
    {MeasureId::kSystolicPressure, 219.4, 0},
    {MeasureId::kSystolicPressure, 219.5, 3},
    {MeasureId::kHeartRate, 40.4, 3},
    {MeasureId::kHeartRate, 40.5, 1},
    {MeasureId::kHeartRate, 50.4, 1},
    {MeasureId::kHeartRate, 50.5, 0},
    {MeasureId::kHeartRate, 90.4, 0},
    {MeasureId::kHeartRate, 90.5, 1},
    {MeasureId::kHeartRate, 110.4, 1},
    {MeasureId::kHeartRate, 110.5, 2},
    {MeasureId::kHeartRate, 130.4, 2},
    {MeasureId::kHeartRate, 130.5, 3},
    {MeasureId::kTemperature, 35.04, 3},
    {MeasureId::kTemperature, 35.05, 1},
    {MeasureId::kTemperature, 36.04, 1},
    {MeasureId::kTemperature, 36.05, 0},
    {MeasureId::kTemperature, 38.04, 0},
    {MeasureId::kTemperature, 38.05, 1},
    {MeasureId::kTemperature, 39.04, 1},
    {MeasureId::kTemperature, 39.05, 2},
};

News2Value At(MeasureId measure, double value, Micros age = 0) { return {{measure, false, value}, kNow - age, 5, 100}; }

class News2 : public ::testing::Test {
 protected:
  void Set(MeasureId measure, double value, Micros age = 0) {
    values_[News2PlaceOf(measure).value()] = At(measure, value, age);
  }
  News2Score Score() const { return ScoreNews2(values_, kNow); }

  News2Values values_;
};

TEST_F(News2, GivesThePointsOfTheChartAtEveryEdge) {
  for (const Edge& edge : kEdges) {
    const News2Parameter& parameter = kNews2Chart[News2PlaceOf(edge.measure).value()];
    EXPECT_EQ(News2PointsOf(parameter, edge.value), edge.points) << GetMeasure(edge.measure).name << " " << edge.value;
  }
}

TEST_F(News2, HasBandsThatAscendAndEnd) {
  for (const News2Parameter& parameter : kNews2Chart) {
    int last = -1;
    for (const News2Band& band : parameter.bands) {
      ASSERT_LT(last, band.last) << GetMeasure(parameter.measure).name;
      last = band.last;
      if (last == kNoEndOfBand) break;
    }
    EXPECT_EQ(last, kNoEndOfBand) << GetMeasure(parameter.measure).name;
  }
}

TEST_F(News2, CountsNothingForWhatIsNotKnown) {
  EXPECT_EQ(Score().score, 0);
  EXPECT_EQ(Score().known, 0);
  Set(MeasureId::kRespiratoryRate, 22);
  Set(MeasureId::kOxygenSaturation, 93);
  const News2Score two = Score();
  EXPECT_EQ(two.score, 4);
  EXPECT_EQ(two.known, 2);
  EXPECT_FALSE(two.has_three);
  EXPECT_EQ(two.detail[0]->points, 2);
  EXPECT_FALSE(two.detail[4]);
  Set(MeasureId::kHeartRate, 135);
  EXPECT_EQ(Score().score, 7);
  EXPECT_TRUE(Score().has_three);
}

TEST_F(News2, KnowsAtMostFiveOfSevenParameters) {
  for (const News2Parameter& parameter : kNews2Chart) Set(parameter.measure, GetMeasure(parameter.measure).max);
  EXPECT_EQ(Score().known, 5);
  EXPECT_EQ(Score().score, 3 + 0 + 3 + 3 + 2);
  EXPECT_LT(Score().known, kNews2Parameters);
}

TEST_F(News2, CountsAValueUntilItIsAnHourOld) {
  Set(MeasureId::kHeartRate, 135, kNews2MaxAge - 1);
  EXPECT_EQ(Score().score, 3);
  Set(MeasureId::kHeartRate, 135, kNews2MaxAge);
  EXPECT_EQ(Score().score, 0);
  EXPECT_EQ(Score().known, 0);
  EXPECT_EQ(kNews2MaxAge, 60 * kMicrosPerMinute);
}

TEST_F(News2, IsAWarningFromFiveAndCriticalFromSeven) {
  News2Score score;
  score.known = 3;
  const auto level = [&](int points) {
    score.score = points;
    return News2LevelOf(score, false);
  };
  EXPECT_EQ(level(0), std::nullopt);
  EXPECT_EQ(level(4), std::nullopt);
  EXPECT_EQ(level(5), AlertLevel::kWarning);
  EXPECT_EQ(level(6), AlertLevel::kWarning);
  EXPECT_EQ(level(7), AlertLevel::kCritical);
  EXPECT_EQ(level(20), AlertLevel::kCritical);
}

TEST_F(News2, OfALoneThreeIsNoAlert) {
  News2Score score;
  score.known = 5;
  score.score = 3;
  score.has_three = true;
  EXPECT_EQ(News2LevelOf(score, false), std::nullopt);
}

TEST_F(News2, OfTwoParametersBeginsNoAlertAndEndsNone) {
  News2Score score;
  score.known = 2;
  score.score = 6;
  EXPECT_EQ(News2LevelOf(score, false), std::nullopt);
  EXPECT_EQ(News2LevelOf(score, true), AlertLevel::kWarning);
}

std::string UpTo(int value, int units) { return ShortNumber(static_cast<double>(value) / units); }

// A column for each number of points; a band that is open at an end is "≤" or "≥".
std::string Table() {
  std::string text = "| parameter | 3 | 2 | 1 | 0 | 1 | 2 | 3 |\n|---|---|---|---|---|---|---|---|\n";
  for (const News2Parameter& parameter : kNews2Chart) {
    std::array<std::string, 7> cells;
    bool falling = true;  // below the band that scores 0
    int first = 0;
    for (const News2Band& band : parameter.bands) {
      if (band.points == 0) falling = false;
      std::string& cell = cells[static_cast<std::size_t>(falling ? 3 - band.points : 3 + band.points)];
      const int units = parameter.units;
      cell = first == 0                  ? "≤ " + UpTo(band.last, units)
             : band.last == kNoEndOfBand ? "≥ " + UpTo(first, units)
                                         : UpTo(first, units) + "–" + UpTo(band.last, units);
      if (band.last == kNoEndOfBand) break;
      first = band.last + 1;
    }
    const Measure& measure = GetMeasure(parameter.measure);
    text += "| `" + std::string(measure.name) + "`, " + std::string(measure.unit) + " |";
    for (const std::string& cell : cells) text += cell.empty() ? " |" : " " + cell + " |";
    text += "\n";
  }
  return text;
}

TEST_F(News2, InTheDocumentationIsTheTable) {
  std::ifstream file(FAJMA_SOURCE_DIR "/docs/alerts.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(Table()), std::string::npos) << "docs/alerts.md should hold:\n" << Table();
}

}  // namespace
}  // namespace fajma
