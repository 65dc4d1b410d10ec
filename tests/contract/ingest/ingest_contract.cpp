#include "tests/contract/ingest/ingest_contract.h"

#include <stdlib.h>

#include <algorithm>

namespace fajma::test {
namespace {

JournalOptions JournalIn(const std::filesystem::path& folder, Door door) {
  JournalOptions options;
  options.folder = folder;
  options.door = door;
  options.segment_bytes = 1 << 20;
  options.max_bytes = 64 << 20;
  return options;
}

DatabaseOptions OptionsOf(const std::string& url) {
  DatabaseOptions options;
  options.url = url;
  options.statement_timeout = std::chrono::seconds(20);  // of a slow machine under a sanitizer
  return options;
}

constexpr std::uint64_t kDrainId = 1'000'000;

template <typename T>
std::vector<T> Flatten(const std::vector<CommitPtr>& commits, const std::vector<T>& (*part)(const Commit&)) {
  std::vector<T> all;
  for (const CommitPtr& commit : commits) all.insert(all.end(), part(*commit).begin(), part(*commit).end());
  return all;
}

}  // namespace

void Collected::Add(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  commits_.push_back(commit);
}
std::vector<CommitPtr> Collected::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}
std::vector<StoredMessage> Collected::messages() const {
  return Flatten<StoredMessage>(
      commits(), [](const Commit& c) -> const auto& { return c.messages; });
}
std::vector<AlertEvent> Collected::alerts() const {
  return Flatten<AlertEvent>(
      commits(), [](const Commit& c) -> const auto& { return c.alerts; });
}
std::vector<Outcome> Collected::outcomes() const {
  auto all = Flatten<Outcome>(
      commits(), [](const Commit& c) -> const auto& { return c.outcomes; });
  std::erase_if(all, [](const Outcome& outcome) { return outcome.origin.id == kDrainId; });
  return all;
}
std::size_t Collected::drains() const {
  const auto all = Flatten<Outcome>(
      commits(), [](const Commit& c) -> const auto& { return c.outcomes; });
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Outcome& outcome) { return outcome.origin.id == kDrainId; }));
}
std::vector<BootSettled> Collected::settled() const {
  return Flatten<BootSettled>(
      commits(), [](const Commit& c) -> const auto& { return c.settled; });
}
std::vector<DeviceStatusEvent> Collected::statuses() const {
  return Flatten<DeviceStatusEvent>(
      commits(), [](const Commit& c) -> const auto& { return c.statuses; });
}
void Collected::Clear() {
  const std::lock_guard lock(mutex_);
  commits_.clear();
}

Process::Process(const std::string& url, const std::filesystem::path& folder, Collected* collected, IngestLimits limits)
    : database(OptionsOf(url)),
      mqtt_journal(JournalIn(folder, Door::kMqtt)),
      api_journal(JournalIn(folder, Door::kApi)) {
  if (collected != nullptr) bus.Subscribe([collected](const CommitPtr& commit) { collected->Add(commit); });
  ingest = std::make_unique<Ingest>(
      database, std::vector<JournalOfDoor>{{Door::kMqtt, &mqtt_journal}, {Door::kApi, &api_journal}}, bus, counters,
      limits, Alerts::kHere, &probes);
}

