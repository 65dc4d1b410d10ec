#include "core/alerts/trend_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace fajma {
namespace {

constexpr Micros kNow = 1'790'000'000'000'000;
constexpr Micros kWithin = 10 * kMicrosPerMinute;
constexpr Micros kResolution = kWithin / (TrendWindow::kBuckets - 1) + 1;

struct Sample {
  Micros at;
  double value;
};

// The furthest that the newest value is from any in the time before it: all values are kept.
double NaiveAmount(const std::vector<Sample>& samples, Micros now, Micros within) {
  const Sample* newest = nullptr;
  for (const Sample& sample : samples) {
    if (newest == nullptr || sample.at >= newest->at) newest = &sample;
  }
  double most = 0;
  for (const Sample& sample : samples) {
    if (sample.at >= now - within) most = std::max(most, std::abs(sample.value - newest->value));
  }
  return most;
}

bool IsAmong(const std::vector<Sample>& samples, Micros at, double distance, double newest) {
  return std::ranges::any_of(samples, [&](const Sample& sample) {
    return sample.at == at && std::abs(std::abs(sample.value - newest) - distance) < 1e-9;
  });
}

TEST(TrendWindow, TellsARiseAndAFall) {
  TrendWindow window(kWithin);
  EXPECT_FALSE(window.At(kNow));
  window.Add(kNow, 70);
  EXPECT_EQ(window.OfNewest().amount, 0);
  window.Add(kNow + 9 * kMicrosPerMinute, 102);
  EXPECT_EQ(window.OfNewest().amount, 32);
  EXPECT_EQ(window.OfNewest().to - window.OfNewest().from, 9 * kMicrosPerMinute);
  window.Add(kNow + 9 * kMicrosPerMinute + kMicrosPerSecond, 60);
  EXPECT_EQ(window.OfNewest().amount, 42) << "from the greatest now";
}

TEST(TrendWindow, ForgetsWhatIsOlder) {
  TrendWindow window(kWithin);
  window.Add(kNow, 70);
  window.Add(kNow + kWithin, 90);
  EXPECT_EQ(window.OfNewest().amount, 20) << "exactly within";
  window.Add(kNow + kWithin + 1, 90);
  EXPECT_EQ(window.OfNewest().amount, 0);
}

TEST(TrendWindow, EndsWithTheTimeAlone) {
  TrendWindow window(kWithin);
  window.Add(kNow, 70);
  window.Add(kNow + kMicrosPerMinute, 90);
  EXPECT_EQ(window.At(kNow + kWithin)->amount, 20);
  EXPECT_EQ(window.At(kNow + kWithin + 1)->amount, 0);
  EXPECT_FALSE(window.At(kNow + kMicrosPerMinute + kWithin + 1));
}

TEST(TrendWindow, OfOneMinuteAndOfADayWorkAlike) {
  for (const Micros within : {Micros{1}, kMicrosPerMinute, 1440 * kMicrosPerMinute}) {
    TrendWindow window(within);
    window.Add(kNow, 36);
    window.Add(kNow + within, 37.5);
    EXPECT_EQ(window.OfNewest().amount, 1.5) << within;
    window.Add(kNow + within * 50, 36);
    EXPECT_EQ(window.OfNewest().amount, 0) << within;
  }
}

// Against a list of all values: never more than was so within the window, never less than within a window that is
// shorter by the resolution, and from a value that was there.
TEST(TrendWindow, AgreesWithAListOfAllValues) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::minstd_rand random(seed + 1);
    TrendWindow window(kWithin);
    std::vector<Sample> samples;
    Micros at = kNow + static_cast<Micros>(random() % 1'000'000);
    double value = 80;
    const auto longest = static_cast<unsigned>(kMicrosPerSecond) << (seed % 7);  // of a pause: 1 s to 64 s
    for (int i = 0; i < 400; ++i) {
      at += static_cast<Micros>(random() % longest);
      if (random() % 50 == 0) at += kWithin * static_cast<Micros>(random() % 3);
      value += static_cast<double>(random() % 21) - 10;
      window.Add(at, value);
      samples.push_back({at, value});
      const Micros now = at + (random() % 4 == 0 ? static_cast<Micros>(random() % 60'000'000) : 0);
      const auto found = window.At(now);
      ASSERT_TRUE(found);
      ASSERT_LE(found->amount, NaiveAmount(samples, now, kWithin)) << seed << " " << i;
      ASSERT_GE(found->amount, NaiveAmount(samples, now, kWithin - kResolution)) << seed << " " << i;
      ASSERT_TRUE(IsAmong(samples, found->from, found->amount, value)) << seed << " " << i;
      ASSERT_GE(found->from, now - kWithin);
    }
  }
}

TEST(TrendWindow, IsTheSameInWhateverOrderItIsFilled) {
  std::minstd_rand random(3);
  std::vector<Sample> samples;
  for (int i = 0; i < 300; ++i)
    samples.push_back({kNow + i * 2 * kMicrosPerSecond, static_cast<double>(random() % 99)});
  const auto filled = [&samples] {
    TrendWindow window(kWithin);
    for (const Sample& sample : samples) window.Add(sample.at, sample.value);
    return window.OfNewest();
  };
  const Variation forwards = filled();
  std::ranges::reverse(samples);
  const Variation backwards = filled();
  EXPECT_EQ(forwards.amount, backwards.amount);
  EXPECT_EQ(forwards.from, backwards.from);
  EXPECT_EQ(forwards.to, backwards.to);
}

}  // namespace
}  // namespace fajma
