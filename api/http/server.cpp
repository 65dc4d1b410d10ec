#include "api/http/server.h"

#include <fcntl.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/http/client.h"
#include "api/http/connection.h"
#include "api/http/counters.h"
#include "api/http/listening.h"
#include "api/http/places.h"

namespace fajma::http {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;
namespace Tcp = Pistache::Tcp;
using Clock = Connection::Clock;

constexpr std::chrono::milliseconds kTick{250};
constexpr int kBacklog = 4096;
constexpr std::size_t kScratchBytes = 16 * 1024;

class Worker;

// What the workers of one server share.
struct Shared {
  Shared(Options given, std::shared_ptr<Handler> given_handler, OnDetached given_on_detached)
      : options(std::move(given)),
        handler(std::move(given_handler)),
        on_detached(std::move(given_on_detached)),
        places(std::make_shared<Places>(FitToDescriptors(options.max_connections))) {}

  const Options options;
  const std::shared_ptr<Handler> handler;
  const OnDetached on_detached;
  const std::shared_ptr<Places> places;
  Counters counters;
  const Connection::Environment environment{options, *handler, counters};
  std::vector<Worker*> workers;  // filled before the first thread starts

  std::mutex mutex;
  std::condition_variable drained;
  std::size_t drained_workers = 0;  // guarded by mutex

  void ReportError(std::string_view where, std::string_view what) const {
    try {
      if (options.on_error) options.on_error(where, what);
    } catch (...) {  // what reports errors must not be one
    }
  }
};

// Pistache tells this of a new peer. Input never comes here: the worker reads by itself.
class Doorman : public Tcp::Handler {
 public:
  void set_worker(Worker* worker) { worker_ = worker; }
  void onInput(const char*, std::size_t, const std::shared_ptr<Tcp::Peer>&) override {}
  void onConnection(const std::shared_ptr<Tcp::Peer>& peer) override;
  std::shared_ptr<Tcp::Handler> clone() const override { return std::make_shared<Doorman>(); }

 private:
  Worker* worker_ = nullptr;
};

// One of Pistache's reactor threads and its sockets. Pistache accepts, hands peers over and polls; reading and writing
// are done here, because its own writing copies a body at each attempt and spins while a client does not read.
class Worker : public Tcp::Transport {
 public:
  explicit Worker(Shared& shared) : Worker(shared, std::make_shared<Doorman>()) {}

  // In the thread that stops, behind the worker's thread. Pistache's peers do not close their sockets.
  ~Worker() override {
    for (const auto& [fd, peer] : peers) ::close(fd);
  }

  // Pistache clones the first transport for each thread.
  std::shared_ptr<Aio::Handler> clone() const override {
    auto worker = std::make_shared<Worker>(shared_);
    shared_.workers.push_back(worker.get());
    return worker;
  }

  void registerPoller(Polling::Epoll& poller) override;
  void onReady(const Aio::FdSet& fds) override;
  void Admit(int fd, const std::string& peer_address);

  // Any thread.
  void RequestStop() { ::eventfd_write(wake_.get(), 1); }

 private:
  Worker(Shared& shared, const std::shared_ptr<Doorman>& doorman)
      : Tcp::Transport(doorman), shared_(shared), scratch_(kScratchBytes) {
    doorman->set_worker(this);
  }

  static std::uint64_t TagOf(const FileDescriptor& fd) { return static_cast<std::uint64_t>(fd.get()); }

  void Dispatch(const Aio::FdSet::Entry& entry, Clock::time_point now);
  void ServePistache(Polling::Tag tag);
  void Serve(int fd, Clock::time_point now);
  void Settle(Client& client, Client::Next next);
  void Watch(Client& client);
  void Detach(Client& client);
  void Close(int fd);
  void Tick(Clock::time_point now);
  void BeginDraining(Clock::time_point now);
  void TellWhenDrained();
  std::vector<int> OpenSockets() const;

  Shared& shared_;
  std::vector<char> scratch_;
  FileDescriptor timer_;
  FileDescriptor wake_;
  std::unordered_map<int, Client> clients_;  // as `peers`, by descriptor
  // The queue by which the acceptor hands peers over. Pistache can lose its wake-up, so each tick looks into it.
  std::optional<Polling::Tag> peers_queue_;
  std::size_t admitted_ = 0;
  bool draining_ = false;
  bool drained_told_ = false;
};

void Doorman::onConnection(const std::shared_ptr<Tcp::Peer>& peer) {
  worker_->Admit(peer->fd(), PlainAddress(peer->address().host()));
}

void Worker::registerPoller(Polling::Epoll& poller) {
  Tcp::Transport::registerPoller(poller);
  timer_ = FileDescriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  wake_ = FileDescriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!timer_.valid() || !wake_.valid()) {
    throw std::system_error(errno, std::generic_category(), "cannot make a timer");
  }
  itimerspec spec{};
  spec.it_interval.tv_nsec = std::chrono::nanoseconds(kTick).count();
  spec.it_value = spec.it_interval;
  ::timerfd_settime(timer_.get(), 0, &spec, nullptr);
  for (const FileDescriptor* fd : {&timer_, &wake_}) {
    poller.addFd(fd->get(), Pistache::Flags<Polling::NotifyOn>(Polling::NotifyOn::Read), Polling::Tag(TagOf(*fd)));
  }
}

