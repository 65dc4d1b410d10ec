#include "api/rest/routes.h"

#include "api/rest/account_fields.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"

namespace fajma::rest {

// Where two patterns fit one path, the first line counts.
std::span<const Route> Routes() {
  static const Route routes[] = {
      {"POST", "/api/token/", CreateToken, kPublic, false, LoginFields()},
      {"POST", "/api/token/refresh/", RefreshToken, kPublic, false, RefreshFields()},
      {"POST", "/api/token/blacklist/", BlacklistToken, kPublic, false, RefreshFields()},
      {"POST", "/api/token/verify/", VerifyToken, kPublic, false, VerifyFields()},
      {"POST", "/api-token-auth/", CreateApiToken, kPublic, false, LoginFields()},
      {"GET", "/api/demo/", ShowDemoLogin, kPublic},
      {"GET", "/api/schema/", ShowSchema, kPublic},
      {"GET", "/api/docs/", ShowDocs, kPublic},

      {"GET", "/api/iot/", ShowRoot, kEveryRole},

      {"GET", "/api/iot/dispositifs/", ListDevices, kEveryRole, true},
      {"POST", "/api/iot/dispositifs/", CreateDevice, kKeepers, false, DeviceFields()},
      {"GET", "/api/iot/dispositifs/{id}/", ShowDevice, kEveryRole},
      {"PUT", "/api/iot/dispositifs/{id}/", ReplaceDevice, kKeepers, false, DeviceFields()},
      {"PATCH", "/api/iot/dispositifs/{id}/", ChangeDevice, kKeepers, false, DeviceFields()},
      {"DELETE", "/api/iot/dispositifs/{id}/", DeleteDevice, kKeepers},
      {"POST", "/api/iot/dispositifs/{id}/status/", SetDeviceStatus, kKeepers, false, DeviceStatusFields()},
      {"POST", "/api/iot/dispositifs/{id}/send-command/", SendCommand, kKeepers, false, CommandFields()},
      {"GET", "/api/iot/dispositifs/{id}/commandes/", ListCommands, kKeepers},
      {"GET", "/api/iot/dispositifs/{id}/latest-data/", ShowLatestData, kReaders, true},
      {"GET", "/api/iot/dispositifs/{id}/identifiants/", ListCredentials, kKeepers},
      {"POST", "/api/iot/dispositifs/{id}/identifiants/", CreateCredential, kKeepers},
      {"DELETE", "/api/iot/dispositifs/{id}/identifiants/{sub_id}/", RevokeCredential, kKeepers},

      {"GET", "/api/iot/donnees/", ListReadings, kReaders, true},
      {"POST", "/api/iot/donnees/", CreateReading, kAdministrateur, false, ReadingFields()},
      {"GET", "/api/iot/donnees/real-time/", ListRecentReadings, kReaders},
      {"GET", "/api/iot/donnees/statistics/", ShowStatistics, kReaders, true, {}, true},
      {"GET", "/api/iot/donnees/{id}/", ShowReading, kReaders},
      {"PUT", "/api/iot/donnees/{id}/", ReplaceReading, kAdministrateur, false, ReadingFields()},
      {"PATCH", "/api/iot/donnees/{id}/", ChangeReading, kAdministrateur, false, ReadingFields()},
      {"DELETE", "/api/iot/donnees/{id}/", DeleteReading, kAdministrateur},

      {"GET", "/api/iot/alertes/", ListAlerts, kReaders, true},
      {"POST", "/api/iot/alertes/", CreateAlert, kAdministrateur, false, AlertFields()},
      {"GET", "/api/iot/alertes/active/", ListActiveAlerts, kReaders, true},
      {"GET", "/api/iot/alertes/critical/", ListCriticalAlerts, kReaders, true},
      {"GET", "/api/iot/alertes/soignants/", ListAlertCarers, kCarers},
      {"GET", "/api/iot/alertes/{id}/", ShowAlert, kReaders},
      {"PUT", "/api/iot/alertes/{id}/", ReplaceAlert, kAdministrateur, false, AlertFields()},
      {"PATCH", "/api/iot/alertes/{id}/", ChangeAlert, kAdministrateur, false, AlertFields()},
      {"DELETE", "/api/iot/alertes/{id}/", DeleteAlert, kAdministrateur},
      {"POST", "/api/iot/alertes/{id}/acknowledge/", AcknowledgeAlert, kCarers},
      {"POST", "/api/iot/alertes/{id}/escalate/", EscalateAlert, kPrescribers},
      {"POST", "/api/iot/alertes/{id}/silence/", SilenceAlert, kCarers, false, SilenceFields()},
      {"POST", "/api/iot/alertes/{id}/assign/", AssignAlert, kCarers, false, AssignFields()},
      {"POST", "/api/iot/alertes/{id}/comment/", CommentAlert, kCarers, false, CommentFields()},
      {"GET", "/api/iot/alertes/{id}/suivi/", ShowAlertAccount, kReaders},

      {"GET", "/api/iot/seuils/", ListThresholds, kReaders},
      {"POST", "/api/iot/seuils/", CreateThreshold, kPrescribers, false, ThresholdFields()},
      {"GET", "/api/iot/seuils/{id}/", ShowThreshold, kReaders},
      {"PUT", "/api/iot/seuils/{id}/", ReplaceThreshold, kPrescribers, false, ThresholdFields()},
      {"PATCH", "/api/iot/seuils/{id}/", ChangeThreshold, kPrescribers, false, ThresholdFields()},
      {"DELETE", "/api/iot/seuils/{id}/", DeleteThreshold, kPrescribers},
      {"GET", "/api/iot/seuils/{id}/historique/", ShowThresholdHistory, kReaders},

      {"GET", "/api/iot/sessions/", ListSessions, kEveryRole},
      {"GET", "/api/iot/sessions/active/", ListActiveSessions, kEveryRole},
      {"GET", "/api/iot/journal-acces/", ListAccesses, kAdministrateur},

      {"GET", "/api/patients/", ListPatients, kReaders},
      {"POST", "/api/patients/", CreatePatient, kAdministrateur, false, PatientFields()},
      {"GET", "/api/patients/{id}/", ShowPatient, kReaders},
      {"PUT", "/api/patients/{id}/", ReplacePatient, kAdministrateur, false, PatientFields()},
      {"PATCH", "/api/patients/{id}/", ChangePatient, kAdministrateur, false, PatientFields()},
      {"DELETE", "/api/patients/{id}/", DischargePatient, kAdministrateur},
      {"GET", "/api/patients/{id}/news2/", ShowPatientNews2, kReaders},

      {"GET", "/api/salles/", ListRooms, kReaders},
      {"POST", "/api/salles/", CreateRoom, kAdministrateur, false, RoomFields()},
      {"GET", "/api/salles/{id}/", ShowRoom, kReaders},
      {"PUT", "/api/salles/{id}/", ReplaceRoom, kAdministrateur, false, RoomFields()},
      {"PATCH", "/api/salles/{id}/", ChangeRoom, kAdministrateur, false, RoomFields()},
      {"DELETE", "/api/salles/{id}/", DeleteRoom, kAdministrateur},

      {"GET", "/api/utilisateurs/", ListUsers, kAdministrateur},
      {"POST", "/api/utilisateurs/", CreateUser, kAdministrateur, false, NewUserFields()},
      {"GET", "/api/utilisateurs/me/", ShowOwnUser, kEveryRole},
      {"PATCH", "/api/utilisateurs/me/", ChangeOwnUser, kEveryRole, false, OwnFields()},
      {"GET", "/api/utilisateurs/{id}/", ShowUser, kAdministrateur},
      {"PUT", "/api/utilisateurs/{id}/", ReplaceUser, kAdministrateur, false, UserFields()},
      {"PATCH", "/api/utilisateurs/{id}/", ChangeUser, kAdministrateur, false, UserFields()},
      {"DELETE", "/api/utilisateurs/{id}/", DeactivateUser, kAdministrateur},

      {"GET", "/health/live", ShowLive, kPublic},
      {"GET", "/health/ready", ShowReady, kPublic},
      {"GET", "/metrics", ShowMetrics, kPublic},
  };
  return routes;
}

}  // namespace fajma::rest
