#include "tests/bench/load/poller.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace fajma::load {
namespace {

constexpr std::size_t kReceiveBytes = 256 * 1024;

}  // namespace

Poller::Poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kReceiveBytes, '\0') {
  if (fd_ < 0) throw std::runtime_error("no epoll set");
}

Poller::~Poller() { ::close(fd_); }

void Poller::Wait(std::chrono::nanoseconds timeout) {
  for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->Flush();
  dirty_.clear();
  const auto left = std::max(timeout, std::chrono::nanoseconds(0)).count();
  const timespec time{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  std::array<epoll_event, 512> events;
  const int count = ::epoll_pwait2(fd_, events.data(), static_cast<int>(events.size()), &time, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Link*>(event.data.ptr)->OnEvents(event.events);
  }
}

Link::Link(Poller& poller, std::uint16_t port) : poller_(poller) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::runtime_error("no socket: is the limit of open files too low?");
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int result = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result != 0 && errno != EINPROGRESS) {
    Close();
    return;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = this;
  ::epoll_ctl(poller_.fd_, EPOLL_CTL_ADD, fd_, &event);
}

Link::~Link() {
  Close();
  if (dirty_) std::erase(poller_.dirty_, this);
}

// Taken out of the set first: a child that another thread is about to start still holds the descriptor, and so keeps
// its events coming.
void Link::Close() {
  if (fd_ >= 0) ::epoll_ctl(poller_.fd_, EPOLL_CTL_DEL, fd_, nullptr);
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string& Link::Outgoing() {
  if (!dirty_) poller_.dirty_.push_back(this);
  dirty_ = true;
  return outgoing_;
}

void Link::OnEvents(std::uint32_t events) {
  if (fd_ < 0) return;
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return Close();
    connected_ = true;
    OnConnected();
    return Flush();
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) Receive();
  if (fd_ >= 0 && (events & EPOLLOUT) != 0) Flush();
}

// Without a copy when whole messages came, as nearly always.
void Link::Receive() {
  std::string& buffer = poller_.buffer_;
  const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return Close();
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
  if (rest_.empty()) {
    const std::size_t taken = OnBytes(bytes);
    if (taken < bytes.size()) rest_.assign(bytes.substr(taken));
    return;
  }
  rest_.append(bytes);
  rest_.erase(0, OnBytes(rest_));
}

void Link::Flush() {
  dirty_ = false;
  if (fd_ < 0) return outgoing_.clear();
  if (!connected_) return;
  std::size_t sent = 0;
  while (sent < outgoing_.size()) {
    const ssize_t count = ::send(fd_, outgoing_.data() + sent, outgoing_.size() - sent, MSG_NOSIGNAL);
    if (count < 0) break;  // full; or gone, which the next event says
    sent += static_cast<std::size_t>(count);
  }
  outgoing_.erase(0, sent);
  WatchWriting(!outgoing_.empty());
}

void Link::WatchWriting(bool on) {
  if (on == watches_writing_) return;
  watches_writing_ = on;
  epoll_event event{};
  event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = this;
  ::epoll_ctl(poller_.fd_, EPOLL_CTL_MOD, fd_, &event);
}

}  // namespace fajma::load
