// Clients that behave badly, until standard input ends. They come back when they are closed.
//   --http-port P --devices FILE --kind flood|sleep --sockets 2 [--query token=…]
// flood: frames as fast as they are taken. sleep: questions as fast as they are taken, and no answer is ever read.
#include <poll.h>
#include <sys/socket.h>

#include <optional>

#include "tests/bench/load/modes.h"
#include "tests/support/ws_client.h"

namespace fajma::load {
namespace {

class BadClient {
 public:
  BadClient(std::uint16_t port, std::string target, std::string chunk, bool reads)
      : port_(port), target_(std::move(target)), chunk_(std::move(chunk)), reads_(reads) {
    Open();
  }

  int fd() { return client_->socket().fd(); }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t closed() const { return closed_; }

  void Work() {
    char ignored[16 * 1024];
    if (reads_) static_cast<void>(::recv(fd(), ignored, sizeof ignored, MSG_DONTWAIT));
    const ssize_t count = ::send(fd(), chunk_.data() + at_, chunk_.size() - at_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      at_ = (at_ + static_cast<std::size_t>(count)) % chunk_.size();
      bytes_ += static_cast<std::uint64_t>(count);
    } else if (errno != EAGAIN && errno != EINTR) {
      ++closed_;
      Open();
    }
  }

 private:
  void Open() {
    client_.emplace(port_, target_, "", reads_ ? 0 : 4096);
    at_ = 0;
  }

  const std::uint16_t port_;
  const std::string target_;
  const std::string chunk_;  // whole frames
  const bool reads_;
  std::optional<testing::WsClient> client_;
  std::size_t at_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t closed_ = 0;
};

}  // namespace

int RunWsTrouble(const Arguments& arguments) {
  const bool flood = arguments.Text("kind", "flood") == "flood";
  std::string chunk;
  while (chunk.size() < 60'000) {
    chunk += flood ? testing::EncodeClientFrame(testing::kPongFrame, "noise")
                   : testing::EncodeClientFrame(testing::kTextFrame, R"({"type":"ping"})");
  }
  const std::string target =
      "/ws/iot/" + ReadTargets(arguments.Text("devices", "")).front().patient + "/?" + arguments.Text("query", "");
  std::vector<BadClient> clients;
  for (std::size_t i = arguments.Count("sockets", 2); i > 0; --i) {
    clients.emplace_back(arguments.Port("http-port"), target, chunk, flood);
  }
  JsonLine().Add("open", clients.size()).Print();
  const auto begun = Clock::now();
  while (!InputEnded()) {
    std::vector<pollfd> watched;
    for (BadClient& client : clients) watched.push_back({client.fd(), POLLOUT, 0});
    ::poll(watched.data(), watched.size(), 100);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (watched[i].revents != 0) clients[i].Work();
    }
  }
  std::uint64_t bytes = 0;
  std::uint64_t closed = 0;
  for (const BadClient& client : clients) {
    bytes += client.bytes();
    closed += client.closed();
  }
  JsonLine()
      .Add("mb_per_s", static_cast<double>(bytes) / 1e6 / Seconds(Clock::now() - begun))
      .Add("closed", closed)
      .Add("cpu_s", CpuSeconds())
      .Print();
  return 0;
}

}  // namespace fajma::load
