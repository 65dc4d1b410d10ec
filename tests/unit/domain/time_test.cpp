#include "core/domain/time.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace fajma {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;

TEST(FormatIso, WritesSixDecimalsOrNone) {
  EXPECT_EQ(FormatIso(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatIso(1), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(FormatIso(1'795'367'911'354'899), "2026-11-22T17:18:31.354899Z");
  EXPECT_EQ(FormatIso(1'795'367'911'300'000), "2026-11-22T17:18:31.300000Z");
  EXPECT_EQ(FormatIso(1'795'367'911'000'000), "2026-11-22T17:18:31Z");
}

TEST(FormatIso, GoesBackBefore1970) {
  EXPECT_EQ(FormatIso(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatIso(-86'400 * kSecond), "1969-12-31T00:00:00Z");
  EXPECT_EQ(FormatIso(-86'401 * kSecond), "1969-12-30T23:59:59Z");
}

TEST(FormatIso, KnowsLeapDays) {
  EXPECT_EQ(FormatIso(951'782'400 * kSecond), "2000-02-29T00:00:00Z");
  EXPECT_EQ(FormatIso(4'107'542'400 * kSecond), "2100-03-01T00:00:00Z");
  EXPECT_EQ(FormatIso(4'107'542'399 * kSecond), "2100-02-28T23:59:59Z");
}

TEST(FormatIso, AppendsToWhatIsThere) {
  std::string out = "at ";
  AppendIso(0, out);
  EXPECT_EQ(out, "at 1970-01-01T00:00:00Z");
}

TEST(ParseIso, ReadsBackWhatFormatIsoWrites) {
  std::mt19937_64 random(1);
  // From year 1 to the end of year 9999.
  std::uniform_int_distribution<Micros> times(-62'135'596'800 * kSecond, 253'402'300'799 * kSecond);
  for (int i = 0; i < 20'000; ++i) {
    const Micros time = i % 3 == 0 ? times(random) / kSecond * kSecond : times(random);
    const std::string text = FormatIso(time);
    ASSERT_LE(text.size(), 27U);
    ASSERT_EQ(ParseIso(text), time) << text;
  }
}

TEST(ParseIso, ReadsTheFormsThatDevicesSend) {
  const Micros time = 1'737'369'000 * kSecond;
  for (const char* text :
       {"2025-01-20T10:30:00Z", "2025-01-20T10:30:00z", "2025-01-20t10:30:00Z", "2025-01-20 10:30:00Z",
        "2025-01-20T10:30:00", "2025-01-20T10:30Z", "2025-01-20T10:30", "2025-01-20T10:30:00.000Z",
        "2025-01-20T10:30:00,0Z", "2025-01-20T12:30:00+02:00", "2025-01-20T12:30:00+0200", "2025-01-20T12:30:00+02",
        "2025-01-20T05:00:00-05:30", "2025-01-21T10:29:00+23:59", "2025-01-20T10:30:00-00:00"}) {
    EXPECT_EQ(ParseIso(text), time) << text;
  }
}

TEST(ParseIso, CutsAFractionAfterTheSixthDigit) {
  EXPECT_EQ(ParseIso("1970-01-01T00:00:00.1Z"), 100'000);
  EXPECT_EQ(ParseIso("1970-01-01T00:00:00.123456Z"), 123'456);
  EXPECT_EQ(ParseIso("1970-01-01T00:00:00.1234569999999999999999999999Z"), 123'456);
}

TEST(ParseIso, TakesALeapSecondAsTheNextSecond) {
  EXPECT_EQ(ParseIso("2016-12-31T23:59:60Z"), ParseIso("2017-01-01T00:00:00Z"));
}

TEST(ParseIso, RejectsWhatIsNoDate) {
  for (const char* text : {"",
                           " ",
                           "Z",
                           "hello",
                           "2025",
                           "2025-01-20",
                           "2025-01-20T",
                           "2025-01-20T10",
                           "2025-01-20T10:",
                           "20250120T103000Z",
                           "2025-1-20T10:30:00Z",
                           "2025-00-20T10:30:00Z",
                           "2025-13-20T10:30:00Z",
                           "2025-01-00T10:30:00Z",
                           "2025-01-32T10:30:00Z",
                           "2025-04-31T10:30:00Z",
                           "0000-01-01T00:00:00Z",
                           "-025-01-20T10:30:00Z",
                           "2025-01-20T24:00:00Z",
                           "2025-01-20T10:60:00Z",
                           "2025-01-20T10:30:61Z",
                           "2025-01-20T10:30:0Z",
                           "2025-01-20T10:30:00.Z",
                           "2025-01-20T10:30:00Zx",
                           "2025-01-20T10:30:00 Z",
                           " 2025-01-20T10:30:00Z",
                           "2025-01-20T10:30:00+",
                           "2025-01-20T10:30:00+2",
                           "2025-01-20T10:30:00+02:",
                           "2025-01-20T10:30:00+02:0",
                           "2025-01-20T10:30:00+24:00",
                           "2025-01-20T10:30:00+02:60",
                           "2025-01-20T10:30:00+-2:00",
                           "2025-01-20_10:30:00Z",
                           "1737369000",
                           "1737369000000"}) {
    EXPECT_EQ(ParseIso(text), std::nullopt) << text;
  }
}

TEST(ParseIso, KnowsLeapYears) {
  EXPECT_TRUE(ParseIso("2024-02-29T00:00:00Z"));
  EXPECT_TRUE(ParseIso("2000-02-29T00:00:00Z"));
  EXPECT_FALSE(ParseIso("2025-02-29T00:00:00Z"));
  EXPECT_FALSE(ParseIso("2100-02-29T00:00:00Z"));
  EXPECT_FALSE(ParseIso("1900-02-29T00:00:00Z"));
}

TEST(ParseIso, SurvivesAnyBytes) {
  std::mt19937 random(2);
  const std::string valid = "2026-11-22T17:18:31.354899+02:00";
  for (int i = 0; i < 50'000; ++i) {
    std::string text = valid;
    for (auto n = random() % 4 + 1; n > 0; --n) text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % (text.size() + 1));
    const auto time = ParseIso(text);
    EXPECT_LE(FormatIso(time.value_or(0)).size(), 27U) << text;
  }
}

TEST(SystemNow, IsThisCentury) {
  EXPECT_GT(SystemNow(), 1'700'000'000 * kSecond);
  EXPECT_LT(SystemNow(), 4'102'444'800 * kSecond);
}

}  // namespace
}  // namespace fajma
