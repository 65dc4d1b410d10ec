// From the MQTT library's thread to the simulator's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "api/http/detached_socket.h"

namespace fajma::cli {

struct Note {
  enum class Kind : std::uint8_t { kReady, kMessage, kEnded };
  std::size_t device = 0;     // its place among the MQTT devices
  std::uint64_t attempt = 0;  // of which connection
  Kind kind = Kind::kMessage;
  std::string topic;
  std::string payload;  // kEnded: the reason
};

// Holds kMaxMessages messages; more are dropped: what is not acknowledged is sent again. The other kinds,
// a few for each connection, are always taken.
class Mailbox {
 public:
  static constexpr std::size_t kMaxMessages = 100'000;

  Mailbox();  // throws std::system_error

  int fd() const { return wake_.get(); }  // readable when there is something to take
  // Any thread.
  void Put(Note note);
  void Wake();
  // One thread. What has come since the last time, in order; swapped with `notes`.
  void Take(std::vector<Note>& notes);

 private:
  http::FileDescriptor wake_;
  std::mutex mutex_;
  std::vector<Note> notes_;  // guarded by mutex_
};

}  // namespace fajma::cli
