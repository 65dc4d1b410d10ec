#include "cli/simulation/device_runner.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/firmware/delivery_support.h"

namespace fajma::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kNoon = 1'767'268'800'000;

// A connection without a network: what is published waits here for the test.
class FakeLink final : public DeviceLink {
 public:
  struct Message {
    std::string topic;
    std::string payload;
    bool retained = false;
  };

  std::string Connect(const firmware::Device&, LinkListener& listener) override {
    ++attempts;
    if (refuses) return "refused";
    listener_ = &listener;
    connecting_ = true;
    return {};
  }
  // The answer of the other side to an attempt.
  void Work() {
    if (listener_ != nullptr && answers && std::exchange(connecting_, false)) listener_->OnReady();
  }
  bool Publish(const firmware::Outgoing& message) override {
    if (broken) return false;
    sent.push_back({message.topic, std::string(message.payload), message.retained});
    return true;
  }
  bool SendText(std::string_view text) override {
    sent.push_back({{}, std::string(text), false});
    return true;
  }
  void SayGoodbye() override { said_goodbye = true; }
  void Close(std::string_view reason) override {
    if (LinkListener* const listener = std::exchange(listener_, nullptr)) listener->OnEnded(reason);
  }

  LinkListener* listener() const { return listener_; }

  int attempts = 0;
  bool refuses = false;  // at once
  bool answers = true;   // else an attempt hangs
  bool broken = false;   // nothing leaves
  bool said_goodbye = false;
  std::vector<Message> sent;

 private:
  LinkListener* listener_ = nullptr;  // null: closed
  bool connecting_ = false;
};

SimulatedDevice MakeDevice() {
  SimulatedDevice device;
  device.mac = *firmware::ParseMac("AA:BB:CC:00:00:01");
  device.patient = "patient1";
  return device;
}

SimulatorOptions SlowOptions() {
  SimulatorOptions options;
  options.fast_phase = milliseconds(0);
  options.episode_period = milliseconds(0);
  return options;
}

class Bench {
 public:
  explicit Bench(SimulatorOptions chosen = SlowOptions(), SimulatedDevice device = MakeDevice(), RunnerPlace place = {})
      : options(std::move(chosen)), device_(std::move(device)), runner(device_, options, place, link, now, tally) {}

  void Step(std::uint64_t ms) {
    now.steady_ms += ms;
    now.wall_ms += ms;
    link.Work();
    runner.Run(true);
  }
  // Runs for so long, and returns at which times a sample was taken.
  std::vector<std::uint64_t> SampleTimes(std::uint64_t duration_ms, std::uint64_t step_ms = 50) {
    std::vector<std::uint64_t> times;
    const std::uint64_t end = now.steady_ms + duration_ms;
    for (std::uint64_t step = 0; now.steady_ms <= end; step = step_ms) {
      const std::uint64_t before = tally.samples;
      Step(step);
      if (tally.samples > before) times.push_back(now.steady_ms);
    }
    return times;
  }

  SimulatorOptions options;
  FakeLink link;
  SimulationTime now{0, kNoon};
  Tally tally;

 private:
  SimulatedDevice device_;

 public:
  DeviceRunner runner;
};

TEST(DeviceRunner, TakesTheFirstSampleAtOnceAndThenOneEachInterval) {
  Bench bench;
  EXPECT_EQ(bench.SampleTimes(15'000), (std::vector<std::uint64_t>{0, 5'000, 10'000, 15'000}));
}

