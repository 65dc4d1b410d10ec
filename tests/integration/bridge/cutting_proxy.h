// Stands between a client and the broker, to lose what the client sends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace fajma::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t broker_port) : broker_port_(broker_port), listener_(NewSocket()) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no proxy");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  }
  ~CuttingProxy() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

  void LoseWhatTheClientSends(bool lose) { lose_ = lose; }
  void CutAll() { cut_ = true; }

 private:
  struct Pair {
    int client = -1;
    int broker = -1;
  };

  static int NewSocket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  static sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void Run(const std::stop_token& stop) {
    std::vector<Pair> pairs;
    while (!stop.stop_requested()) {
      if (cut_.exchange(false)) CloseAll(pairs);
      std::vector<pollfd> fds{{listener_, POLLIN, 0}};
      for (const Pair& pair : pairs) {
        fds.push_back({pair.client, POLLIN, 0});
        fds.push_back({pair.broker, POLLIN, 0});
      }
      if (::poll(fds.data(), fds.size(), 5) <= 0) continue;
      for (std::size_t i = pairs.size(); i-- > 0;) {
        const bool open = (fds[2 * i + 1].revents == 0 || Pump(pairs[i].client, pairs[i].broker, lose_)) &&
                          (fds[2 * i + 2].revents == 0 || Pump(pairs[i].broker, pairs[i].client, false));
        if (!open) Close(pairs, i);
      }
      if (fds[0].revents != 0) Accept(pairs);
    }
    CloseAll(pairs);
  }

  void Accept(std::vector<Pair>& pairs) {
    Pair pair{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), NewSocket()};
    sockaddr_in address = Loopback(broker_port_);
    if (::connect(pair.broker, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      pairs.push_back(pair);
      return;
    }
    ::close(pair.client);
    ::close(pair.broker);
  }

  static bool Pump(int from, int to, bool lose) {
    std::array<char, 65'536> buffer;
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    for (ssize_t sent = 0; !lose && sent < got;) {
      const ssize_t now = ::send(to, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (now <= 0) return false;
      sent += now;
    }
    return true;
  }

  static void Close(std::vector<Pair>& pairs, std::size_t i) {
    ::close(pairs[i].client);
    ::close(pairs[i].broker);
    pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  static void CloseAll(std::vector<Pair>& pairs) {
    while (!pairs.empty()) Close(pairs, pairs.size() - 1);
  }

  const std::uint16_t broker_port_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> lose_{false};
  std::atomic<bool> cut_{false};
  std::jthread thread_;
};

}  // namespace fajma::test
