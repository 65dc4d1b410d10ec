#include "core/bus/redis_event_bus.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/json/commit_codec.h"
#include "core/runtime/metrics.h"

namespace fajma {
namespace {

constexpr std::size_t kPipeline = 256;  // texts on their way to Redis at once
constexpr std::int64_t kFillAtOnce = 16;
constexpr std::chrono::seconds kSignOfLife{5};
constexpr std::chrono::seconds kMissedEvery{1};
// A number that the database has and whose rows cannot be read is given up then.
constexpr std::chrono::seconds kLongestHole{30};

std::size_t WeightOf(const Commit& commit) { return 1 + commit.messages.size(); }

// What a commit says besides its numbered rows.
bool HasNews(const Commit& commit) {
  return !commit.statuses.empty() || !commit.returned.empty() || !commit.settled.empty() || !commit.notices.empty() ||
         !commit.chat_signals.empty() || !commit.presences.empty();
}
bool IsForOthers(const Commit& commit) { return commit.number != 0 || HasNews(commit); }

}  // namespace

RedisEventBus::RedisEventBus(RedisBusOptions options)
    : options_(std::move(options)),
      sequencer_([this](const CommitPtr& commit) { Deliver(commit); },
                 [this](const CommitPtr& commit) { DeliverRest(commit); }, options_.max_held) {
  stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_fd_ < 0) throw RedisError("no eventfd");
}

RedisEventBus::~RedisEventBus() {
  Stop();
  ::close(stop_fd_);
}

void RedisEventBus::Stop() {
  for (std::jthread* thread : {&sender_, &listener_, &tail_}) thread->request_stop();
  ::eventfd_write(stop_fd_, 1);
  for (std::jthread* thread : {&sender_, &listener_, &tail_}) {
    if (thread->joinable()) thread->join();
  }
}

void RedisEventBus::Subscribe(Subscriber subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
}

void RedisEventBus::Start() {
  tail_ = std::jthread([this](const std::stop_token& stop) { ReadTail(stop); });
  listener_ = std::jthread([this](const std::stop_token& stop) { Listen(stop); });
  sender_ = std::jthread([this](const std::stop_token& stop) { Send(stop); });
}

void RedisEventBus::Publish(const CommitPtr& commit) {
  {
    const std::lock_guard lock(mutex_);
    sequencer_.Accept(commit, Clock::now());
    if (sequencer_.FindHole()) hole_seen_.notify_one();
  }
  if (IsForOthers(*commit)) Enqueue(commit);
}

