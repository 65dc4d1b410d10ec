#include "api/ws/loop/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include "api/ws/loop/loop_core.h"

namespace fajma::ws {
namespace {

constexpr std::size_t kPartsPerWrite = 64;
constexpr std::size_t kKeptQueueSlots = 16;
// What taking a frame costs besides its payload, in bytes of payload: some hundred small frames make a turn's work.
constexpr std::size_t kWorkPerFrame = 512;

CloseCause CauseOf(std::uint16_t code) {
  if (code == kCloseBadPayload) return CloseCause::kBadPayload;
  if (code == kCloseTooBig) return CloseCause::kTooBig;
  return CloseCause::kProtocolError;
}

}  // namespace

void Session::OnBinary(Connection& connection, std::string_view) {
  connection.Close(kCloseUnsupported, "only text is understood");
}

Connection::Connection(LoopCore& core, ConnectionId id, http::DetachedSocket socket, std::unique_ptr<Session> session,
                       int deflate_window_bits)
    : core_(core),
      id_(id),
      fd_(std::move(socket.fd)),
      peer_address_(std::move(socket.peer_address)),
      place_(std::move(socket.place)),
      session_(std::move(session)),
      reader_(core.decoders(), deflate_window_bits > 0 ? &core.inflater() : nullptr, core.options().max_message_bytes),
      last_received_(core.now()),
      last_ping_(core.now()),
      deflate_window_bits_(static_cast<std::uint8_t>(deflate_window_bits)) {}

Connection::~Connection() = default;

template <typename Function>
void Connection::CallSession(Function&& function) {
  try {
    function(*session_);
    return;
  } catch (const std::exception& error) {
    core_.ReportError("WebSocket session", error.what());
  } catch (...) {
    core_.ReportError("WebSocket session", "unknown exception");
  }
  BeginClose(CloseCause::kError, kCloseInternalError, "internal error");
}

void Connection::Open(std::string_view switching_protocols) {
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!core_.Watch(EPOLL_CTL_ADD, fd_.get(), id_, EPOLLIN)) {
    Die(CloseCause::kLost);
    return;
  }
  watched_ = EPOLLIN;
  queue_.push_back(std::make_shared<const std::string>(switching_protocols));
  queued_bytes_ = switching_protocols.size();
  dirty_ = true;
  core_.FlushAtTurnsEnd(*this);
  CallSession([this](Session& session) { session.OnOpen(*this); });
}

bool Connection::Send(Frame frame) {
  if (state_ != State::kOpen) return false;
  if (deflate_window_bits_ > 0) frame = core_.Compress(frame, deflate_window_bits_);
  const bool has_room = MakeRoom(frame->size());
  if (state_ != State::kOpen) return false;
  if (!has_room) {
    DropUnsentFrames();
    BeginClose(CloseCause::kSlow, kCloseTryAgainLater, "too slow, come again");
    return false;
  }
  queued_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
  if (!std::exchange(dirty_, true)) core_.FlushAtTurnsEnd(*this);
  return true;
}

bool Connection::SendText(std::string_view text) { return Send(EncodeTextFrame(text)); }

// A long answer in one turn is no sign of a slow client: it gets the chance to take it first.
bool Connection::MakeRoom(std::size_t bytes) {
  const auto fits = [&] { return queued_bytes_ == 0 || queued_bytes_ + bytes <= core_.options().max_queued_bytes; };
  if (!fits()) Flush();
  return fits();
}

void Connection::DropUnsentFrames() {
  if (queue_.size() == first_queued_) return;
  const std::size_t kept = first_queued_ + (sent_of_first_ > 0 ? 1 : 0);
  queue_.resize(kept);
  queued_bytes_ = sent_of_first_ > 0 ? queue_.back()->size() - sent_of_first_ : 0;
}

void Connection::Close(std::uint16_t code, std::string_view reason) { BeginClose(CloseCause::kSession, code, reason); }

void Connection::BeginClose(CloseCause cause, std::uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  core_.counters().closed[static_cast<std::size_t>(cause)].Add();
  state_ = State::kClosing;
  close_code_ = code;
  close_deadline_ = core_.now() + core_.options().close_timeout;
  Frame frame = EncodeCloseFrame(code, reason);
  queued_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
  if (!std::exchange(dirty_, true)) core_.FlushAtTurnsEnd(*this);
  core_.EndSessionAtTurnsEnd(*this);
  std::string().swap(unread_);
  paused_ = false;
}

void Connection::Die(CloseCause cause) {
  if (state_ == State::kDead) return;
  if (state_ == State::kOpen) {
    core_.counters().closed[static_cast<std::size_t>(cause)].Add();
    close_code_ = kCloseAbnormal;
    core_.EndSessionAtTurnsEnd(*this);
  }
  state_ = State::kDead;
  core_.DestroyAtTurnsEnd(*this);
}

void Connection::EndSession() {
  try {
    session_->OnClose(id_, close_code_);
  } catch (const std::exception& error) {
    core_.ReportError("WebSocket session", error.what());
  } catch (...) {
    core_.ReportError("WebSocket session", "unknown exception");
  }
  session_.reset();
}

void Connection::PauseReading() {
  if (state_ != State::kOpen || paused_) return;
  paused_ = true;
  WatchEvents();
}

void Connection::ResumeReading() {
  if (state_ != State::kOpen || !paused_) return;
  paused_ = false;
  last_received_ = core_.now();
  WatchEvents();
  core_.ReadRestThisTurn(*this);  // the reader may hold messages even if unread_ is empty
}

