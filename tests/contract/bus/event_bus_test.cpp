// What every bus keeps, in one process or in several: each subscriber gets each commit once, in the order of the
// numbers, without a hole.
#include <gtest/gtest.h>

#include <thread>

#include "tests/contract/bus/installation.h"

namespace fajma::test {
namespace {

class EventBusContract : public ::testing::TestWithParam<Installation::Kind> {
 protected:
  Installation installation_{GetParam()};
};

TEST_P(EventBusContract, EveryProcessGetsEachCommitInOrder) {
  for (int i = 0; i < 200; ++i) installation_.Commit(static_cast<std::size_t>(i) % installation_.size());
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

// A number is taken under a lock, and told of some time later.
TEST_P(EventBusContract, ManyWritersAreGivenInTheOrderOfTheirNumbers) {
  {
    std::vector<std::jthread> writers;
    for (std::size_t writer = 0; writer < 6; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 500; ++i) installation_.Commit(writer % installation_.size());
      });
    }
  }
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

TEST_P(EventBusContract, WhatHasNoNumberReachesEveryProcess) {
  installation_.Commit(0);
  installation_.Notify(0, "annuaire");
  installation_.AwaitNotices(1);
}

TEST_P(EventBusContract, AnswersReachTheProcessThatAsked) {
  for (int i = 0; i < 50; ++i) installation_.Commit(static_cast<std::size_t>(i) % installation_.size());
  installation_.AwaitAll();
  installation_.ExpectOwnOutcomes();
}

INSTANTIATE_TEST_SUITE_P(Bus, EventBusContract,
                         ::testing::Values(Installation::Kind::kInProcess, Installation::Kind::kRedis),
                         [](const auto& kind) {
                           return kind.param == Installation::Kind::kRedis ? "Redis" : "InProcess";
                         });

}  // namespace
}  // namespace fajma::test
