// What devices prove themselves with: a token for WebSockets, a password at the broker. Kept as hashes only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/mac.h"
#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct Credential {
  std::int64_t id = 0;
  std::int64_t device_id = 0;
  std::string token_id;              // `jti`, unique
  std::string token_hash;            // SHA-256, 64 hex digits
  std::string broker_password_hash;  // as the broker's password file has it
  Micros created_at = 0;
  std::optional<Micros> revoked_at;
};

inline constexpr std::int64_t kMaxCredentials = 20;  // of one device, not revoked; two made at once may be one more

// A line of the broker's password file.
struct BrokerPassword {
  Mac mac;
  std::string hash;
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class CredentialStore {
 public:
  explicit CredentialStore(Database& database) : database_(database) {}

  // The id is given here. Absent: the device has kMaxCredentials that hold.
  std::optional<Credential> Create(const Credential& credential);
  Page<Credential> List(std::int64_t device_id, PageRequest page);  // newest first, revoked ones too
  // Of that device and not revoked yet; the credential as it was.
  std::optional<Credential> Revoke(std::int64_t device_id, std::int64_t id, Micros now);
  // Of a token that was never listed: false.
  bool IsRevoked(const std::string& token_id);
  // The newest password of each device that is not revoked, by MAC.
  std::vector<BrokerPassword> BrokerPasswords();

 private:
  Database& database_;
};

}  // namespace fajma
