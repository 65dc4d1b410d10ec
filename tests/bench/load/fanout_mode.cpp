// One device, many sockets of its patient: as many readings as all of them take, each client checking that none is
// missed, none comes twice, and each has the value that was sent.
//   --mqtt-port P --http-port P --devices FILE --sockets 1000 --window 2 --seconds S [--query token=…]
#include <algorithm>
#include <deque>

#include "tests/bench/load/modes.h"
#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {
namespace {

constexpr double kWarmUpSeconds = 1;

class Fanout {
 public:
  explicit Fanout(const Arguments& arguments)
      : target_(ReadTargets(arguments.Text("devices", "")).front()),
        window_(arguments.Count("window", 2)),
        device_(std::move(ConnectMqtt(poller_, arguments.Port("mqtt-port"), 1).front())),
        followers_(OpenFollowers(poller_, arguments, {target_.patient}, arguments.Count("sockets", 1000))),
        expected_(followers_.size(), 0) {
    for (std::size_t i = 0; i < followers_.size(); ++i) {
      followers_[i].socket->on_text = [this, i](std::string_view frame) { OnFrame(i, frame); };
    }
  }

  void Run(double seconds) {
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < window_; ++i) Send();
    bool warm = false;
    while (true) {
      const double now = Seconds(Clock::now() - begun);
      if (!warm && now >= kWarmUpSeconds) {
        warm = true;
        measured_from_ = Clock::now();
        deliveries_ = 0;
        messages_ = 0;
        times_.clear();
        cpu_ = CpuSeconds();
      }
      if (now >= kWarmUpSeconds + seconds) break;
      poller_.Wait(std::chrono::milliseconds(20));
      for (; !under_way_.empty() && under_way_.front().missing == 0; Send()) {
        times_.push_back(static_cast<float>(Seconds(Clock::now() - under_way_.front().sent_at) * 1e3));
        under_way_.pop_front();
        ++messages_;
      }
    }
  }

  void Print() {
    const double time = Seconds(Clock::now() - measured_from_);
    std::uint64_t faults = 0;
    std::uint64_t lost = 0;
    for (const Follower& follower : followers_) {
      faults += follower.faults;
      if (follower.socket->closed()) ++lost;
    }
    JsonLine()
        .Add("sockets", followers_.size())
        .Add("messages_per_s", static_cast<double>(messages_) / time, 0)
        .Add("readings_per_s", 2 * static_cast<double>(messages_) / time, 0)
        .Add("deliveries_per_s", static_cast<double>(deliveries_) / time, 0)
        .Add("to_all_p50_ms", Percentile(times_, 0.5))
        .Add("to_all_p99_ms", Percentile(times_, 0.99))
        .Add("faults", faults)
        .Add("sockets_lost", lost)
        .Add("load_pct", 100 * (CpuSeconds() - cpu_) / time, 0)
        .Print();
  }

 private:
  struct UnderWay {
    std::uint32_t number = 0;
    std::size_t missing = 0;
    Clock::time_point sent_at;
  };

  void Send() {
    under_way_.push_back({target_.next, followers_.size(), Clock::now()});
    packet_id_ = static_cast<std::uint16_t>(packet_id_ % 60'000 + 1);
    device_->Publish(target_.topic, NextMessage(target_), packet_id_);
  }

  void OnFrame(std::size_t index, std::string_view frame) {
    if (!IsReading(frame)) return;
    Follower& follower = followers_[index];
    follower.CheckCursor(frame);
    const auto number = NumberInFrame(frame);
    if (number != expected_[index]) ++follower.faults;
    expected_[index] = (number.value_or(expected_[index]) + 1) % kNumbers;
    ++deliveries_;
    const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                    [&](const UnderWay& message) { return message.number == number; });
    if (found != under_way_.end() && found->missing > 0) --found->missing;
  }

  Poller poller_;
  Target target_;
  const std::size_t window_;
  std::unique_ptr<MqttPeer> device_;
  std::vector<Follower> followers_;
  std::vector<std::uint32_t> expected_;  // by socket
  std::deque<UnderWay> under_way_;
  std::uint16_t packet_id_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t messages_ = 0;
  std::vector<float> times_;
  Clock::time_point measured_from_;
  double cpu_ = 0;
};

}  // namespace

int RunFanout(const Arguments& arguments) {
  Fanout fanout(arguments);
  fanout.Run(arguments.Number("seconds", 5));
  fanout.Print();
  return 0;
}

}  // namespace fajma::load
