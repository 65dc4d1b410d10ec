// From a device's sending over MQTT to the receipt in a browser: open loop, counted from the moment when a message was
// due, so that a sender that is held up hides nothing.
//   --mqtt-port P --http-port P --devices FILE --rate R --seconds S [--query token=…]
#include "tests/bench/load/modes.h"
#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {
namespace {

constexpr double kWarmUpSeconds = 2;
constexpr std::size_t kConnections = 4;
constexpr std::chrono::seconds kGrace{10};

class Latency {
 public:
  explicit Latency(const Arguments& arguments)
      : targets_(ReadTargets(arguments.Text("devices", ""))),
        index_(targets_),
        rate_(arguments.Number("rate", 1000)),
        seconds_(arguments.Number("seconds", 5)),
        due_at_(targets_.size()),
        publishers_(ConnectMqtt(poller_, arguments.Port("mqtt-port"), kConnections)) {
    const std::vector<std::string> patients = PatientsOf(targets_);
    followers_ = OpenFollowers(poller_, arguments, patients, patients.size());
    for (Follower& follower : followers_) {
      follower.socket->on_text = [this, &follower](std::string_view frame) { OnFrame(follower, frame); };
    }
  }

  void Run() {
    const auto begun = Clock::now();
    measured_from_ = begun + Span(kWarmUpSeconds);
    const auto end = measured_from_ + Span(seconds_);
    for (auto due = begun; due < end; due = begun + Span(static_cast<double>(sent_) / rate_)) {
      while (Clock::now() < due) poller_.Wait(due - Clock::now());
      Send(due);
    }
    took_ = Seconds(Clock::now() - begun);
    const auto limit = Clock::now() + kGrace;
    while (received_ < sent_ && Clock::now() < limit) poller_.Wait(std::chrono::milliseconds(20));
  }

  void Print() {
    std::uint64_t faults = 0;
    for (const Follower& follower : followers_) faults += follower.faults;
    JsonLine()
        .Add("rate", rate_, 0)
        .Add("sent", sent_)
        .Add("received", received_)
        .Add("p50_ms", Percentile(latencies_, 0.5))
        .Add("p99_ms", Percentile(latencies_, 0.99))
        .Add("max_ms", Percentile(latencies_, 1))
        .Add("faults", faults)
        .Add("load_pct", 100 * CpuSeconds() / took_, 0)
        .Print();
  }

 private:
  static Clock::duration Span(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  void Send(Clock::time_point due) {
    const std::size_t device = sent_ % targets_.size();
    const std::size_t publisher = device % publishers_.size();
    due_at_[device].push_back(due);
    packet_id_ = static_cast<std::uint16_t>(packet_id_ % 60'000 + 1);
    publishers_[publisher]->Publish(targets_[device].topic, NextMessage(targets_[device]), packet_id_);
    ++sent_;
  }

  void OnFrame(Follower& follower, std::string_view frame) {
    if (!IsReading(frame)) return;
    follower.CheckCursor(frame);
    const std::int64_t device = index_.Find(FieldOf(frame, R"("device_mac":)"));
    const auto number = NumberInFrame(frame);
    if (device < 0 || !number || *number >= due_at_[static_cast<std::size_t>(device)].size()) {
      ++follower.faults;
      return;
    }
    ++received_;
    const auto due = due_at_[static_cast<std::size_t>(device)][*number];
    if (due >= measured_from_) latencies_.push_back(static_cast<float>(Seconds(Clock::now() - due) * 1e3));
  }

  Poller poller_;
  std::vector<Target> targets_;
  const TargetIndex index_;
  const double rate_;
  const double seconds_;
  std::vector<std::vector<Clock::time_point>> due_at_;  // by device and number
  std::vector<std::unique_ptr<MqttPeer>> publishers_;
  std::vector<Follower> followers_;
  std::uint16_t packet_id_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::vector<float> latencies_;
  Clock::time_point measured_from_;
  double took_ = 1;
};

}  // namespace

int RunLatency(const Arguments& arguments) {
  Latency latency(arguments);
  latency.Run();
  latency.Print();
  return 0;
}

}  // namespace fajma::load
