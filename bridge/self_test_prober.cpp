#include "bridge/self_test_prober.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>
#include <utility>

#include "bridge/mqtt_probe.h"
#include "bridge/payloads.h"
#include "bridge/topics.h"
#include "core/alerts/alarm_path_watch.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Micros kLongestPause = kMicrosPerSecond;  // so soon a clock that was set is followed
constexpr std::chrono::milliseconds kRetry{500};
// A probe that leaves later cannot come back in time.
constexpr std::chrono::seconds kTried = kSelfTestPatience - std::chrono::seconds(2);

// Long enough for the one whose session it is to take it back, short enough to leave nothing of ours behind.
constexpr std::uint32_t kSessionExpiry = 60;
constexpr char kSharesSession[] =
    "all clients of one user share one session here: give the server a listener without use_username_as_clientid";

void Pause(const std::stop_token& stop, std::chrono::microseconds time) {
  std::mutex idle;
  std::unique_lock lock(idle);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

SelfTestProber::SelfTestProber(MqttAddress address, std::int64_t every, ProbeLedger& ledger)
    : address_(std::move(address)), every_(every), ledger_(ledger) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

SelfTestProber::~SelfTestProber() = default;

void SelfTestProber::Run(const std::stop_token& stop) {
  std::int64_t done = DueAt(SystemNow(), every_);
  while (!stop.stop_requested()) {
    const Micros now = SystemNow();
    const std::int64_t due_at = DueAt(now, every_);
    if (due_at != done) Send(due_at, stop);
    done = due_at;
    const Micros until_next = (due_at + every_) * kMicrosPerSecond - SystemNow();
    Pause(stop, std::chrono::microseconds(std::clamp<Micros>(until_next, 0, kLongestPause)));
  }
}

void SelfTestProber::Send(std::int64_t due_at, const std::stop_token& stop) {
  const auto deadline = Clock::now() + kTried;
  const BootSeq number{std::random_device()(), static_cast<std::uint64_t>(due_at)};
  ledger_.Note(number);
  const std::string payload = SelfTestPayload(number);
  for (;;) {
    const std::string problem = TrySend(payload);
    if (problem.empty()) sent_.fetch_add(1, std::memory_order_relaxed);
    if (!problem.empty() && problem != told_) log::Warn("the self-test's probe does not leave", problem);
    told_ = problem;
    if (problem.empty() || Clock::now() + kRetry >= deadline) return;
    Pause(stop, kRetry);
    if (stop.stop_requested()) return;
  }
}

// A session under a random name that was there before is another client's: it must not end with this connection.
void SelfTestProber::Connect() {
  if (shares_session_) throw std::runtime_error(kSharesSession);
  auto client = std::make_unique<MqttProbe>(
      address_,
      ProbeSession{.client_id = RandomClientId("fajma-self-test"), .clean = false, .expiry_seconds = kSessionExpiry});
  shares_session_ = client->Connect().session_present;
  if (shares_session_) {
    client->Disconnect();
    throw std::runtime_error(kSharesSession);
  }
  client_ = std::move(client);
}

std::string SelfTestProber::TrySend(const std::string& payload) {
  try {
    if (client_ == nullptr) Connect();
    OutgoingMessage message;
    message.topic = DataTopic(kSelfTestMac);
    message.payload = payload;
    client_->Publish({message});
    return {};
  } catch (const std::runtime_error& error) {
    client_.reset();
    return error.what();
  }
}

}  // namespace fajma
