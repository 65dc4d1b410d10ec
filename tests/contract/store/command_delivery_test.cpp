// Who hands a command over when it may have been told of in vain.
#include "core/commands/command_delivery.h"

#include "tests/contract/store/store_contract.h"
#include "tests/support/raw_socket.h"

namespace fajma::test {
namespace {

using Ids = std::vector<std::string>;
using testing::Eventually;

class CommandDeliveries : public StoreContract {
 protected:
  DeviceCommand Make(const std::string& id, std::int64_t device, std::uint64_t mac_bits) {
    DeviceCommand command;
    command.id = id;
    command.device_id = device;
    command.mac = Mac::FromBits(mac_bits);
    command.user_id = 3;
    command.name = "restart";
    command.params = "{}";
    command.created_at = SystemNow();
    command.expires_at = command.created_at + 600 * kSecond;
    EXPECT_TRUE(commands_.Create(command));
    return command;
  }
  CommandSink Sink() {
    return [this](const DeviceCommand& command, const CommandDone& done) {
      const bool here = command.mac == Mac::FromBits(1);
      if (here) {
        const std::lock_guard lock(mutex_);
        sent_.push_back(command.id);
      }
      done(here ? HandedOver::kYes : HandedOver::kNo);
    };
  }
  static CommandPeers Peers(std::chrono::milliseconds patience = {}) {
    return {[](Mac) {}, [](const std::string&) {}, patience, patience};
  }
  Ids Sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  bool IsNoted(const std::string& id) { return commands_.Find(id, SystemNow())->sends == 1; }

  // Of two commands that it is told of by `tell`, another process sends one within the patience.
  void ExpectPatience(void (*tell)(CommandDelivery& delivery)) {
    CommandDelivery delivery(database_, {Sink()}, Peers(std::chrono::milliseconds(500)));
    Make("another's", here_, 1);
    const DeviceCommand own = Make("own", here_, 1);
    tell(delivery);
    commands_.MarkSent("another's", SystemNow(), false);
    ASSERT_TRUE(Eventually([&] { return IsNoted("own"); }));
    EXPECT_GE(commands_.Find("own", SystemNow())->sent_at.value() - own.created_at, 500 * kMicrosPerMilli);
    EXPECT_EQ(Sent(), Ids{"own"});
  }

  CommandStore commands_{database_};
  std::int64_t patient_ = AddPatient("p1");
  std::int64_t here_ = AddDevice(1, patient_);
  std::int64_t away_ = AddDevice(2, patient_);
  std::mutex mutex_;
  Ids sent_;  // guarded by mutex_
};

TEST_F(CommandDeliveries, SendOnceWhatMayHaveBeenMissed) {
  Make("a", here_, 1);
  Make("away", away_, 2);
  Make("b", here_, 1);
  CommandDelivery delivery(database_, {Sink()}, Peers());
  for (int i = 0; i < 50; ++i) delivery.OnMissed();
  EXPECT_TRUE(Eventually([&] { return IsNoted("a") && IsNoted("b"); }));
  delivery.OnMissed();
  EXPECT_TRUE(delivery.Send(Make("c", here_, 1), std::chrono::seconds(20)));
  EXPECT_EQ(Sent(), (Ids{"a", "b", "c"}));
  EXPECT_EQ(commands_.Find("away", SystemNow())->sends, 0);
}

TEST_F(CommandDeliveries, SendOnceWhatIsFoundBeforeItsSenderAsks) {
  const DeviceCommand command = Make("a", here_, 1);
  CommandDelivery delivery(database_, {Sink()}, Peers());
  delivery.OnMissed();
  ASSERT_TRUE(Eventually([&] { return IsNoted("a"); }));
  EXPECT_TRUE(delivery.Send(command, std::chrono::seconds(20)));
  EXPECT_EQ(Sent(), Ids{"a"});
}

TEST_F(CommandDeliveries, LeaveToOthersWhatTheySendWithinThePatience) {
  ExpectPatience([](CommandDelivery& delivery) { delivery.OnMissed(); });
}

TEST_F(CommandDeliveries, LeaveToOthersWhatTheyWereAskedForToo) {
  ExpectPatience([](CommandDelivery& delivery) {
    for (int i = 0; i < 3; ++i) delivery.OnAsked(Mac::FromBits(1));
  });
}

TEST_F(CommandDeliveries, FindWhatWasMadeWhileTheyWaited) {
  CommandDelivery delivery(database_, {Sink()}, Peers(std::chrono::milliseconds(300)));
  Make("a", here_, 1);
  delivery.OnMissed();
  Make("b", here_, 1);
  delivery.OnMissed();
  EXPECT_TRUE(Eventually([&] { return IsNoted("a") && IsNoted("b"); }));
  EXPECT_EQ(Sent(), (Ids{"a", "b"}));
}

TEST_F(CommandDeliveries, LookForNothingWhereThereAreNoOthers) {
  Make("a", here_, 1);
  CommandDelivery delivery(database_, {Sink()});
  delivery.OnMissed();
  EXPECT_TRUE(delivery.Send(Make("b", here_, 1), std::chrono::seconds(20)));
  EXPECT_EQ(Sent(), Ids{"b"});
}

}  // namespace
}  // namespace fajma::test