void Connection::WatchEvents() {
  std::uint32_t events = paused_ ? 0U : static_cast<std::uint32_t>(EPOLLIN);
  if (queued_bytes_ > 0 && !dirty_) events |= EPOLLOUT;
  if (events == watched_ || state_ == State::kDead) return;
  watched_ = events;
  if (!core_.Watch(EPOLL_CTL_MOD, fd_.get(), id_, events)) Die(CloseCause::kLost);
}

void Connection::OnReadable() {
  if (state_ == State::kDead || paused_ || waits_for_turn_) return;
  const std::span<char> scratch = core_.scratch();
  const ssize_t count = ::recv(fd_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) Die(CloseCause::kLost);
    return;
  }
  if (count == 0) return Die(CloseCause::kLost);
  const auto size = static_cast<std::size_t>(count);
  core_.counters().bytes_in.Add(size);
  last_received_ = core_.now();
  if (state_ == State::kOpen) {
    Process({scratch.data(), size});
    if (size == scratch.size()) WaitForTurn();
    return;
  }
  thrown_away_ += size;
  if (thrown_away_ > core_.options().max_queued_bytes) Die(CloseCause::kLost);
}

// Reset, or both sides ended: nothing can be sent any more. What was received before is still read.
void Connection::OnHangUp() {
  if (paused_ || state_ == State::kClosing) Die(CloseCause::kLost);
}

void Connection::ReadRest() {
  if (paused_ || state_ != State::kOpen) return;
  const std::string bytes = std::exchange(unread_, {});
  Process(bytes);
}

void Connection::WaitForTurn() {
  if (state_ == State::kOpen && !std::exchange(waits_for_turn_, true)) core_.ReadOnInATurn(*this);
}

void Connection::ReadOn() {
  waits_for_turn_ = false;
  ReadRest();
  OnReadable();
}

void Connection::Process(std::string_view bytes) {
  if (!unread_.empty()) {  // resumed, but not yet read
    unread_.append(bytes);
    return;
  }
  reader_.Feed(bytes);
  const std::uint64_t frames = reader_.frames();
  std::size_t work = 0;
  while (state_ == State::kOpen && !paused_ && !waits_for_turn_) {
    const MessageReader::Event event = reader_.Next();
    if (event.kind == MessageReader::Kind::kNeedsMore) break;
    work += event.payload.size() + kWorkPerFrame;  // decompressed: few bytes may become many
    Handle(event);
    if (work > core_.options().max_message_bytes) WaitForTurn();
  }
  core_.counters().frames_in.Add(reader_.frames() - frames);
  if (state_ == State::kOpen) unread_ = reader_.rest();
}

void Connection::Handle(const MessageReader::Event& event) {
  using Kind = MessageReader::Kind;
  switch (event.kind) {
    case Kind::kText:
      return CallSession([&](Session& session) { session.OnText(*this, event.payload); });
    case Kind::kBinary:
      return CallSession([&](Session& session) { session.OnBinary(*this, event.payload); });
    case Kind::kPing:
      Send(EncodePongFrame(event.payload));
      return;
    case Kind::kClose:
      return BeginClose(CloseCause::kPeer, event.code, {});
    case Kind::kError:
      return BeginClose(CauseOf(event.code), event.code, {});
    case Kind::kPong:
    case Kind::kNeedsMore:
      return;
  }
}

void Connection::Flush() {
  dirty_ = false;
  while (state_ != State::kDead && queued_bytes_ > 0) {
    std::array<iovec, kPartsPerWrite> parts;
    std::size_t used = 0;
    for (std::size_t i = first_queued_; i < queue_.size() && used < parts.size(); ++i) {
      const std::size_t skip = i == first_queued_ ? sent_of_first_ : 0;
      // iovec serves reading too, hence its pointer to what may change.
      parts[used++] = {const_cast<char*>(queue_[i]->data() + skip), queue_[i]->size() - skip};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = used;
    const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    core_.counters().writes.Add();
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Die(CloseCause::kLost);
      break;
    }
    ConsumeSent(static_cast<std::size_t>(sent));
  }
  if (state_ == State::kClosing && queued_bytes_ == 0 && !std::exchange(end_sent_, true)) {
    ::shutdown(fd_.get(), SHUT_WR);
  }
  WatchEvents();
}

void Connection::ConsumeSent(std::size_t bytes) {
  core_.counters().bytes_out.Add(bytes);
  queued_bytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t left = queue_[first_queued_]->size() - sent_of_first_;
    if (bytes < left) {
      sent_of_first_ += bytes;
      break;
    }
    bytes -= left;
    sent_of_first_ = 0;
    queue_[first_queued_++].reset();
    if (std::exchange(answered_, true)) core_.counters().frames_out.Add();
  }
  if (first_queued_ == queue_.size()) {
    queue_.clear();
    first_queued_ = 0;
    if (queue_.capacity() > kKeptQueueSlots) std::vector<Frame>().swap(queue_);
  } else if (first_queued_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_queued_));
    first_queued_ = 0;
  }
}

void Connection::OnTick(Clock::time_point now) {
  const LoopOptions& options = core_.options();
  if (state_ == State::kClosing && now >= close_deadline_) return Die(CloseCause::kLost);
  if (state_ != State::kOpen) return;
  if (!paused_ && now - last_received_ > options.idle_timeout) {
    // Nobody is there to answer: one try, then it goes.
    BeginClose(CloseCause::kIdle, kCloseGoingAway, "silent for too long");
    close_deadline_ = now;
    return;
  }
  if (now - last_ping_ >= options.ping_interval) {
    static const Frame ping = EncodePingFrame();
    last_ping_ = now;
    Send(ping);
  }
}

}  // namespace fajma::ws
