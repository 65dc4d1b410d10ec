// Connections of load generators: one thread, one epoll set, no library. What is sent is gathered until the next Wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fajma::load {

using Clock = std::chrono::steady_clock;

class Link;

class Poller {
 public:
  Poller();
  ~Poller();  // after its links
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Sends what was gathered, waits for at most `timeout`, and calls the links to which something happened. A link must
  // not be destroyed by what is called.
  void Wait(std::chrono::nanoseconds timeout);

 private:
  friend class Link;
  int fd_ = -1;
  std::vector<Link*> dirty_;
  std::string buffer_;  // what is received, for all links
};

// A TCP connection to a port of this machine.
class Link {
 public:
  Link(Poller& poller, std::uint16_t port);  // begins to connect
  virtual ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool closed() const { return fd_ < 0; }
  void Close();

 protected:
  // Append to it what is to be sent.
  std::string& Outgoing();
  virtual void OnConnected() = 0;
  // Returns how many bytes it took; the rest comes again with what follows it.
  virtual std::size_t OnBytes(std::string_view bytes) = 0;

 private:
  friend class Poller;
  void OnEvents(std::uint32_t events);
  void Receive();
  void Flush();
  void WatchWriting(bool on);

  Poller& poller_;
  int fd_ = -1;
  bool connected_ = false;
  bool dirty_ = false;
  bool watches_writing_ = true;
  std::string outgoing_;
  std::string rest_;  // received and not taken
};

}  // namespace fajma::load
