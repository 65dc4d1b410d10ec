#include "core/json/health_json.h"

#include <gtest/gtest.h>

namespace fajma::json {
namespace {

TEST(ReadyBody, SaysWhyItIsDegraded) {
  EXPECT_EQ(ReadyBody({}), R"({"status":"ok"})");
  EXPECT_EQ(ReadyBody({"alarm_path"}), R"({"status":"degraded","reasons":["alarm_path"]})");
  EXPECT_EQ(ReadyBody({"alarm_path", "redis"}), R"({"status":"degraded","reasons":["alarm_path","redis"]})");
}

TEST(HealthBody, IsAWord) { EXPECT_EQ(HealthBody("unavailable"), R"({"status":"unavailable"})"); }

}  // namespace
}  // namespace fajma::json
