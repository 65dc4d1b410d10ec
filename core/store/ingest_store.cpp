#include "core/store/ingest_store.h"

#include <algorithm>

#include "core/store/ingest_boots.h"
#include "core/store/ingest_devices.h"
#include "core/store/ingest_rows.h"
#include "core/store/retention_store.h"
#include "core/store/rollup_rows.h"
#include "core/store/self_test_store.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

constexpr std::size_t kMaxQuarantinedBytes = 4096;

bool IsPlainText(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string HexOf(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

struct IdentityHash {
  std::size_t operator()(const std::tuple<std::int64_t, Micros, std::int64_t>& key) const noexcept {
    const auto [device, time, fingerprint] = key;
    return static_cast<std::size_t>(fingerprint) ^ static_cast<std::size_t>(time) * 0x9E3779B97F4A7C15ULL ^
           static_cast<std::size_t>(device) << 48;
  }
};

}  // namespace

struct IngestStore::Cache {
  DeviceCache devices;
  ReadingRows rows;
  SeriesRows series;
  RollupRows rollups;
  std::int64_t own_changes = 0;  // of the directory's generation: they make nothing wrong that is known of the devices
  std::unordered_set<std::tuple<std::int64_t, Micros, std::int64_t>, IdentityHash> added;
};

struct IngestStore::Transaction::State {
  State(IngestStore& of, Lease held) : store(of), lease(std::move(held)) {}

  IngestStore& store;
  Lease lease;
  std::int64_t lot = 0;
  std::int64_t next_index = 0;
  std::vector<StoredMessage*> messages;
  SelfTestProbe* probe = nullptr;
  std::optional<Micros> forgotten_before;
  bool committed = false;

  Cache& cache() { return *store.cache_; }
};

IngestStore::IngestStore(Database& database) : database_(database), cache_(std::make_unique<Cache>()) {}
IngestStore::~IngestStore() = default;

std::optional<StoredPosition> IngestStore::FindPosition(const std::string& journal_uuid) {
  Lease lease = database_.Read();
  StoredPosition position{journal_uuid, 0, 0};
  Statement query(lease, "SELECT segment, position FROM fajma_point_journal WHERE journal = :journal");
  query.Bind("journal", journal_uuid).Into(position.segment, position.offset);
  return query.Next() ? std::optional(position) : std::nullopt;
}

IngestStore::Transaction IngestStore::Begin() { return Transaction(*this); }

IngestStore::Transaction::Transaction(IngestStore& store)
    : state_(std::make_unique<State>(store, store.database_.Write(Database::Priority::kBulk))) {
  // With several writers what others did since then counts; a device's row is locked while its messages are judged.
  const bool alone = store.database_.dialect() == Dialect::kSqlite;
  state_->lease.Begin();
  state_->cache().devices.BeginTransaction(alone ? store.database_.directory_generation() - state_->cache().own_changes
                                                 : -1);
  state_->cache().rows.Clear();
  state_->cache().series.Clear();
  state_->cache().rollups.Clear();
  state_->cache().added.clear();
}

IngestStore::Transaction::~Transaction() {
  if (!state_->committed) state_->cache().devices.Forget();
}

void IngestStore::Transaction::LoadDevices(const std::vector<Mac>& macs,
                                           const std::vector<std::pair<Mac, std::int64_t>>& boots) {
  state_->cache().devices.LoadAll(state_->lease, macs);
  state_->cache().devices.LoadBoots(state_->lease, boots);
}

DeviceState* IngestStore::Transaction::FindDevice(Mac mac) { return state_->cache().devices.Find(state_->lease, mac); }

DeviceState* IngestStore::Transaction::FindDeviceById(std::int64_t id) {
  return state_->cache().devices.FindById(state_->lease, id);
}

BootState& IngestStore::Transaction::GetBoot(DeviceState& device, std::int64_t number) {
  return GetBootState(state_->lease, device, number);
}

BootState* IngestStore::Transaction::FindInferredBoot(DeviceState& device) {
  return FindInferredBootState(state_->lease, device);
}

bool IngestStore::Transaction::IsStored(const DeviceState& device, Micros measured_at, std::int64_t fingerprint) {
  if (state_->cache().added.contains({device.ref.id, measured_at, fingerprint})) return true;
  std::int64_t id = 0;
  Statement query(state_->lease,
                  "SELECT id FROM fajma_donneescapteursiot WHERE \"timestamp\" = :ts AND dispositif_id = :dispositif "
                  "AND empreinte = :empreinte");
  query.Bind("ts", measured_at).Bind("dispositif", device.ref.id).Bind("empreinte", fingerprint).Into(id);
  return query.Next();
}

Micros IngestStore::Transaction::ForgottenBefore() {
  if (!state_->forgotten_before) state_->forgotten_before = fajma::ForgottenBefore(LockCutEdge(state_->lease));
  return *state_->forgotten_before;
}

std::size_t IngestStore::Transaction::room() const {
  return static_cast<std::size_t>(kCursorsPerCommit - state_->next_index);
}

void IngestStore::Transaction::TakeLotOnce() {
  if (state_->messages.empty() && state_->probe == nullptr) state_->lot = TakeLot(state_->lease);
}

void IngestStore::Transaction::SetProbe(SelfTestProbe& probe) {
  TakeLotOnce();
  probe.cursor = state_->next_index++;
  state_->probe = &probe;
}

int IngestStore::Transaction::Add(StoredMessage& message, const RowExtras& extras) {
  State& state = *state_;
  TakeLotOnce();
  int rank = 0;
  const auto add = [&](std::int16_t type_id, const MeasureValue& value) {
    const std::int64_t id = MakeCursor(state.lot, state.next_index++);
    if (rank == 0) message.first_row = id;
    state.cache().rows.Add(id, message, extras, type_id, value, rank++);
    state.cache().series.Add(id, message, type_id, value);
    state.cache().rollups.Add(message.patient->id, message.device.id, type_id, message.measured_at, value.value);
  };
  for (const MeasureValue& value : message.values) {
    const Measure& measure = GetMeasure(value.measure);
    if (measure.kind == MeasureKind::kVitalSign) {
      add(extras.type_id != 0 ? extras.type_id : static_cast<std::int16_t>(measure.id), value);
    }
  }
  if (message.values.empty()) add(extras.type_id, message.other_value);
  if (rank == 0) ++state.next_index;  // device figures only: a cursor without a row
  if (rank != 0 && extras.fingerprint) {
    state.cache().added.insert({message.device.id, message.measured_at, *extras.fingerprint});
  }
  message.cursor = state.next_index - 1;
  state.messages.push_back(&message);
  return rank;
}

void IngestStore::Transaction::Quarantine(const QuarantinedMessage& message) {
  const std::string_view kept = message.payload.substr(0, kMaxQuarantinedBytes);
  const bool plain = IsPlainText(kept);
  Statement(state_->lease,
            "INSERT INTO fajma_quarantaine (recu, porte, dispositif_id, code, detail, encodage, contenu) VALUES "
            "(:recu, :porte, :dispositif, :code, :detail, :encodage, :contenu)")
      .Bind("recu", message.received_at)
      .Bind("porte", kDoorNames[static_cast<std::size_t>(message.door)])
      .Bind("dispositif", message.device_id)
      .Bind("code", message.rejection.code)
      .Bind("detail", std::string_view(message.rejection.detail).substr(0, 200))
      .Bind("encodage", plain ? "utf8" : "hex")
      .Bind("contenu", plain ? std::string(kept) : HexOf(kept))
      .Run();
}

IngestStore::Transaction::AnswerTaken IngestStore::Transaction::AnswerCommand(const DeviceState& device,
                                                                              const CommandAnswer& answer, Micros at) {
  const auto written = Statement(state_->lease,
                                 "UPDATE fajma_commande SET etat = :etat, detail = :detail, date_reponse = :at"
                                 " WHERE uuid = :uuid AND dispositif_id = :dispositif AND date_reponse IS NULL")
                           .Bind("etat", NameOf(answer.state))
                           .Bind("detail", answer.detail)
                           .Bind("at", at)
                           .Bind("uuid", answer.command_id)
                           .Bind("dispositif", device.ref.id)
                           .Run();
  if (written != 0) return AnswerTaken::kNow;
  std::int64_t known = 0;
  Statement(state_->lease, "SELECT COUNT(*) FROM fajma_commande WHERE uuid = :uuid AND dispositif_id = :dispositif")
      .Bind("uuid", answer.command_id)
      .Bind("dispositif", device.ref.id)
      .Into(known)
      .Next();
  return known != 0 ? AnswerTaken::kBefore : AnswerTaken::kUnknown;
}

void IngestStore::Transaction::SetPosition(const StoredPosition& position) {
  Statement(state_->lease,
            "INSERT INTO fajma_point_journal (journal, segment, position) VALUES (:journal, :segment, :position) "
            "ON CONFLICT (journal) DO UPDATE SET segment = excluded.segment, position = excluded.position")
      .Bind("journal", position.journal_uuid)
      .Bind("segment", position.segment)
      .Bind("position", position.offset)
      .Run();
}

void IngestStore::Transaction::SetConsumer(std::string_view name, Cursor cursor) {
  Statement(state_->lease,
            "INSERT INTO fajma_consommateur (nom, curseur) VALUES (:nom, :curseur) "
            "ON CONFLICT (nom) DO UPDATE SET curseur = excluded.curseur")
      .Bind("nom", name)
      .Bind("curseur", cursor)
      .Run();
}

std::int64_t IngestStore::Transaction::Commit(Micros now) {
  State& state = *state_;
  const bool devices_written = state.cache().devices.Write(state.lease, now);
  state.cache().rows.Insert(state.lease);
  state.cache().series.Upsert(state.lease);
  state.cache().rollups.Upsert(state.lease);
  if (state.probe != nullptr) WriteProbe(state.lease, *state.probe, state.lot);
  std::int64_t number = 0;
  if (!state.messages.empty() || state.probe != nullptr) {
    number = TakeCommitNumber(state.lease, state.lot, now);
    if (state.probe != nullptr) state.probe->cursor = MakeCursor(number, state.probe->cursor);
    for (StoredMessage* message : state.messages) message->cursor = MakeCursor(number, message->cursor);
  }
  state.lease.Commit();
  state.committed = true;
  if (number == 0 && devices_written) {  // no commit number tells those who keep lists of devices
    ++state.cache().own_changes;
    state.store.database_.BumpDirectoryGeneration();
  }
  return number;
}

}  // namespace fajma