// Nothing may be thrown from here: it would end the process.
void Worker::onReady(const Aio::FdSet& fds) {
  const Clock::time_point now = Clock::now();
  bool tick = false;
  for (const Aio::FdSet::Entry& entry : fds) {
    if (entry.getTag().value() == TagOf(timer_)) {
      tick = true;
      continue;
    }
    try {
      Dispatch(entry, now);
    } catch (const std::exception& error) {
      shared_.ReportError("http worker", error.what());
    }
  }
  // Last, so that a client whose bytes have come is not found too slow because the worker was.
  if (!tick) return;
  try {
    Tick(Clock::now());
  } catch (const std::exception& error) {
    shared_.ReportError("http worker", error.what());
  }
}

void Worker::Dispatch(const Aio::FdSet::Entry& entry, Clock::time_point now) {
  const Polling::Tag tag = entry.getTag();
  if (tag.value() == TagOf(wake_)) {
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.get(), &ignored);
    BeginDraining(now);
    return;
  }
  const int fd = static_cast<int>(tag.value());
  if (clients_.contains(fd)) {
    Serve(fd, now);
  } else if (entry.isReadable()) {
    ServePistache(tag);  // or a late event of a socket that was closed: no harm
  }
}

void Worker::ServePistache(Polling::Tag tag) {
  Polling::Event event(tag);
  event.flags.setFlag(Polling::NotifyOn::Read);
  std::vector<Polling::Event> events;
  events.push_back(event);
  const std::size_t admitted = admitted_;
  Tcp::Transport::onReady(Aio::FdSet(std::move(events)));
  if (admitted_ != admitted) peers_queue_ = tag;
}

void Worker::Admit(int fd, const std::string& peer_address) {
  ++admitted_;
  shared_.counters.connections_accepted.Add();
  std::shared_ptr<void> place = draining_ ? nullptr : shared_.places->Take();
  const bool admitted = place != nullptr;
  clients_.erase(fd);
  Client& client =
      clients_.try_emplace(fd, fd, shared_.environment, peer_address, std::move(place), Clock::now()).first->second;
  if (admitted) return;
  shared_.counters.connections_refused.Add();
  client.TurnAway();
}

void Worker::Serve(int fd, Clock::time_point now) {
  Client& client = clients_.at(fd);
  Client::Next next = Client::Next::kClose;
  try {
    next = client.Work(scratch_, now);
  } catch (const std::exception& error) {
    shared_.ReportError("http connection", error.what());
  }
  Settle(client, next);
}

void Worker::Settle(Client& client, Client::Next next) {
  if (next == Client::Next::kDetach) return Detach(client);
  const bool done = draining_ && client.connection().output().empty();
  if (next == Client::Next::kClose || done) return Close(client.fd());
  Watch(client);
}

void Worker::Watch(Client& client) {
  const bool write = client.wants_write();
  if (!write && !client.watched_for_write() && !client.unread()) return;
  auto interest = Polling::NotifyOn::Read | Polling::NotifyOn::Shutdown;
  if (write) interest = interest | Polling::NotifyOn::Write;
  client.set_watched_for_write(write);
  reactor()->modifyFd(key(), client.fd(), interest, Polling::Mode::Edge);
}

void Worker::Detach(Client& client) {
  Connection::Upgrade upgrade = client.connection().TakeUpgrade();
  DetachedSocket socket;
  socket.fd = FileDescriptor(::fcntl(client.fd(), F_DUPFD_CLOEXEC, 0));
  socket.websocket_key = std::move(upgrade.websocket_key);
  socket.subprotocol = std::move(upgrade.accept.subprotocol);
  socket.extensions = std::move(upgrade.extensions);
  socket.unread = std::move(upgrade.unread);
  socket.peer_address = client.connection().peer_address();
  socket.context = std::move(upgrade.accept.context);
  socket.place = client.place();
  Close(client.fd());
  if (!socket.fd.valid()) {
    shared_.ReportError("http worker", "no descriptor left for a WebSocket");
    return;
  }
  shared_.counters.connections_detached.Add();
  shared_.on_detached(std::move(socket));
}

