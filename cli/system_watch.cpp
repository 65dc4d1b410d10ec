#include "cli/system_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "cli/app_metrics.h"
#include "core/json/frames.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::seconds kReconnectAfter{1};
constexpr std::int64_t kNoSelfTest = 1;  // any interval: nobody asks

}  // namespace

SystemWatch::SystemWatch(std::int64_t every, PathEnd end, const MessageCounters& counters,
                         std::function<void(const SystemAlert&)> tell)
    : every_(every),
      end_(end),
      counters_(counters),
      tell_(std::move(tell)),
      path_(every == 0 ? kNoSelfTest : every, Now()) {
  for (std::size_t i = 0; i < alerts_.size(); ++i) alerts_[i].condition = static_cast<SystemCondition>(i);
  stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_fd_ < 0) throw std::runtime_error("system watch: no eventfd");
}

SystemWatch::~SystemWatch() {
  Stop();
  ::close(stop_fd_);
}

void SystemWatch::Start(std::optional<ws::ClientSocketOptions> socket) {
  if (socket && every_ != 0) {
    socket_options_ = std::move(socket);
    socket_options_->on_text = [this](std::string_view text) {
      if (const auto due_at = ProbeOfFrame(text)) OnSeen(*due_at);
    };
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void SystemWatch::Stop() {
  thread_.request_stop();
  ::eventfd_write(stop_fd_, 1);
  if (thread_.joinable()) thread_.join();
  socket_.reset();
}

AlarmPathWatch::Now SystemWatch::Now() const {
  const auto steady = Clock::now().time_since_epoch();
  return {SystemNow(), std::chrono::duration_cast<std::chrono::microseconds>(steady).count()};
}

void SystemWatch::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (socket_options_) WorkSocket();
    Look();
    Wait(stop);
  }
}

void SystemWatch::Look() {
  const AlarmPathWatch::Now now = Now();
  bool failed = false;
  if (every_ != 0) {
    const std::lock_guard lock(mutex_);
    path_.OnTime(now);
    failed = path_.failed();
  }
  bool lags = false;
  for (std::size_t door = 0; door < lags_.size(); ++door) {
    const MessageCounters::Snapshot counts = counters_.Get(static_cast<Door>(door));
    lags_[door].OnTime(counts.received, counts.received - counts.in_flight, now.steady);
    lags = lags || lags_[door].lags();
  }
  Set(SystemCondition::kAlarmPath, failed);
  Set(SystemCondition::kJournal, lags);
}

void SystemWatch::Set(SystemCondition condition, bool present) {
  SystemAlert changed;
  {
    const std::lock_guard lock(mutex_);
    SystemAlert& alert = alerts_[static_cast<std::size_t>(condition)];
    if (alert.present == present) return;
    alert.present = present;
    if (present) alert.since = SystemNow();
    changed = alert;
  }
  const std::string name(RowOf(condition).name);
  present ? log::Error("system alert", name) : log::Info("system alert ended", name);
  if (present && condition == SystemCondition::kAlarmPath) socket_.reset();  // it may be what is broken
  tell_(changed);
}

void SystemWatch::OnSeen(std::int64_t due_at) {
  const AlarmPathWatch::Now now = Now();
  const std::lock_guard lock(mutex_);
  path_.OnSeen(due_at, now);
  last_delay_ = std::max<Micros>(0, now.wall - due_at * kMicrosPerSecond);
}

void SystemWatch::OnCommit(const Commit& commit) {
  if (every_ != 0 && commit.echo && end_ == PathEnd::kBus) OnSeen(commit.echo->due_at);
}

void SystemWatch::WorkSocket() {
  if (socket_ == nullptr) {
    if (Clock::now() < connect_at_) return;
    connect_at_ = Clock::now() + kReconnectAfter;
    socket_ = std::make_unique<ws::ClientSocket>(*socket_options_);
  }
  if (socket_->Work() == ws::ClientSocket::State::kOpen) told_.clear();
  if (socket_->state() != ws::ClientSocket::State::kEnded) return;
  if (socket_->reason() != told_) log::Warn("the self-test has no socket", socket_->reason());
  told_ = socket_->reason();
  socket_.reset();
}

void SystemWatch::Wait(const std::stop_token& stop) const {
  if (stop.stop_requested()) return;
  pollfd fds[] = {{stop_fd_, POLLIN, 0}, {-1, POLLIN, 0}};
  if (socket_ != nullptr) {
    fds[1].fd = socket_->fd();
    if (socket_->wants_write()) fds[1].events |= POLLOUT;
  }
  ::poll(fds, std::size(fds), static_cast<int>(kTick.count()));
}

std::vector<std::string> SystemWatch::Present() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const SystemAlert& alert : alerts_) {
    if (alert.present) names.emplace_back(RowOf(alert.condition).name);
  }
  return names;
}

void SystemWatch::AppendMetrics(std::string& out) const {
  const std::lock_guard lock(mutex_);
  AppendMetricType(out, "fajma_system_alert", "gauge", "1: the condition of the system is present.");
  for (const SystemAlert& alert : alerts_) {
    AppendMetric(out, "fajma_system_alert", "condition=\"" + std::string(RowOf(alert.condition).name) + "\"",
                 alert.present ? 1 : 0);
  }
  AppendOne(out, "fajma_self_test_seen_total", "counter", "Probes of the self-test seen in time.", path_.seen());
  AppendOne(out, "fajma_self_test_missed_total", "counter", "Probes of the self-test not seen in time.",
            path_.missed());
  AppendOne(out, "fajma_self_test_delay_milliseconds", "gauge", "From when the last probe seen was due to its coming.",
            static_cast<std::uint64_t>(last_delay_ / kMicrosPerMilli));
}

}  // namespace fajma::cli
