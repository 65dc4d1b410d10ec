#include "core/store/token_store.h"

#include <algorithm>

#include "core/store/sql.h"

namespace fajma {

bool TokenStore::Revoke(const RevokedToken& token, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  Statement(lease, "DELETE FROM fajma_jeton_revoque WHERE expire <= :maintenant")
      .Bind("maintenant", now / kMicrosPerSecond)
      .Run();
  const std::int64_t added =
      Statement(lease,
                "INSERT INTO fajma_jeton_revoque (jti, sid, utilisateur_id, expire, revoque_le)"
                " VALUES (:jti, :sid, :utilisateur, :expire, :maintenant) ON CONFLICT DO NOTHING")
          .Bind("jti", token.id)
          .Bind("sid", token.login)
          .Bind("utilisateur", token.user_id)
          .Bind("expire", token.expires_at_second)
          .Bind("maintenant", now)
          .Run();
  lease.Commit();
  if (added > 0) database_.BumpDirectoryGeneration();
  return added > 0;
}

bool TokenStore::IsRevoked(const std::string& id) {
  Lease lease = database_.Read();
  int found = 0;
  Statement query(lease, "SELECT 1 FROM fajma_jeton_revoque WHERE jti = :jti");
  return query.Bind("jti", id).Into(found).Next();
}

std::vector<std::string> TokenStore::EndedLogins(std::int64_t user_id, Micros since) {
  Lease lease = database_.Read();
  Statement query(lease,
                  "SELECT sid FROM fajma_jeton_revoque WHERE utilisateur_id = :utilisateur AND revoque_le >= :depuis"
                  " AND sid <> ''");
  std::string login;
  query.Bind("utilisateur", user_id).Bind("depuis", since).Into(login);
  std::vector<std::string> logins;
  while (query.Next()) logins.push_back(login);
  std::sort(logins.begin(), logins.end());
  return logins;
}

std::optional<ApiToken> TokenStore::FindApiToken(std::int64_t user_id) {
  Lease lease = database_.Read();
  ApiToken token;
  token.user_id = user_id;
  Statement query(lease,
                  "SELECT empreinte, sel FROM fajma_jeton_api WHERE utilisateur_id = :utilisateur AND sel <> ''"
                  " ORDER BY cree DESC, empreinte LIMIT 1");
  if (!query.Bind("utilisateur", user_id).Into(token.hash, token.salt).Next()) return std::nullopt;
  return token;
}

std::optional<std::int64_t> TokenStore::FindUserOfApiToken(const std::string& hash) {
  Lease lease = database_.Read();
  std::int64_t user_id = 0;
  Statement query(lease, "SELECT utilisateur_id FROM fajma_jeton_api WHERE empreinte = :empreinte");
  if (!query.Bind("empreinte", hash).Into(user_id).Next()) return std::nullopt;
  return user_id;
}

void TokenStore::ReplaceApiToken(const ApiToken& token, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  Statement(lease, "DELETE FROM fajma_jeton_api WHERE utilisateur_id = :utilisateur AND sel <> ''")
      .Bind("utilisateur", token.user_id)
      .Run();
  Statement(lease,
            "INSERT INTO fajma_jeton_api (empreinte, utilisateur_id, sel, cree)"
            " VALUES (:empreinte, :utilisateur, :sel, :cree)")
      .Bind("empreinte", token.hash)
      .Bind("utilisateur", token.user_id)
      .Bind("sel", token.salt)
      .Bind("cree", now)
      .Run();
  lease.Commit();
  database_.BumpDirectoryGeneration();
}

}  // namespace fajma
