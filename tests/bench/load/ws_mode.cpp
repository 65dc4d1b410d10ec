// Devices on WebSockets in a closed loop: a message is done when its own broadcast is back, so it has been committed.
//   --http-port P --devices FILE --count 10 --window 8 --seconds S [--query token=…]
#include <stdexcept>

#include "tests/bench/load/modes.h"
#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {
namespace {

struct Device {
  Target target;
  Follower follower;
  std::uint32_t expected = 0;
  std::vector<Clock::time_point> sent_at = std::vector<Clock::time_point>(256);
};

class ClosedLoop {
 public:
  ClosedLoop(const Arguments& arguments, std::vector<Target> targets) {
    const std::size_t count = arguments.Count("count", 10);
    if (targets.size() < count) throw std::runtime_error("more devices asked for than there are");
    std::vector<std::string> patients;
    for (std::size_t i = 0; i < count; ++i) patients.push_back(targets[i].patient);
    std::vector<Follower> followers = OpenFollowers(poller_, arguments, patients, count);
    devices_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      devices_[i].target = std::move(targets[i]);
      devices_[i].follower = std::move(followers[i]);
    }
  }

  void Run(std::size_t window, double seconds) {
    begun_ = Clock::now();
    const auto end = begun_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (Device& device : devices_) {
      device.follower.socket->on_text = [this, &device](std::string_view frame) { OnFrame(device, frame); };
      for (std::size_t i = 0; i < window; ++i) Send(device);
    }
    while (Clock::now() < end) Wait();
    sending_ = false;
    const auto limit = Clock::now() + std::chrono::seconds(10);
    while (done_ < sent_ && Clock::now() < limit) Wait();
  }

  void Print() {
    const double time = Seconds(last_ - begun_);
    std::uint64_t faults = sent_ - done_;
    for (const Device& device : devices_) faults += device.follower.faults;
    JsonLine()
        .Add("messages", done_)
        .Add("messages_per_s", static_cast<double>(done_) / time, 0)
        .Add("p50_ms", Percentile(latencies_, 0.5))
        .Add("p99_ms", Percentile(latencies_, 0.99))
        .Add("faults", faults)
        .Add("load_us_per_message", CpuSeconds() * 1e6 / static_cast<double>(done_))
        .Print();
  }

 private:
  void Send(Device& device) {
    device.sent_at[device.target.next % device.sent_at.size()] = Clock::now();
    device.follower.socket->SendText(NextMessage(device.target));
    ++sent_;
  }

  void OnFrame(Device& device, std::string_view frame) {
    if (!IsReading(frame)) {
      if (frame.find(R"("error")") != std::string_view::npos) ++device.follower.faults;
      return;
    }
    if (FieldOf(frame, R"("device_mac":)") != device.target.mac) return;
    device.follower.CheckCursor(frame);
    if (NumberInFrame(frame) != device.expected) ++device.follower.faults;
    last_ = Clock::now();
    latencies_.push_back(
        static_cast<float>(Seconds(last_ - device.sent_at[device.expected % device.sent_at.size()]) * 1e3));
    device.expected = (device.expected + 1) % kNumbers;
    ++done_;
    if (sending_) Send(device);
  }

  void Wait() {
    poller_.Wait(std::chrono::milliseconds(20));
    for (const Device& device : devices_) {
      if (device.follower.socket->closed()) {
        throw std::runtime_error("a device's socket closed: " + device.follower.socket->refusal());
      }
    }
  }

  Poller poller_;
  std::vector<Device> devices_;
  bool sending_ = true;
  std::uint64_t sent_ = 0;
  std::uint64_t done_ = 0;
  std::vector<float> latencies_;
  Clock::time_point begun_;
  Clock::time_point last_;
};

}  // namespace

int RunWsClosedLoop(const Arguments& arguments) {
  ClosedLoop loop(arguments, ReadTargets(arguments.Text("devices", "")));
  loop.Run(arguments.Count("window", 8), arguments.Number("seconds", 5));
  loop.Print();
  return 0;
}

}  // namespace fajma::load
