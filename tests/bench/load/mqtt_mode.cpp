// Publishers: closed loop (a window of unacknowledged messages for each connection) or, with --rate, open loop.
//   --mqtt-port P --devices FILE --connections 4 --window 50 --count N
//   --mqtt-port P --devices FILE --connections 4 --rate R [--seconds S]   without: until standard input ends
//     [--stamp-after W]   what is due more than W seconds after the start says when it was due
#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "tests/bench/load/modes.h"

namespace fajma::load {
namespace {

class Publishers {
 public:
  explicit Publishers(const Arguments& arguments)
      : targets_(ReadTargets(arguments.Text("devices", ""))),
        count_(arguments.Count("count", std::numeric_limits<std::size_t>::max())),
        peers_(ConnectMqtt(poller_, arguments.Port("mqtt-port"), arguments.Count("connections", 4))) {}

  void RunClosedLoop(std::size_t window) {
    for (const auto& peer : peers_) {
      peer->on_puback = [this, &peer](std::uint16_t id) {
        Acknowledge();
        if (sent_ < count_) Publish(*peer, id);
      };
      for (std::size_t id = 1; id <= window && sent_ < count_; ++id) Publish(*peer, static_cast<std::uint16_t>(id));
    }
    while (acknowledged_ < sent_) Wait(std::chrono::milliseconds(100));
  }

  // What is due is sent; a publisher that falls behind catches up. 0 seconds: until standard input ends.
  void RunOpenLoop(double rate, double seconds, double stamp_after) {
    for (const auto& peer : peers_) peer->on_puback = [this](std::uint16_t) { Acknowledge(); };
    const auto whole = seconds > 0 ? static_cast<std::uint64_t>(rate * seconds) : count_;
    while (sent_ < whole && (seconds > 0 || !InputEnded())) {
      const auto due = static_cast<std::uint64_t>(Seconds(Clock::now() - begun_) * rate);
      while (sent_ < std::min<std::uint64_t>(due, whole)) {
        const auto id = static_cast<std::uint16_t>(1 + sent_ / peers_.size() % 60'000);
        const double due_at = static_cast<double>(sent_) / rate;
        Publish(*peers_[sent_ % peers_.size()], id, due_at >= stamp_after ? Stamp(due_at) : "");
      }
      Wait(std::chrono::milliseconds(1));
    }
    while (acknowledged_ < sent_) Wait(std::chrono::milliseconds(100));
  }

  void Print() {
    const double time = std::max(Seconds(last_puback_ - begun_), 1e-6);
    const auto messages = static_cast<double>(acknowledged_);
    JsonLine()
        .Add("messages", acknowledged_)
        .Add("bytes", bytes_ / std::max<std::uint64_t>(sent_, 1))
        .Add("seconds", time)
        .Add("messages_per_s", messages / time, 0)
        .Add("load_us_per_message", CpuSeconds() * 1e6 / messages)
        .Print();
  }

 private:
  // A member of JSON: when the message was due by the clock that all processes share, so that a sender that is held up
  // hides nothing.
  std::string Stamp(double due_at) const {
    const double begun = Seconds(begun_.time_since_epoch());
    return R"(,"due_us":)" + std::to_string(static_cast<std::int64_t>((begun + due_at) * 1e6));
  }

  void Publish(MqttPeer& peer, std::uint16_t id, std::string_view stamp = {}) {
    Target& target = targets_[sent_ % targets_.size()];
    std::string message = NextMessage(target);
    message.insert(message.size() - 1, stamp);
    bytes_ += message.size();
    peer.Publish(target.topic, message, id);
    ++sent_;
  }

  void Acknowledge() {
    ++acknowledged_;
    last_puback_ = Clock::now();
  }

  void Wait(std::chrono::nanoseconds time) {
    poller_.Wait(time);
    for (const auto& peer : peers_) {
      if (peer->closed()) throw std::runtime_error("the broker closed a publisher's connection");
    }
  }

  Poller poller_;
  std::vector<Target> targets_;
  const std::size_t count_;
  std::vector<std::unique_ptr<MqttPeer>> peers_;
  std::uint64_t sent_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t acknowledged_ = 0;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point last_puback_ = begun_;
};

}  // namespace

int RunMqtt(const Arguments& arguments) {
  Publishers publishers(arguments);
  const double rate = arguments.Number("rate", 0);
  if (rate > 0) {
    publishers.RunOpenLoop(rate, arguments.Number("seconds", 0),
                           arguments.Number("stamp-after", std::numeric_limits<double>::max()));
  } else {
    publishers.RunClosedLoop(arguments.Count("window", 50));
  }
  publishers.Print();
  return 0;
}

}  // namespace fajma::load
