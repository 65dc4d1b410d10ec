#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/firmware/delivery_support.h"

namespace fajma::firmware {
namespace {

// The server's side of the contract, by the letter: what is settled, how far without a hole, and who said that a hole
// will never be filled.
class ModelServer {
 public:
  struct Boot {
    std::map<std::uint32_t, double> stored;
    std::set<std::uint32_t> refused;
    std::uint32_t given_up_below = 1;  // the highest "f" heard
    std::uint32_t durable = 0;
  };

  explicit ModelServer(std::mt19937& random) : random_(random) {}

  // Takes a message in and returns what it answers: acks and rejects.
  std::vector<std::string> Take(const std::string& payload) {
    std::vector<std::string> answers;
    std::set<std::uint32_t> boots;
    for (const SentRecord& record : ReadRecords(payload)) {
      Boot& boot = boots_[record.boot];
      boots.insert(record.boot);
      if (record.first_held) {
        boot.given_up_below = std::max(boot.given_up_below, *record.first_held);
      }
      TakeRecord(record, boot, answers);
    }
    for (const std::uint32_t id : boots) {
      answers.push_back(AckText(id, MoveDurable(boots_[id])));
    }
    return answers;
  }

  Boot& boot(std::uint32_t id) { return boots_[id]; }

 private:
  void TakeRecord(const SentRecord& record, Boot& boot, std::vector<std::string>& answers) {
    // Each seq is always told the same: what was refused once stays refused.
    if (record.seq % 23 == 0) {
      boot.refused.insert(record.seq);
      answers.push_back(RejectText(record.boot, record.seq, "out_of_range"));
    } else if (boot.stored.count(record.seq) == 0 && Draw(random_, 40) == 0) {
      answers.push_back(RejectText(record.boot, record.seq, "rate_limited"));
    } else {
      const auto [at, is_new] = boot.stored.emplace(record.seq, record.heart_rate);
      EXPECT_EQ(at->second, record.heart_rate) << "one identity, one content";
    }
  }

  static std::uint32_t MoveDurable(Boot& boot) {
    for (std::uint32_t next = boot.durable + 1;; ++next) {
      const bool settled = boot.stored.count(next) != 0 || boot.refused.count(next) != 0;
      if (!settled && next >= boot.given_up_below) {
        return boot.durable;
      }
      boot.durable = next;
    }
  }

  std::mt19937& random_;
  std::map<std::uint32_t, Boot> boots_;
};

// A link that loses, doubles, delays and reorders.
class BadLink {
 public:
  BadLink(std::mt19937& random, unsigned loss_percent) : random_(random), loss_percent_(loss_percent) {}

  void Send(std::uint64_t now_ms, const std::string& text) {
    for (unsigned copies = Draw(random_, 10) == 0 ? 2 : 1; copies > 0; --copies) {
      if (Draw(random_, 100) >= loss_percent_) {
        under_way_.emplace(now_ms + Draw(random_, 800), text);
      }
    }
  }
  std::vector<std::string> Receive(std::uint64_t now_ms) {
    std::vector<std::string> arrived;
    while (!under_way_.empty() && under_way_.begin()->first <= now_ms) {
      arrived.push_back(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
    }
    return arrived;
  }
  void Cut(bool loses) {
    if (loses) {
      under_way_.clear();
    }
  }
  void Mend() { loss_percent_ = 0; }
  bool empty() const { return under_way_.empty(); }

 private:
  std::mt19937& random_;
  unsigned loss_percent_;
  std::multimap<std::uint64_t, std::string> under_way_;
};

class Trial {
 public:
  Trial(unsigned seed, std::size_t capacity)
      : random_(seed), server_(random_), up_(random_, seed % 40), down_(random_, seed % 50) {
    settings_.capacity = capacity;
    settings_.window = 4 + seed % 30;
    settings_.ack_timeout_ms = 1000;
    settings_.max_ack_timeout_ms = 4000;
    settings_.rate_limit_pause_ms = 500;
    settings_.max_rate_limit_pause_ms = 1000;
    Restart();
  }

