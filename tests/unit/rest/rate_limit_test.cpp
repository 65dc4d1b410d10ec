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

// Tells each of two limiters what the other counted.
void Exchange(RateLimiter& one, RateLimiter& two, Micros now) {
  auth::LimitNewsList of_one;
  auth::LimitNewsList of_two;
  one.TakeNews(of_one);
  two.TakeNews(of_two);
  for (const auth::LimitNews& news : of_one) two.Hear(news, now);
  for (const auth::LimitNews& news : of_two) one.Hear(news, now);
}

TEST(SharedRateLimiter, CountsWhatAnotherLetThrough) {
  const auth::LimitKeys keys;
  RateLimiter one({.per_second = 10, .burst_seconds = 2}, auth::LimitKind::kRestUser, keys);
  RateLimiter two({.per_second = 10, .burst_seconds = 2}, auth::LimitKind::kRestUser, keys);
  RateLimiter of_addresses({.per_second = 10, .burst_seconds = 2}, auth::LimitKind::kRestAddress, keys);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(one.Take("7", kNow), 0);
  auth::LimitNewsList news;
  one.TakeNews(news);
  for (const auth::LimitNews& each : news) {
    two.Hear(each, kNow);
    of_addresses.Hear(each, kNow);
  }
  EXPECT_EQ(two.Take("7", kNow), 1);
  EXPECT_EQ(two.Take("8", kNow), 0);
  EXPECT_EQ(of_addresses.Take("7", kNow), 0) << "of another kind";
}

// Who asks both all the time, a quarter of a second between two letters, gets little more than the rate.
TEST(SharedRateLimiter, HoldsTheRateOverAll) {
  const auth::LimitKeys keys;
  constexpr std::int64_t kRate = 100;
  RateLimiter one({.per_second = kRate, .burst_seconds = 2}, auth::LimitKind::kRestUser, keys);
  RateLimiter two({.per_second = kRate, .burst_seconds = 2}, auth::LimitKind::kRestUser, keys);
  constexpr int kSeconds = 60;
  std::int64_t taken = 0;
  for (int ms = 0; ms < kSeconds * 1'000; ++ms) {
    const Micros now = kNow + ms * kMicrosPerMilli;
    for (RateLimiter* limiter : {&one, &two}) taken += limiter->Take("7", now) == 0 ? 1 : 0;
    if (ms % 250 == 0) Exchange(one, two, now);
  }
  EXPECT_GE(taken, kRate * kSeconds);
  EXPECT_LE(taken, kRate * kSeconds + 2 * 2 * kRate) << "and a burst at each";
}

TEST(SharedRateLimiter, NobodyWaitsLongerThanTheLongestDebt) {
  const auth::LimitKeys keys;
  RateLimiter limiter({.per_second = 2}, auth::LimitKind::kRestUser, keys);
  limiter.Hear({auth::LimitKind::kRestUser, keys.Of("7"), 1'000'000}, kNow);
  EXPECT_EQ(limiter.Take("7", kNow), RateLimiter::kMaxDebtSeconds + 1);
  limiter.Hear({auth::LimitKind::kRestUser, keys.Of("8"), -1'000'000}, kNow);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.Take("8", kNow), 0);
  EXPECT_EQ(limiter.Take("8", kNow), 1) << "nobody is given more";
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
