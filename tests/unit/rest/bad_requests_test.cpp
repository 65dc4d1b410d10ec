// A table of bad requests and their exact answers. None is a 500, none changes anything.
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "tests/unit/rest/bad_account_requests.h"
#include "tests/unit/rest/bad_requests.h"
#include "tests/unit/rest/rest_fixture.h"

namespace fajma::rest {
namespace {

constexpr char kMissing[] = R"({"adresse_mac":["This field is required."],"nom":["This field is required."],)"
                            R"("type_dispositif":["This field is required."],"patient":["This field is required."]})";
constexpr char kDevices[] = "/api/iot/dispositifs/";
constexpr char kDevice[] = "/api/iot/dispositifs/1/";
constexpr char kReadings[] = "/api/iot/donnees/";
constexpr char kAlerts[] = "/api/iot/alertes/";
constexpr char kReading[] = "/api/iot/donnees/8192/";
constexpr char kAlert[] = "/api/iot/alertes/1/";
constexpr char kThresholds[] = "/api/iot/seuils/";

// One request a line.
// clang-format off

// Body of a device with one field replaced by what is wrong.
#define DEVICE(fields) R"({"nom":"n","type_dispositif":"capteur_cardiaque","adresse_mac":"02:00:00:00:00:01","patient":1,)" fields "}"
#define READING(fields) R"({"dispositif":1,"type_donnee":"heart_rate","valeur":71,"unite":"bpm",)" fields "}"

const BadRequest kBadRequests[] = {
    // Bodies that are no object.
    {"POST", kDevices, "{", 400, R"~({"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"})~"},
    {"POST", kDevices, "abc", 400, R"~({"detail":"JSON parse error - Expecting value: line 1 column 1 (char 0)"})~"},
    {"POST", kDevices, "{} {}", 400, R"~({"detail":"JSON parse error - Extra data: line 1 column 4 (char 3)"})~"},
    {"POST", kDevices, "{\"a\":1 \"b\":2}", 400, R"~({"detail":"JSON parse error - Expecting ',' delimiter: line 1 column 8 (char 7)"})~"},
    {"POST", kDevices, "{\"a", 400, R"~({"detail":"JSON parse error - Unterminated string starting at: line 1 column 2 (char 1)"})~"},
    {"POST", kDevices, "{\"a\":\"\n\"}", 400, R"~({"detail":"JSON parse error - Invalid control character at: line 1 column 7 (char 6)"})~"},
    {"POST", kDevices, "{\"a\":NaN}", 400, R"({"detail":"JSON parse error - Out of range float values are not JSON compliant: 'NaN'"})"},
    {"POST", kDevices, "{\"a\":1e999}", 400, R"({"detail":"JSON parse error - Out of range float values are not JSON compliant: '1e999'"})"},
    {"POST", kDevices, "\"\xFF\"", 400, R"({"detail":"JSON parse error - 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"})"},
    {"POST", kDevices, "\xEF\xBB\xBF{}", 400, R"~({"detail":"JSON parse error - Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"})~"},
    {"POST", kDevices, "[1]", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
    {"POST", kDevices, "\"x\"", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got str."]})"},
    {"POST", kDevices, "5", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got int."]})"},
    {"POST", kDevices, "null", 400, R"({"non_field_errors":["No data provided"]})"},
    {"POST", kDevices, "", 400, kMissing},
    {"POST", kDevices, "{}", 400, kMissing},
    {"POST", kDevices, "x", 415, R"({"detail":"Unsupported media type \"text/plain\" in request."})", "text/plain"},
    {"POST", kDevices, "{}", 415, R"({"detail":"Unsupported media type \"text/plain; charset=utf-8\" in request."})", "text/plain; charset=utf-8"},
    {"POST", kDevices, "<a/>", 415, R"({"detail":"Unsupported media type \"application/xml\" in request."})", "application/xml"},
    {"POST", kDevices, "{", 400, R"~({"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"})~", "Application/JSON; charset=utf-8"},
    {"POST", kDevices, "nom=&patient=x", 400, R"({"adresse_mac":["This field is required."],"nom":["This field may not be blank."],"type_dispositif":["This field is required."],"patient":["Incorrect type. Expected pk value, received str."]})", kFormType},
    {"POST", kDevices, "%zz=%ff&&=", 400, kMissing, kFormType},
    // Fields of a device.
    {"POST", kDevices, DEVICE(R"("nom":null)"), 400, R"({"nom":["This field may not be null."]})"},
    {"POST", kDevices, DEVICE(R"("nom":"   ")"), 400, R"({"nom":["This field may not be blank."]})"},
    {"POST", kDevices, DEVICE(R"("nom":["a"])"), 400, R"({"nom":["Not a valid string."]})"},
    {"POST", kDevices, DEVICE(R"("nom":"a\u0000b")"), 400, R"({"nom":["Null characters are not allowed."]})"},
    {"POST", kDevices, DEVICE(R"("nom":"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé")"), 400, R"({"nom":["Ensure this field has no more than 100 characters."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_mac":"zz")"), 400, R"({"adresse_mac":["Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_mac":"AABBCCDDEEFF")"), 400, R"({"adresse_mac":["Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_mac":"aa:bb:cc:00:00:01")"), 400, R"({"adresse_mac":["This field must be unique."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_mac":null)"), 400, R"({"adresse_mac":["This field may not be null."]})"},
    {"POST", kDevices, DEVICE(R"("type_dispositif":"capteur")"), 400, R"({"type_dispositif":["\"capteur\" is not a valid choice."]})"},
    {"POST", kDevices, DEVICE(R"("type_dispositif":"<script>\"")"), 400, R"({"type_dispositif":["\"<script>\"\" is not a valid choice."]})"},
    {"POST", kDevices, DEVICE(R"("type_dispositif":7)"), 400, R"({"type_dispositif":["\"7\" is not a valid choice."]})"},
    {"POST", kDevices, DEVICE(R"("status":"ACTIF")"), 400, R"({"status":["\"ACTIF\" is not a valid choice."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_ip":"1.2.3")"), 400, R"({"adresse_ip":["Enter a valid IPv4 or IPv6 address."]})"},
    {"POST", kDevices, DEVICE(R"("adresse_ip":"::g")"), 400, R"({"adresse_ip":["Enter a valid IPv4 or IPv6 address."]})"},
    {"POST", kDevices, DEVICE(R"("niveau_batterie":"abc","qualite_signal":101)"), 400, R"({"niveau_batterie":["A valid integer is required."],"qualite_signal":["Ensure this value is less than or equal to 100."]})"},
    {"POST", kDevices, DEVICE(R"("niveau_batterie":-1)"), 400, R"({"niveau_batterie":["Ensure this value is greater than or equal to 0."]})"},
    {"POST", kDevices, DEVICE(R"("version_firmware":"123456789012345678901")"), 400, R"({"version_firmware":["Ensure this field has no more than 20 characters."]})"},
    {"POST", kDevices, DEVICE(R"("patient":9999)"), 400, R"({"patient":["Invalid pk \"9999\" - object does not exist."]})"},
    {"POST", kDevices, DEVICE(R"("patient":-1)"), 400, R"({"patient":["Invalid pk \"-1\" - object does not exist."]})"},
    {"POST", kDevices, DEVICE(R"("patient":true)"), 400, R"({"patient":["Incorrect type. Expected pk value, received bool."]})"},
    {"POST", kDevices, DEVICE(R"("patient":{"id":1})"), 400, R"({"patient":["Incorrect type. Expected pk value, received dict."]})"},
    {"PUT", kDevice, R"({"nom":"x"})", 400, R"({"adresse_mac":["This field is required."],"type_dispositif":["This field is required."],"patient":["This field is required."]})"},
    {"PATCH", kDevice, R"({"status":"x"})", 400, R"({"status":["\"x\" is not a valid choice."]})"},
    {"PATCH", kDevice, R"({"adresse_mac":"AA:BB:CC:00:00:02"})", 400, R"({"adresse_mac":["This field must be unique."]})"},
    {"PATCH", kDevice, "[]", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
    {"POST", "/api/iot/dispositifs/1/status/", R"({"status":"x","niveau_batterie":900})", 400, R"({"status":["\"x\" is not a valid choice."],"niveau_batterie":["Ensure this value is less than or equal to 100."]})"},
    // Fields of a reading and of an alert.
    {"POST", kReadings, READING(R"("valeur":"nan")"), 400, R"({"valeur":["A valid number is required."]})"},
    {"POST", kReadings, READING(R"("valeur":"1e999")"), 400, R"({"valeur":["A valid number is required."]})"},
    {"POST", kReadings, READING(R"("valeur":null)"), 400, R"({"valeur":["This field may not be null."]})"},
    {"POST", kReadings, READING(R"("valeur":19.9)"), 400, R"({"valeur":["Valeur hors plage (20 à 300 bpm)."]})"},
    {"POST", kReadings, READING(R"("type_donnee":"glucose","valeur":5,"unite":"mg/dL")"), 400, R"({"valeur":["Valeur hors plage (10 à 1000 mg/dL)."]})"},
    {"POST", kReadings, READING(R"("unite":"")"), 400, R"({"unite":["This field may not be blank."]})"},
    {"POST", kReadings, READING(R"("unite":"123456789012345678901")"), 400, R"({"unite":["Ensure this field has no more than 20 characters."]})"},
    {"POST", kReadings, READING(R"("qualite_donnee":"bonne")"), 400, R"({"qualite_donnee":["A valid integer is required."]})"},
    {"POST", kReadings, READING(R"("metadata":null)"), 400, R"({"metadata":["This field may not be null."]})"},
    {"POST", kReadings, READING(R"("dispositif":99999)"), 400, R"({"dispositif":["Invalid pk \"99999\" - object does not exist."]})"},
    {"POST", kAlerts, R"({"dispositif":99999,"niveau":"x"})", 400, R"({"niveau":["\"x\" is not a valid choice."],"titre":["This field is required."],"message":["This field is required."],"dispositif":["Invalid pk \"99999\" - object does not exist."],"patient":["This field is required."]})"},
    // Queries.
    {"GET", "/api/iot/dispositifs/?patient=x", "", 400, R"({"patient":["A valid integer is required."]})"},
    {"GET", "/api/iot/dispositifs/?status=x&type_dispositif=y", "", 400, R"({"status":["\"x\" is not a valid choice."],"type_dispositif":["\"y\" is not a valid choice."]})"},
    {"GET", "/api/iot/dispositifs/?page=0", "", 404, kInvalidPage},
    {"GET", "/api/iot/dispositifs/?page=-1", "", 404, kInvalidPage},
    {"GET", "/api/iot/dispositifs/?page=6", "", 404, kInvalidPage},
    {"GET", "/api/iot/dispositifs/?page=x", "", 404, kInvalidPage},
    {"GET", "/api/iot/dispositifs/?page=99999999999999999999", "", 404, kInvalidPage},
    {"GET", "/api/iot/donnees/?dispositif=1.5", "", 400, R"({"dispositif":["A valid integer is required."]})"},
    {"GET", "/api/iot/donnees/real-time/?minutes=0&limit=1001", "", 400, R"({"minutes":["Ensure this value is greater than or equal to 1."],"limit":["Ensure this value is less than or equal to 1000."]})"},
    {"GET", "/api/iot/dispositifs/1/latest-data/?limit=101", "", 400, R"({"limit":["Ensure this value is less than or equal to 100."]})"},
    {"GET", "/api/iot/dispositifs/1/latest-data/?limit=abc", "", 400, R"({"limit":["A valid integer is required."]})"},
    {"GET", "/api/iot/alertes/?niveau=grave&acquittee=peut-etre", "", 400, R"({"niveau":["\"grave\" is not a valid choice."],"acquittee":["Must be a valid boolean."]})"},
    // Statistics, pages by cursor.
    {"GET", "/api/iot/donnees/statistics/?hours=0", "", 400, R"({"hours":["Ensure this value is greater than or equal to 1."]})"},
    {"GET", "/api/iot/donnees/statistics/?hours=8785&patient=x", "", 400, R"({"patient":["A valid integer is required."],"hours":["Ensure this value is less than or equal to 8784."]})"},
    {"GET", "/api/iot/donnees/statistics/?intervalle=1y", "", 400, R"({"intervalle":["\"1y\" is not a valid choice."]})"},
    {"GET", "/api/iot/donnees/statistics/?intervalle=1m&hours=48", "", 400, R"({"intervalle":["Trop d'intervalles (1500 au plus)."]})"},
    {"GET", "/api/iot/donnees/statistics/?dispositif=1;DROP", "", 400, R"({"dispositif":["A valid integer is required."]})"},
    {"POST", "/api/iot/donnees/statistics/", "{}", 405, R"({"detail":"Method \"POST\" not allowed."})"},
    {"GET", "/api/iot/donnees/statistics/", "", 403, kForbidden, kJsonType, "technicien"},
    {"GET", "/api/iot/donnees/?curseur=x", "", 404, R"({"detail":"Invalid cursor"})"},
    {"GET", "/api/iot/donnees/?curseur=a", "", 404, R"({"detail":"Invalid cursor"})"},
    {"GET", "/api/iot/donnees/?curseur=a-5", "", 404, R"({"detail":"Invalid cursor"})"},
    {"GET", "/api/iot/donnees/?curseur=a99999999999999999999", "", 404, R"({"detail":"Invalid cursor"})"},
    {"GET", "/api/iot/donnees/?curseur=&limit=501", "", 400, R"({"limit":["Ensure this value is less than or equal to 500."]})"},
    {"GET", "/api/iot/donnees/?apres=x", "", 400, R"({"apres":["A valid integer is required."]})"},
    {"GET", "/api/iot/donnees/?apres=-1&limit=0", "", 400, R"({"apres":["Ensure this value is greater than or equal to 0."],"limit":["Ensure this value is greater than or equal to 1."]})"},
    {"GET", "/api/iot/donnees/?apres=0&patient=5", "", 404, kNotFound, kJsonType, "medecin"},
    // One reading, one alert.
    {"GET", "/api/iot/donnees/99999/", "", 404, kNotFound},
    {"GET", "/api/iot/donnees/abc/", "", 404, kNotFound},
    {"GET", kReading, "", 404, kNotFound, kJsonType, "infirmier"},
    {"PATCH", "/api/iot/donnees/99999/", "{", 404, kNotFound},
    {"DELETE", "/api/iot/donnees/99999/", "", 404, kNotFound},
    {"DELETE", kReading, "", 403, kForbidden, kJsonType, "medecin"},
    {"PUT", kReading, "{}", 400, R"({"type_donnee":["This field is required."],"valeur":["This field is required."],"unite":["This field is required."],"dispositif":["This field is required."]})"},
    {"PATCH", kReading, R"({"valeur":999})", 400, R"({"valeur":["Valeur hors plage (20 à 300 bpm)."]})"},
    {"PATCH", kReading, R"({"type_donnee":"temperature"})", 400, R"({"valeur":["Valeur hors plage (25 à 45 °C)."]})"},
    {"PATCH", kReading, R"({"valeur":"abc","dispositif":99999})", 400, R"({"valeur":["A valid number is required."],"dispositif":["Invalid pk \"99999\" - object does not exist."]})"},
    {"PATCH", kReading, "[1]", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
    {"PATCH", kReading, "x", 415, R"({"detail":"Unsupported media type \"text/plain\" in request."})", "text/plain"},
    {"POST", kReading, "{}", 405, R"({"detail":"Method \"POST\" not allowed."})"},
    {"GET", "/api/iot/alertes/99999/", "", 404, kNotFound},
    {"GET", kAlert, "", 404, kNotFound, kJsonType, "infirmier"},
    {"PUT", kAlert, "{}", 400, R"({"niveau":["This field is required."],"titre":["This field is required."],"message":["This field is required."],"dispositif":["This field is required."],"patient":["This field is required."]})"},
    {"PATCH", kAlert, R"({"niveau":"grave","donnee_declencheur":99999})", 400, R"({"niveau":["\"grave\" is not a valid choice."],"donnee_declencheur":["Invalid pk \"99999\" - object does not exist."]})"},
    {"PATCH", kAlert, R"({"titre":""})", 400, R"({"titre":["This field may not be blank."]})"},
    {"DELETE", kAlert, "", 403, kForbidden, kJsonType, "medecin"},
    {"DELETE", "/api/iot/alertes/99999/", "", 404, kNotFound},
    {"DELETE", "/api/iot/alertes/active/", "", 405, R"({"detail":"Method \"DELETE\" not allowed."})"},
    // Thresholds, sessions, the journal of accesses.
    {"POST", kThresholds, "{}", 400, R"({"type_donnee":["This field is required."],"niveau":["This field is required."]})"},
    {"POST", kThresholds, R"({"type_donnee":"battery_level","niveau":"info"})", 400, R"({"type_donnee":["\"battery_level\" is not a valid choice."],"niveau":["\"info\" is not a valid choice."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"critical"})", 400, R"({"non_field_errors":["Un seuil au moins est requis."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"critical","seuil_bas":19,"seuil_haut":301})", 400, R"({"seuil_bas":["Valeur hors plage (20 à 300 bpm)."],"seuil_haut":["Valeur hors plage (20 à 300 bpm)."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"critical","seuil_bas":100,"seuil_haut":100})", 400, R"({"non_field_errors":["Le seuil bas doit être inférieur au seuil haut."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"critical","seuil_bas":60,"seuil_haut":140})", 400, R"({"non_field_errors":["Les seuils d'un niveau plus grave doivent être plus éloignés."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"critical","seuil_bas":40,"seuil_haut":190})", 400, R"({"non_field_errors":["Les seuils d'un niveau plus grave doivent être plus éloignés."]})"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"warning","seuil_bas":50,"seuil_haut":110})", 400, R"({"non_field_errors":["The fields patient, type_donnee, niveau must make a unique set."]})"},
    {"POST", kThresholds, R"({"patient":5,"type_donnee":"heart_rate","niveau":"warning","seuil_bas":50})", 400, R"({"patient":["Invalid pk \"5\" - object does not exist."]})", kJsonType, "medecin"},
    {"POST", kThresholds, R"({"type_donnee":"heart_rate","niveau":"warning","seuil_bas":"nan"})", 400, R"({"seuil_bas":["A valid number is required."]})"},
    {"POST", kThresholds, "{}", 403, kForbidden, kJsonType, "infirmier"},
    {"GET", kThresholds, "", 403, kForbidden, kJsonType, "technicien"},
    {"GET", "/api/iot/seuils/?niveau=x", "", 400, R"({"niveau":["\"x\" is not a valid choice."]})"},
    {"GET", "/api/iot/seuils/99/", "", 404, kNotFound},
    {"GET", "/api/iot/seuils/99/historique/", "", 404, kNotFound},
    {"PUT", "/api/iot/seuils/1/", R"({"niveau":"warning"})", 400, R"({"type_donnee":["This field is required."]})"},
    {"PATCH", "/api/iot/seuils/1/", R"({"seuil_bas":null,"seuil_haut":null})", 400, R"({"non_field_errors":["Un seuil au moins est requis."]})"},
    {"DELETE", "/api/iot/seuils/1/", "", 403, kForbidden, kJsonType, "integrateur"},
    {"DELETE", "/api/iot/sessions/", "", 405, R"({"detail":"Method \"DELETE\" not allowed."})"},
    {"GET", "/api/iot/sessions/?page=2", "", 404, kInvalidPage},
    {"GET", "/api/iot/journal-acces/", "", 403, kForbidden, kJsonType, "medecin"},
    {"GET", "/api/iot/journal-acces/?depuis=hier&utilisateur=x", "", 400, R"({"utilisateur":["A valid integer is required."],"depuis":["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]})"},
    // Objects and methods.
    {"GET", "/api/iot/dispositifs/99999/", "", 404, kNotFound},
    {"GET", "/api/iot/dispositifs/abc/", "", 404, kNotFound},
    {"GET", "/api/iot/dispositifs/99999999999999999999/", "", 404, kNotFound},
    {"GET", "/api/iot/dispositifs/-1/", "", 404, kNotFound},
    {"PUT", "/api/iot/dispositifs/99999/", "{", 404, kNotFound},
    {"PATCH", "/api/iot/dispositifs/99999/", "x", 404, kNotFound, "text/plain"},
    {"DELETE", "/api/iot/dispositifs/99999/", "", 404, kNotFound},
    {"GET", "/api/iot/dispositifs/99999/latest-data/?limit=x", "", 404, kNotFound},
    {"POST", "/api/iot/alertes/99999/acknowledge/", "", 404, kNotFound},
    {"POST", "/api/iot/alertes/abc/acknowledge/", "", 404, kNotFound},
    {"GET", "/api/patients/99999/", "", 404, kNotFound},
    {"DELETE", kDevices, "", 405, R"({"detail":"Method \"DELETE\" not allowed."})"},
    {"POST", kDevice, "{", 405, R"({"detail":"Method \"POST\" not allowed."})"},
    {"TRACE", kDevice, "", 405, R"({"detail":"Method \"TRACE\" not allowed."})"},
    {"GET", "/api/iot/alertes/1/acknowledge/", "", 405, R"({"detail":"Method \"GET\" not allowed."})"},
    {"HEAD", "/api/token/", "", 405, R"({"detail":"Method \"HEAD\" not allowed."})", kJsonType, ""},
    // Who asks.
    {"GET", kReadings, "", 401, kNoCredentials, kJsonType, ""},
    {"DELETE", kDevices, "", 401, kNoCredentials, kJsonType, ""},
    {"POST", kDevices, "{", 401, kNoCredentials, kJsonType, ""},
    {"GET", "/api/iot/dispositifs/99999/", "", 401, kNoCredentials, kJsonType, ""},
    {"OPTIONS", kDevices, "", 401, kNoCredentials, kJsonType, ""},
    {"GET", kDevices, "", 401, R"({"detail":"User is inactive","code":"user_inactive"})", kJsonType, "inactif"},
    {"POST", kDevices, "{", 403, kForbidden, kJsonType, "medecin"},
    {"DELETE", "/api/iot/dispositifs/99999/", "", 403, kForbidden, kJsonType, "integrateur"},
    {"GET", kReadings, "", 403, kForbidden, kJsonType, "technicien"},
    {"GET", "/api/patients/", "", 403, kForbidden, kJsonType, "technicien"},
    {"POST", kReadings, "{}", 403, kForbidden, kJsonType, "infirmier"},
    {"POST", "/api/iot/alertes/1/acknowledge/", "", 403, kForbidden, kJsonType, "integrateur"},
    {"GET", "/api/patients/5/", "", 404, kNotFound, kJsonType, "medecin"},
    {"GET", "/api/iot/dispositifs/5/", "", 404, kNotFound, kJsonType, "medecin"},
    {"GET", "/api/iot/dispositifs/1/latest-data/", "", 404, kNotFound, kJsonType, "infirmier"},
    // Tokens.
    {"POST", "/api/token/", "{}", 400, R"({"username":["This field is required."],"password":["This field is required."]})", kJsonType, ""},
    {"POST", "/api/token/", R"({"username":"","password":""})", 400, R"({"username":["This field may not be blank."],"password":["This field may not be blank."]})", kJsonType, ""},
    {"POST", "/api/token/", R"({"username":null,"password":[]})", 400, R"({"username":["This field may not be null."],"password":["Not a valid string."]})", kJsonType, ""},
    {"POST", "/api/token/", R"({"username":"demo","password":"Demo"})", 401, R"({"detail":"No active account found with the given credentials"})", kJsonType, ""},
    {"POST", "/api/token/", R"({"username":"nobody","password":"demo"})", 401, R"({"detail":"No active account found with the given credentials"})", kJsonType, ""},
    {"POST", "/api/token/", R"({"username":"inactif","password":"demo"})", 401, R"({"detail":"No active account found with the given credentials"})", kJsonType, ""},
    {"POST", "/api/token/", "username=demo", 400, R"({"password":["This field is required."]})", kFormType, ""},
    {"POST", "/api/token/refresh/", R"({"refresh":""})", 400, R"({"refresh":["This field may not be blank."]})", kJsonType, ""},
    {"POST", "/api/token/refresh/", R"({"refresh":"a.b.c"})", 401, R"({"detail":"Token is invalid or expired","code":"token_not_valid"})", kJsonType, ""},
};
// clang-format on

