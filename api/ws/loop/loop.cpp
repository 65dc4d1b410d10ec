#include "api/ws/loop/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "api/ws/loop/deflate_offer.h"
#include "api/ws/loop/handshake.h"
#include "api/ws/loop/loop_core.h"

namespace fajma::ws {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEventsPerTurn = 256;
constexpr ConnectionId kWakeId = 0;
constexpr milliseconds kSliceOfFloods{1};

// How often the timeouts are looked at: once a second, more often where they are shorter.
milliseconds TickInterval(const LoopOptions& options) {
  const milliseconds shortest = std::min({options.ping_interval, options.idle_timeout, options.close_timeout});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

[[noreturn]] void ThrowErrno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

LoopCore::LoopCore(LoopOptions options)
    : options_(std::move(options)),
      inflater_(options_.max_message_bytes),
      scratch_(std::max<std::size_t>(options_.read_bytes_per_turn, 512)),
      now_(Clock::now()),
      next_tick_(now_ + TickInterval(options_)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!epoll_.valid() || !wake_.valid()) ThrowErrno("cannot make the WebSocket loop");
  if (!Watch(EPOLL_CTL_ADD, wake_.get(), kWakeId, EPOLLIN)) ThrowErrno("cannot watch an eventfd");
  thread_ = std::jthread([this] { Run(); });
}

LoopCore::~LoopCore() { Stop(); }

bool LoopCore::Post(std::function<void()> work) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    was_empty = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (was_empty) ::eventfd_write(wake_.get(), 1);
  return true;
}

void LoopCore::Adopt(http::DetachedSocket socket, std::unique_ptr<Session> session) {
  // std::function must be copyable; what it carries is not.
  struct Arrival {
    http::DetachedSocket socket;
    std::unique_ptr<Session> session;
  };
  auto arrival = std::make_shared<Arrival>(Arrival{std::move(socket), std::move(session)});
  Post([this, arrival] { Open(std::move(arrival->socket), std::move(arrival->session)); });
}

void LoopCore::Stop() {
  std::call_once(stop_once_, [this] {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      posted_.emplace_back([this] { CloseAll(); });
    }
    ::eventfd_write(wake_.get(), 1);
    if (thread_.joinable()) thread_.join();
  });
}

Connection* LoopCore::FindAny(ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

Connection* LoopCore::Find(ConnectionId id) {
  Connection* connection = FindAny(id);
  return connection == nullptr || connection->closing() ? nullptr : connection;
}

bool LoopCore::Watch(int operation, int fd, ConnectionId id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void LoopCore::ReportError(std::string_view where, std::string_view what) const {
  try {
    if (options_.on_error) options_.on_error(where, what);
  } catch (...) {  // what reports errors must not be one
  }
}

void LoopCore::Run() {
  thread_id_ = std::this_thread::get_id();
  while (!Finished()) {
    try {
      Turn();
    } catch (const std::exception& error) {
      ReportError("WebSocket loop", error.what());
    }
  }
  // The stop's time is over: whoever is left is cut off.
  connections_.clear();
}

bool LoopCore::Finished() const { return closing_all_ && (connections_.empty() || now_ >= stop_deadline_); }

void LoopCore::Turn() {
  std::array<epoll_event, kEventsPerTurn> events;
  const auto end = closing_all_ ? std::min(next_tick_, stop_deadline_) : next_tick_;
  const auto wait = unfinished_.empty() ? std::chrono::ceil<milliseconds>(end - Clock::now()).count() : 0;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::clamp<std::int64_t>(wait, 0, 1000)));
  now_ = Clock::now();
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeId) {
      woken = true;
      continue;
    }
    Connection* connection = FindAny(event.data.u64);
    if (connection == nullptr) continue;
    if (event.events & EPOLLOUT) connection->Flush();
    if (event.events & (EPOLLHUP | EPOLLERR)) connection->OnHangUp();
    if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) connection->OnReadable();
  }
  ReadUnfinished();
  if (woken) RunPosted();
  if (now_ >= next_tick_) Tick();
  FinishTurn();
}

// Whoever floods shares one slice of each turn with all others who do: quiet sockets wait for no more than that.
void LoopCore::ReadUnfinished() {
  const Clock::time_point end = Clock::now() + kSliceOfFloods;
  for (std::size_t left = unfinished_.size(); left > 0 && Clock::now() < end; --left) {
    const ConnectionId id = unfinished_.front();
    unfinished_.pop_front();
    if (Connection* connection = FindAny(id)) connection->ReadOn();
  }
}

void LoopCore::RunPosted() {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_.get(), &ignored);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (const std::function<void()>& function : work) {
    try {
      function();
    } catch (const std::exception& error) {
      ReportError("work posted to the WebSocket loop", error.what());
    } catch (...) {
      ReportError("work posted to the WebSocket loop", "unknown exception");
    }
  }
}

