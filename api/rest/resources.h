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

// commandes.cpp
http::Response SendCommand(Call& call);
http::Response ListCommands(Call& call);

// donnees.cpp
http::Response ListReadings(Call& call);
http::Response CreateReading(Call& call);
http::Response ListRecentReadings(Call& call);
void AppendReading(std::string& out, const Reading& reading);
ReadingFilter ReadingFilterOf(const Call& call, const Values& values);
// A value that its measure cannot have; a type of data outside the catalogue takes any.
std::optional<http::Response> RefuseOutOfRange(const std::string& type, double value);
http::Response RefuseField(std::string_view field, std::string message);
// A list of readings is read: of one patient when the filter names one, or a device that has readings of one only.
void NoteReadingsRead(Call& call, const ReadingFilter& filter);

// donnees_detail.cpp
http::Response ShowReading(Call& call);
http::Response ReplaceReading(Call& call);
http::Response ChangeReading(Call& call);
http::Response DeleteReading(Call& call);

// donnees_pages.cpp
http::Response ListReadingsByCursor(Call& call);
http::Response ListReadingsAfter(Call& call);

// donnees_statistics.cpp
http::Response ShowStatistics(Call& call);

// alertes.cpp
http::Response ListAlerts(Call& call);
http::Response ListActiveAlerts(Call& call);
http::Response ListCriticalAlerts(Call& call);
http::Response CreateAlert(Call& call);
http::Response AcknowledgeAlert(Call& call);
void AppendAlert(std::string& out, const Alert& alert);
Lookups AlertLookups(const Call& call);
// The alert of {id}, when the caller may see it.
std::optional<Alert> FindVisibleAlert(const Call& call);
// Of one transaction, if there are any.
void PublishAlerts(const Call& call, const std::vector<AlertEvent>& events);

// alertes_detail.cpp
http::Response ShowAlert(Call& call);
http::Response ReplaceAlert(Call& call);
http::Response ChangeAlert(Call& call);
http::Response DeleteAlert(Call& call);

// alertes_suivi.cpp
http::Response ShowAlertAccount(Call& call);
http::Response EscalateAlert(Call& call);
http::Response SilenceAlert(Call& call);
http::Response AssignAlert(Call& call);
http::Response CommentAlert(Call& call);
http::Response ListAlertCarers(Call& call);

// seuils.cpp
http::Response ListThresholds(Call& call);
http::Response CreateThreshold(Call& call);
http::Response ShowThreshold(Call& call);
http::Response ReplaceThreshold(Call& call);
http::Response ChangeThreshold(Call& call);
http::Response DeleteThreshold(Call& call);
http::Response ShowThresholdHistory(Call& call);

// sessions.cpp
http::Response ListSessions(Call& call);
http::Response ListActiveSessions(Call& call);

// journal_acces.cpp
http::Response ListAccesses(Call& call);

// patients.cpp
http::Response ListPatients(Call& call);
http::Response ShowPatient(Call& call);
http::Response CreatePatient(Call& call);
http::Response ReplacePatient(Call& call);
http::Response ChangePatient(Call& call);
http::Response DischargePatient(Call& call);

// patients_news2.cpp
http::Response ShowPatientNews2(Call& call);

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

// schema.cpp
http::Response ShowSchema(Call& call);

// docs.cpp
http::Response ShowDocs(Call& call);

// root.cpp
http::Response ShowRoot(Call& call);

// health.cpp
http::Response ShowLive(Call& call);
http::Response ShowReady(Call& call);
http::Response ShowMetrics(Call& call);

// demo.cpp
http::Response ShowDemoLogin(Call& call);

}  // namespace fajma::rest
