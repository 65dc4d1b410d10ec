// Hands commands to their devices: at once when they are there, and once more when a device is back that has not
// answered. Each waiting command stands in the database; this only knows who is to be asked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/domain/command.h"
#include "core/store/command_store.h"
#include "core/store/device_store.h"

namespace fajma {

enum class HandedOver : std::uint8_t {
  kNo,       // the device is not there
  kYes,      // may be repeated when the device comes back without having answered
  kForGood,  // the device would not know a repetition for one: not again
};

// A way to devices. `done` is called exactly once, in any thread, also before this returns.
using CommandDone = std::function<void(HandedOver)>;
using CommandSink = std::function<void(const DeviceCommand& command, const CommandDone& done)>;

// The processes that deliver commands besides this one. Both return at once.
struct CommandPeers {
  std::function<void(Mac)> ask;                          // a command waits for that device, which is not here
  std::function<void(const std::string& id)> tell_sent;  // it was handed over here
  // So long OnAsked and OnMissed leave a command to the others, who may know better that its device is with them: where
  // a sink only believes that a device is there. Of OnAsked: well within kPeersTimeout.
  std::chrono::milliseconds asked_patience{0};
  std::chrono::milliseconds missed_patience{0};
};

class CommandDelivery {
 public:
  // The sinks are asked in turn, until one has the device. `peers`: absent when this is the only process. `database`
  // and what the functions use outlive it.
  CommandDelivery(Database& database, std::vector<CommandSink> sinks, std::optional<CommandPeers> peers = {});
  ~CommandDelivery();
  CommandDelivery(const CommandDelivery&) = delete;
  CommandDelivery& operator=(const CommandDelivery&) = delete;

  // Any thread. A stored command that was never sent. True: handed over within the timeout, here or by another process.
  // False: it stays queued, or is still on its way.
  bool Send(const DeviceCommand& command, std::chrono::milliseconds timeout);
  // Any thread, returns at once: the device has connected. What it has not answered is sent to it. More than
  // kMaxReturned waiting devices are passed over until they come back again.
  void OnReturn(Mac mac);
  // Any thread, returns at once: what a peer's CommandPeers say.
  void OnAsked(Mac mac);
  void OnSent(const std::string& id);
  // Any thread, returns at once: what peers asked may not have come. Looks up, after the peers' patience, the commands
  // that were never sent, and sends those whose devices are here. Again before that: once more after it.
  void OnMissed();

  static constexpr std::size_t kMaxReturned = 20'000;
  // So long the peers have for a device that is not here.
  static constexpr std::chrono::milliseconds kPeersTimeout{500};

 private:
  struct Job {
    DeviceCommand command;
    std::shared_ptr<std::promise<bool>> sent;
  };

  using Clock = std::chrono::steady_clock;

  void Run(const std::stop_token& stop);
  bool HasWork() const { return !jobs_.empty() || !returned_.empty(); }
  void DoOne(std::unique_lock<std::mutex>& lock);
  bool LookIsDue() const { return look_at_ && Clock::now() >= *look_at_; }
  bool AskedIsDue() const { return !asked_.empty() && Clock::now() >= asked_.front().due; }
  Clock::time_point NextDue() const;
  void Look(std::unique_lock<std::mutex>& lock);
  void LookLater();
  bool IsSentAlready(const DeviceCommand& command);
  enum class Which { kNew, kAll };
  void Wake(Mac mac, Which which);
  void SendPending(Mac mac, Which which);
  bool HandOver(const DeviceCommand& command);
  bool IsSentByPeer(const DeviceCommand& command);

  CommandStore store_;
  const std::vector<CommandSink> sinks_;
  const std::optional<CommandPeers> peers_;
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::deque<Job> jobs_;                                 // guarded by mutex_
  std::map<Mac, Which> returned_;                        // guarded by mutex_
  std::map<std::string, std::promise<void>> asked_for_;  // guarded by mutex_; commands that a peer may send
  struct Asked {
    Clock::time_point due;
    Mac mac;
  };
  std::deque<Asked> asked_;                   // guarded by mutex_; after asked_patience
  std::optional<Clock::time_point> look_at_;  // guarded by mutex_; for commands that peers told of in vain
  bool look_again_ = false;                   // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma
