#include "cli/simulator.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "api/http/detached_socket.h"
#include "cli/simulation/device_runner.h"
#include "cli/simulation/mailbox.h"
#include "cli/simulation/mqtt_device_link.h"
#include "cli/simulation/ws_device_link.h"

namespace fajma::cli {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// So many devices connect at once: a broker that is away is not stormed. Fewer would be slow: the MQTT library sees a
// new connection once in a second.
constexpr int kMaxConnecting = 128;
constexpr milliseconds kLongestTick{50};
// The destructor's second: to say goodbye, to give up on it, and the rest to free a thousand connections.
constexpr milliseconds kGoodbye{400};
constexpr milliseconds kStopPatience{600};
constexpr std::uint64_t kMailboxTag = ~std::uint64_t{0};

template <typename Link>
struct Unit {
  template <typename... Arguments>
  explicit Unit(Arguments&&... arguments) : link(std::forward<Arguments>(arguments)...) {}

  Link link;
  std::optional<DeviceRunner> runner;
};
using MqttUnit = Unit<MqttDeviceLink>;
using WsUnit = Unit<WsDeviceLink>;

WsServer ParseServer(const std::string& base) {
  std::optional<ws::WsUrl> url = ws::ParseWsUrl(base);
  if (!url) throw std::invalid_argument("not a ws:// address: " + base);
  if (!url->path.ends_with('/')) url->path += '/';
  return {std::move(*url), std::nullopt};
}

// A socket for each device, and some for everything else.
void RaiseDescriptorLimit(std::size_t devices) {
  rlimit limit{};
  const rlim_t wanted = devices + 256;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));  // where it is not allowed, connecting says so
}

std::uint64_t CountMs(SteadyClock::duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(duration).count());
}

}  // namespace

class Simulator::Core {
 public:
  explicit Core(SimulatorOptions options);
  ~Core();

  SimulatorCounters counters() const;

 private:
  void AddMqttDevices();
  void AddWsDevices();
  RunnerPlace PlaceOf(std::size_t index, firmware::PayloadForm form) const;
  std::size_t device_count() const { return options_.mqtt_devices.size() + options_.websocket_devices.size(); }

  void Run(const std::stop_token& stop);
  void UpdateTime();
  void WaitAndHandle(milliseconds timeout);
  void HandleNotes();
  void RunAll();
  void SayGoodbye();
  bool AllIdle() const;
  template <typename Function>
  void ForEachRunner(Function&& function);

  const SimulatorOptions options_;
  const SteadyClock::time_point started_ = SteadyClock::now();
  SimulationTime now_;
  Tally tally_;
  WsServer server_;
  Mailbox mailbox_;
  http::FileDescriptor epoll_;
  std::vector<Note> notes_;
  std::vector<std::unique_ptr<MqttUnit>> mqtt_;
  std::vector<std::unique_ptr<WsUnit>> ws_;
  std::jthread thread_;  // last: it uses all of the above
};

