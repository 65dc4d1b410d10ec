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
