#include "bridge/mqtt_link.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

#include "bridge/mqtt_connection.h"
#include "bridge/payloads.h"
#include "bridge/redelivery.h"
#include "bridge/topics.h"
#include "core/json/message_decoder.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::array kSubscriptions = {TopicKind::kData, TopicKind::kStatus, TopicKind::kCommandResult};
constexpr std::size_t kMaxPayload = 1U << 20;  // four times what the recommended broker lets through
constexpr std::size_t kKeptOfTooLarge = 256;
constexpr std::chrono::milliseconds kRoomPoll{20};
constexpr std::chrono::seconds kGoodbyeTimeout{2};

void Pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex idle;
  std::unique_lock lock(idle);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

std::uint16_t PeerPort(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return 0;
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(peer).sin_port);
  if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(peer).sin6_port);
  return 0;
}

// The library acknowledges whatever the callback returns. When it must return without having journaled, the socket is
// the only thing that can keep the PUBACK from going out, and the library does not tell which one it is: all TCP
// connections of this process to the broker's port end.
void CutConnectionsTo(std::uint16_t port) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd >= 0 && PeerPort(fd) == port) ::shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace

struct MqttLink::State {
  State(MqttLinkOptions link_options, Journal& link_journal, MessageCounters& link_counters);

  void Run(const std::stop_token& stop);
  std::string RunOnce(const std::stop_token& stop);
  void SayGoodbye();
  MqttConnectionOptions ConnectionOptions();
  OutgoingMessage StatusMessage(bool online) const;
  void Receive(const ReceivedMessage& received);
  void Store(RawMessage& message);
  bool AppendOrWait(const RawMessage& message);

  const MqttLinkOptions options;
  const std::string place;  // of the broker, for the log
  Journal& journal;
  MessageCounters& counters;
  std::vector<std::string> filters;

  RedeliveryTable redelivery;  // the library's receiving thread, after the constructor

  std::atomic<bool> connected{false};
  std::atomic<bool> holding_back{false};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> redelivered{0};

  std::mutex mutex;                            // never taken in a callback
  std::unique_ptr<MqttConnection> connection;  // guarded by mutex; the one that is connected and subscribed

  std::stop_source stop;
  std::jthread thread;
};

MqttLink::State::State(MqttLinkOptions link_options, Journal& link_journal, MessageCounters& link_counters)
    : options(std::move(link_options)),
      place(options.address.host + ":" + std::to_string(options.address.port)),
      journal(link_journal),
      counters(link_counters) {
  for (const TopicKind kind : kSubscriptions) filters.push_back(FilterOf(kind));
  journal.VisitKept([this](const RawMessage& message) { redelivery.Restore(message); });
  thread = std::jthread([this] { Run(stop.get_token()); });
}

void MqttLink::State::Run(const std::stop_token& token) {
  std::string told;
  auto pause = options.retry_first;
  while (!token.stop_requested()) {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t before = connections;
    std::string problem;
    try {
      problem = RunOnce(token);
    } catch (const std::runtime_error& error) {
      problem = error.what();
    }
    if (token.stop_requested()) return;
    if (connections != before || problem != told) log::Warn("no connection to the MQTT broker", place + ": " + problem);
    told = problem;
    // A connection that does not last (two servers with one client id) is no success either.
    const bool lasted = connections != before && std::chrono::steady_clock::now() - begin > options.retry_longest;
    if (lasted) pause = options.retry_first;
    Pause(token, pause);
    pause = std::min(2 * pause, options.retry_longest);
  }
}

// One connection from beginning to end; returns why it ended.
std::string MqttLink::State::RunOnce(const std::stop_token& token) {
  auto attempt = std::make_unique<MqttConnection>(ConnectionOptions());
  if (std::string error = attempt->Connect(token); !error.empty()) return error;
  if (std::string error = attempt->Subscribe(filters, token); !error.empty()) return "subscribe: " + error;
  MqttConnection* const current = attempt.get();
  {
    const std::lock_guard lock(mutex);
    connection = std::move(attempt);
    connection->Publish(StatusMessage(true), {});
  }
  ++connections;
  connected = true;
  log::Info("connected to the MQTT broker", place);
  std::string reason = current->WaitUntilLost(token);
  connected = false;
  if (token.stop_requested()) SayGoodbye();
  const std::lock_guard lock(mutex);
  connection.reset();
  return reason;
}

