#include "core/domain/boot_ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace fajma {
namespace {

// The plainest ledger there is.
class Model {
 public:
  bool IsSettled(std::uint64_t seq) const { return seq <= durable_ || above_.contains(seq); }
  void Settle(std::uint64_t seq) {
    if (seq > durable_) above_.insert(seq);
    Absorb();
  }
  void SettleBelow(std::uint64_t floor) {
    if (floor > durable_ + 1) durable_ = floor - 1;
    Absorb();
  }
  std::uint64_t durable() const { return durable_; }
  std::size_t Runs() const {
    std::size_t runs = 0;
    for (const std::uint64_t seq : above_) runs += above_.contains(seq - 1) ? 0 : 1;
    return runs;
  }
  // Whether one more number would begin a run of its own.
  bool StandsAlone(std::uint64_t seq) const {
    return seq != durable_ + 1 && !above_.contains(seq - 1) && !above_.contains(seq + 1);
  }

 private:
  void Absorb() {
    while (above_.erase(durable_ + 1) != 0) ++durable_;
    above_.erase(above_.begin(), above_.upper_bound(durable_));
  }
  std::uint64_t durable_ = 0;
  std::set<std::uint64_t> above_;
};

void ExpectSame(const BootLedger& ledger, const Model& model, std::uint64_t limit) {
  ASSERT_EQ(ledger.durable(), model.durable()) << ledger.FormatRuns();
  for (std::uint64_t seq = 1; seq <= limit; ++seq) {
    ASSERT_EQ(ledger.IsSettled(seq), model.IsSettled(seq))
        << seq << " in " << ledger.durable() << "+" << ledger.FormatRuns();
  }
}

TEST(BootLedger, AgreesWithASet) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    BootLedger ledger;
    Model model;
    const std::uint64_t limit = 40 + seed * 10;
    for (int step = 0; step < 300; ++step) {
      const std::uint64_t seq = random() % limit + 1;
      if (random() % 12 == 0) {
        const std::uint64_t floor = random() % 4 == 0 ? seq : std::min(seq, model.durable() + 5);
        const std::uint64_t before = model.durable();
        model.SettleBelow(floor);
        EXPECT_EQ(ledger.SettleBelow(floor), model.durable() != before);
      } else {
        const bool room = model.IsSettled(seq) || !model.StandsAlone(seq) || model.Runs() < BootLedger::kMaxRuns;
        ASSERT_EQ(ledger.Settle(seq), room);
        if (room) model.Settle(seq);
      }
      if (random() % 7 == 0) ledger = BootLedger(ledger.durable(), ledger.FormatRuns());
      if (step % 10 == 0) ExpectSame(ledger, model, limit + 2);
    }
    ExpectSame(ledger, model, limit + 2);
  }
}

TEST(BootLedger, AnyOrderOfAllNumbersSettlesAll) {
  std::vector<std::uint64_t> numbers(400);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i + 1;
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(seed));
    BootLedger ledger;
    for (const std::uint64_t seq : numbers) ASSERT_TRUE(ledger.Settle(seq));
    EXPECT_EQ(ledger.durable(), 400U);
    EXPECT_EQ(ledger.FormatRuns(), "");
  }
}

TEST(BootLedger, KeepsNoMoreRunsThanItMay) {
  BootLedger ledger;
  for (std::uint64_t i = 0; i < BootLedger::kMaxRuns; ++i) ASSERT_TRUE(ledger.Settle(3 + 2 * i));
  const std::uint64_t beyond = 3 + 2 * BootLedger::kMaxRuns;
  EXPECT_FALSE(ledger.Settle(beyond));
  EXPECT_FALSE(ledger.IsSettled(beyond));
  EXPECT_TRUE(ledger.Settle(4)) << "joins two runs";
  EXPECT_TRUE(ledger.Settle(beyond)) << "there is room again";
  EXPECT_TRUE(ledger.Settle(beyond + 1)) << "lengthens a run";
  EXPECT_FALSE(ledger.Settle(beyond + 3));
  EXPECT_TRUE(ledger.SettleBelow(beyond + 3));
  EXPECT_EQ(ledger.durable(), beyond + 2);
  EXPECT_EQ(ledger.FormatRuns(), "");
}

TEST(BootLedger, WritesRunsShort) {
  BootLedger ledger;
  for (const std::uint64_t seq : {1, 2, 4, 6, 7, 8, 10}) ledger.Settle(seq);
  EXPECT_EQ(ledger.durable(), 2U);
  EXPECT_EQ(ledger.FormatRuns(), "4,6-8,10");
  ledger.Settle(9);
  EXPECT_EQ(ledger.FormatRuns(), "4,6-10");
  ledger.Settle(3);
  EXPECT_EQ(ledger.durable(), 4U);
  EXPECT_EQ(ledger.FormatRuns(), "6-10");
}

TEST(BootLedger, NeverJumpsOverAMissingNumber) {
  BootLedger ledger;
  ledger.Settle(2);
  EXPECT_EQ(ledger.durable(), 0U);
  EXPECT_FALSE(ledger.SettleBelow(0));
  EXPECT_FALSE(ledger.SettleBelow(1));
  EXPECT_EQ(ledger.durable(), 0U);
  EXPECT_TRUE(ledger.SettleBelow(2));
  EXPECT_EQ(ledger.durable(), 2U);
}

TEST(BootLedger, WorksAtTheLargestNumber) {
  constexpr std::uint64_t kLargest = 1ULL << 53;
  BootLedger ledger;
  EXPECT_TRUE(ledger.Settle(kLargest));
  EXPECT_TRUE(ledger.IsSettled(kLargest));
  EXPECT_TRUE(ledger.SettleBelow(kLargest));
  EXPECT_EQ(ledger.durable(), kLargest);
  const BootLedger again(ledger.durable(), ledger.FormatRuns());
  EXPECT_EQ(again.durable(), kLargest);
}

TEST(BootLedger, ForgetsRunsThatItCannotRead) {
  for (const char* runs : {"x", "5-", "-5", "7-5", "9,5", "5,5", "5-7,6-9", "5-x", "99999999999999999999999", "5,,7"}) {
    const BootLedger ledger(3, runs);
    EXPECT_EQ(ledger.durable(), 3U) << runs;
    EXPECT_EQ(ledger.FormatRuns(), "") << runs;
  }
}

TEST(BootLedger, TakesRunsInThatTouchWhatIsDurable) {
  EXPECT_EQ(BootLedger(3, "4-6,8").durable(), 6U);
  EXPECT_EQ(BootLedger(3, "4-6,8").FormatRuns(), "8");
  EXPECT_EQ(BootLedger(7, "4-6,8").durable(), 8U);
}

TEST(BootLedger, SurvivesAnyStoredText) {
  std::mt19937 random(5);
  const std::string alphabet = "0123456789-, x";
  for (int i = 0; i < 20'000; ++i) {
    std::string runs;
    for (auto n = random() % 30; n > 0; --n) runs += alphabet[random() % alphabet.size()];
    BootLedger ledger(random() % 10, runs);
    ledger.Settle(random() % 100 + 1);
    const BootLedger again(ledger.durable(), ledger.FormatRuns());
    ASSERT_EQ(again.durable(), ledger.durable()) << runs;
    ASSERT_EQ(again.FormatRuns(), ledger.FormatRuns()) << runs;
  }
}

}  // namespace
}  // namespace fajma
