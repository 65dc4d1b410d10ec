// Knows a message that the broker sends again although it is in the journal already.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/domain/raw_message.h"

namespace fajma {

// In one session, a packet identifier is used again only when its message was acknowledged; a message with DUP set that
// has the identifier and the content of the last one journaled with it is that one. One thread.
class RedeliveryTable {
 public:
  // The first message of a session carries it in the journal, so that a later process does not mix two sessions. Known
  // to this door only.
  static constexpr std::uint8_t kFirstOfSession = 0x80;

  RedeliveryTable() : hashes_(65'536) {}

  // Everything before belongs to another session.
  void StartSession() {
    hashes_.assign(hashes_.size(), 0);
    is_new_ = true;
  }

  bool Knows(const RawMessage& message) const {
    return message.packet_id != 0 && hashes_[message.packet_id] == HashOf(message);
  }

  // The flag that the next message is to be journaled with.
  std::uint8_t session_flag() const { return is_new_ ? kFirstOfSession : std::uint8_t{0}; }

  // It is journaled.
  void Remember(const RawMessage& message) {
    if (message.packet_id != 0) hashes_[message.packet_id] = HashOf(message);
    is_new_ = false;
  }

  // A kept record, oldest first.
  void Restore(const RawMessage& message) {
    if ((message.flags & kFirstOfSession) != 0) StartSession();
    Remember(message);
  }

 private:
  // Never 0, which is "none".
  static std::uint64_t HashOf(const RawMessage& message) {
    const std::uint64_t content = std::hash<std::string_view>()(message.payload);
    const std::uint64_t about = message.mac_bits * 8 + static_cast<std::uint64_t>(message.kind);
    return (content ^ about * 0x9E37'79B9'7F4A'7C15ULL) | 1U;
  }

  std::vector<std::uint64_t> hashes_;  // by packet identifier
  bool is_new_ = false;
};

}  // namespace fajma