void LoopCore::Open(http::DetachedSocket socket, std::unique_ptr<Session> session) {
  if (closing_all_ || !socket.fd.valid() || !session) return;
  const std::optional<DeflateAgreement> deflate = AgreeOnDeflate(socket.extensions);
  const std::string answer =
      FormatSwitchingProtocols(socket.websocket_key, socket.subprotocol, deflate ? deflate->answer : "");
  const std::string unread = std::move(socket.unread);
  const ConnectionId id = ++last_id_;
  auto owned = std::make_unique<Connection>(*this, id, std::move(socket), std::move(session),
                                            deflate ? deflate->server_max_window_bits : 0);
  Connection& connection = *connections_.emplace(id, std::move(owned)).first->second;
  counters_.opened.Add();
  if (deflate) counters_.opened_with_deflate.Add();
  connection.Open(answer);
  if (unread.empty() || connection.closing()) return;
  counters_.bytes_in.Add(unread.size());
  connection.Process(unread);
}

Frame LoopCore::Compress(const Frame& frame, int window_bits) {
  const std::uint64_t before = deflater_.compressions();
  Frame compressed = deflater_.Compress(frame, window_bits);
  if (deflater_.compressions() != before) counters_.compressions.Add();
  return compressed;
}

void LoopCore::Tick() {
  next_tick_ = now_ + TickInterval(options_);
  for (const auto& [id, connection] : connections_) connection->OnTick(now_);
}

// Everything that was put off: sending, so that a turn's frames leave together; then the ends of sessions, which may
// send to others; last the destruction, so that nothing points to what is gone.
void LoopCore::FinishTurn() {
  for (std::size_t i = 0; i < resumed_.size(); ++i) {
    if (Connection* connection = FindAny(resumed_[i])) connection->ReadRest();
  }
  resumed_.clear();
  while (!dirty_.empty() || !ending_.empty()) {
    for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->Flush();
    dirty_.clear();
    const std::vector<Connection*> ending = std::exchange(ending_, {});
    for (Connection* connection : ending) connection->EndSession();
  }
  for (const ConnectionId id : dead_) connections_.erase(id);
  dead_.clear();
}

void LoopCore::CloseAll() {
  closing_all_ = true;
  stop_deadline_ = now_ + options_.stop_timeout;
  for (const auto& [id, connection] : connections_) {
    connection->BeginClose(CloseCause::kStopping, kCloseGoingAway, "the server is stopping");
  }
}

LoopStatistics LoopCore::GetStatistics() const {
  const auto closed = [this](CloseCause cause) { return counters_.closed[static_cast<std::size_t>(cause)].Get(); };
  LoopStatistics statistics;
  statistics.closed_by_peer = closed(CloseCause::kPeer);
  statistics.closed_by_session = closed(CloseCause::kSession);
  statistics.closed_lost = closed(CloseCause::kLost);
  statistics.closed_protocol_error = closed(CloseCause::kProtocolError);
  statistics.closed_bad_payload = closed(CloseCause::kBadPayload);
  statistics.closed_too_big = closed(CloseCause::kTooBig);
  statistics.closed_slow = closed(CloseCause::kSlow);
  statistics.closed_idle = closed(CloseCause::kIdle);
  statistics.closed_error = closed(CloseCause::kError);
  statistics.closed_stopping = closed(CloseCause::kStopping);
  std::uint64_t ended = 0;
  for (const Counter& counter : counters_.closed) ended += counter.Get();
  statistics.opened = counters_.opened.Get();
  statistics.opened_with_deflate = counters_.opened_with_deflate.Get();
  statistics.compressions = counters_.compressions.Get();
  statistics.open = statistics.opened - ended;
  statistics.frames_in = counters_.frames_in.Get();
  statistics.frames_out = counters_.frames_out.Get();
  statistics.bytes_in = counters_.bytes_in.Get();
  statistics.bytes_out = counters_.bytes_out.Get();
  statistics.writes = counters_.writes.Get();
  return statistics;
}

Loop::Loop(LoopOptions options) : core_(std::make_unique<LoopCore>(std::move(options))) {}
Loop::~Loop() = default;

void Loop::Adopt(http::DetachedSocket socket, std::unique_ptr<Session> session) {
  core_->Adopt(std::move(socket), std::move(session));
}
bool Loop::Post(std::function<void()> work) { return core_->Post(std::move(work)); }
Connection* Loop::Find(ConnectionId id) { return core_->Find(id); }
bool Loop::InLoopThread() const { return core_->InLoopThread(); }
LoopStatistics Loop::GetStatistics() const { return core_->GetStatistics(); }
void Loop::Stop() { core_->Stop(); }

std::size_t Loop::Broadcast(std::span<const ConnectionId> ids, const Frame& frame) {
  std::size_t taken = 0;
  for (const ConnectionId id : ids) {
    Connection* connection = core_->Find(id);
    if (connection != nullptr && connection->Send(frame)) ++taken;
  }
  return taken;
}

}  // namespace fajma::ws
