// The handlers of all routes: one file for each resource.
#pragma once

#include <string>

#include "api/rest/call.h"

namespace fajma::rest {

// token.cpp
http::Response CreateToken(Call& call);
http::Response RefreshToken(Call& call);
http::Response BlacklistToken(Call& call);
http::Response VerifyToken(Call& call);
http::Response CreateApiToken(Call& call);

// dispositifs.cpp
http::Response ListDevices(Call& call);
http::Response CreateDevice(Call& call);
http::Response ShowDevice(Call& call);
http::Response ReplaceDevice(Call& call);
http::Response ChangeDevice(Call& call);
http::Response DeleteDevice(Call& call);
http::Response SetDeviceStatus(Call& call);
http::Response ShowLatestData(Call& call);
// The device of {id}, when the caller may see it.
std::optional<Device> FindVisibleDevice(const Call& call, std::int64_t id);

// donnees.cpp
http::Response ListReadings(Call& call);
http::Response CreateReading(Call& call);
http::Response ListRecentReadings(Call& call);
void AppendReading(std::string& out, const Reading& reading);

// alertes.cpp
http::Response ListAlerts(Call& call);
http::Response ListActiveAlerts(Call& call);
http::Response ListCriticalAlerts(Call& call);
http::Response CreateAlert(Call& call);
http::Response AcknowledgeAlert(Call& call);

// patients.cpp
http::Response ListPatients(Call& call);
http::Response ShowPatient(Call& call);
http::Response CreatePatient(Call& call);
http::Response ReplacePatient(Call& call);
http::Response ChangePatient(Call& call);
http::Response DischargePatient(Call& call);

// salles.cpp
http::Response ListRooms(Call& call);
http::Response CreateRoom(Call& call);
http::Response ShowRoom(Call& call);
http::Response ReplaceRoom(Call& call);
http::Response ChangeRoom(Call& call);
http::Response DeleteRoom(Call& call);

// utilisateurs.cpp
http::Response ListUsers(Call& call);
http::Response CreateUser(Call& call);
http::Response ShowUser(Call& call);
http::Response ReplaceUser(Call& call);
http::Response ChangeUser(Call& call);
http::Response DeactivateUser(Call& call);
http::Response ShowOwnUser(Call& call);
http::Response ChangeOwnUser(Call& call);

// identifiants.cpp
http::Response ListCredentials(Call& call);
http::Response CreateCredential(Call& call);
http::Response RevokeCredential(Call& call);
// After a change of credentials, or of a device that has some.
void WriteBrokerPasswords(const Call& call);

// root.cpp
http::Response ShowRoot(Call& call);

// health.cpp
http::Response ShowLive(Call& call);
http::Response ShowReady(Call& call);
http::Response ShowMetrics(Call& call);

// demo.cpp
http::Response ShowDemoLogin(Call& call);

}  // namespace fajma::rest
