// Work that one process of several does: a lease, renewed while the process lives.
#pragma once

#include <string>

#include "core/domain/time.h"
#include "core/store/database.h"

namespace fajma {

// A transaction that only the owner may make was tried by somebody else.
class OwnershipLost : public DatabaseError {
 public:
  OwnershipLost() : DatabaseError("another process owns this work", false) {}
};

// Thread-safe; throws DatabaseError. The processes' clocks say when a lease is over; that no two of them write is kept
// by RequireOwnership, whatever the clocks say.
class OwnershipStore {
 public:
  explicit OwnershipStore(Database& database) : database_(database) {}

  // Takes what nobody has, or whose lease is over, or renews one's own, until `now` + `duration`. False: another's.
  bool TakeOrRenew(const std::string& work, const std::string& owner, Micros now, Micros duration);
  // The next may have it at once. Another's is left alone.
  void GiveUp(const std::string& work, const std::string& owner);

 private:
  Database& database_;
};

// Inside a writer's transaction: throws OwnershipLost unless `owner` has the work, and keeps it so until the end of
// the transaction.
void RequireOwnership(Lease& lease, const std::string& work, const std::string& owner);

}  // namespace fajma
