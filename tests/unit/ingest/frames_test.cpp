// Byte for byte what the documented server sent, compact; a cursor is added last.
#include "core/json/frames.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

const std::shared_ptr<const PatientRef> kPatient = std::make_shared<PatientRef>(PatientRef{1, "patient1", "salle1"});
const DeviceRef kDevice{1, Mac::FromBits(0xAABBCC000001)};

Micros Iso(const char* text) { return ParseIso(text).value(); }

Alert DocumentedAlert() {
  Alert alert;
  alert.id = 2;
  alert.device_id = 1;
  alert.patient = kPatient;
  alert.condition = "heart_rate";
  alert.level = AlertLevel::kCritical;
  alert.title = "Fréquence cardiaque anormale";
  alert.message = "Fréquence cardiaque : 150 bpm";
  alert.trigger_reading_id = 5;
  alert.created_at = Iso("2026-11-22T17:18:31.355933Z");
  return alert;
}

constexpr std::string_view kAlertObject =
    R"({"id":2,"dispositif":1,"patient":1,"niveau":"critical","titre":"Fréquence cardiaque anormale",)"
    R"("message":"Fréquence cardiaque : 150 bpm","donnee_declencheur":5,"acquittee":false,"acquittee_par":null,)"
    R"("date_acquittement":null,"date_creation":"2026-11-22T17:18:31.355933Z","nature":"physiologique"})";

TEST(Frames, SensorData) {
  StoredMessage message;
  message.cursor = 8193;
  message.patient = kPatient;
  message.device = kDevice;
  message.measured_at = Iso("2026-11-22T17:18:28.934388Z");
  message.device_timestamp = R"("2025-01-20T10:30:00Z")";
  message.values.Add({MeasureId::kTemperature, false, 36.5});
  message.values.Add({MeasureId::kHeartRate, true, 75});
  EXPECT_EQ(SensorDataFrame(message),
            R"({"type":"sensor_data","patient_id":1,"device_id":1,"device_mac":"AA:BB:CC:00:00:01",)"
            R"("data":{"temperature":36.5,"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"},)"
            R"("timestamp":"2026-11-22T17:18:28.934388Z","cursor":8193})");
}

TEST(Frames, SensorDataWithMillisAndBattery) {
  StoredMessage message;
  message.cursor = 9;
  message.patient = kPatient;
  message.device = kDevice;
  message.measured_at = Iso("2026-11-22T17:18:30.143655Z");
  message.device_timestamp = "123456";
  message.values.Add({MeasureId::kHeartRate, true, 76});
  message.values.Add({MeasureId::kBatteryLevel, true, 88});
  EXPECT_EQ(SensorDataFrame(message),
            R"({"type":"sensor_data","patient_id":1,"device_id":1,"device_mac":"AA:BB:CC:00:00:01",)"
            R"("data":{"heart_rate":76,"battery_level":88,"timestamp":123456},)"
            R"("timestamp":"2026-11-22T17:18:30.143655Z","cursor":9})");
}

TEST(Frames, FloatsKeepTheirPoint) {
  StoredMessage message;
  message.patient = kPatient;
  message.device = kDevice;
  message.values.Add({MeasureId::kHeartRate, false, 71});
  message.late = true;
  EXPECT_EQ(SensorDataFrame(message),
            R"({"type":"sensor_data","patient_id":1,"device_id":1,"device_mac":"AA:BB:CC:00:00:01",)"
            R"("data":{"heart_rate":71.0},"timestamp":"1970-01-01T00:00:00Z","late":true,"cursor":0})");
}

TEST(Frames, AReadingOfAnotherTypeHasItsName) {
  StoredMessage message;
  message.patient = kPatient;
  message.device = kDevice;
  message.measure_name = "débit \"d'air\"";
  message.other_value.value = 12.5;
  EXPECT_NE(SensorDataFrame(message).find(R"("data":{"débit \"d'air\"":12.5})"), std::string::npos);
}

TEST(Frames, EachChangeOfAnAlert) {
  AlertEvent event{77, AlertChange::kRaised, DocumentedAlert(), {}, {}};
  EXPECT_EQ(AlertFrame(event), R"({"type":"alert","alert":)" + std::string(kAlertObject) + R"(,"cursor":77})");
  event.change = AlertChange::kEscalated;
  EXPECT_TRUE(AlertFrame(event).starts_with(R"({"type":"alert_escalated","alert":{"id":2,)"));
  event.change = AlertChange::kResolved;
  EXPECT_TRUE(AlertFrame(event).starts_with(R"({"type":"alert_resolved","alert":{"id":2,)"));
  event.change = AlertChange::kAcknowledged;
  event.alert.acknowledged = true;
  event.alert.acknowledged_by = 1;
  event.alert.acknowledged_at = Iso("2026-11-22T17:18:46.482189Z");
  EXPECT_EQ(
      AlertFrame(event),
      R"({"type":"alert_acknowledged","alert":{"id":2,"dispositif":1,"patient":1,"niveau":"critical",)"
      R"("titre":"Fréquence cardiaque anormale","message":"Fréquence cardiaque : 150 bpm","donnee_declencheur":5,)"
      R"("acquittee":true,"acquittee_par":1,"date_acquittement":"2026-11-22T17:18:46.482189Z",)"
      R"("date_creation":"2026-11-22T17:18:31.355933Z","nature":"physiologique"},"cursor":77})");
}

