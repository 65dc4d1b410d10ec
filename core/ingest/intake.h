// The API's way into its journal: sockets and requests hand a message over and go on; one thread writes it down. A disk
// that stalls stops this thread, never the loop.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/domain/raw_message.h"
#include "core/journal/journal.h"
#include "core/runtime/metrics.h"

namespace fajma {

class Intake {
 public:
  // The journal of Door::kApi; nobody else writes to it.
  Intake(Journal& journal, MessageCounters& counters, std::size_t max_queued_bytes = 32 << 20);
  // Writes what is queued, then stops.
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Any thread, never blocks. False: the queue is full, nothing was taken. `message.payload` is copied; the door, the
  // time of receipt and the process are set here. Messages of one thread keep their order.
  bool Submit(RawMessage message);

  // What `Origin::process` of this process's messages is: an answer to another process's message concerns nobody here.
  std::uint64_t process() const { return process_; }

 private:
  struct Queued {
    RawMessage message;
    std::string payload;
  };

  void Run(const std::stop_token& stop);
  void Write(const std::vector<Queued>& batch, const std::stop_token& stop);

  Journal& journal_;
  MessageCounters& counters_;
  const std::size_t max_queued_bytes_;
  const std::uint64_t process_;
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::vector<Queued> queue_;     // guarded by mutex_
  std::size_t queued_bytes_ = 0;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma
