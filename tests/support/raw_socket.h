// A blocking TCP client for tests: raw bytes out, bytes in, every wait with a timeout. Header only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fajma::testing {

using std::chrono::milliseconds;

// Long enough for a sanitizer on a busy machine; a test that passes does not wait.
constexpr milliseconds kPatience{20'000};

struct TimedOut : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// An HTTP answer as a test looks at it.
struct HttpAnswer {
  int status = 0;
  std::string head;  // status line and headers, without the empty line
  std::string body;

  bool Has(std::string_view text) const { return head.find(text) != std::string::npos; }
  // The value of a header, its name in any case as a proxy may write it; "" when it is missing.
  std::string Header(std::string_view name) const {
    const std::string key = "\r\n" + std::string(name) + ": ";
    const auto at = std::search(head.begin(), head.end(), key.begin(), key.end(),
                                [](char left, char right) { return Lower(left) == Lower(right); });
    if (at == head.end()) return {};
    const std::size_t begin = static_cast<std::size_t>(at - head.begin()) + key.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

 private:
  static char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
};

class RawSocket {
 public:
  // `receive_buffer`: bytes for SO_RCVBUF, to be a slow reader soon; 0 leaves the system's.
  explicit RawSocket(std::uint16_t port, const std::string& host = "127.0.0.1", int receive_buffer = 0) {
    const bool v6 = host.find(':') != std::string::npos;
    fd_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) throw std::runtime_error("no socket");
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    sockaddr_in6 address6{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address6.sin6_family = AF_INET6;
    address6.sin6_port = htons(port);
    ::inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(),
                v6 ? static_cast<void*>(&address6.sin6_addr) : &address.sin_addr);
    const auto* target =
        v6 ? reinterpret_cast<const sockaddr*>(&address6) : reinterpret_cast<const sockaddr*>(&address);
    if (::connect(fd_, target, v6 ? sizeof address6 : sizeof address) != 0) {
      const int error = errno;
      ::close(fd_);
      throw std::runtime_error("cannot connect, errno " + std::to_string(error));
    }
  }
  // Takes over a connected socket.
  static RawSocket Adopt(int fd) { return RawSocket(Owned{fd}); }

  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}
  RawSocket& operator=(RawSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(received_, other.received_);
    return *this;
  }
  ~RawSocket() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }

  // False: the other side has closed. Throws TimedOut when it does not read.
  bool Send(std::string_view bytes, milliseconds timeout = kPatience) {
    const auto deadline = Clock::now() + timeout;
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (!Wait(POLLOUT, deadline)) throw TimedOut("sending");
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  void EndSending() const { ::shutdown(fd_, SHUT_WR); }
  // Closes so that the other side gets a reset.
  void Reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(fd_, -1));
  }

  // At least one byte more into the buffer; false at the end of the stream.
  bool ReceiveSome(milliseconds timeout = kPatience) {
    const auto deadline = Clock::now() + timeout;
    while (true) {
      if (!Wait(POLLIN, deadline)) throw TimedOut("receiving; so far: " + received_.substr(0, 200));
      char buffer[16 * 1024];
      const ssize_t count = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (count > 0) {
        received_.append(buffer, static_cast<std::size_t>(count));
        return true;
      }
      if (count == 0 || (errno != EAGAIN && errno != EINTR)) return false;
    }
  }

  // Exactly `size` bytes. Throws at the end of the stream.
  std::string Receive(std::size_t size, milliseconds timeout = kPatience) {
    while (received_.size() < size) {
      if (!ReceiveSome(timeout)) throw std::runtime_error("ended early: " + received_);
    }
    return Take(size);
  }

  // Up to and with `marker`. Throws at the end of the stream.
  std::string ReceiveUntil(std::string_view marker, milliseconds timeout = kPatience) {
    std::size_t at = 0;
    while ((at = received_.find(marker)) == std::string::npos) {
      if (!ReceiveSome(timeout)) throw std::runtime_error("ended early: " + received_);
    }
    return Take(at + marker.size());
  }

  // Everything to the end of the stream.
  std::string ReceiveAll(milliseconds timeout = kPatience) {
    while (ReceiveSome(timeout)) {
    }
    return std::exchange(received_, {});
  }

  // One HTTP answer; `has_body` false for HEAD.
  HttpAnswer ReceiveAnswer(bool has_body = true, milliseconds timeout = kPatience) {
    HttpAnswer answer;
    answer.head = ReceiveUntil("\r\n\r\n", timeout);
    answer.head.resize(answer.head.size() - 4);
    answer.status = std::atoi(answer.head.c_str() + answer.head.find(' '));
    const std::string length = answer.Header("Content-Length");
    if (has_body && !length.empty()) answer.body = Receive(std::stoul(length), timeout);
    return answer;
  }

  // Bytes received but not asked for yet.
  const std::string& received() const { return received_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Owned {
    int fd;
  };
  explicit RawSocket(Owned owned) : fd_(owned.fd) {}

  bool Wait(short events, Clock::time_point deadline) const {
    while (true) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) return false;
      pollfd watched{fd_, events, 0};
      const int ready = ::poll(&watched, 1, static_cast<int>(left));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

  std::string Take(std::size_t size) {
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  int fd_ = -1;
  std::string received_;
};

// Asks until `condition` holds; false when it never does.
template <typename Condition>
bool Eventually(Condition condition, milliseconds timeout = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

}  // namespace fajma::testing
