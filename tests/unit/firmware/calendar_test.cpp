#include "firmware/core/calendar.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "firmware/core/text_writer.h"

namespace fajma::firmware {
namespace {

std::string Iso8601(std::uint64_t wall_ms) {
  std::array<char, 40> out{};
  TextWriter writer({out.data(), out.size()});
  writer.PutIso8601(wall_ms);
  return std::string(writer.text());
}

TEST(Calendar, WritesKnownInstants) {
  EXPECT_EQ(Iso8601(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Iso8601(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(Iso8601(1'767'225'599'999), "2025-12-31T23:59:59.999Z");
  EXPECT_EQ(Iso8601(1'767'225'600'000), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(Iso8601(4'107'542'400'000), "2100-03-01T00:00:00.000Z");
}

TEST(Calendar, ParsesWhatItWrites) {
  for (std::uint64_t ms = 0; ms < 8'000'000'000'000; ms += 12'345'678'901) {
    EXPECT_EQ(ParseIso8601(Iso8601(ms)), ms) << Iso8601(ms);
  }
}

TEST(Calendar, ParsesServerForms) {
  EXPECT_EQ(ParseIso8601("2026-01-01T00:00:00Z"), 1'767'225'600'000U);
  EXPECT_EQ(ParseIso8601("2026-01-01T00:00:00.734109Z"), 1'767'225'600'734U);
  EXPECT_EQ(ParseIso8601("2026-01-01T00:00:00.5+00:00"), 1'767'225'600'500U);
}

TEST(Calendar, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00+02:00", "1969-12-31T23:59:59Z",
        "2026-01-01T00:00:00ZZ", "2026-1-01T00:00:00Z", "2026-01-01T00:00:00."}) {
    EXPECT_FALSE(ParseIso8601(text)) << text;
  }
}

}  // namespace
}  // namespace fajma::firmware