void MqttLink::State::SayGoodbye() {
  const std::lock_guard lock(mutex);
  const auto told = std::make_shared<std::promise<void>>();
  if (connection->Publish(StatusMessage(false), [told](bool) { told->set_value(); })) {
    told->get_future().wait_for(kGoodbyeTimeout);
  }
  connection->Disconnect();
}

MqttConnectionOptions MqttLink::State::ConnectionOptions() {
  MqttConnectionOptions result;
  result.address = options.address;
  result.client_id = options.client_id;
  result.keep_alive = options.keep_alive;
  result.max_in_flight = options.max_in_flight;
  result.will = StatusMessage(false);
  result.on_connected = [this](bool session_present) {
    if (!session_present) redelivery.StartSession();
  };
  result.on_message = [this](const ReceivedMessage& received) { Receive(received); };
  return result;
}

OutgoingMessage MqttLink::State::StatusMessage(bool online) const {
  OutgoingMessage message;
  message.topic = ServerStatusTopic();
  message.payload = ServerStatusPayload(online, options.version);
  message.retain = true;
  return message;
}

void MqttLink::State::Receive(const ReceivedMessage& received) {
  RawMessage message;
  std::string result;
  message.kind = RawKind::kUnroutable;
  message.packet_id = received.packet_id;
  message.received_at = SystemNow();
  message.payload = received.payload;
  if (received.retained) message.flags |= kRetained;
  const bool too_large = message.payload.size() > kMaxPayload;
  if (too_large) message.payload = message.payload.substr(0, kKeptOfTooLarge);
  if (const auto topic = ParseTopic(received.topic)) {
    message.mac_bits = topic->mac.bits();
    if (topic->kind == TopicKind::kData && !too_large) message.kind = RawKind::kData;
    if (topic->kind == TopicKind::kStatus && !too_large) message.kind = RawKind::kStatus;
    if (topic->kind == TopicKind::kCommandResult && !too_large) {
      message.kind = RawKind::kCommandResult;
      result = EncodeCommandResult(topic->first, received.payload);
      message.payload = result;
    }
  }
  if (received.duplicate && redelivery.Knows(message)) {
    message.flags |= kRedelivered;
    redelivered.fetch_add(1, std::memory_order_relaxed);
  }
  Store(message);
}

void MqttLink::State::Store(RawMessage& message) {
  message.flags |= redelivery.session_flag();
  counters.CountReceived(Door::kMqtt);
  if (AppendOrWait(message)) redelivery.Remember(message);
}

// While it waits, the library neither acknowledges nor receives: the broker keeps what comes. After one and a half
// keep-alives it ends the connection, and sends all again when there is room.
bool MqttLink::State::AppendOrWait(const RawMessage& message) {
  if (journal.Append(message)) return true;
  holding_back = true;
  const std::stop_token token = stop.get_token();
  while (!token.stop_requested()) {
    Pause(token, kRoomPoll);
    if (!journal.Append(message)) continue;
    holding_back = false;
    return true;
  }
  CutConnectionsTo(options.address.port);
  holding_back = false;
  return false;
}

MqttLink::MqttLink(MqttLinkOptions options, Journal& journal, MessageCounters& counters)
    : state_(std::make_unique<State>(std::move(options), journal, counters)) {}

MqttLink::~MqttLink() { Stop(); }

bool MqttLink::connected() const { return state_->connected; }
bool MqttLink::holding_back() const { return state_->holding_back; }
std::uint64_t MqttLink::connections() const { return state_->connections; }
std::uint64_t MqttLink::redelivered() const { return state_->redelivered; }

bool MqttLink::Publish(const OutgoingMessage& message, PublishDone done) {
  State& s = *state_;
  if (!s.connected || s.holding_back) return false;
  const std::lock_guard lock(s.mutex);
  return s.connected && s.connection != nullptr && s.connection->Publish(message, std::move(done));
}

void MqttLink::Stop() {
  state_->stop.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace fajma
