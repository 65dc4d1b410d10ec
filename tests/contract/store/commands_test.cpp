#include "core/store/command_store.h"

#include "core/store/ingest_store.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

class Commands : public StoreContract {
 protected:
  DeviceCommand Make(const std::string& id, std::int64_t device) {
    DeviceCommand command;
    command.id = id;
    command.device_id = device;
    command.user_id = 3;
    command.name = "restart";
    command.params = R"({"delay":5})";
    command.created_at = kNow;
    command.expires_at = kNow + 60 * kSecond;
    return command;
  }
  std::vector<std::string> PendingAt(Micros now) {
    std::vector<std::string> ids;
    for (const DeviceCommand& command : commands_.Pending(Mac::FromBits(1), now)) ids.push_back(command.id);
    return ids;
  }
  IngestStore::Transaction::AnswerTaken Answer(Mac mac, const std::string& id, CommandState state) {
    IngestStore ingest(database_);
    IngestStore::Transaction transaction = ingest.Begin();
    const auto taken = transaction.AnswerCommand(*transaction.FindDevice(mac), {id, state, "détail"}, kNow + 9);
    transaction.Commit(kNow);
    return taken;
  }

  CommandStore commands_{database_};
  std::int64_t patient_ = AddPatient("p1");
  std::int64_t device_ = AddDevice(1, patient_);
  std::int64_t other_ = AddDevice(2, patient_);
};

using Ids = std::vector<std::string>;
using Taken = IngestStore::Transaction::AnswerTaken;

TEST_F(Commands, WaitInTheirOrderUntilTheyAreAnswered) {
  ASSERT_TRUE(commands_.Create(Make("a", device_)));
  ASSERT_TRUE(commands_.Create(Make("b", device_)));
  ASSERT_TRUE(commands_.Create(Make("c", other_)));
  EXPECT_EQ(PendingAt(kNow), (Ids{"a", "b"}));
  const std::optional<DeviceCommand> queued = commands_.Find("a", kNow);
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->state, CommandState::kQueued);
  EXPECT_EQ(queued->mac, Mac::FromBits(1));
  EXPECT_EQ(queued->params, R"({"delay":5})");

  EXPECT_EQ(Answer(Mac::FromBits(1), "a", CommandState::kFailed), Taken::kNow);
  EXPECT_EQ(PendingAt(kNow), Ids{"b"});
  const std::optional<DeviceCommand> answered = commands_.Find("a", kNow + 3600 * kSecond);
  EXPECT_EQ(answered->state, CommandState::kFailed);
  EXPECT_EQ(answered->detail, "détail");
  EXPECT_EQ(answered->answered_at, kNow + 9);
}

TEST_F(Commands, AreAnsweredOnceAndByTheirDeviceOnly) {
  ASSERT_TRUE(commands_.Create(Make("a", device_)));
  EXPECT_EQ(Answer(Mac::FromBits(2), "a", CommandState::kDone), Taken::kUnknown);
  EXPECT_EQ(Answer(Mac::FromBits(1), "x", CommandState::kDone), Taken::kUnknown);
  EXPECT_EQ(Answer(Mac::FromBits(1), "a", CommandState::kDone), Taken::kNow);
  EXPECT_EQ(Answer(Mac::FromBits(1), "a", CommandState::kFailed), Taken::kBefore);
  EXPECT_EQ(commands_.Find("a", kNow)->state, CommandState::kDone);
}

TEST_F(Commands, AreSentTwiceAtMost) {
  ASSERT_TRUE(commands_.Create(Make("a", device_)));
  commands_.MarkSent("a", kNow + 1, false);
  EXPECT_EQ(PendingAt(kNow), Ids{"a"});
  EXPECT_EQ(commands_.Find("a", kNow)->state, CommandState::kSent);
  EXPECT_EQ(commands_.Find("a", kNow)->sent_at, kNow + 1);
  commands_.MarkSent("a", kNow + 2, false);
  EXPECT_EQ(PendingAt(kNow), Ids{});
}

TEST_F(Commands, ForADeviceThatKnowsNoRepetitionAreSentOnce) {
  ASSERT_TRUE(commands_.Create(Make("a", device_)));
  commands_.MarkSent("a", kNow, true);
  EXPECT_EQ(PendingAt(kNow), Ids{});
}

TEST_F(Commands, Expire) {
  ASSERT_TRUE(commands_.Create(Make("a", device_)));
  EXPECT_EQ(PendingAt(kNow + 60 * kSecond - 1), Ids{"a"});
  EXPECT_EQ(PendingAt(kNow + 60 * kSecond), Ids{});
  EXPECT_EQ(commands_.Find("a", kNow + 60 * kSecond)->state, CommandState::kExpired);
}

TEST_F(Commands, AreBoundedForADevice) {
  for (int i = 0; i < kMaxOpenCommands; ++i) ASSERT_TRUE(commands_.Create(Make(std::to_string(i), device_)));
  EXPECT_FALSE(commands_.Create(Make("more", device_)));
  EXPECT_FALSE(commands_.Find("more", kNow));
  EXPECT_TRUE(commands_.Create(Make("another's", other_)));
  DeviceCommand late = Make("late", device_);
  late.created_at = kNow + 61 * kSecond;
  late.expires_at = late.created_at + kSecond;
  EXPECT_TRUE(commands_.Create(late)) << "what has expired takes no place";
}

TEST_F(Commands, WaitingDevicesAreThoseWithCommandsNeverSent) {
  const auto waiting = [this](Micros made_by, Micros now, std::int64_t after = 0, std::int64_t limit = 10) {
    std::vector<std::int64_t> ids;
    for (const WaitingDevice& device : commands_.WaitingDevices(made_by, now, after, limit)) ids.push_back(device.id);
    return ids;
  };
  using Devices = std::vector<std::int64_t>;
  for (const char* id : {"a", "b"}) ASSERT_TRUE(commands_.Create(Make(id, device_)));
  ASSERT_TRUE(commands_.Create(Make("c", other_)));
  EXPECT_EQ(waiting(kNow, kNow), (Devices{device_, other_})) << "each device once";
  EXPECT_EQ(waiting(kNow, kNow, 0, 1), Devices{device_});
  EXPECT_EQ(waiting(kNow, kNow, device_), Devices{other_});
  EXPECT_EQ(waiting(kNow - 1, kNow), Devices{}) << "too young";
  EXPECT_EQ(waiting(kNow, kNow + 60 * kSecond), Devices{}) << "expired";
  EXPECT_EQ(commands_.WaitingDevices(kNow, kNow, 0, 1).front().mac, Mac::FromBits(1));
  commands_.MarkSent("a", kNow, false);
  EXPECT_EQ(waiting(kNow, kNow), (Devices{device_, other_}));
  commands_.MarkSent("b", kNow, false);
  EXPECT_EQ(waiting(kNow, kNow), Devices{other_});
  EXPECT_EQ(Answer(Mac::FromBits(2), "c", CommandState::kDone), Taken::kNow);
  EXPECT_EQ(waiting(kNow, kNow), Devices{});
}

TEST_F(Commands, AreListedNewestFirst) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(commands_.Create(Make(id, device_)));
  const Page<DeviceCommand> page = commands_.List(device_, {1, 1}, kNow);
  EXPECT_EQ(page.count, 3);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].id, "b");
  EXPECT_EQ(commands_.List(other_, {}, kNow).count, 0);
}

}  // namespace
}  // namespace fajma::test
