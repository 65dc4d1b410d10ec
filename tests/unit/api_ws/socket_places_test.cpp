#include "api/ws/socket_places.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fajma::ws {
namespace {

using Limit = SocketPlaces::Limit;

std::shared_ptr<SocketPlaces> Make(SocketLimits limits) { return std::make_shared<SocketPlaces>(limits); }

// The place, or null.
std::shared_ptr<void> Take(SocketPlaces& places, const std::string& user, const std::string& address) {
  auto taken = places.Take(user, address);
  return taken.index() == 0 ? std::get<0>(taken) : nullptr;
}

TEST(SocketPlaces, LimitAUserAnAddressAndAll) {
  const auto places = Make({4, 2, 3});
  std::vector<std::shared_ptr<void>> taken;
  const auto take = [&](const char* user, const char* address) {
    auto result = places->Take(user, address);
    if (result.index() == 0) taken.push_back(std::get<0>(result));
    return result.index() == 0 ? Limit::kCount : std::get<1>(result);
  };
  EXPECT_EQ(take("u1", "a"), Limit::kCount);
  EXPECT_EQ(take("u1", "b"), Limit::kCount);
  EXPECT_EQ(take("u1", "c"), Limit::kPerUser);
  EXPECT_EQ(take("", "a"), Limit::kCount);
  EXPECT_EQ(take("u2", "a"), Limit::kCount);
  EXPECT_EQ(take("u3", "c"), Limit::kInAll);
  taken.erase(taken.begin() + 1);
  EXPECT_EQ(take("u3", "a"), Limit::kPerAddress);
  EXPECT_EQ(take("u3", "c"), Limit::kCount);
  EXPECT_EQ(places->refused(Limit::kPerUser), 1U);
  EXPECT_EQ(places->refused(Limit::kPerAddress), 1U);
  EXPECT_EQ(places->refused(Limit::kInAll), 1U);
}

TEST(SocketPlaces, AnAnonymousSocketHasNoLimitOfAUser) {
  const auto places = Make({0, 1, 0});
  const auto first = Take(*places, "", "a");
  EXPECT_NE(Take(*places, "", "a"), nullptr);
}

TEST(SocketPlaces, ZeroIsNoLimit) {
  const auto places = Make({0, 0, 0});
  std::vector<std::shared_ptr<void>> taken;
  for (int i = 0; i < 1'000; ++i) {
    taken.push_back(Take(*places, "u", "a"));
    ASSERT_NE(taken.back(), nullptr);
  }
}

TEST(SocketPlaces, APlaceIsGivenBackByItsLastCopy) {
  const auto places = Make({1, 0, 0});
  auto place = Take(*places, "u", "a");
  auto copy = place;
  place.reset();
  EXPECT_EQ(Take(*places, "u", "a"), nullptr);
  copy.reset();
  EXPECT_NE(Take(*places, "u", "a"), nullptr);
}

// Two processes that tell each other what they hold.
class SharedSocketPlaces : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kOne = 1;
  static constexpr std::uint64_t kTwo = 2;
  std::shared_ptr<SocketPlaces> MakeShared(SocketLimits limits) {
    return std::make_shared<SocketPlaces>(limits, keys_);
  }
  static void Tell(SocketPlaces& from, std::uint64_t process, SocketPlaces& to, Micros now) {
    auth::LimitLetter letter{process, {}};
    from.TakeNews(letter.news, now);
    to.Hear(letter, now);
  }
  void Exchange(Micros now = 0) {
    Tell(*one_, kOne, *two_, now);
    Tell(*two_, kTwo, *one_, now);
  }
  const auth::LimitKeys keys_;
  std::shared_ptr<SocketPlaces> one_ = MakeShared({5, 2, 3});
  std::shared_ptr<SocketPlaces> two_ = MakeShared({5, 2, 3});
};

TEST_F(SharedSocketPlaces, LimitAUserOverAllProcesses) {
  auto here = Take(*one_, "u1", "a");
  const auto there = Take(*two_, "u1", "b");
  Exchange();
  EXPECT_EQ(Take(*one_, "u1", "c"), nullptr);
  EXPECT_EQ(Take(*two_, "u1", "c"), nullptr);
  EXPECT_NE(Take(*two_, "u2", "c"), nullptr);
  here.reset();
  Exchange();
  EXPECT_NE(Take(*two_, "u1", "c"), nullptr);
}

TEST_F(SharedSocketPlaces, LimitAnAddressAndAllOverAllProcesses) {
  std::vector<std::shared_ptr<void>> taken;
  for (const char* user : {"u1", "u2"}) taken.push_back(Take(*one_, user, "a"));
  taken.push_back(Take(*two_, "u3", "a"));
  Exchange();
  EXPECT_EQ(std::get<1>(two_->Take("u4", "a")), Limit::kPerAddress);
  for (const char* user : {"u4", "u5"}) taken.push_back(Take(*two_, user, "b"));
  Exchange();
  EXPECT_EQ(std::get<1>(one_->Take("u6", "c")), Limit::kInAll);
}

TEST_F(SharedSocketPlaces, ASilentProcessIsForgotten) {
  const auto there = Take(*two_, "u1", "a");
  const auto more = Take(*two_, "u1", "a");
  Exchange();
  EXPECT_EQ(Take(*one_, "u1", "b"), nullptr);
  EXPECT_EQ(one_->processes_elsewhere(), 1U);
  auth::LimitNewsList news;
  one_->TakeNews(news, SocketsElsewhere::kSilence + 1);
  EXPECT_NE(Take(*one_, "u1", "b"), nullptr);
  EXPECT_EQ(one_->processes_elsewhere(), 0U);
}

