#include "tests/unit/rest/rest_fixture.h"

#include <stdexcept>
#include <utility>

#include "api/http/target.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr int kPatients = 5;
constexpr int kDevices = 100;

struct KnownUser {
  const char* name;
  const char* role;
  std::vector<std::string> rooms;
  bool active;
};

std::filesystem::path MakeFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "fajma-rest-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

void AddUsers(Database& database, const std::string& password_hash) {
  UserStore users(database);
  for (const KnownUser& known : std::vector<KnownUser>{{"demo", "administrateur", {}, true},
                                                       {"medecin", "medecin", {"salle1"}, true},
                                                       {"infirmier", "infirmier", {"salle2"}, true},
                                                       {"technicien", "technicien", {}, true},
                                                       {"integrateur", "integrateur", {}, true},
                                                       {"inactif", "administrateur", {}, false}}) {
    User user;
    user.name = known.name;
    user.password_hash = password_hash;
    user.role = known.role;
    user.rooms = known.rooms;
    user.active = known.active;
    users.Create(user);
  }
}

void AddPatients(Database& database) {
  PatientStore patients(database);
  for (int i = 1; i <= kPatients; ++i) {
    const std::string number = std::to_string(i);
    patients.Create({0, "patient" + number, "Nom" + number, "Éloïse", "1950-01-31", i <= 3 ? "salle1" : "salle2"});
  }
}

void AddDevices(Database& database) {
  DeviceStore devices(database);
  for (int i = 1; i <= kDevices; ++i) {
    const std::string number = std::to_string(i);
    Device device;
    device.mac = Mac::FromBits(0xAABBCC000000ULL + static_cast<std::uint64_t>(i));
    device.name = "ESP32-" + std::string(3 - number.size(), '0') + number;
    device.type = "capteur_cardiaque";
    device.firmware = "1.0.0";
    device.patient_id = (i - 1) % kPatients + 1;
    devices.Create(device, SystemNow());
  }
}

std::string UrlOf(const std::filesystem::path& folder) { return "sqlite://" + (folder / "fajma.db").string(); }

// Made once for the program; each test gets a copy.
class FilledFolder {
 public:
  explicit FilledFolder(const std::string& password_hash) : path_(MakeFolder()) {
    Database database(DatabaseOptions{.url = UrlOf(path_)});
    database.Migrate();
    AddUsers(database, password_hash);
    AddPatients(database);
    AddDevices(database);
  }
  ~FilledFolder() { std::filesystem::remove_all(path_); }
  FilledFolder(const FilledFolder&) = delete;
  FilledFolder& operator=(const FilledFolder&) = delete;

