#include "tests/contract/bus/installation.h"

#include <numeric>

#include "tests/support/raw_socket.h"

namespace fajma::test {

using testing::Eventually;

Installation::Installation(Kind kind) {
  if (kind == Kind::kRedis) redis_.emplace("secret");
  for (int i = 0; i < (kind == Kind::kRedis ? 3 : 1); ++i) Add(kind);
  if (kind == Kind::kRedis) AwaitConnected(true);
}

void Installation::Add(Kind kind) {
  Process& process = *processes_.emplace_back(std::make_unique<Process>());
  if (kind == Kind::kInProcess) {
    process.bus = std::make_unique<InProcessEventBus>();
  } else {
    RedisBusOptions options;
    options.address = *ParseRedisUrl(redis_->url());
    options.channel = "fajma:test";
    options.process = processes_.size();
    options.newest_commit = [this] { return log_.Newest(); };
    options.load = [this](std::int64_t first, std::int64_t last) { return log_.Load(first, last); };
    auto bus = std::make_unique<RedisEventBus>(options);
    process.redis_bus = bus.get();
    process.bus = std::move(bus);
  }
  process.bus->Subscribe([&process](const CommitPtr& commit) { Note(process, *commit); });
  if (process.redis_bus == nullptr) return;
  process.redis_bus->OnNoticesMissed([&process] {
    const std::lock_guard lock(process.mutex);
    ++process.missed;
  });
  process.redis_bus->Start();
}

void Installation::Note(Process& process, const fajma::Commit& commit) {
  const std::lock_guard lock(process.mutex);
  process.notices += commit.notices.size();
  if (!commit.outcomes.empty()) process.outcomes.push_back(commit.number);
  if (commit.number == 0 || commit.repeated) return;
  process.numbers.push_back(commit.number);
  const bool right = commit.messages.size() == 1 && commit.messages[0].cursor == MakeCursor(commit.number, 0) &&
                     commit.messages[0].first_row == commit.number * 10 &&
                     commit.messages[0].patient->identifier == "patient1" && commit.messages[0].values.size() == 1 &&
                     commit.messages[0].values[0].integral && commit.messages[0].values[0].value == 75;
  if (!right) ++process.wrong;
}

void Installation::Commit(std::size_t process) { Publish(process, Append(process)); }
void Installation::CommitInSilence(std::size_t process) { static_cast<void>(Append(process)); }

void Installation::Notify(std::size_t process, const std::string& topic) {
  auto commit = std::make_shared<fajma::Commit>();
  commit->notices.push_back({topic, "{}"});
  Publish(process, commit);
}

void Installation::AwaitConnected(bool connected) {
  for (const auto& process : processes_) {
    ASSERT_TRUE(Eventually([&] { return process->redis_bus->connected() == connected; }));
  }
}

void Installation::AwaitAll() {
  const auto newest = static_cast<std::size_t>(log_.Newest());
  for (const auto& process : processes_) {
    ASSERT_TRUE(Eventually([&] {
      const std::lock_guard lock(process->mutex);
      return process->numbers.size() >= newest;
    })) << process->numbers.size()
        << " of " << newest;
  }
}

void Installation::AwaitNotices(std::size_t count) {
  for (const auto& process : processes_) {
    ASSERT_TRUE(Eventually([&] {
      const std::lock_guard lock(process->mutex);
      return process->notices >= count;
    }));
  }
}

void Installation::ForgetMissed() {
  for (const auto& process : processes_) {
    const std::lock_guard lock(process->mutex);
    process->missed = 0;
  }
}

void Installation::AwaitNoticeOrMissed() {
  for (const auto& process : processes_) {
    ASSERT_TRUE(Eventually([&] {
      const std::lock_guard lock(process->mutex);
      return process->notices > 0 || process->missed > 0;
    }));
  }
}

void Installation::ExpectEqualLogs() {
  std::vector<std::int64_t> expected(static_cast<std::size_t>(log_.Newest()));
  std::iota(expected.begin(), expected.end(), 1);
  for (const auto& process : processes_) {
    const std::lock_guard lock(process->mutex);
    EXPECT_EQ(process->numbers, expected);
    EXPECT_EQ(process->wrong, 0U);
  }
}

void Installation::ExpectOwnOutcomes() {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    std::vector<std::int64_t> expected;
    for (std::int64_t number = 1; number <= log_.Newest(); ++number) {
      const auto commit = log_.Load(number, number).front();
      if (commit->messages[0].device.id == static_cast<std::int64_t>(i) + 1) expected.push_back(number);
    }
    Process& process = *processes_[i];
    ASSERT_TRUE(Eventually([&] {
      const std::lock_guard lock(process.mutex);
      return process.outcomes.size() >= expected.size();
    }));
    const std::lock_guard lock(process.mutex);
    EXPECT_EQ(process.outcomes, expected);
  }
}

}  // namespace fajma::test
