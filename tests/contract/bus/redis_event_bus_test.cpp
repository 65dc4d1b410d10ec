// What is Redis' own: it may be killed, lose what it was told, or carry rubbish.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/json/commit_codec.h"
#include "tests/contract/bus/installation.h"
#include "tests/support/raw_socket.h"

namespace fajma::test {
namespace {

class RedisBus : public ::testing::Test {
 protected:
  Installation installation_{Installation::Kind::kRedis};
};

TEST_F(RedisBus, AHoleIsFilledFromTheDatabase) {
  for (int i = 0; i < 60; ++i) {
    const auto process = static_cast<std::size_t>(i) % 3;
    i % 7 == 3 ? installation_.CommitInSilence(process) : installation_.Commit(process);
  }
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

// Nothing comes after it that would show the hole.
TEST_F(RedisBus, TheLastCommitIsFoundToo) {
  installation_.Commit(0);
  installation_.CommitInSilence(1);
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

TEST_F(RedisBus, KilledUnderLoadCostsNobodyACommit) {
  std::atomic<bool> stop{false};
  {
    std::vector<std::jthread> writers;
    for (std::size_t process = 0; process < 3; ++process) {
      writers.emplace_back([&, process] {
        for (int i = 0; i < 20'000 && !stop; ++i) {
          installation_.Commit(process);
          std::this_thread::yield();
        }
      });
    }
    for (int kill = 0; kill < 3; ++kill) {
      installation_.redis().Kill();
      installation_.AwaitConnected(false);
      const std::int64_t before = installation_.log().Newest();
      EXPECT_TRUE(testing::Eventually([&] { return installation_.log().Newest() > before + 50; }));
      installation_.redis().Start();
      installation_.AwaitConnected(true);
    }
    stop = true;
  }
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

TEST_F(RedisBus, WithoutRedisCommitsAreReadFromTheDatabase) {
  installation_.redis().Kill();
  installation_.AwaitConnected(false);
  for (int i = 0; i < 100; ++i) installation_.Commit(static_cast<std::size_t>(i) % 3);
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

// One that is connected and silent is as good as away.
TEST_F(RedisBus, APausedRedisHoldsNobodyUp) {
  installation_.Commit(0);
  installation_.AwaitAll();
  installation_.redis().Pause();
  for (int i = 0; i < 100; ++i) installation_.Commit(static_cast<std::size_t>(i) % 3);
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
  installation_.redis().Resume();
}

TEST_F(RedisBus, ADatabaseThatIsAwayDelaysAndLosesNothing) {
  installation_.Commit(0);
  installation_.AwaitAll();
  installation_.log().SetAway(true);
  for (int i = 0; i < 20; ++i) installation_.CommitInSilence(1);
  installation_.Commit(2);
  installation_.log().SetAway(false);
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
}

// The writer was slow to tell: its rows have been read from the database, its answers are still to come.
TEST_F(RedisBus, AnswersComeAlsoAfterTheRowsWereReadFromTheDatabase) {
  installation_.Commit(0);
  const CommitPtr slow = installation_.Append(0);
  installation_.Commit(1);
  installation_.AwaitAll();
  installation_.Publish(0, slow);
  installation_.ExpectOwnOutcomes();
  installation_.ExpectEqualLogs();
}

// It waits for Redis; who is not listening again when it goes out is told that something may be missing.
TEST_F(RedisBus, ANoticeArrivesOrIsKnownToBeMissing) {
  installation_.redis().Kill();
  installation_.AwaitConnected(false);
  installation_.Notify(0, "annuaire");
  installation_.ForgetMissed();
  installation_.redis().Start();
  installation_.AwaitNoticeOrMissed();
}

TEST_F(RedisBus, RubbishIsCountedAndHarmsNobody) {
  RedisConnection connection(*ParseRedisUrl(installation_.redis().url()), std::chrono::seconds(2));
  auto future = std::make_shared<Commit>();
  const std::vector<std::string> rubbish{"",
                                         "{",
                                         "[]",
                                         R"({"v":2})",
                                         R"({"v":1,"process":9,"number":-1})",
                                         R"({"v":1,"process":9,"number":1,"messages":[[]]})",
                                         R"({"v":1,"process":9,"number":1,"messages":7})"};
  connection.PublishAll("fajma:test", rubbish);
  for (int i = 0; i < 10; ++i) installation_.Commit(0);
  installation_.AwaitAll();
  installation_.ExpectEqualLogs();
  std::string metrics;
  installation_.bus(1).AppendMetrics(metrics);
  EXPECT_NE(metrics.find("fajma_bus_refused_total 7\n"), std::string::npos) << metrics;
}

TEST(RedisAddress, IsReadFromAnUrl) {
  const auto plain = ParseRedisUrl("redis://redis");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "redis");
  EXPECT_EQ(plain->port, 6379);
  EXPECT_EQ(plain->password, "");
  const auto full = ParseRedisUrl("redis://fajma:p%40ss@[::1]:7000/");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host, "::1");
  EXPECT_EQ(full->port, 7000);
  EXPECT_EQ(full->user, "fajma");
  EXPECT_EQ(full->password, "p@ss");
  for (const char* bad : {"", "redis://", "rediss://host", "redis://host:0", "redis://host:70000", "redis://host:x",
                          "redis://user@host", "redis://:@host", "redis://:%zz@host", "redis://host/3", "host:6379"}) {
    EXPECT_FALSE(ParseRedisUrl(bad)) << bad;
  }
}

TEST(RedisConnection, AWrongPasswordIsSaidWithoutIt) {
  RedisServer server("right");
  RedisAddress address = *ParseRedisUrl(server.url());
  address.password = "wr0ng";
  try {
    const RedisConnection connection(address, std::chrono::seconds(2));
    FAIL() << "it was let in";
  } catch (const RedisError& error) {
    EXPECT_EQ(std::string(error.what()), "Redis refused: WRONGPASS");
  }
}

}  // namespace
}  // namespace fajma::test
