// Stands in for the link: keeps what is published, acknowledges when told.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bridge/outgoing.h"

namespace fajma {

class FakeBroker {
 public:
  using Clock = std::chrono::steady_clock;
  struct Published {
    OutgoingMessage message;
    Clock::time_point at;
  };

  PublishFunction publish() {
    return [this](const OutgoingMessage& message, PublishDone done) { return Take(message, std::move(done)); };
  }

  // Off: nothing is taken. What was taken and not acknowledged fails.
  void SetConnected(bool connected) {
    std::vector<PublishDone> failed;
    {
      const std::lock_guard lock(mutex_);
      connected_ = connected;
      if (!connected) std::swap(failed, waiting_);
    }
    for (const PublishDone& done : failed) done(false);
  }

  // On by default.
  void SetAcknowledging(bool acknowledging) {
    std::vector<PublishDone> open;
    {
      const std::lock_guard lock(mutex_);
      acknowledging_ = acknowledging;
      if (acknowledging) std::swap(open, waiting_);
    }
    for (const PublishDone& done : open) done(true);
  }

  // Waits until `enough` is true of all that was published so far; false after 10 s.
  bool WaitFor(const std::function<bool(const std::vector<Published>&)>& enough) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return enough(published_); });
  }
  bool WaitForCount(std::size_t count) {
    return WaitFor([&](const auto& all) { return all.size() >= count; });
  }

  std::vector<Published> all() {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  std::vector<Published> On(const std::string& topic) {
    std::vector<Published> found = all();
    std::erase_if(found, [&](const Published& published) { return published.message.topic != topic; });
    return found;
  }

 private:
  bool Take(const OutgoingMessage& message, PublishDone done) {
    bool acknowledged = false;
    {
      const std::lock_guard lock(mutex_);
      if (!connected_) return false;
      published_.push_back({message, Clock::now()});
      acknowledged = acknowledging_;
      if (!acknowledged && done) waiting_.push_back(done);
      changed_.notify_all();
    }
    if (acknowledged && done) done(true);
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Published> published_;
  std::vector<PublishDone> waiting_;
  bool connected_ = true;
  bool acknowledging_ = true;
};

}  // namespace fajma
