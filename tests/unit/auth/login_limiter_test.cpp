#include "api/auth/login_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace fajma::auth {
namespace {

constexpr Micros kNow = 1'790'000'000 * kMicrosPerSecond;

class LoginLimiterTest : public testing::Test {
 protected:
  std::int64_t Fail(const std::string& account, const std::string& address, std::int64_t after_seconds = 0) {
    return limiter_.Begin(account, address, kNow + after_seconds * kMicrosPerSecond);
  }

  LoginLimiter limiter_{{.pair = {3, std::chrono::seconds(60)},
                         .address = {6, std::chrono::seconds(10)},
                         .account = {8, std::chrono::seconds(30)},
                         .max_entries = 100}};
};

TEST_F(LoginLimiterTest, LetsSoManyFailThenOneInAWhile) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fail("demo", "10.0.0.1"), 0);
  EXPECT_EQ(Fail("demo", "10.0.0.1"), 60);
  EXPECT_EQ(Fail("demo", "10.0.0.1", 59), 1);
  EXPECT_EQ(Fail("demo", "10.0.0.1", 60), 0);
  EXPECT_EQ(Fail("demo", "10.0.0.1", 60), 60);
}

TEST_F(LoginLimiterTest, WhatIsRefusedDoesNotCount) {
  for (int i = 0; i < 3; ++i) Fail("demo", "10.0.0.1");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Fail("demo", "10.0.0.1"), 60);
}

TEST_F(LoginLimiterTest, OtherAddressesAndAccountsGoOn) {
  for (int i = 0; i < 4; ++i) Fail("demo", "10.0.0.1");
  EXPECT_EQ(Fail("demo", "10.0.0.2"), 0);
  EXPECT_EQ(Fail("autre", "10.0.0.1"), 0);
}

TEST_F(LoginLimiterTest, OneAddressMayNotTryAllAccounts) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Fail("user" + std::to_string(i), "10.0.0.1"), 0);
  EXPECT_EQ(Fail("user7", "10.0.0.1"), 10);
}

TEST_F(LoginLimiterTest, AnAccountIsNotGuessedFromManyAddresses) {
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Fail("demo", "10.0.0." + std::to_string(i)), 0);
  EXPECT_EQ(Fail("demo", "10.0.0.0"), 30);
  EXPECT_EQ(Fail("demo", "10.0.0.7"), 30);
}

TEST_F(LoginLimiterTest, ManyGuessersDoNotLockOutAnAddressThatDidNotFail) {
  for (int i = 0; i < 90; ++i) Fail("demo", "10.0.0." + std::to_string(i));
  EXPECT_EQ(Fail("demo", "192.168.0.1"), 0);
  limiter_.Succeed("demo", "192.168.0.1", kNow);
  EXPECT_EQ(Fail("demo", "192.168.0.1"), 0);
}

TEST_F(LoginLimiterTest, ASuccessIsNoFailure) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Fail("demo", "10.0.0.1"), 0);
    limiter_.Succeed("demo", "10.0.0.1", kNow);
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Fail("demo", "10.0.0.1"), 0);
    limiter_.Withdraw("demo", "10.0.0.1", kNow);
  }
}

TEST_F(LoginLimiterTest, AnIpv6NetworkIsOneAddress) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fail("demo", "2001:db8::" + std::to_string(i + 1)), 0);
  EXPECT_EQ(Fail("demo", "2001:db8::ffff:1"), 60);
  EXPECT_EQ(Fail("demo", "2001:db8:0:1::1"), 0);
}

TEST_F(LoginLimiterTest, ForgetsWhatWasNotUsedForLongestWhenFull) {
  for (int i = 0; i < 3; ++i) Fail("demo", "10.0.0.1");
  for (int i = 0; i < 99; ++i) Fail("x", "10.1.0." + std::to_string(i));
  EXPECT_EQ(Fail("demo", "10.0.0.1"), 60);
  for (int i = 0; i < 100; ++i) Fail("x", "10.2.0." + std::to_string(i));
  EXPECT_EQ(Fail("demo", "10.0.0.1"), 0);
}

// Two processes that tell each other what they count.
class SharedLoginLimiterTest : public testing::Test {
 protected:
  static LoginLimits Limits() {
    return {.pair = {3, std::chrono::seconds(60)},
            .address = {6, std::chrono::seconds(10)},
            .account = {8, std::chrono::seconds(30)},
            .max_entries = 100};
  }
  static std::int64_t Fail(LoginLimiter& limiter, std::int64_t after_seconds = 0) {
    return limiter.Begin("demo", "10.0.0.1", kNow + after_seconds * kMicrosPerSecond);
  }
  void Exchange(std::int64_t after_seconds = 0) {
    LimitNewsList of_one;
    LimitNewsList of_two;
    one_.TakeNews(of_one);
    two_.TakeNews(of_two);
    for (const LimitNews& news : of_one) two_.Hear(news, kNow + after_seconds * kMicrosPerSecond);
    for (const LimitNews& news : of_two) one_.Hear(news, kNow + after_seconds * kMicrosPerSecond);
  }
  const LimitKeys keys_;
  LoginLimiter one_{Limits(), keys_};
  LoginLimiter two_{Limits(), keys_};
};

TEST_F(SharedLoginLimiterTest, AFailureAtOneCountsAtTheOther) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fail(one_), 0);
  EXPECT_EQ(Fail(two_), 0) << "not yet told";
  two_.Withdraw("demo", "10.0.0.1", kNow);
  Exchange();
  EXPECT_EQ(Fail(two_), 60);
  EXPECT_EQ(two_.Begin("demo", "10.0.0.2", kNow), 0);
  EXPECT_EQ(two_.Begin("autre", "10.0.0.1", kNow), 0);
}

TEST_F(SharedLoginLimiterTest, WhatBothCountedAtOnceIsWaitedFor) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Fail(one_), 0);
    EXPECT_EQ(Fail(two_), 0);
  }
  Exchange();
  EXPECT_EQ(Fail(one_, 60), 3 * 60) << "six failures, three more than allowed";
  EXPECT_EQ(Fail(two_, 60), 3 * 60);
  EXPECT_EQ(Fail(two_, 4 * 60), 0);
}

TEST_F(SharedLoginLimiterTest, TheDebtIsBounded) {
  LoginLimiter alone(Limits(), keys_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fail(alone), 0);
  LimitNewsList news;
  alone.TakeNews(news);
  for (int i = 0; i < 100; ++i) {
    for (const LimitNews& each : news) one_.Hear(each, kNow);
  }
  EXPECT_EQ(Fail(one_), 9 * 30) << "of the account, the longest of the three";
}

TEST_F(SharedLoginLimiterTest, ASuccessAtOneClearsThePairAtTheOther) {
  for (int i = 0; i < 3; ++i) Fail(one_);
  Exchange();
  EXPECT_EQ(Fail(two_), 60);
  EXPECT_EQ(Fail(one_, 60), 0);
  one_.Succeed("demo", "10.0.0.1", kNow + 60 * kMicrosPerSecond);
  Exchange(60);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fail(two_, 60), 0);
  EXPECT_EQ(Fail(two_, 60), 60);
}

TEST_F(SharedLoginLimiterTest, OneAloneHasNoNews) {
  LoginLimiter alone(Limits());
  Fail(alone);
  LimitNewsList news;
  alone.TakeNews(news);
  EXPECT_TRUE(news.empty());
}

}  // namespace
}  // namespace fajma::auth
