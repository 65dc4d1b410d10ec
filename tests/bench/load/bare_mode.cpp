// What a delivery costs at least: one thread that calls send() for each of so many sockets, in rounds; another process
// takes everything before the next rounds begin.
//   --sockets 5000 --bytes 200 --window 2 --seconds S
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/bench/load/modes.h"

namespace fajma::load {
namespace {

int Must(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
  return result;
}

struct Pairs {
  std::vector<int> senders;
  std::vector<int> readers;
};

Pairs Connect(std::size_t count) {
  const int listener = Must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "no socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  Must(::bind(listener, where, size), "no port");
  Must(::listen(listener, 128), "cannot listen");
  Must(::getsockname(listener, where, &size), "no name");
  Pairs pairs;
  for (std::size_t i = 0; i < count; ++i) {
    const int reader = Must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "no socket");
    Must(::connect(reader, where, size), "cannot connect");
    const int sender = Must(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "cannot accept");
    const int on = 1;
    ::setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pairs.senders.push_back(sender);
    pairs.readers.push_back(reader);
  }
  ::close(listener);
  return pairs;
}

// Takes all that comes, and writes a byte for each round that is whole.
[[noreturn]] void ReadForEver(const std::vector<int>& readers, std::size_t bytes_per_round, int told) {
  const int epoll = ::epoll_create1(0);
  for (const int reader : readers) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = reader;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &event);
  }
  std::array<epoll_event, 512> events;
  std::vector<char> buffer(256 * 1024);
  std::size_t received = 0;
  while (true) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const ssize_t size = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(), buffer.size(), 0);
      if (size <= 0) ::_exit(0);
      received += static_cast<std::size_t>(size);
      for (; received >= bytes_per_round; received -= bytes_per_round) {
        if (::write(told, "", 1) != 1) ::_exit(1);
      }
    }
  }
}

}  // namespace

int RunBareSend(const Arguments& arguments) {
  const std::string frame(arguments.Count("bytes", 200), 'x');
  const Pairs pairs = Connect(arguments.Count("sockets", 5'000));
  std::array<int, 2> told{};
  Must(::pipe(told.data()), "no pipe");
  const pid_t child = Must(::fork(), "no process");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int sender : pairs.senders) ::close(sender);
    ReadForEver(pairs.readers, pairs.readers.size() * frame.size(), told[1]);
  }
  for (const int reader : pairs.readers) ::close(reader);
  const auto begun = Clock::now();
  const double cpu = CpuSeconds();
  const double seconds = arguments.Number("seconds", 5);
  const std::size_t window = arguments.Count("window", 2);
  std::uint64_t deliveries = 0;
  for (std::size_t under_way = 0; Seconds(Clock::now() - begun) < seconds;) {
    for (; under_way < window; ++under_way) {
      for (const int sender : pairs.senders) {
        if (::send(sender, frame.data(), frame.size(), MSG_NOSIGNAL) > 0) ++deliveries;
      }
    }
    char ignored;
    if (::read(told[0], &ignored, 1) != 1) throw std::runtime_error("the reader went");
    --under_way;
  }
  const double spent = CpuSeconds() - cpu;
  const double time = Seconds(Clock::now() - begun);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  JsonLine()
      .Add("sockets", pairs.senders.size())
      .Add("deliveries_per_s", static_cast<double>(deliveries) / time, 0)
      .Add("cpu_us_per_delivery", spent * 1e6 / static_cast<double>(deliveries), 3)
      .Print();
  return 0;
}

}  // namespace fajma::load
