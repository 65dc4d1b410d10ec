#include "core/alerts/news2.h"

#include <cmath>

namespace fajma {

int News2PointsOf(const News2Parameter& parameter, double value) {
  const long rounded = std::lround(value * parameter.units);
  for (const News2Band& band : parameter.bands) {
    if (rounded <= band.last) return band.points;
  }
  return 0;
}

News2Score ScoreNews2(const News2Values& values, Micros now) {
  News2Score score;
  score.computed_at = now;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i] || now - values[i]->measured_at >= kNews2MaxAge) continue;
    const int points = News2PointsOf(kNews2Chart[i], values[i]->value.value);
    score.detail[i] = {*values[i], points};
    score.score += points;
    score.known += 1;
    score.has_three = score.has_three || points == 3;
  }
  return score;
}

std::optional<AlertLevel> News2LevelOf(const News2Score& score, bool begun) {
  if (!begun && score.known < kNews2LeastKnown) return std::nullopt;
  for (const News2Level& row : kNews2Levels) {
    if (score.score >= row.from) return row.level;
  }
  return std::nullopt;
}

}  // namespace fajma
