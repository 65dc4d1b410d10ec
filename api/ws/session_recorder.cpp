#include "api/ws/session_recorder.h"

#include <chrono>
#include <utility>
#include <vector>

#include "core/runtime/log.h"

namespace fajma::ws {
namespace {

constexpr Micros kForgetAfter = 90 * 24 * 60 * kMicrosPerMinute;
constexpr std::chrono::milliseconds kGather{500};
constexpr std::chrono::seconds kTouchEvery{30};

}  // namespace

SessionRecorder::SessionRecorder(Database& database, std::string process)
    : store_(database), process_(std::move(process)) {
  const Micros now = SystemNow();
  store_.CloseAllOfProcess(process_, now, now - kForgetAfter);
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

SessionRecorder::~SessionRecorder() {
  thread_.request_stop();
  thread_.join();
  try {
    WriteOpenings();
    WriteClosings();
    store_.CloseAllOfProcess(process_, SystemNow(), 0);
  } catch (const DatabaseError& error) {
    log::Warn("sockets are still noted as open", error.what());
  }
}

void SessionRecorder::Open(ConnectionId id, SocketSession session) {
  const Micros now = SystemNow();
  session.channel = process_ + " " + std::to_string(now) + "." + std::to_string(id);
  session.opened_at = session.active_at = now;
  const std::lock_guard lock(mutex_);
  entries_[id] = {std::move(session)};
  changed_ = true;
  wakeup_.notify_one();
}

void SessionRecorder::Touch(ConnectionId id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(id); found != entries_.end()) found->second.touched = true;
}

void SessionRecorder::Close(ConnectionId id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  if (found->second.session.id == 0 || closed_ >= kMaxClosed) {
    entries_.erase(found);
    return;
  }
  found->second.closed = true;
  ++closed_;
  changed_ = true;
  wakeup_.notify_one();
}

void SessionRecorder::Run(const std::stop_token& stop) {
  auto touch_at = std::chrono::steady_clock::now() + kTouchEvery;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wakeup_.wait_until(lock, stop, touch_at, [this] { return changed_; });
      // What comes in a burst is written together.
      if (changed_) wakeup_.wait_for(lock, stop, kGather, [] { return false; });
      changed_ = false;
    }
    try {
      WriteOpenings();
      WriteClosings();
      if (std::chrono::steady_clock::now() < touch_at) continue;
      touch_at = std::chrono::steady_clock::now() + kTouchEvery;
      WriteTouches();
    } catch (const DatabaseError& error) {
      log::Warn("the list of sockets waits for the database", error.what());
      const std::lock_guard lock(mutex_);
      changed_ = true;
    }
  }
}

void SessionRecorder::WriteOpenings() {
  std::vector<std::pair<ConnectionId, SocketSession>> opened;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (entry.session.id == 0) opened.emplace_back(id, entry.session);
    }
  }
  for (auto& [id, session] : opened) {
    const std::int64_t row = store_.Open(session, process_);
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found != entries_.end()) {
      found->second.session.id = row;
      continue;
    }
    session.id = row;  // it closed meanwhile
    entries_[id] = {std::move(session), false, true};
    ++closed_;
    changed_ = true;
  }
}

void SessionRecorder::WriteClosings() {
  std::vector<std::pair<ConnectionId, std::int64_t>> closed;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (entry.closed) closed.emplace_back(id, entry.session.id);
    }
  }
  for (const auto& [id, row] : closed) {
    store_.Close(row, SystemNow());
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
    --closed_;
  }
}

void SessionRecorder::WriteTouches() {
  std::vector<std::int64_t> touched;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      if (std::exchange(entry.touched, false) && entry.session.id != 0) touched.push_back(entry.session.id);
    }
  }
  if (!touched.empty()) store_.Touch(touched, SystemNow());
}

}  // namespace fajma::ws
