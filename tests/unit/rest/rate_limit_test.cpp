// How many requests one client may make.
#include "api/rest/rate_limit.h"

#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

constexpr Micros kNow = 1'700'000'000 * kMicrosPerSecond;

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter({.per_second = 10, .burst_seconds = 2});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.Take("a", kNow), 0) << i;
  EXPECT_EQ(limiter.Take("a", kNow), 1);
  EXPECT_EQ(limiter.Take("b", kNow), 0);
  EXPECT_EQ(limiter.Take("a", kNow + 99'000), 1);
  EXPECT_EQ(limiter.Take("a", kNow + 101'000), 0);
  EXPECT_EQ(limiter.Take("a", kNow + 102'000), 1);
}

TEST(RateLimiter, SavesNoMoreThanABurst) {
  RateLimiter limiter({.per_second = 3, .burst_seconds = 1});
  EXPECT_EQ(limiter.Take("a", kNow), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("a", kNow + 3600 * kMicrosPerSecond), 0) << i;
  EXPECT_EQ(limiter.Take("a", kNow + 3600 * kMicrosPerSecond), 1);
}

TEST(RateLimiter, AClockThatWasSetBackGivesNothingAndLocksNobody) {
  RateLimiter limiter({.per_second = 1, .burst_seconds = 1});
  EXPECT_EQ(limiter.Take("a", kNow), 0);
  const Micros earlier = kNow - 3600 * kMicrosPerSecond;
  EXPECT_EQ(limiter.Take("a", earlier), 1);
  EXPECT_EQ(limiter.Take("a", earlier + kMicrosPerSecond), 0);
}

TEST(RateLimiter, ForgetsWhomItDidNotHearOfForLongest) {
  RateLimiter limiter({.per_second = 1, .burst_seconds = 1, .max_clients = 2});
  EXPECT_EQ(limiter.Take("a", kNow), 0);
  EXPECT_EQ(limiter.Take("b", kNow), 0);
  EXPECT_EQ(limiter.Take("a", kNow), 1);
  EXPECT_EQ(limiter.Take("c", kNow), 0);
  EXPECT_EQ(limiter.Take("a", kNow), 1);
  EXPECT_EQ(limiter.Take("b", kNow), 0);
}

TEST(ClientOfAddress, IsTheNetworkOfAnIpv6Address) {
  EXPECT_EQ(ClientOfAddress("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(ClientOfAddress("2001:db8:1:2::3"), ClientOfAddress("2001:db8:1:2:ffff::9"));
  EXPECT_NE(ClientOfAddress("2001:db8:1:2::3"), ClientOfAddress("2001:db8:1:3::3"));
}

class RateLimitTest : public RestFixture {
 protected:
  RateLimitTest() { RestartWith(2); }
  // With a clock that stands still.
  void RestartWith(std::int64_t requests_per_second) {
    RestDependencies app = Dependencies();
    app.now = [this] { return now_; };
    RestOptions options;
    options.is_trusted_proxy = [](std::string_view address) { return address == kProxy; };
    options.requests_per_second = requests_per_second;
    api_ = std::make_unique<RestApi>(std::move(app), std::move(options));
  }
  // The status of a request that came through the proxy.
  http::Response SendFrom(const std::string& address, const std::string& user = {},
                          const std::string& target = "/api/iot/donnees/") {
    http::Request request = MakeRequest({"GET", target, "", {{"X-Forwarded-For", address}}},
                                        user.empty() ? std::string() : "Bearer " + TokenOf(user));
    request.peer_address = kProxy;
    return api_->Handle(request);
  }
  static constexpr char kProxy[] = "10.1.1.1";
  Micros now_ = SystemNow() + kMicrosPerSecond;
};

TEST_F(RateLimitTest, StopsAnAddressAndTellsWhenToComeBack) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(SendFrom("10.0.0.1").status, 401);
  const http::Response stopped = SendFrom("10.0.0.1", "demo");
  EXPECT_EQ(stopped.status, 429);
  EXPECT_EQ(HeaderOf(stopped, "Retry-After"), "1");
  EXPECT_EQ(stopped.BodyView(), R"({"detail":"Request was throttled. Expected available in 1 second."})");
  EXPECT_EQ(SendFrom("10.0.0.2", "demo").status, 200);
  now_ += kMicrosPerSecond;
  EXPECT_EQ(SendFrom("10.0.0.1", "demo").status, 200);
}

TEST_F(RateLimitTest, StopsAUserWhoComesFromManyAddresses) {
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(SendFrom("10.0.0." + std::to_string(i), "demo").status, 200);
  EXPECT_EQ(SendFrom("10.0.0.9", "demo").status, 429);
  EXPECT_EQ(SendFrom("10.0.0.9", "medecin").status, 200);
}

TEST_F(RateLimitTest, ProbesAreAlwaysAnswered) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(SendFrom("10.0.0.1", "", "/health/live").status, 200);
    EXPECT_EQ(SendFrom("10.0.0.1", "", "/metrics").status, 200);
  }
  EXPECT_EQ(SendFrom("10.0.0.1", "demo").status, 200);
}

TEST_F(RateLimitTest, WithoutASettingThereIsNoLimit) {
  RestartWith(0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(SendFrom("10.0.0.1", "demo").status, 200);
}

}  // namespace
}  // namespace fajma::rest