  void CopyTo(const std::filesystem::path& folder) const {
    std::filesystem::copy(path_, folder, std::filesystem::copy_options::recursive);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

RestFixture::RestFixture() : folder_(MakeFolder()) {
  static const FilledFolder filled(passwords_.Hash("demo"));
  filled.CopyTo(folder_);
  database_ = std::make_unique<Database>(DatabaseOptions{.url = UrlOf(folder_)});
  database_->Migrate();
  devices_ = std::make_unique<DeviceStore>(*database_);
  patients_ = std::make_unique<PatientStore>(*database_);
  users_ = std::make_unique<UserStore>(*database_);
  readings_ = std::make_unique<ReadingStore>(*database_);
  alerts_ = std::make_unique<AlertStore>(*database_);
  ingest_ = std::make_unique<IngestStore>(*database_);
  Restart({.cors_origins = {"http://localhost:3000"}, .demo_login = true});
}

RestFixture::~RestFixture() {
  api_.reset();
  ingest_.reset();
  alerts_.reset();
  readings_.reset();
  database_.reset();
  std::filesystem::remove_all(folder_);
}

RestDependencies RestFixture::Dependencies() {
  RestDependencies app{*database_, *devices_, *patients_, *users_,  *readings_,
                       *alerts_,   tokens_,   passwords_, &metrics_};
  app.create_reading = [this](const NewReading& reading, std::chrono::milliseconds) { return Store(reading); };
  app.publish_alerts = [this](const std::vector<AlertEvent>& events) {
    published_alerts_.insert(published_alerts_.end(), events.begin(), events.end());
  };
  app.publish_status = [this](const DeviceStatusEvent& event) { published_statuses_.push_back(event); };
  app.end_sessions = [this](const auth::SessionEnd& end) { ended_sessions_.push_back(end); };
  app.broker_passwords = &broker_passwords_;
  app.send_command = [](const DeviceCommand&) { return true; };
  app.now = [this] { return SystemNow() + now_offset_; };
  return app;
}

void RestFixture::Restart(RestOptions options) { api_ = std::make_unique<RestApi>(Dependencies(), std::move(options)); }

std::string RestFixture::TokenOf(const std::string& user) const {
  return tokens_.IssueLogin(users_->FindByName(user)->id, SystemNow() + now_offset_).access;
}

http::Request RestFixture::MakeRequest(const Ask& ask, const std::string& authorization) {
  http::Request request;
  request.method = ask.method;
  request.raw_target = ask.target;
  const auto target = http::ParseTarget(ask.target, ask.method);
  if (!target) throw std::runtime_error("bad target " + ask.target);
  request.path = target->path;
  request.query = target->query;
  request.headers = ask.headers;
  request.host = kHost;
  request.peer_address = "127.0.0.1";
  request.body = ask.body;
  if (!ask.body.empty() && request.FindHeader("Content-Type") == nullptr) {
    request.headers.emplace_back("Content-Type", "application/json");
  }
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  return request;
}

http::Response RestFixture::Send(const Ask& ask, const std::string& user) {
  return api_->Handle(MakeRequest(ask, "Bearer " + TokenOf(user)));
}

http::Response RestFixture::SendAnonymous(const Ask& ask) { return api_->Handle(MakeRequest(ask)); }

std::string RestFixture::FieldOf(const http::Response& response, std::string_view name) {
  const json::Document document = json::Document::Parse(response.BodyView()).value();
  const auto field = document.root().Find(name);
  return field ? Compact(*field) : "absent";
}

std::string RestFixture::HeaderOf(const http::Response& response, std::string_view name) {
  for (const auto& [header, value] : response.headers) {
    if (http::EqualsIgnoringCase(header, name)) return value;
  }
  return "";
}

CreatedReading RestFixture::Store(const NewReading& reading) {
  const std::optional<TypeId> type = readings_->EnsureType(reading.type_donnee, reading.unite);
  const Micros now = SystemNow() + now_offset_;
  auto transaction = ingest_->Begin();
  DeviceState* device = transaction.FindDeviceById(reading.device_id);
  if (device == nullptr || !type) throw std::runtime_error("no such device");
  StoredMessage message;
  message.patient = device->patient;
  message.device = device->ref;
  message.measured_at = now;
  message.received_at = now;
  message.measure_name = reading.type_donnee;
  message.other_value = {.value = reading.value};
  RowExtras extras;
  extras.type_id = *type;
  extras.quality_percent = reading.quality_percent;
  extras.metadata = reading.metadata;
  transaction.Add(message, extras);
  database_->NoteCommit(transaction.Commit(now));
  return {message.first_row, now};
}

std::string Compact(json::Value value) {
  std::string out;
  if (value.IsString()) {
    json::AppendJsonString(out, value.AsString());
  } else if (value.IsNumber()) {
    out = value.NumberText();
  } else if (value.IsNull()) {
    out = "null";
  } else if (value.IsBool()) {
    out = value.AsBool() ? "true" : "false";
  } else {
    for (const json::Member member : value) {
      out += out.empty() ? "" : ",";
      if (value.IsObject()) {
        json::AppendJsonString(out, member.name);
        out += ":";
      }
      out += Compact(member.value);
    }
    out = (value.IsArray() ? "[" : "{") + out + (value.IsArray() ? "]" : "}");
  }
  return out;
}

}  // namespace fajma::rest
