// From a device's sending of a critical value over MQTT to the alert in a browser, while all devices send normal ones:
// open loop, counted from the moment when the message was due.
//   --mqtt-port P --http-port P --devices FILE --rate R --alerts A --seconds S [--query token=…]
// Each alert is over with the next normal value of its patient, and there again with the next critical one.
#include <cstdio>

#include "tests/bench/load/modes.h"
#include "tests/bench/load/numbered_reading.h"

namespace fajma::load {
namespace {

constexpr double kWarmUpSeconds = 2;
constexpr std::size_t kConnections = 4;
constexpr std::chrono::seconds kGrace{10};
// Heart rates by which an alert is recognised: critical ones, no emergencies.
constexpr double kFirst = 141;
constexpr double kSteps = 10'000;
constexpr std::size_t kMostAlerts = 380'000;

Clock::duration Span(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

class Alerts {
 public:
  explicit Alerts(const Arguments& arguments)
      : targets_(ReadTargets(arguments.Text("devices", ""))),
        rate_(arguments.Number("rate", 1000)),
        alerts_(arguments.Number("alerts", 20)),
        seconds_(arguments.Number("seconds", 10)),
        publishers_(ConnectMqtt(poller_, arguments.Port("mqtt-port"), kConnections)),
        browser_(poller_, arguments.Port("http-port"), "/ws/alerts/?" + arguments.Text("query", "")) {
    browser_.on_text = [this](std::string_view frame) { OnFrame(frame); };
    const auto deadline = Clock::now() + kGrace;
    while (!browser_.open()) {
      if (browser_.closed() || Clock::now() > deadline) throw std::runtime_error("no socket: " + browser_.refusal());
      poller_.Wait(std::chrono::milliseconds(10));
    }
  }

  void Run() {
    const auto begun = Clock::now();
    measured_from_ = begun + Span(kWarmUpSeconds);
    const auto end = measured_from_ + Span(seconds_);
    for (auto due = begun; due < end; due = begun + Span(static_cast<double>(sent_) / rate_)) {
      while (Clock::now() < due) poller_.Wait(due - Clock::now());
      Send(targets_[sent_ % targets_.size()], sent_ % targets_.size(), {});
      ++sent_;
      if (due >= begun + Span(static_cast<double>(due_at_.size()) / alerts_)) Alarm(due);
    }
    const auto limit = Clock::now() + kGrace;
    while (heard_ < due_at_.size() && Clock::now() < limit) poller_.Wait(std::chrono::milliseconds(20));
  }

  void Print() {
    JsonLine()
        .Add("rate", rate_, 0)
        .Add("sent", sent_)
        .Add("alerts", due_at_.size())
        .Add("alerts_missing", due_at_.size() - heard_)
        .Add("p50_ms", Percentile(latencies_, 0.5))
        .Add("p99_ms", Percentile(latencies_, 0.99))
        .Add("max_ms", Percentile(latencies_, 1))
        .Add("faults", faults_)
        .Print();
  }

 private:
  void Send(Target& target, std::size_t device, const std::string& message) {
    packet_id_ = static_cast<std::uint16_t>(packet_id_ % 60'000 + 1);
    publishers_[device % publishers_.size()]->Publish(target.topic, message.empty() ? NextMessage(target) : message,
                                                      packet_id_);
  }

  // Another patient's each time: patients follow each other in the list of the devices.
  void Alarm(Clock::time_point due) {
    if (due_at_.size() == kMostAlerts) throw std::runtime_error("too many alerts");
    const std::size_t device = due_at_.size() % targets_.size();
    Target& target = targets_[device];
    char text[160];
    std::snprintf(text, sizeof text,
                  R"({"type":"sensor_data","device_mac":"%s","data":{"heart_rate":%.4f,"timestamp":%lld}})",
                  target.mac.c_str(), kFirst + static_cast<double>(due_at_.size()) / kSteps,
                  static_cast<long long>(NextMillis(target)));
    Send(target, device, text);
    due_at_.push_back(due);
  }

  void OnFrame(std::string_view frame) {
    if (FieldOf(frame, R"("type":)") != "alert") return;
    const double number = (NumericField(frame, R"("message":)") - kFirst) * kSteps + 0.5;
    if (number < 0 || number >= static_cast<double>(due_at_.size())) {
      ++faults_;
      return;
    }
    ++heard_;
    const auto due = due_at_[static_cast<std::size_t>(number)];
    if (due >= measured_from_) latencies_.push_back(static_cast<float>(Seconds(Clock::now() - due) * 1e3));
  }

  Poller poller_;
  std::vector<Target> targets_;
  const double rate_;
  const double alerts_;  // a second
  const double seconds_;
  std::vector<std::unique_ptr<MqttPeer>> publishers_;
  WsPeer browser_;
  std::vector<Clock::time_point> due_at_;  // of each alert
  std::uint16_t packet_id_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t heard_ = 0;
  std::uint64_t faults_ = 0;
  std::vector<float> latencies_;
  Clock::time_point measured_from_;
};

}  // namespace

int RunAlerts(const Arguments& arguments) {
  Alerts alerts(arguments);
  alerts.Run();
  alerts.Print();
  return 0;
}

}  // namespace fajma::load
