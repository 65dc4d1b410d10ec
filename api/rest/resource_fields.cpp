#include "api/rest/resource_fields.h"

#include <string_view>

#include "core/domain/alert_level.h"
#include "core/domain/alert_nature.h"

namespace fajma::rest {
namespace {

using enum FieldType;

constexpr std::string_view kDeviceTypes[] = {
    "capteur_cardiaque", "capteur_temperature", "capteur_pression", "capteur_oxygene", "capteur_glycemie",
};
constexpr std::string_view kDeviceStatuses[] = {"actif", "inactif", "maintenance", "erreur"};
constexpr std::string_view kAlertStates[] = {"presente"};

constexpr Field kDeviceFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "adresse_mac", .type = kMac, .required = true, .unique = true, .max_length = 17},
    {.name = "nom", .required = true, .max_length = 100},
    {.name = "type_dispositif", .type = kChoice, .required = true, .choices = kDeviceTypes},
    {.name = "adresse_ip", .type = kIpAddress, .nullable = true},
    {.name = "status", .type = kChoice, .choices = kDeviceStatuses},
    {.name = "derniere_connexion", .type = kDateTime, .read_only = true},
    {.name = "version_firmware", .nullable = true, .allow_blank = true, .max_length = 20},
    {.name = "niveau_batterie", .type = kInteger, .nullable = true, .min = 0, .max = 100},
    {.name = "qualite_signal", .type = kInteger, .nullable = true, .min = 0, .max = 100},
    {.name = "date_creation", .type = kDateTime, .read_only = true},
    {.name = "date_modification", .type = kDateTime, .read_only = true},
    {.name = "patient", .type = kKey, .required = true},
    {.name = "intervalle_attendu", .type = kInteger, .nullable = true, .min = 1, .max = 86'400},
};

constexpr Field kCommandFields[] = {
    {.name = "command", .required = true, .max_length = 100},
    {.name = "params", .type = kObject},
    {.name = "expires_in", .type = kInteger, .min = 1, .max = 604'800},
};

constexpr Field kDeviceStatusFields[] = {
    {.name = "status", .type = kChoice, .required = true, .choices = kDeviceStatuses},
    {.name = "niveau_batterie", .type = kInteger, .nullable = true, .min = 0, .max = 100},
    {.name = "qualite_signal", .type = kInteger, .nullable = true, .min = 0, .max = 100},
};

constexpr Field kReadingFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "type_donnee", .required = true, .max_length = 50},
    {.name = "valeur", .type = kNumber, .required = true},
    {.name = "unite", .required = true, .max_length = 20},
    {.name = "timestamp", .type = kDateTime, .read_only = true},
    {.name = "qualite_donnee", .type = kInteger, .min = 0, .max = 100},
    {.name = "metadata", .type = kJson},
    {.name = "dispositif", .type = kKey, .required = true},
};

constexpr Field kAlertFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "niveau", .type = kChoice, .required = true, .choices = kAlertLevelNames},
    {.name = "titre", .required = true, .max_length = 200},
    {.name = "message", .required = true, .max_length = 4000},
    {.name = "acquittee", .type = kBoolean, .read_only = true},
    {.name = "date_acquittement", .type = kDateTime, .read_only = true},
    {.name = "date_creation", .type = kDateTime, .read_only = true},
    {.name = "dispositif", .type = kKey, .required = true},
    {.name = "patient", .type = kKey, .required = true},
    {.name = "donnee_declencheur", .type = kKey, .nullable = true},
    {.name = "acquittee_par", .type = kKey, .read_only = true},
    {.name = "nature", .type = kChoice, .read_only = true, .choices = kAlertNatureNames},
};

constexpr Field kLoginFields[] = {
    {.name = "username", .required = true},
    {.name = "password", .required = true, .trim = false},
};

constexpr Field kRefreshFields[] = {
    {.name = "refresh", .required = true},
};

constexpr Field kVerifyFields[] = {
    {.name = "token", .required = true},
};

constexpr Field kDeviceFilters[] = {
    {.name = "patient", .type = kInteger},
    {.name = "status", .type = kChoice, .choices = kDeviceStatuses},
    {.name = "type_dispositif", .type = kChoice, .choices = kDeviceTypes},
};

constexpr Field kReadingFilters[] = {
    {.name = "dispositif", .type = kInteger},
    {.name = "patient", .type = kInteger},
    {.name = "type_donnee"},
};

constexpr Field kRecentReadingFilters[] = {
    {.name = "dispositif", .type = kInteger},
    {.name = "patient", .type = kInteger},
    {.name = "type_donnee"},
    {.name = "minutes", .type = kInteger, .min = 1, .max = 1440},
    {.name = "limit", .type = kInteger, .min = 1, .max = 1000},
};

constexpr Field kLatestDataFilters[] = {
    {.name = "limit", .type = kInteger, .min = 1, .max = 100},
};

constexpr Field kAlertFilters[] = {
    {.name = "dispositif", .type = kInteger},
    {.name = "patient", .type = kInteger},
    {.name = "niveau", .type = kChoice, .choices = kAlertLevelNames},
    {.name = "acquittee", .type = kBoolean},
    {.name = "etat", .type = kChoice, .choices = kAlertStates},
    {.name = "nature", .type = kChoice, .choices = kAlertNatureNames},
};

constexpr Field kPatientFilters[] = {
    {.name = "salle"},
};

}  // namespace

std::span<const Field> DeviceFields() { return kDeviceFields; }
std::span<const Field> CommandFields() { return kCommandFields; }
std::span<const Field> DeviceStatusFields() { return kDeviceStatusFields; }
std::span<const Field> ReadingFields() { return kReadingFields; }
std::span<const Field> AlertFields() { return kAlertFields; }
std::span<const Field> LoginFields() { return kLoginFields; }
std::span<const Field> RefreshFields() { return kRefreshFields; }
std::span<const Field> VerifyFields() { return kVerifyFields; }
std::span<const Field> DeviceFilters() { return kDeviceFilters; }
std::span<const Field> ReadingFilters() { return kReadingFilters; }
std::span<const Field> RecentReadingFilters() { return kRecentReadingFilters; }
std::span<const Field> LatestDataFilters() { return kLatestDataFilters; }
std::span<const Field> AlertFilters() { return kAlertFilters; }
std::span<const Field> PatientFilters() { return kPatientFilters; }

}  // namespace fajma::rest
