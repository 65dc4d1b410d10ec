#include "api/http/client.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace fajma::http {
namespace {

constexpr std::size_t kPartsPerWrite = 16;
constexpr std::size_t kReadsPerTurn = 4;

}  // namespace

Client::Next Client::Work(std::span<char> scratch, Connection::Clock::time_point now) {
  if (turned_away_) return Next::kClose;
  connection_.BeginTurn();
  unread_ = false;
  std::size_t reads = 0;
  bool drained = peer_ended_;
  while (true) {
    if (!Flush(now)) return Next::kClose;
    if (connection_.has_upgrade()) return Next::kDetach;
    if (connection_.CanResume()) {
      connection_.Resume(now);
      continue;
    }
    if (drained || !connection_.WantsInput()) break;
    if (reads++ == kReadsPerTurn) {
      unread_ = true;
      break;
    }
    const ReadResult result = Read(scratch, now);
    if (result == ReadResult::kLost) return Next::kClose;
    if (result == ReadResult::kEnd) peer_ended_ = true;
    drained = result != ReadResult::kGotBytes;
  }
  const bool sent_all = connection_.output().empty();
  if (peer_ended_ && sent_all && !connection_.HasWaitingInput()) return Next::kClose;
  if (connection_.closing() && sent_all && !end_sent_) {
    end_sent_ = true;
    ::shutdown(fd_, SHUT_WR);
  }
  return Next::kWait;
}

Client::Next Client::CheckTimeouts(std::span<char> scratch, Connection::Clock::time_point now) {
  switch (connection_.CheckTimeouts(now)) {
    case Connection::Expiry::kNone:
      return Next::kWait;
    case Connection::Expiry::kClose:
      return Next::kClose;
    case Connection::Expiry::kAnswered:
      break;
  }
  return Work(scratch, now);
}

void Client::TurnAway() {
  turned_away_ = true;
  ::shutdown(fd_, SHUT_RDWR);
}

bool Client::Flush(Connection::Clock::time_point now) {
  OutputQueue& output = connection_.output();
  while (!output.empty()) {
    std::array<iovec, kPartsPerWrite> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = output.Gather(parts);
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    output.Consume(static_cast<std::size_t>(sent));
    connection_.NoteProgress(now);
  }
  return true;
}

Client::ReadResult Client::Read(std::span<char> scratch, Connection::Clock::time_point now) {
  ssize_t count = 0;
  do {
    count = ::recv(fd_, scratch.data(), scratch.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return errno == EAGAIN || errno == EWOULDBLOCK ? ReadResult::kNothingNow : ReadResult::kLost;
  }
  if (count == 0) return ReadResult::kEnd;
  connection_.Receive(std::string_view(scratch.data(), static_cast<std::size_t>(count)), now);
  return ReadResult::kGotBytes;
}

}  // namespace fajma::http
