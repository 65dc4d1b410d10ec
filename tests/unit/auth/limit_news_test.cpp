// What processes tell one another of their limits.
#include "api/auth/limit_news.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "api/auth/limit_key.h"

namespace fajma::auth {
namespace {

TEST(LimitLetters, ComeBackAsTheyWere) {
  const LimitNewsList news = {{LimitKind::kLoginPair, 1, -1},
                              {LimitKind::kLoginAddress, std::numeric_limits<std::uint64_t>::max(), 3},
                              {LimitKind::kLoginAccount, 0xABC, LimitTally::kClear},
                              {LimitKind::kRestAddress, 2, 400},
                              {LimitKind::kRestUser, 3, 1},
                              {LimitKind::kSockets, 4, 0}};
  const std::string text = EncodeLimits(0xFEDC, news);
  EXPECT_EQ(text.substr(0, 12), "fedc p:1:-1 ");
  const auto letter = DecodeLimits(text);
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->process, 0xFEDCU);
  EXPECT_EQ(letter->news, news);
  EXPECT_TRUE(DecodeLimits(EncodeLimits(7, {}))->news.empty());
}

TEST(LimitLetters, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", " ", "x", "1 p", "1 p:", "1 p:1", "1 p:1:", "1 p:1:x", "1 x:1:1", "1 p:1:1x", "1 p:1:99999999999999999999",
        "1 p:10000000000000000:1", "1  p:1:1", "1 pp:1:1", "99999999999999999 p:1:1", "1:p:1:1"}) {
    EXPECT_FALSE(DecodeLimits(text)) << text;
  }
  EXPECT_FALSE(DecodeLimits("1 p:1:1 p:1"));
  EXPECT_FALSE(DecodeLimits("1 " + std::string(5 << 20, 'p')));
}

TEST(LimitLetters, ACutOneIsRefusedOrSaysNoMoreThanItHas) {
  const std::string text = EncodeLimits(0x12, {{LimitKind::kRestUser, 0xAB, 12}, {LimitKind::kSockets, 0xCD, 34}});
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto letter = DecodeLimits(std::string_view(text).substr(0, size));
    if (letter) {
      EXPECT_TRUE(text.starts_with(EncodeLimits(letter->process, letter->news))) << size;
    }
  }
}

TEST(LimitTally, TellsSumsOnce) {
  LimitTally tally;
  tally.Add(LimitKind::kRestUser, 1, 2);
  tally.Add(LimitKind::kRestUser, 1, 3);
  tally.Add(LimitKind::kRestAddress, 1, 1);
  tally.Add(LimitKind::kLoginPair, 9, 1);
  tally.Add(LimitKind::kLoginPair, 9, -1);
  LimitNewsList news;
  tally.Take(news);
  EXPECT_EQ(news, (LimitNewsList{{LimitKind::kRestAddress, 1, 1}, {LimitKind::kRestUser, 1, 5}}))
      << "and nothing of what was withdrawn";
  news.clear();
  tally.Take(news);
  EXPECT_TRUE(news.empty());
}

TEST(LimitTally, WhatComesAfterAClearIsKept) {
  LimitTally tally;
  tally.Add(LimitKind::kLoginPair, 1, 4);
  tally.Clear(LimitKind::kLoginPair, 1);
  tally.Add(LimitKind::kLoginPair, 1, 2);
  LimitNewsList news;
  tally.Take(news);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(LimitTally::IsClear(news[0].amount));
  EXPECT_EQ(news[0].amount - LimitTally::kClear, 2);
  EXPECT_FALSE(LimitTally::IsClear(-5));
}

TEST(LimitTally, IsBounded) {
  LimitTally tally;
  for (std::uint64_t key = 0; key < LimitTally::kMaxKeys + 10; ++key) tally.Add(LimitKind::kRestAddress, key, 1);
  tally.Add(LimitKind::kRestUser, 1, 1);
  LimitNewsList news;
  tally.Take(news);
  EXPECT_EQ(news.size(), LimitTally::kMaxKeys + 1);
}

TEST(LimitKeys, AreThoseOfTheSecretKey) {
  const LimitKeys one(SecretKey("a key of the test, and longer than thirty-two bytes"));
  const LimitKeys same(SecretKey("a key of the test, and longer than thirty-two bytes"));
  const LimitKeys other(SecretKey("another key of the test, longer than thirty-two bytes"));
  EXPECT_EQ(one.Of("demo"), same.Of("demo"));
  EXPECT_NE(one.Of("demo"), one.Of("demo2"));
  EXPECT_NE(one.Of("demo"), other.Of("demo"));
  EXPECT_NE(LimitKeys().Of("demo"), LimitKeys().Of("demo"));
}

}  // namespace
}  // namespace fajma::auth
