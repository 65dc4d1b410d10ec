// The newest probe of the self-test, and that it was evaluated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/domain/self_test.h"
#include "core/store/database.h"

namespace fajma {

// Inside the transaction that stores it, whose lot that is; `probe.cursor` is its index there.
void WriteProbe(Lease& lease, const SelfTestProbe& probe, std::int64_t lot);

// Thread-safe. Every call throws DatabaseError.
class SelfTestStore {
 public:
  explicit SelfTestStore(Database& database) : database_(database) {}

  // That was stored and not evaluated.
  std::optional<SelfTestProbe> FindUnevaluated();
  // It was evaluated: one transaction with a commit number of its own, in which its cursor then is. `owner`: throws
  // OwnershipLost unless that process has the work of kAlertConsumer; empty: there are no others.
  SelfTestProbe Evaluated(SelfTestProbe probe, Micros now, const std::string& owner);

  // With their cursors, whichever of the two commits there are.
  struct Commits {
    std::optional<SelfTestProbe> probe;
    std::optional<SelfTestProbe> echo;
  };
  Commits FindCommits();

 private:
  Database& database_;
};

}  // namespace fajma
