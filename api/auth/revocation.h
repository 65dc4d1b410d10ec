// Tokens that are well signed and in time, and refused all the same.
#pragma once

#include "api/auth/token.h"
#include "core/domain/time.h"
#include "core/store/database.h"

namespace fajma::auth {

// Asks the database: for logins, refreshes and handshakes; requests ask the cache of users. True when
//   access   its login ended, or its user's tokens were ended (new password, deactivation) after it was issued
//   refresh  it was blacklisted, or its user's tokens were ended after it was issued
//   device   its credential was revoked
// Throws DatabaseError.
bool IsRevoked(Database& database, const Claims& claims, Micros now);

// An access token of an ended login expires by itself within this time.
inline constexpr Micros kEndedLoginsMatter = 2 * kAccessSeconds * kMicrosPerSecond;

}  // namespace fajma::auth