Simulator::Core::Core(SimulatorOptions options)
    : options_(std::move(options)),
      server_(ParseServer(options_.websocket_base)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kMailboxTag;
  if (!epoll_.valid() || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, mailbox_.fd(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
  RaiseDescriptorLimit(device_count());
  UpdateTime();
  AddMqttDevices();
  AddWsDevices();
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Simulator::Core::~Core() {
  thread_.request_stop();
  mailbox_.Wake();
}

RunnerPlace Simulator::Core::PlaceOf(std::size_t index, firmware::PayloadForm form) const {
  const auto interval_ms = static_cast<std::uint64_t>(std::max<milliseconds::rep>(1, options_.interval.count()));
  return {form, interval_ms * index / device_count()};
}

void Simulator::Core::AddMqttDevices() {
  for (std::size_t i = 0; i < options_.mqtt_devices.size(); ++i) {
    const SimulatedDevice& device = options_.mqtt_devices[i];
    MqttAddress address = options_.broker;
    if (!device.username.empty()) {
      address.username = device.username;
      address.password = device.password;
    }
    MqttUnit& unit = *mqtt_.emplace_back(std::make_unique<MqttUnit>(i, std::move(address), mailbox_));
    unit.runner.emplace(device, options_, PlaceOf(i, firmware::PayloadForm::kNative), unit.link, now_, tally_);
  }
}

void Simulator::Core::AddWsDevices() {
  for (std::size_t i = 0; i < options_.websocket_devices.size(); ++i) {
    const SimulatedDevice& device = options_.websocket_devices[i];
    const RunnerPlace place = PlaceOf(mqtt_.size() + i, firmware::PayloadForm::kSensorData);
    WsUnit& unit = *ws_.emplace_back(std::make_unique<WsUnit>(device, server_, epoll_.get(), i));
    unit.runner.emplace(device, options_, place, unit.link, now_, tally_);
  }
}

void Simulator::Core::UpdateTime() {
  now_.steady_ms = CountMs(SteadyClock::now() - started_);
  now_.wall_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

void Simulator::Core::Run(const std::stop_token& stop) {
  const milliseconds shortest = std::min(options_.interval, options_.fast_interval) / 20;
  const milliseconds tick = std::clamp(shortest, milliseconds(1), kLongestTick);
  auto next_tick = SteadyClock::now();
  while (!stop.stop_requested()) {
    const auto left = std::chrono::ceil<milliseconds>(next_tick - SteadyClock::now());
    WaitAndHandle(std::max(left, milliseconds(0)));
    if (SteadyClock::now() < next_tick) continue;
    RunAll();
    next_tick = SteadyClock::now() + tick;
  }
  SayGoodbye();
}

void Simulator::Core::WaitAndHandle(milliseconds timeout) {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(timeout.count()));
  UpdateTime();
  for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
    if (event.data.u64 == kMailboxTag) {
      HandleNotes();
      continue;
    }
    WsUnit& unit = *ws_[event.data.u64];
    unit.link.Work();
    unit.runner->Run(false);
    unit.link.Flush();
  }
}

void Simulator::Core::HandleNotes() {
  mailbox_.Take(notes_);
  for (const Note& note : notes_) {
    MqttUnit& unit = *mqtt_[note.device];
    unit.link.Handle(note);
    unit.runner->Run(false);
  }
}

void Simulator::Core::RunAll() {
  int connecting = 0;
  ForEachRunner([&](DeviceRunner& runner) { connecting += runner.connecting() ? 1 : 0; });
  const auto run = [&](DeviceRunner& runner) {
    const bool before = runner.connecting();
    runner.Run(connecting < kMaxConnecting);
    connecting += runner.connecting() && !before ? 1 : 0;
  };
  for (const auto& unit : mqtt_) run(*unit->runner);
  for (const auto& unit : ws_) {
    unit->link.CheckAlive(now_.steady_ms);
    run(*unit->runner);
    unit->link.Flush();
  }
}

void Simulator::Core::SayGoodbye() {
  UpdateTime();
  ForEachRunner([](DeviceRunner& runner) { runner.Stop(kGoodbye); });
  const auto deadline = SteadyClock::now() + kStopPatience;
  while (!AllIdle() && SteadyClock::now() < deadline) WaitAndHandle(milliseconds(10));
}

bool Simulator::Core::AllIdle() const {
  const auto idle = [](const auto& unit) { return unit->runner->idle(); };
  return std::all_of(mqtt_.begin(), mqtt_.end(), idle) && std::all_of(ws_.begin(), ws_.end(), idle);
}

template <typename Function>
void Simulator::Core::ForEachRunner(Function&& function) {
  for (const auto& unit : mqtt_) function(*unit->runner);
  for (const auto& unit : ws_) function(*unit->runner);
}

SimulatorCounters Simulator::Core::counters() const {
  SimulatorCounters counters;
  counters.devices = device_count();
  counters.connected = tally_.connected;
  counters.samples = tally_.samples;
  counters.messages = tally_.messages;
  counters.acknowledged = tally_.acknowledged;
  counters.rejected = tally_.rejected;
  counters.dropped = tally_.dropped;
  counters.sent_again = tally_.sent_again;
  counters.reconnects = tally_.reconnects;
  return counters;
}

Simulator::Simulator(SimulatorOptions options) : core_(std::make_unique<Core>(std::move(options))) {}
Simulator::~Simulator() = default;

SimulatorCounters Simulator::counters() const { return core_->counters(); }

}  // namespace fajma::cli