void RedisEventBus::Enqueue(const CommitPtr& commit) {
  {
    const std::lock_guard lock(queue_mutex_);
    queued_ += WeightOf(*commit);
    queue_.push_back(commit);
    while (queued_ > options_.max_queued && queue_.size() > 1) {
      queued_ -= WeightOf(*queue_.front());
      queue_.pop_front();
      dropped_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  queue_filled_.notify_one();
}

void RedisEventBus::Deliver(const CommitPtr& commit) {
  for (const Subscriber& subscriber : subscribers_) subscriber(commit);
}

// Its rows were given out as the database has them.
void RedisEventBus::DeliverRest(const CommitPtr& commit) {
  if (commit->outcomes.empty() && !HasNews(*commit)) return;
  auto rest = std::make_shared<Commit>(*commit);
  rest->repeated = true;
  Deliver(rest);
}

// --- to Redis -------------------------------------------------------------------------------------------------------

// Waits for some; empty: the end.
std::vector<std::string> RedisEventBus::TakeQueued(const std::stop_token& stop) {
  std::vector<CommitPtr> commits;
  {
    std::unique_lock lock(queue_mutex_);
    if (!queue_filled_.wait(lock, stop, [this] { return !queue_.empty(); })) return {};
    while (!queue_.empty() && commits.size() < kPipeline) {
      queued_ -= WeightOf(*queue_.front());
      commits.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  std::vector<std::string> texts;
  for (const CommitPtr& commit : commits) texts.push_back(EncodeCommit(*commit, options_.process));
  return texts;
}

// A pipeline that failed is sent once more as a whole: who has a number already passes over it.
void RedisEventBus::Send(const std::stop_token& stop) {
  std::vector<std::string> texts;
  std::chrono::milliseconds pause = options_.first_retry;
  while (!stop.stop_requested()) {
    try {
      RedisConnection connection(options_.address, options_.timeout);
      sending_ = true;
      pause = options_.first_retry;
      for (;;) {
        if (texts.empty()) texts = TakeQueued(stop);
        if (texts.empty()) return;
        connection.PublishAll(options_.channel, texts);
        texts.clear();
      }
    } catch (const RedisError& error) {
      if (sending_.exchange(false)) Report("Redis takes nothing; others read the database", error.what());
      Pause(pause, stop);
      pause = std::min(pause * 2, options_.last_retry);
    }
  }
}

// --- from Redis -----------------------------------------------------------------------------------------------------

void RedisEventBus::Listen(const std::stop_token& stop) {
  std::chrono::milliseconds pause = options_.first_retry;
  while (!stop.stop_requested()) {
    try {
      RedisConnection connection(options_.address, options_.timeout);
      connection.Subscribe(options_.channel);
      listening_ = true;
      pause = options_.first_retry;
      if (on_missed_) on_missed_();
      ListenTo(connection, stop);
    } catch (const RedisError& error) {
      if (listening_.exchange(false)) Report("Redis is away; commits are read from the database", error.what());
      Pause(pause, stop);
      pause = std::min(pause * 2, options_.last_retry);
    }
  }
  listening_ = false;
}

void RedisEventBus::ListenTo(RedisConnection& connection, const std::stop_token& stop) {
  std::vector<std::string> texts;
  bool asked = false;  // for a sign of life
  while (!stop.stop_requested()) {
    pollfd fds[] = {{connection.fd(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    const int ready = ::poll(fds, 2, static_cast<int>(std::chrono::milliseconds(kSignOfLife).count()));
    if (ready > 0 && fds[0].revents != 0) {
      asked = false;
      texts.clear();
      connection.Receive(texts);
      for (const std::string& text : texts) Take(text);
    } else if (ready == 0) {
      if (asked) throw RedisError("Redis: no sign of life");
      connection.Ping();
      asked = true;
    }
  }
}

void RedisEventBus::Take(const std::string& text) {
  Result<CommitEnvelope> envelope = DecodeCommit(text);
  if (!envelope) {  // a number that cannot be read is a hole, and filled
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (envelope.value().process == options_.process) return;
  const std::lock_guard lock(mutex_);
  sequencer_.Accept(std::move(envelope.value().commit), Clock::now());
  if (sequencer_.FindHole()) hole_seen_.notify_one();
}

// --- from the database ----------------------------------------------------------------------------------------------

void RedisEventBus::ReadTail(const std::stop_token& stop) {
  auto poll_at = Clock::now();
  auto missed_at = poll_at + kMissedEvery;
  while (!stop.stop_requested()) {
    if (!listening_ && Clock::now() >= missed_at) {
      if (on_missed_) on_missed_();
      missed_at = Clock::now() + kMissedEvery;
    }
    try {
      if (Clock::now() >= poll_at) {
        const std::int64_t newest = options_.newest_commit();
        const std::lock_guard lock(mutex_);
        if (!sequencer_.started()) sequencer_.StartAt(newest + 1);
        sequencer_.NoteNewest(newest, Clock::now());
        poll_at = Clock::now() + (listening_ ? options_.poll_connected : options_.poll_away);
      }
      if (Fill()) continue;
    } catch (const std::exception& error) {
      Report("the database does not tell of commits; asking again", error.what());
      Pause(options_.last_retry, stop);
    }
    std::unique_lock lock(mutex_);
    const auto hole = sequencer_.FindHole();
    const auto until = hole ? std::min(poll_at, hole->since + options_.hole_patience) : poll_at;
    hole_seen_.wait_until(lock, stop, until, [&] { return !hole && sequencer_.FindHole().has_value(); });
  }
}

// A hole that Redis had time to close. Then all that was known of by now is due, hole after hole.
std::optional<CommitSequencer::Hole> RedisEventBus::FindOldHole() {
  const std::lock_guard lock(mutex_);
  const auto hole = sequencer_.FindHole();
  if (!hole) return std::nullopt;
  if (!listening_ || Clock::now() - hole->since >= options_.hole_patience) overdue_ = sequencer_.newest();
  return hole->first <= overdue_ ? hole : std::nullopt;
}

// What is missing, when it has been missing for long enough. Whether there may be more at once.
bool RedisEventBus::Fill() {
  const auto hole = FindOldHole();
  if (!hole) return false;
  const std::int64_t last = std::min(hole->last, hole->first + kFillAtOnce - 1);
  const std::vector<CommitPtr> commits = options_.load(hole->first, last);
  const std::lock_guard lock(mutex_);
  if (commits.empty()) {
    if (Clock::now() - hole->since < kLongestHole) throw std::runtime_error("a commit is not there");
    skipped_.fetch_add(1, std::memory_order_relaxed);
    Report("commits that the database does not have are passed over", std::to_string(hole->first));
    sequencer_.Skip();
    return true;
  }
  for (const CommitPtr& commit : commits) {
    const auto before = sequencer_.FindHole();
    if (!before || before->first != commit->number) continue;  // it has come meanwhile
    filled_.fetch_add(1, std::memory_order_relaxed);
    sequencer_.Accept(commit, Clock::now());
  }
  return true;
}

void RedisEventBus::Pause(std::chrono::milliseconds time, const std::stop_token& stop) {
  if (stop.stop_requested()) return;
  pollfd fd{stop_fd_, POLLIN, 0};
  ::poll(&fd, 1, static_cast<int>(time.count()));
}

void RedisEventBus::Report(const char* event, const std::string& detail) {
  if (options_.on_problem) options_.on_problem(event, detail);
}

void RedisEventBus::AppendMetrics(std::string& out) const {
  struct Row {
    const char* name;
    const char* type;
    const char* help;
    std::uint64_t value;
  };
  const Row rows[] = {
      {"fajma_bus_connected", "gauge", "1: Redis carries commits.", connected() ? 1U : 0U},
      {"fajma_bus_filled_total", "counter", "Commits read from the database because Redis lacked them.", filled_},
      {"fajma_bus_dropped_total", "counter", "Commits that waited for Redis too long; others read them.", dropped_},
      {"fajma_bus_refused_total", "counter", "What came by Redis and was no commit.", refused_},
      {"fajma_bus_skipped_total", "counter", "Holes that the database could not fill.", skipped_},
  };
  for (const Row& row : rows) {
    AppendMetricType(out, row.name, row.type, row.help);
    AppendMetric(out, row.name, "", row.value);
  }
}

}  // namespace fajma
