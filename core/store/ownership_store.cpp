#include "core/store/ownership_store.h"

#include "core/store/sql.h"

namespace fajma {

bool OwnershipStore::TakeOrRenew(const std::string& work, const std::string& owner, Micros now, Micros duration) {
  Lease lease = database_.Write();
  return Statement(lease,
                   "INSERT INTO fajma_bail (nom, proprietaire, jusqu_a) VALUES (:nom, :proprietaire, :jusqu_a) "
                   "ON CONFLICT (nom) DO UPDATE SET proprietaire = excluded.proprietaire, jusqu_a = excluded.jusqu_a "
                   "WHERE fajma_bail.proprietaire = excluded.proprietaire OR fajma_bail.jusqu_a < :maintenant")
             .Bind("nom", work)
             .Bind("proprietaire", owner)
             .Bind("jusqu_a", now + duration)
             .Bind("maintenant", now)
             .Run() == 1;
}

void OwnershipStore::GiveUp(const std::string& work, const std::string& owner) {
  Lease lease = database_.Write();
  Statement(lease, "DELETE FROM fajma_bail WHERE nom = :nom AND proprietaire = :proprietaire")
      .Bind("nom", work)
      .Bind("proprietaire", owner)
      .Run();
}

void RequireOwnership(Lease& lease, const std::string& work, const std::string& owner) {
  const auto held = Statement(lease,
                              "UPDATE fajma_bail SET proprietaire = :proprietaire WHERE nom = :nom AND proprietaire = "
                              ":proprietaire2")
                        .Bind("proprietaire", owner)
                        .Bind("nom", work)
                        .Bind("proprietaire2", owner)
                        .Run();
  if (held != 1) throw OwnershipLost();
}

}  // namespace fajma
