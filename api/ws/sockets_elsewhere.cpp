#include "api/ws/sockets_elsewhere.h"

#include <utility>

namespace fajma::ws {

bool SocketsElsewhere::HearFrom(std::uint64_t process, Micros now) {
  const auto found = processes_.find(process);
  if (found == processes_.end()) {
    if (processes_.size() < kMaxProcesses) processes_[process].heard_at = now;
    return false;
  }
  found->second.heard_at = now;
  return true;
}

void SocketsElsewhere::Hear(std::uint64_t process, std::uint64_t key, std::int64_t count, Micros now) {
  const auto found = processes_.find(process);
  if (found == processes_.end()) return;
  auto& entries = found->second.entries;
  if (const auto known = entries.find(key); known != entries.end()) {
    Subtract(key, known->second.count);
    entries.erase(known);
  }
  if (count <= 0 || entries.size() >= kMaxKeys) return;
  entries[key] = {static_cast<std::size_t>(count), now};
  sums_[key] += static_cast<std::size_t>(count);
}

void SocketsElsewhere::Expire(Micros now) {
  for (auto& [process, known] : processes_) {
    const bool silent = now - known.heard_at > kSilence;
    std::erase_if(known.entries, [&](const auto& entry) {
      const bool old = silent || now - entry.second.told_at > kLongestUse;
      if (old) Subtract(entry.first, entry.second.count);
      return old;
    });
  }
  std::erase_if(processes_, [now](const auto& process) { return now - process.second.heard_at > kSilence; });
}

std::size_t SocketsElsewhere::Of(std::uint64_t key) const {
  const auto found = sums_.find(key);
  return found == sums_.end() ? 0 : found->second;
}

void SocketsElsewhere::Subtract(std::uint64_t key, std::size_t count) {
  const auto found = sums_.find(key);
  found->second -= count;
  if (found->second == 0) sums_.erase(found);
}

}  // namespace fajma::ws
