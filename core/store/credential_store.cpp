#include "core/store/credential_store.h"

#include "core/store/sql.h"

namespace fajma {
namespace {

const std::string kSelect =
    "SELECT id, dispositif_id, jti, jeton_empreinte, mqtt_empreinte, cree, revoque_le FROM fajma_identifiant";

void IntoCredential(Statement& query, Credential& row) {
  query.Into(row.id, row.device_id, row.token_id, row.token_hash, row.broker_password_hash, row.created_at,
             row.revoked_at);
}

}  // namespace

std::optional<Credential> CredentialStore::Create(const Credential& credential) {
  Credential created = credential;
  Lease lease = database_.Write();
  Statement insert(lease,
                   "INSERT INTO fajma_identifiant (dispositif_id, jti, jeton_empreinte, mqtt_empreinte, cree)"
                   " SELECT CAST(:dispositif AS BIGINT), CAST(:jti AS VARCHAR(64)), CAST(:jeton AS VARCHAR(64)),"
                   " CAST(:mqtt AS VARCHAR(200)), CAST(:cree AS BIGINT) WHERE (SELECT COUNT(*) FROM fajma_identifiant"
                   " WHERE dispositif_id = :dispositif AND revoque_le IS NULL) < :bound RETURNING id");
  insert.Bind("dispositif", credential.device_id)
      .Bind("jti", credential.token_id)
      .Bind("jeton", credential.token_hash)
      .Bind("mqtt", credential.broker_password_hash)
      .Bind("cree", credential.created_at)
      .Bind("bound", kMaxCredentials);
  if (!insert.Into(created.id).Next()) return std::nullopt;
  return created;
}

Page<Credential> CredentialStore::List(std::int64_t device_id, PageRequest page) {
  Lease lease = database_.Read();
  Page<Credential> result;
  Statement(lease, "SELECT COUNT(*) FROM fajma_identifiant WHERE dispositif_id = :dispositif")
      .Bind("dispositif", device_id)
      .Into(result.count)
      .Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;
  Statement query(lease, kSelect + " WHERE dispositif_id = :dispositif ORDER BY id DESC LIMIT :limit OFFSET :offset");
  query.Bind("dispositif", device_id).Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  Credential row;
  IntoCredential(query, row);
  while (query.Next()) result.rows.push_back(row);
  return result;
}

std::optional<Credential> CredentialStore::Revoke(std::int64_t device_id, std::int64_t id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  Credential credential;
  {
    Statement query(lease, kSelect + " WHERE id = :id AND dispositif_id = :dispositif AND revoque_le IS NULL");
    query.Bind("id", id).Bind("dispositif", device_id);
    IntoCredential(query, credential);
    if (!query.Next()) return std::nullopt;
  }
  const std::int64_t revoked =
      Statement(lease, "UPDATE fajma_identifiant SET revoque_le = :maintenant WHERE id = :id AND revoque_le IS NULL")
          .Bind("maintenant", now)
          .Bind("id", id)
          .Run();
  lease.Commit();
  if (revoked == 0) return std::nullopt;
  return credential;
}

bool CredentialStore::IsRevoked(const std::string& token_id) {
  Lease lease = database_.Read();
  int found = 0;
  Statement query(lease, "SELECT 1 FROM fajma_identifiant WHERE jti = :jti AND revoque_le IS NOT NULL");
  return query.Bind("jti", token_id).Into(found).Next();
}

std::vector<BrokerPassword> CredentialStore::BrokerPasswords() {
  Lease lease = database_.Read();
  Statement query(lease,
                  "SELECT d.adresse_mac, i.mqtt_empreinte FROM fajma_identifiant i"
                  " JOIN fajma_dispositivesiot d ON d.id = i.dispositif_id AND d.supprime_le IS NULL"
                  " WHERE i.id IN (SELECT MAX(id) FROM fajma_identifiant WHERE revoque_le IS NULL"
                  " GROUP BY dispositif_id) ORDER BY d.adresse_mac");
  std::string mac;
  std::string hash;
  query.Into(mac, hash);
  std::vector<BrokerPassword> passwords;
  while (query.Next()) {
    if (const std::optional<Mac> parsed = Mac::ParseColons(mac)) passwords.push_back({*parsed, hash});
  }
  return passwords;
}

}  // namespace fajma
