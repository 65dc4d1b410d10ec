// Commits reach every subscriber in the order of their numbers, whoever publishes them when.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "core/bus/in_process_event_bus.h"

namespace fajma {
namespace {

CommitPtr Numbered(std::int64_t number) {
  auto commit = std::make_shared<Commit>();
  commit->number = number;
  return commit;
}

std::vector<std::int64_t> Collect(InProcessEventBus& bus, const std::vector<std::int64_t>& published) {
  std::vector<std::int64_t> got;
  bus.Subscribe([&got](const CommitPtr& commit) { got.push_back(commit->number); });
  for (const std::int64_t number : published) bus.Publish(Numbered(number));
  return got;
}

TEST(InProcessEventBus, DeliversInOrder) {
  InProcessEventBus bus;
  EXPECT_EQ(Collect(bus, {7, 8, 9}), (std::vector<std::int64_t>{7, 8, 9}));
}

TEST(InProcessEventBus, HoldsBackWhatCameTooEarly) {
  InProcessEventBus bus;
  EXPECT_EQ(Collect(bus, {7, 9, 10, 8, 11}), (std::vector<std::int64_t>{7, 8, 9, 10, 11}));
}

TEST(InProcessEventBus, WhatHasNoNumberGoesAtOnce) {
  InProcessEventBus bus;
  EXPECT_EQ(Collect(bus, {7, 9, 0, 8}), (std::vector<std::int64_t>{7, 0, 8, 9}));
}

TEST(InProcessEventBus, GivesUpOnANumberThatDoesNotCome) {
  InProcessEventBus bus;
  std::vector<std::int64_t> published{1};
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(InProcessEventBus::kMaxHeldBack); ++i)
    published.push_back(3 + i);
  const auto got = Collect(bus, published);
  EXPECT_EQ(got, published) << "all of them, with the hole";
}

TEST(InProcessEventBus, AGivenUpNumberThatComesAfterAllHoldsNothingBack) {
  InProcessEventBus bus;
  std::vector<std::int64_t> published{1};
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(InProcessEventBus::kMaxHeldBack); ++i)
    published.push_back(3 + i);
  const std::int64_t next = published.back() + 1;
  published.insert(published.end(), {2, next, next + 1});
  EXPECT_EQ(Collect(bus, published), published);
}

TEST(InProcessEventBus, EverySubscriberGetsAll) {
  InProcessEventBus bus;
  int first = 0;
  int second = 0;
  bus.Subscribe([&](const CommitPtr&) { ++first; });
  bus.Subscribe([&](const CommitPtr&) { ++second; });
  for (int i = 1; i <= 10; ++i) bus.Publish(Numbered(i));
  EXPECT_EQ(first, 10);
  EXPECT_EQ(second, 10);
}

// As several writers do: a number is taken in order, and published soon after.
TEST(InProcessEventBus, KeepsTheOrderOfManyPublishers) {
  InProcessEventBus bus;
  std::vector<std::int64_t> got;
  std::atomic<std::int64_t> newest{0};
  bus.Subscribe([&](const CommitPtr& commit) {
    got.push_back(commit->number);
    newest = commit->number;
  });
  std::atomic<std::int64_t> next{0};
  constexpr std::int64_t kCommits = 20'000;
  bus.Publish(Numbered(++next));
  {
    std::vector<std::jthread> publishers;
    for (unsigned seed = 0; seed < 8; ++seed) {
      publishers.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (std::int64_t number = ++next; number <= kCommits; number = ++next) {
          if (random() % 16 == 0) std::this_thread::yield();
          // A commit takes its time: nobody is far ahead of a writer that the system made wait.
          while (number > newest + 60) std::this_thread::yield();
          bus.Publish(Numbered(number));
        }
      });
    }
  }
  ASSERT_EQ(got.size(), static_cast<std::size_t>(kCommits));
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

}  // namespace
}  // namespace fajma