IngestContract::IngestContract() {
  std::string name = (std::filesystem::temp_directory_path() / "fajma-ingest-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  patient_ = AddPatient("patient1");
  other_patient_ = AddPatient("patient2");
  device_ = AddDevice(kMac, patient_);
  other_device_ = AddDevice(kOtherMac, other_patient_);
}

IngestContract::~IngestContract() {
  Stop();
  std::filesystem::remove_all(folder_);
}

void IngestContract::Start() {
  run_ = std::make_unique<Process>(url_, folder_, &collected_, limits_);
  ASSERT_TRUE(testing::Eventually([this] { return run_->ingest->ready(); }));
}

void IngestContract::Restart() {
  Stop();
  Start();
}

bool IngestContract::SendAt(Micros received_at, std::string_view payload, std::uint64_t mac, std::uint8_t flags) {
  RawMessage message;
  message.received_at = received_at;
  message.mac_bits = mac;
  message.flags = flags;
  message.payload = payload;
  run_->counters.CountReceived(Door::kMqtt);
  return run_->mqtt_journal.Append(message);
}

bool IngestContract::Send(std::string_view payload, std::uint64_t mac, std::uint8_t flags) {
  return SendAt(SystemNow(), payload, mac, flags);
}

bool IngestContract::SendKind(RawKind kind, std::string_view payload, std::uint64_t mac, std::uint8_t flags) {
  RawMessage message;
  message.kind = kind;
  message.received_at = SystemNow();
  message.mac_bits = mac;
  message.flags = flags;
  message.payload = payload;
  run_->counters.CountReceived(Door::kMqtt);
  return run_->mqtt_journal.Append(message);
}

bool IngestContract::SendSocket(std::string_view payload, std::int64_t patient_id, std::int64_t device_id,
                                std::uint64_t id) {
  RawMessage message;
  message.door = Door::kApi;
  message.kind = RawKind::kSocket;
  message.received_at = SystemNow();
  message.origin = {id, patient_id, device_id, 1};
  message.payload = payload;
  run_->counters.CountReceived(Door::kApi);
  return run_->api_journal.Append(message);
}

void IngestContract::Drain() {
  const auto settled = [this] {
    return run_->counters.Get(Door::kMqtt).in_flight == 0 && run_->counters.Get(Door::kApi).in_flight == 0;
  };
  ASSERT_TRUE(testing::Eventually(settled));
  // Counted is not yet published, and the alerts follow then: a second message is looked at after all of that.
  for (int i = 0; i < 2; ++i) {
    const std::size_t before = collected_.drains();
    ASSERT_TRUE(SendSocket("?", patient_, 0, kDrainId));
    ASSERT_TRUE(testing::Eventually([&] { return collected_.drains() > before; }));
  }
}

void IngestContract::Give(std::string_view payload, std::uint64_t mac, std::uint8_t flags) {
  ASSERT_TRUE(Send(payload, mac, flags));
  Drain();
}

std::string IngestContract::Sql(const std::string& query) {
  Lease lease = run_->database.Read();
  return QueryText(lease, query);
}

std::int64_t IngestContract::Count(const std::string& table, const std::string& where) {
  return std::stoll(Sql("SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM " + table + " WHERE " + where));
}

void IngestContract::ExpectDense() {
  std::int64_t number = 0;
  Cursor cursor = 0;
  for (const CommitPtr& commit : collected_.commits()) {
    if (commit->number == 0) continue;
    if (number != 0) {
      ASSERT_EQ(commit->number, number + 1);
    }
    number = commit->number;
    for (const StoredMessage& message : commit->messages) {
      ASSERT_EQ(CommitOf(message.cursor), number);
      ASSERT_GT(message.cursor, cursor);
      cursor = message.cursor;
    }
    for (const AlertEvent& event : commit->alerts) {
      ASSERT_GT(event.cursor, cursor);
      cursor = event.cursor;
    }
  }
  EXPECT_EQ(Sql("SELECT CAST(COUNT(*) - MAX(numero) + MIN(numero) AS VARCHAR(20)) FROM fajma_commit"), "1");
}

std::int64_t IngestContract::AddPatient(const std::string& identifier) {
  Database database(OptionsOf(url_));
  Patient patient;
  patient.identifier = identifier;
  patient.room = "salle1";
  return PatientStore(database).Create(patient).patient.value().id;
}

std::int64_t IngestContract::AddDevice(std::uint64_t mac, std::int64_t patient_id) {
  Database database(OptionsOf(url_));
  Device device;
  device.mac = Mac::FromBits(mac);
  device.name = "ESP32";
  device.type = "capteur_cardiaque";
  device.patient_id = patient_id;
  return DeviceStore(database).Create(device, kNow).device.value().id;
}

std::string Documented(std::string_view data, std::uint64_t mac) {
  return R"({"type":"sensor_data","device_mac":")" + Mac::FromBits(mac).ToColons() + R"(","data":)" +
         std::string(data) + "}";
}

std::string Native(std::uint32_t boot, std::uint64_t seq, int heart_rate) {
  return R"({"b":)" + std::to_string(boot) + R"(,"s":)" + std::to_string(seq) + R"(,"m":{"heart_rate":)" +
         std::to_string(heart_rate) + "}}";
}

}  // namespace fajma::test