  void Step(bool faults) {
    now_ms_ += 1 + Draw(random_, 200);
    if (faults) {
      bench_->Add(Draw(random_, 3) == 0 ? 1 : 0);
      Disturb();
    }
    const std::string payload = bench_->Next(now_ms_);
    if (!payload.empty()) {
      up_.Send(now_ms_, payload);
    }
    for (const std::string& text : up_.Receive(now_ms_)) {
      for (const std::string& answer : server_.Take(text)) {
        down_.Send(now_ms_, answer);
      }
    }
    for (const std::string& text : down_.Receive(now_ms_)) {
      if (connected_) {
        bench_->delivery.OnAck(text, now_ms_);
        bench_->delivery.OnReject(text, now_ms_);
      }
    }
    Check();
  }

  // No more faults: what is held must now come through.
  void Settle() {
    up_.Mend();
    down_.Mend();
    Connect();
    for (int i = 0; i < 3000 && (bench_->delivery.held_count() > 0 || !up_.empty() || !down_.empty()); ++i) {
      Step(false);
    }
    EXPECT_EQ(bench_->delivery.held_count(), 0U);
  }

  // Every sample of this boot is stored with its content, refused, or was dropped by the full ring.
  void ExpectNothingLost() {
    const ModelServer::Boot& boot = server_.boot(bench_->delivery.boot());
    std::uint32_t missing = 0;
    for (std::uint32_t seq = 1; seq < bench_->delivery.next_seq(); ++seq) {
      const auto stored = boot.stored.find(seq);
      if (stored != boot.stored.end()) {
        EXPECT_EQ(stored->second, 60 + seq % 60);
      } else if (boot.refused.count(seq) == 0) {
        ++missing;
      }
    }
    EXPECT_LE(missing, bench_->delivery.counters().dropped);
    EXPECT_EQ(boot.durable, bench_->delivery.next_seq() - 1);
  }

  const DeliveryCounters& counters() const { return bench_->delivery.counters(); }

 private:
  void Disturb() {
    const unsigned dice = Draw(random_, 400);
    if (dice < 4) {
      connected_ = false;
      bench_->delivery.OnDisconnected();
      up_.Cut(dice < 2);
      down_.Cut(dice < 2);
    } else if (!connected_ && dice < 60) {
      Connect();
    } else if (dice == 399 && Draw(random_, 4) == 0) {
      Restart();
    }
  }

  void Connect() {
    connected_ = true;
    bench_->delivery.OnConnected();
  }

  // A new boot: what the old one held in RAM is gone, and its messages still under way arrive among the new ones.
  void Restart() {
    bench_ = std::make_unique<DeliveryBench>(static_cast<std::uint32_t>(random_()), settings_);
    Connect();
  }

  void Check() {
    const Delivery& delivery = bench_->delivery;
    const ModelServer::Boot& boot = server_.boot(delivery.boot());
    ASSERT_LE(delivery.durable(), boot.durable) << "the device believes no more than the server said";
    ASSERT_LE(boot.given_up_below, delivery.first_held()) << "the device still held what it said it did not";
  }

  std::mt19937 random_;
  ModelServer server_;
  BadLink up_;
  BadLink down_;
  DeliverySettings settings_;
  std::unique_ptr<DeliveryBench> bench_;
  bool connected_ = false;
  std::uint64_t now_ms_ = 0;
};

TEST(DeliveryProperty, LosesNothingOverABadLink) {
  for (unsigned seed = 0; seed < 25; ++seed) {
    SCOPED_TRACE(seed);
    Trial run(seed, 4096);
    for (int i = 0; i < 3000; ++i) {
      run.Step(true);
    }
    run.Settle();
    run.ExpectNothingLost();
    EXPECT_EQ(run.counters().dropped, 0U);
  }
}

TEST(DeliveryProperty, LosesOnlyWhatAFullMemoryDropped) {
  std::uint32_t dropped = 0;
  for (unsigned seed = 100; seed < 125; ++seed) {
    SCOPED_TRACE(seed);
    Trial run(seed, 12);
    for (int i = 0; i < 3000; ++i) {
      run.Step(true);
    }
    run.Settle();
    run.ExpectNothingLost();
    dropped += run.counters().dropped;
  }
  EXPECT_GT(dropped, 40U) << "the runs must reach the case they are for";
}

}  // namespace
}  // namespace fajma::firmware