TEST(DeviceRunner, DevicesAreSpreadOverTheInterval) {
  std::map<std::uint64_t, int> beats;
  for (std::uint64_t i = 0; i < 10; ++i) {
    Bench bench(SlowOptions(), MakeDevice(), {firmware::PayloadForm::kNative, i * 500});
    const std::vector<std::uint64_t> times = bench.SampleTimes(15'000);
    ASSERT_GE(times.size(), 3U);
    EXPECT_EQ(times[0], 0U);
    EXPECT_EQ(times[2] - times[1], 5'000U);
    ++beats[times[2] % 5'000];
  }
  EXPECT_EQ(beats.size(), 10U) << "two devices beat in step";
}

TEST(DeviceRunner, BeginsFast) {
  SimulatorOptions options = SlowOptions();
  options.fast_phase = seconds(10);
  Bench bench(options);
  const std::vector<std::uint64_t> expected{0,     1'000, 2'000, 3'000,  4'000,  5'000, 6'000,
                                            7'000, 8'000, 9'000, 10'000, 15'000, 20'000};
  EXPECT_EQ(bench.SampleTimes(20'000), expected);
}

TEST(DeviceRunner, AfterAPauseItCatchesUpByOneSample) {
  Bench bench;
  bench.Step(0);
  bench.Step(3'600'000);
  EXPECT_EQ(bench.tally.samples, 2U);
}

TEST(DeviceRunner, KeepsWhatItMeasuresWhileItIsNotConnected) {
  Bench bench;
  bench.link.refuses = true;
  bench.SampleTimes(60'000);
  EXPECT_EQ(bench.tally.samples, 13U);
  EXPECT_TRUE(bench.link.sent.empty());
  bench.link.refuses = false;
  for (int i = 0; i < 1'000 && bench.link.sent.empty(); ++i) bench.Step(100);
  std::vector<std::uint32_t> seqs;
  for (const FakeLink::Message& message : bench.link.sent) {
    for (const std::uint32_t seq : firmware::ReadSeqs(message.payload)) seqs.push_back(seq);
  }
  ASSERT_GE(seqs.size(), 13U);
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 1);
}

TEST(DeviceRunner, TriesToConnectEverMoreRarely) {
  Bench bench;
  bench.link.refuses = true;
  std::vector<std::uint64_t> gaps;
  std::uint64_t last = 0;
  for (int known = 0; gaps.size() < 9 && bench.now.steady_ms < 600'000; bench.Step(10)) {
    if (bench.link.attempts == known) continue;
    known = bench.link.attempts;
    if (known > 1) gaps.push_back(bench.now.steady_ms - last);
    last = bench.now.steady_ms;
  }
  ASSERT_EQ(gaps.size(), 9U);
  std::uint64_t whole = 1'000;
  for (const std::uint64_t gap : gaps) {
    EXPECT_GE(gap, whole * 3 / 4);
    EXPECT_LE(gap, whole + 10);
    whole = std::min<std::uint64_t>(2 * whole, 60'000);
  }
}

TEST(DeviceRunner, WaitsForItsTurnToConnect) {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.runner.Run(false);
  EXPECT_EQ(bench.link.attempts, 0);
  bench.runner.Run(true);
  EXPECT_EQ(bench.link.attempts, 1);
}

TEST(DeviceRunner, GivesUpAnAttemptThatHangs) {
  Bench bench;
  bench.link.answers = false;
  bench.Step(0);
  EXPECT_TRUE(bench.runner.connecting());
  bench.Step(15'000);
  EXPECT_TRUE(bench.runner.idle());
  bench.link.answers = true;
  bench.Step(1'000);
  bench.Step(0);
  EXPECT_EQ(bench.tally.connected, 1U);
}

TEST(DeviceRunner, DropsAConnectionOnWhichNothingLeaves) {
  Bench bench;
  std::string reason;
  bench.options.on_lost = [&](const SimulatedDevice& device, std::string_view why) {
    EXPECT_EQ(device.patient, "patient1");
    reason = why;
  };
  bench.link.broken = true;
  bench.Step(0);
  bench.Step(0);
  EXPECT_TRUE(bench.runner.idle());
  EXPECT_EQ(reason, "cannot send");
  EXPECT_EQ(bench.tally.connected, 0U);
  bench.link.broken = false;
  for (int i = 0; i < 30; ++i) bench.Step(100);
  EXPECT_EQ(bench.tally.reconnects, 1U);
  ASSERT_GE(bench.link.sent.size(), 2U);
  EXPECT_EQ(bench.link.sent[0].topic, "fajma/v1/devices/aabbcc000001/status");
  EXPECT_EQ(firmware::ReadSeqs(bench.link.sent[1].payload).front(), 1U);
}

TEST(DeviceRunner, LeavesWithItsOfflineStatus) {
  Bench bench;
  bench.Step(0);
  bench.Step(0);
  bench.link.sent.clear();
  bench.runner.Stop(milliseconds(400));
  ASSERT_EQ(bench.link.sent.size(), 1U);
  EXPECT_EQ(bench.link.sent[0].topic, "fajma/v1/devices/aabbcc000001/status");
  EXPECT_NE(bench.link.sent[0].payload.find(R"("status":"offline")"), std::string::npos);
  EXPECT_TRUE(bench.link.sent[0].retained);
  EXPECT_TRUE(bench.link.said_goodbye);
  EXPECT_FALSE(bench.runner.idle());
  bench.Step(500);  // nobody answers the goodbye
  EXPECT_TRUE(bench.runner.idle());
  bench.SampleTimes(60'000);
  EXPECT_EQ(bench.link.attempts, 1);
  EXPECT_EQ(bench.tally.samples, 1U);
  EXPECT_EQ(bench.tally.connected, 0U);
}

TEST(DeviceRunner, RestartsOnCommandUnderANewBoot) {
  Bench bench;
  bench.Step(0);
  bench.Step(0);
  const std::uint32_t first_boot = firmware::ReadRecords(bench.link.sent.back().payload).front().boot;
  bench.link.sent.clear();
  bench.link.listener()->OnMessage("fajma/v1/devices/aabbcc000001/commands/7", R"({"command":"restart","params":{}})");
  bench.Step(10);
  ASSERT_EQ(bench.link.sent.size(), 2U);
  EXPECT_EQ(bench.link.sent[0].topic, "fajma/v1/devices/aabbcc000001/commands/7/result");
  EXPECT_NE(bench.link.sent[1].payload.find("offline"), std::string::npos);
  EXPECT_EQ(bench.tally.dropped, 1U) << "the unacknowledged sample is lost, and counted";
  bench.link.sent.clear();
  bench.link.Close("goodbye");
  for (int i = 0; i < 30; ++i) bench.Step(100);
  EXPECT_EQ(bench.tally.connected, 1U);
  ASSERT_GE(bench.link.sent.size(), 2U);
  const firmware::SentRecord record = firmware::ReadRecords(bench.link.sent[1].payload).front();
  EXPECT_NE(record.boot, first_boot);
  EXPECT_EQ(record.seq, 1U);
}

TEST(DeviceRunner, TheDocumentedExampleSendsWhatIsDocumented) {
  SimulatedDevice device = MakeDevice();
  device.documented_example = true;
  device.profile = firmware::DeviceProfile::kGlucose;
  Bench bench(SlowOptions(), device, {firmware::PayloadForm::kSensorData, 0});
  bench.Step(0);
  EXPECT_TRUE(bench.link.sent.empty()) << "it was not connected yet";
  bench.Step(5'000);
  bench.Step(5'000);
  ASSERT_EQ(bench.link.sent.size(), 2U);
  const std::string& text = bench.link.sent[1].payload;
  EXPECT_EQ(text.find(R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"temperature":3)"), 0U) << text;
  EXPECT_NE(text.find(R"(,"heart_rate":)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(,"timestamp":10000}})"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("b":)"), std::string::npos) << text;
  EXPECT_EQ(text.find("glucose"), std::string::npos) << text;
  EXPECT_EQ(bench.tally.samples, 3U);
  EXPECT_EQ(bench.tally.messages, 2U);
  EXPECT_EQ(bench.tally.dropped, 1U);
}

TEST(DeviceRunner, DevicesOfOnePatientAgreeAndOtherPatientsDiffer) {
  const auto first_message = [](const std::string& patient, std::uint64_t seed) {
    SimulatedDevice device = MakeDevice();
    device.patient = patient;
    SimulatorOptions options = SlowOptions();
    options.seed = seed;
    Bench bench(options, device);
    bench.Step(0);
    bench.Step(0);
    const std::string payload = bench.link.sent.back().payload;
    return payload.substr(payload.find(R"("m":)"));
  };
  EXPECT_EQ(first_message("patient1", 1), first_message("patient1", 1));
  EXPECT_NE(first_message("patient1", 1), first_message("patient2", 1));
  EXPECT_NE(first_message("patient1", 1), first_message("patient1", 2));
}

// A server behind a network that loses messages both ways and breaks off. Settles what it has without a hole.
class LossyServer {
 public:
  LossyServer(FakeLink& link, unsigned seed) : link_(link), random_(seed) {}

  void Work(unsigned loss_percent) {
    const auto lost = [&] { return firmware::Draw(random_, 100) < loss_percent; };
    std::vector<FakeLink::Message> messages;
    messages.swap(link_.sent);
    for (const FakeLink::Message& message : messages) {
      if (lost()) continue;
      for (const firmware::SentRecord& record : firmware::ReadRecords(message.payload)) {
        boot_ = record.boot;
        seqs_.insert(record.seq);
      }
    }
    while (seqs_.count(durable_ + 1) != 0) ++durable_;
    if (link_.listener() != nullptr && boot_ != 0 && !lost()) {
      link_.listener()->OnMessage("fajma/v1/devices/aabbcc000001/ack", firmware::AckText(boot_, durable_));
    }
    if (loss_percent > 0 && firmware::Draw(random_, 200) == 0) link_.Close("cut");
  }

  std::uint32_t durable() const { return durable_; }

 private:
  FakeLink& link_;
  std::mt19937 random_;
  std::uint32_t boot_ = 0;
  std::uint32_t durable_ = 0;
  std::set<std::uint32_t> seqs_;
};

TEST(DeviceRunner, WhatIsTakenIsAcknowledgedInTheEndUnderLoss) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SimulatorOptions options = SlowOptions();
    options.interval = milliseconds(500);
    Bench bench(options);
    LossyServer server(bench.link, seed);
    for (int i = 0; i < 2'000; ++i) {
      bench.Step(100);
      server.Work(30);
    }
    EXPECT_GT(bench.tally.sent_again, 0U);
    EXPECT_GT(bench.tally.reconnects, 0U);
    for (int i = 0; i < 2'000 && bench.tally.acknowledged != bench.tally.samples; ++i) {
      bench.Step(100);
      server.Work(0);
    }
    EXPECT_EQ(bench.tally.acknowledged, bench.tally.samples) << "seed " << seed;
    EXPECT_EQ(server.durable(), bench.tally.samples) << "seed " << seed;
    EXPECT_GE(bench.tally.samples, 400U);
    EXPECT_EQ(bench.tally.dropped, 0U);
  }
}

}  // namespace
}  // namespace fajma::cli
