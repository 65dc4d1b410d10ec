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
constexpr std::chrono::seconds kRetry{5};
constexpr std::size_t kMaxOfTransaction = 500;

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
      std::unique_lock lock(mutex_);
      changed_ = true;
      wakeup_.wait_for(lock, stop, kRetry, [] { return false; });
    }
  }
}

void SessionRecorder::WriteOpenings() {
  while (WriteSomeOpenings()) {
  }
}

bool SessionRecorder::WriteSomeOpenings() {
  std::vector<ConnectionId> ids;
  std::vector<SocketSession> sessions;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.begin(); at != entries_.end() && ids.size() < kMaxOfTransaction; ++at) {
      if (at->second.session.id != 0) continue;
      ids.push_back(at->first);
      sessions.push_back(at->second.session);
    }
  }
  if (ids.empty()) return false;
  const std::vector<std::int64_t> rows = store_.Open(sessions, process_);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    sessions[i].id = rows[i];
    const auto [entry, closed_meanwhile] = entries_.try_emplace(ids[i], Entry{sessions[i], false, true});
    if (closed_meanwhile) ++closed_;
    entry->second.session.id = rows[i];
  }
  changed_ = true;  // for what closed meanwhile
  return true;
}

void SessionRecorder::WriteClosings() {
  std::vector<ConnectionId> ids;
  std::vector<std::int64_t> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (!entry.closed) continue;
      ids.push_back(id);
      rows.push_back(entry.session.id);
    }
  }
  store_.Close(rows, SystemNow());
  const std::lock_guard lock(mutex_);
  for (const ConnectionId id : ids) entries_.erase(id);
  closed_ -= ids.size();
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