// With reading 8192 and alert 1 of patient 1, and threshold 1 for all.
class BadRequests : public RestFixture {
 protected:
  BadRequests() {
    Store({1, "heart_rate", "bpm", 70, 100, "{}"});
    alerts_->Create({.device_id = 1, .patient_id = 1, .title = "T", .message = "M", .trigger_reading_id = {}},
                    SystemNow());
    Threshold threshold;
    threshold.measure = MeasureId::kHeartRate;
    threshold.bounds = {50, 110};
    ThresholdStore(*database_).Create(threshold);
  }
  // How many were asked.
  int AskAll(std::span<const BadRequest> requests) {
    const std::int64_t generation = database_->directory_generation();
    const std::int64_t commit = database_->last_commit();
    int asked = 0;
    for (const BadRequest& bad : requests) {
      SCOPED_TRACE(std::string(bad.method) + " " + bad.target + " " + bad.body);
      // Each from an address of its own: failed logins of one are limited.
      CheckOne(bad, "10.1.2." + std::to_string(++asked));
    }
    std::printf("%d bad requests answered\n", asked);
    EXPECT_EQ(database_->directory_generation(), generation);
    EXPECT_EQ(database_->last_commit(), commit);
    return asked;
  }

 private:
  void CheckOne(const BadRequest& bad, const std::string& address) {
    http::Request request = MakeRequest({bad.method, bad.target, bad.body, {{"Content-Type", bad.content_type}}},
                                        *bad.user == '\0' ? "" : "Bearer " + TokenOf(bad.user));
    request.peer_address = address;
    const http::Response response = api_->Handle(request);
    EXPECT_EQ(response.status, bad.status);
    EXPECT_EQ(response.BodyView(), bad.answer);
    EXPECT_EQ(HeaderOf(response, "Content-Type"), "application/json");
    EXPECT_EQ(HeaderOf(response, "WWW-Authenticate"), bad.status == 401 ? "Bearer realm=\"api\"" : "");
    EXPECT_EQ(HeaderOf(response, "X-Frame-Options"), "DENY");
    EXPECT_NE(HeaderOf(response, "Allow"), "");
  }
};

TEST_F(BadRequests, AreAnsweredExactlyAndChangeNothing) { EXPECT_EQ(AskAll(kBadRequests), 170); }

TEST_F(BadRequests, AboutAccountsAreAnsweredExactlyAndChangeNothing) { EXPECT_EQ(AskAll(kBadAccountRequests), 136); }

TEST_F(BadRequests, NoContentTypeIsNoMediaType) {
  http::Request request = MakeRequest({"POST", kDevices, ""}, "Bearer " + TokenOf("demo"));
  request.body = "{}";
  const http::Response response = api_->Handle(request);
  EXPECT_EQ(response.status, 415);
  EXPECT_EQ(response.BodyView(), R"({"detail":"Unsupported media type \"\" in request."})");
}

}  // namespace
}  // namespace fajma::rest