TEST_F(SharedSocketPlaces, WhoIsNewIsToldEverything) {
  const auto there = Take(*two_, "u1", "a");
  const auto more = Take(*two_, "u1", "a");
  Exchange();
  one_ = MakeShared({5, 2, 3});  // it has died, and its successor says that it is there
  Tell(*one_, 3, *two_, 1);
  Tell(*two_, kTwo, *one_, 1);
  EXPECT_EQ(Take(*one_, "u1", "b"), nullptr);
}

TEST_F(SharedSocketPlaces, WhatWasLostIsToldAgain) {
  const auto there = Take(*two_, "u1", "a");
  Exchange();
  const auto more = Take(*two_, "u1", "a");
  auth::LimitNewsList lost;
  two_->TakeNews(lost, 1);
  Tell(*two_, kTwo, *one_, 2);
  EXPECT_NE(Take(*one_, "u1", "b"), nullptr) << "it does not know yet";
  Tell(*two_, kTwo, *one_, SocketPlaces::kRepeatEvery);
  EXPECT_EQ(Take(*one_, "u1", "b"), nullptr);
}

TEST_F(SharedSocketPlaces, TellSoMuchAtOnceAndTheRestLater) {
  one_ = MakeShared({0, 0, 0});
  std::vector<std::shared_ptr<void>> taken;
  constexpr std::size_t kUsers = SocketPlaces::kToldAtOnce + 100;
  for (std::size_t i = 0; i < kUsers; ++i) taken.push_back(Take(*one_, "u" + std::to_string(i), "a"));
  std::size_t told = 0;
  for (int tick = 0; tick < 3; ++tick) {
    auth::LimitNewsList news;
    one_->TakeNews(news, tick);
    EXPECT_LE(news.size(), SocketPlaces::kToldAtOnce + 1);
    EXPECT_EQ(news.front().amount, static_cast<std::int64_t>(kUsers)) << "all, each time";
    told += news.size() - 1;
  }
  EXPECT_EQ(told, kUsers + 1) << "the address besides";
}

TEST_F(SharedSocketPlaces, OneAloneHasNoNews) {
  const auto alone = Make({5, 2, 3});
  const auto place = Take(*alone, "u1", "a");
  auth::LimitNewsList news;
  alone->TakeNews(news, 0);
  EXPECT_TRUE(news.empty());
}

TEST(SocketsElsewhere, CountWhatEachProcessToldLast) {
  SocketsElsewhere elsewhere;
  EXPECT_FALSE(elsewhere.HearFrom(1, 0));
  EXPECT_TRUE(elsewhere.HearFrom(1, 0));
  elsewhere.HearFrom(2, 0);
  elsewhere.Hear(1, 7, 3, 0);
  elsewhere.Hear(2, 7, 4, 0);
  elsewhere.Hear(3, 7, 100, 0);  // nobody knows it
  EXPECT_EQ(elsewhere.Of(7), 7U);
  elsewhere.Hear(1, 7, 1, 0);
  EXPECT_EQ(elsewhere.Of(7), 5U);
  elsewhere.Hear(2, 7, 0, 0);
  elsewhere.Hear(1, 7, -5, 0);
  EXPECT_EQ(elsewhere.Of(7), 0U);
  EXPECT_EQ(elsewhere.Of(8), 0U);
}

TEST(SocketsElsewhere, ForgetWhatIsNotToldAgain) {
  SocketsElsewhere elsewhere;
  elsewhere.HearFrom(1, 0);
  elsewhere.Hear(1, 7, 3, 0);
  elsewhere.Hear(1, 8, 3, SocketsElsewhere::kLongestUse);
  elsewhere.HearFrom(1, SocketsElsewhere::kLongestUse);
  elsewhere.Expire(SocketsElsewhere::kLongestUse);
  EXPECT_EQ(elsewhere.Of(7), 3U);
  elsewhere.Expire(SocketsElsewhere::kLongestUse + 1);
  EXPECT_EQ(elsewhere.Of(7), 0U);
  EXPECT_EQ(elsewhere.Of(8), 3U);
}

TEST(SocketsElsewhere, AreBounded) {
  SocketsElsewhere elsewhere;
  for (std::uint64_t process = 0; process < SocketsElsewhere::kMaxProcesses + 10; ++process) {
    elsewhere.HearFrom(process, 0);
  }
  EXPECT_EQ(elsewhere.processes(), SocketsElsewhere::kMaxProcesses);
  for (std::uint64_t key = 0; key <= SocketsElsewhere::kMaxKeys; ++key) elsewhere.Hear(1, key, 1, 0);
  EXPECT_EQ(elsewhere.Of(SocketsElsewhere::kMaxKeys - 1), 1U);
  EXPECT_EQ(elsewhere.Of(SocketsElsewhere::kMaxKeys), 0U);
}

TEST(SocketPlaces, NeverGivesMoreThanTheLimitToManyThreads) {
  const auto places = Make({0, 5, 0});
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5'000; ++i) {
          const auto one = Take(*places, "u", "a");
          const auto two = Take(*places, "u", "b");
          const int mine = (one ? 1 : 0) + (two ? 1 : 0);
          const int now = held += mine;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          held -= mine;
        }
      });
    }
  }
  EXPECT_LE(most, 5);
  EXPECT_GE(most, 1);
}

}  // namespace
}  // namespace fajma::ws
