// Whether the server is inside a transaction, seen from outside. A SQLite writer holds an exclusive lock on one byte of
// the WAL index from BEGIN IMMEDIATE until its COMMIT returns; the kernel tells who holds it. The process is stopped
// first: a lock that it holds then, it holds until it is killed.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>

#include "tests/system/crash/server_process.h"

namespace fajma::crash {

enum class Stage : std::uint8_t {
  kBeforeFrames,  // rows, checkpoint and commit number are being made; nothing of it in the WAL
  kHalfWritten,   // frames are in the WAL, the commit frame is not
  kUnconfirmed,   // the commit frame is written; its sync has not returned, or readers do not see it yet
};
inline constexpr std::size_t kStages = 3;

class TransactionWatch {
 public:
  TransactionWatch(ServerProcess& server, std::mt19937& random) : server_(server), random_(random) {}

  // Kills the server inside a transaction; tries for `patience` to find `wanted`, then takes any stage. Absent: there
  // was no transaction in that time; then it runs on.
  std::optional<Stage> KillInside(Stage wanted, std::chrono::milliseconds patience);

 private:
  bool WaitForWriter(std::chrono::steady_clock::time_point deadline) const;

  ServerProcess& server_;
  std::mt19937& random_;
};

}  // namespace fajma::crash