TEST(Frames, AnUpdatedAlertSaysWhatWasDone) {
  AlertEvent event{77, AlertChange::kUpdated, DocumentedAlert(), "vu", "commented"};
  EXPECT_TRUE(AlertFrame(event).ends_with(R"("tardive":false,"commentaire":"vu","fait":"commented"})"));
  event.what.clear();
  EXPECT_TRUE(AlertFrame(event).ends_with(R"("tardive":false,"commentaire":"vu"})")) << "of an earlier version";
}

TEST(Frames, ActiveAlerts) {
  EXPECT_EQ(ActiveAlertsFrame({}), R"({"type":"active_alerts","count":0,"alerts":[]})");
  const Alert alerts[] = {DocumentedAlert(), DocumentedAlert()};
  const std::string object(kAlertObject);
  EXPECT_EQ(ActiveAlertsFrame(alerts),
            R"({"type":"active_alerts","count":2,"alerts":[)" + object + "," + object + "]}");
}

TEST(Frames, AnAlertOfADeviceIsTechnical) {
  AlertEvent event{77, AlertChange::kRaised, DocumentedAlert(), {}, {}};
  event.alert.condition = "silence";
  EXPECT_NE(AlertFrame(event).find(R"("nature":"technique"})"), std::string::npos);
}

TEST(Frames, DeviceStatus) {
  DeviceStatusEvent event{kPatient, kDevice, "actif", std::nullopt, std::nullopt, Iso("2026-11-22T17:18:27.110267Z")};
  EXPECT_EQ(DeviceStatusFrame(event),
            R"({"type":"device_status","device_id":1,"device_mac":"AA:BB:CC:00:00:01","patient_id":1,"status":"actif",)"
            R"("niveau_batterie":null,"qualite_signal":null,"derniere_connexion":"2026-11-22T17:18:27.110267Z"})");
  event.battery_percent = 40;
  event.last_seen_at.reset();
  EXPECT_EQ(DeviceStatusFrame(event),
            R"({"type":"device_status","device_id":1,"device_mac":"AA:BB:CC:00:00:01","patient_id":1,"status":"actif",)"
            R"("niveau_batterie":40,"qualite_signal":null,"derniere_connexion":null})");
}

TEST(Frames, OfTheConnection) {
  EXPECT_EQ(ConnectionEstablishedFrame(1),
            R"({"type":"connection_established","patient_id":1,"message":"Connexion WebSocket établie"})");
  EXPECT_EQ(PongFrame(Iso("2026-11-22T17:18:42.215670Z")),
            R"({"type":"pong","timestamp":"2026-11-22T17:18:42.215670Z"})");
  EXPECT_EQ(GapFrame(1, 2), R"({"type":"gap","from":1,"to":2})");
}

TEST(Frames, Errors) {
  EXPECT_EQ(ErrorFrame("invalid_json", "JSON invalide."),
            R"({"type":"error","code":"invalid_json","message":"JSON invalide."})");
  EXPECT_EQ(
      ErrorFrame("unknown_device", "Dispositif inconnu.", "device_mac", "\"00:00:00:00:00:00\""),
      R"({"type":"error","code":"unknown_device","message":"Dispositif inconnu.","device_mac":"00:00:00:00:00:00"})");
  EXPECT_EQ(ErrorFrame("not_found", "Alerte inconnue.", "alert_id", "999999"),
            R"({"type":"error","code":"not_found","message":"Alerte inconnue.","alert_id":999999})");
}

TEST(Frames, Acks) {
  Outcome outcome;
  outcome.mac = kDevice.mac;
  outcome.stored_readings = 2;
  const Micros now = Iso("2026-01-01T00:00:00Z");
  EXPECT_EQ(
      AckFrame(outcome, std::nullopt, now),
      R"({"type":"ack","device_mac":"AA:BB:CC:00:00:01","stored":2,"timestamp":"2026-01-01T00:00:00Z","now":1767225600000})");
  outcome.identity = BootSeq{12, 345};
  EXPECT_EQ(
      AckFrame(outcome, 345, now),
      R"({"type":"ack","device_mac":"AA:BB:CC:00:00:01","stored":2,"boot":12,"durable":345,"timestamp":"2026-01-01T00:00:00Z","now":1767225600000})");
}

TEST(SystemAlertFrame, SaysWhatIsWrongAndSinceWhen) {
  const Micros since = Iso("2026-01-01T00:00:10Z");
  EXPECT_EQ(SystemAlertFrame({SystemCondition::kAlarmPath, true, since}),
            R"({"type":"system_alert","condition":"alarm_path","etat":"presente","niveau":"critical",)"
            R"("message":"L'autotest du chemin des alarmes a échoué : des mesures et des alertes peuvent manquer. )"
            R"(Surveillez les patients directement.","depuis":"2026-01-01T00:00:10Z"})");
  EXPECT_EQ(SystemAlertFrame({SystemCondition::kJournal, false, since}),
            R"({"type":"system_alert","condition":"journal","etat":"absente","niveau":"warning",)"
            R"("message":"Les messages reçus sont de nouveau enregistrés sans retard.",)"
            R"("depuis":"2026-01-01T00:00:10Z"})");
}

TEST(SelfTestFrame, IsReadBack) { EXPECT_EQ(ProbeOfFrame(SelfTestFrame({0, 1'767'225'600, 0, 0})), 1'767'225'600); }

TEST(ProbeOfFrame, IsAbsentOfAnythingElse) {
  for (const char* frame : {"", "{}", R"({"type":"pong"})", R"({"type":"self_test","due_at":})",
                            R"({"type":"self_test","due_at":12,"x":1})", R"({"type":"self_test","due_at":12)"}) {
    EXPECT_EQ(ProbeOfFrame(frame), std::nullopt) << frame;
  }
}

}  // namespace
}  // namespace fajma
