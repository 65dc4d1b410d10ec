// What only a server can do: end, come back, and lose the connection in the very commit.
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "tests/contract/ingest/ingest_contract.h"
#include "tests/support/postgres.h"

namespace fajma::test {
namespace {

using testing::RawSocket;

std::string Valued(int i) { return R"({"glucose":)" + std::to_string(100 + i * 0.001) + "}"; }

TEST_F(IngestContract, AServerThatEndsAndComesBackLosesNothing) {
  Start();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Send(Valued(i)));
  PostgresServer::Shared().Restart();
  for (int i = 500; i < 1'000; ++i) ASSERT_TRUE(Send(Valued(i)));
  Drain();
  EXPECT_EQ(Readings(), 1'000);
  EXPECT_EQ(Settled()[0], 1'000U);
}

// Between ingest and the server: when armed, the next COMMIT reaches the server and its answer does not come back.
class Cutter {
 public:
  explicit Cutter(std::uint16_t server_port) : server_port_(server_port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no listener");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this](const std::stop_token& stop) { Accept(stop); });
  }
  ~Cutter() {
    acceptor_.request_stop();
    acceptor_.join();
    for (auto& thread : pipes_) thread.request_stop();
    pipes_.clear();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }
  void Arm() { armed_ = true; }
  int cuts() const { return cuts_; }

 private:
  static bool Readable(int fd) {
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, 20) > 0;
  }

  void Accept(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!Readable(listener_)) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client >= 0) pipes_.emplace_back([this, client](const std::stop_token& ending) { Pipe(client, ending); });
    }
  }

  void Pipe(int client_fd, const std::stop_token& stop) {
    RawSocket client = RawSocket::Adopt(client_fd);
    RawSocket server(server_port_);
    char buffer[64 << 10];
    while (!stop.stop_requested()) {
      pollfd fds[] = {{client.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}};
      if (::poll(fds, 2, 20) <= 0) continue;
      for (int side = 0; side < 2; ++side) {
        if (fds[side].revents == 0) continue;
        const ssize_t count = ::recv(fds[side].fd, buffer, sizeof buffer, 0);
        if (count <= 0) return;
        const std::string_view bytes(buffer, static_cast<std::size_t>(count));
        const bool cut = side == 0 && bytes.find("COMMIT") != std::string_view::npos && armed_.exchange(false);
        if (!(side == 0 ? server : client).Send(bytes)) return;
        if (!cut) continue;
        server.ReceiveSome();  // it is committed
        ++cuts_;
        return;
      }
    }
  }

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> armed_{false};
  std::atomic<int> cuts_{0};
  std::vector<std::jthread> pipes_;  // of the acceptor's thread until it ended
  std::jthread acceptor_;
};

TEST_F(IngestContract, ACommitWhoseAnswerIsLostIsNotStoredAgain) {
  const std::size_t colon = url_.rfind(':');
  const std::size_t slash = url_.find('/', colon);
  Cutter cutter(static_cast<std::uint16_t>(std::stoi(url_.substr(colon + 1, slash - colon - 1))));
  const std::string direct = url_;
  url_ = url_.substr(0, colon + 1) + std::to_string(cutter.port()) + url_.substr(slash);
  Start();
  int sent = 0;
  for (int round = 1; round <= 5; ++round) {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(Send(Valued(sent++)));
    Drain();
    cutter.Arm();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(Send(Valued(sent++)));
    ASSERT_TRUE(testing::Eventually([&] { return cutter.cuts() == round; }));
    Drain();
  }
  EXPECT_EQ(Readings(), sent);
  EXPECT_EQ(Settled()[0], static_cast<std::uint64_t>(sent));
  EXPECT_EQ(collected_.messages().size(), static_cast<std::size_t>(sent)) << "each is told of once";
  ExpectDense();
  Stop();
  url_ = direct;
}

}  // namespace
}  // namespace fajma::test