void Worker::Close(int fd) {
  clients_.erase(fd);
  const auto found = peers.find(fd);
  if (found == peers.end()) return;
  try {
    removePeer(found->second);
  } catch (const std::exception&) {  // it was never registered: removePeer stopped before its end
    ::close(fd);
  }
  TellWhenDrained();
}

std::vector<int> Worker::OpenSockets() const {
  std::vector<int> sockets;
  sockets.reserve(clients_.size());
  for (const auto& [fd, client] : clients_) sockets.push_back(fd);
  return sockets;
}

void Worker::Tick(Clock::time_point now) {
  std::uint64_t ignored = 0;
  if (::read(timer_.get(), &ignored, sizeof ignored) < 0) return;
  if (peers_queue_) ServePistache(*peers_queue_);
  std::vector<std::pair<int, Client::Next>> settled;
  for (auto& [fd, client] : clients_) {
    const Client::Next next = client.CheckTimeouts(scratch_, now);
    if (next != Client::Next::kWait || client.wants_write() != client.watched_for_write()) {
      settled.emplace_back(fd, next);
    }
  }
  for (const auto& [fd, next] : settled) Settle(clients_.at(fd), next);
}

void Worker::BeginDraining(Clock::time_point now) {
  draining_ = true;
  if (peers_queue_) ServePistache(*peers_queue_);
  for (const int fd : OpenSockets()) {
    clients_.at(fd).connection().CloseAfterNextAnswer();
    Serve(fd, now);
  }
  TellWhenDrained();
}

void Worker::TellWhenDrained() {
  if (!draining_ || drained_told_ || !clients_.empty()) return;
  drained_told_ = true;
  {
    const std::lock_guard lock(shared_.mutex);
    ++shared_.drained_workers;
  }
  shared_.drained.notify_all();
}

}  // namespace

class Server::Core {
 public:
  Core(Options options, std::shared_ptr<Handler> handler, OnDetached on_detached)
      : shared_(std::move(options), std::move(handler), std::move(on_detached)) {
    const BindAddress address = ResolveBindAddress(shared_.options.address);
    sockaddr_storage socket_address = address.socket_address;
    // The port by itself: Address::fromUnix takes it in the wrong byte order.
    listener_.emplace(
        Pistache::Address(Pistache::IP(reinterpret_cast<sockaddr*>(&socket_address)), Pistache::Port(address.port)));
    listener_->init(
        static_cast<std::size_t>(std::max(1, shared_.options.workers)),
        Pistache::Flags<Tcp::Options>(Tcp::Options::ReuseAddr) | Tcp::Options::NoDelay | Tcp::Options::CloseOnExec,
        "fajma-http", kBacklog);
    listener_->setTransportFactory([this] { return std::make_shared<Worker>(shared_); });
    try {
      listener_->bind();
    } catch (const std::exception& error) {
      throw std::runtime_error("cannot listen on " + shared_.options.address + ": " + error.what());
    }
    port_ = static_cast<std::uint16_t>(listener_->getPort());
    listening_socket_ = FindListeningSocket(address, port_);
    listener_->runThreaded();
  }

  ~Core() { Stop(); }

  void Stop() {
    std::call_once(stop_once_, [this] { StopNow(); });
  }

  std::uint16_t port() const { return port_; }
  const Shared& shared() const { return shared_; }

 private:
  void StopNow() {
    StopAccepting();
    for (Worker* worker : shared_.workers) worker->RequestStop();
    {
      std::unique_lock lock(shared_.mutex);
      shared_.drained.wait_for(lock, shared_.options.stop_timeout,
                               [this] { return shared_.drained_workers == shared_.workers.size(); });
    }
    listener_->shutdown();
    listener_.reset();  // joins, then destroys the workers
  }

  // Pistache can only stop all at once. A mute socket in the place of the listening one closes that, and whoever
  // connects from now on is refused by the system.
  void StopAccepting() const {
    const FileDescriptor mute(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (mute.valid()) ::dup3(mute.get(), listening_socket_, O_CLOEXEC);
  }

  Shared shared_;
  std::uint16_t port_ = 0;
  int listening_socket_ = -1;  // owned by listener_
  std::once_flag stop_once_;
  std::optional<Tcp::Listener> listener_;  // last: its threads use what stands above
};

Server::Server(Options options, std::shared_ptr<Handler> handler, OnDetached on_detached)
    : core_(std::make_unique<Core>(std::move(options), std::move(handler), std::move(on_detached))) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return core_->port(); }
std::size_t Server::max_connections() const { return core_->shared().places->limit(); }
void Server::Stop() { core_->Stop(); }

Statistics Server::GetStatistics() const { return Snapshot(core_->shared().counters, core_->shared().places->taken()); }

}  // namespace fajma::http
