#include "core/store/ingest_devices.h"

#include <algorithm>

#include "core/store/array_text.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

// A device's own row tells its last contact at most so much too early; ingest itself knows better.
constexpr Micros kRowEvery = 5 * kMicrosPerSecond;
constexpr std::size_t kMaxBoots = 16;

std::optional<int> Narrow(const std::optional<std::int64_t>& value) {
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<BootState> LoadBoot(Lease& lease, std::int64_t device_id, std::int64_t number) {
  BootState boot;
  boot.number = number;
  std::int64_t durable = 0;
  std::string runs;
  Statement query(lease,
                  "SELECT durable, epars, ancre, dernier_uptime, vu FROM fajma_demarrage "
                  "WHERE dispositif_id = :dispositif AND boot = :boot");
  query.Bind("dispositif", device_id).Bind("boot", number);
  query.Into(durable, runs, boot.anchor, boot.last_uptime, boot.seen_at);
  if (!query.Next()) return std::nullopt;
  boot.ledger = BootLedger(static_cast<std::uint64_t>(durable), runs);
  return boot;
}

// The oldest starts are forgotten in the database; those in memory go when the cache does.
void PruneBoots(Lease& lease, std::int64_t device_id) {
  Statement(lease,
            "DELETE FROM fajma_demarrage WHERE dispositif_id = :dispositif AND vu < (SELECT vu FROM fajma_demarrage "
            "WHERE dispositif_id = :dispositif2 ORDER BY vu DESC LIMIT 1 OFFSET " +
                std::to_string(kMaxBoots - 1) + ")")
      .Bind("dispositif", device_id)
      .Bind("dispositif2", device_id)
      .Run();
}

void WriteBoot(Lease& lease, std::int64_t device_id, BootState& boot, Micros now) {
  const bool is_new = boot.seen_at == 0;
  boot.seen_at = now;
  Statement(lease,
            "INSERT INTO fajma_demarrage (dispositif_id, boot, durable, epars, ancre, dernier_uptime, vu) VALUES "
            "(:dispositif, :boot, :durable, :epars, :ancre, :uptime, :vu) ON CONFLICT (dispositif_id, boot) DO UPDATE "
            "SET durable = excluded.durable, epars = excluded.epars, ancre = excluded.ancre, "
            "dernier_uptime = excluded.dernier_uptime, vu = excluded.vu")
      .Bind("dispositif", device_id)
      .Bind("boot", boot.number)
      .Bind("durable", static_cast<std::int64_t>(boot.ledger.durable()))
      .Bind("epars", boot.ledger.FormatRuns())
      .Bind("ancre", boot.anchor)
      .Bind("uptime", boot.last_uptime)
      .Bind("vu", now)
      .Run();
  boot.changed = false;
  if (is_new) PruneBoots(lease, device_id);
}

constexpr std::string_view kInsertStates =
    "INSERT INTO fajma_etat_dispositif (dispositif_id, horloge, dernier_contact, dernier_horodatage, debit_le, "
    "debit_reste, debit_credit, debit_dit, direct_le, troncon_depuis, ecarts, quarantaine_le) ";
constexpr std::string_view kStateValues =
    "VALUES (:dispositif, :horloge, :contact, :horodatage, :le, :reste, :credit, :dit, :direct, :troncon, :ecarts, "
    ":quarantaine) ";
constexpr std::string_view kStateArrays =
    "SELECT * FROM unnest(CAST(:dispositif AS BIGINT[]), CAST(:horloge AS SMALLINT[]), CAST(:contact AS BIGINT[]), "
    "CAST(:horodatage AS BIGINT[]), CAST(:le AS BIGINT[]), CAST(:reste AS BIGINT[]), CAST(:credit AS BIGINT[]), "
    "CAST(:dit AS BIGINT[]), CAST(:direct AS BIGINT[]), CAST(:troncon AS BIGINT[]), CAST(:ecarts AS BIGINT[]), "
    "CAST(:quarantaine AS BIGINT[])) ";
constexpr std::string_view kOnStateConflict =
    "ON CONFLICT (dispositif_id) DO UPDATE SET horloge = excluded.horloge, dernier_contact = excluded.dernier_contact, "
    "dernier_horodatage = excluded.dernier_horodatage, debit_le = excluded.debit_le, "
    "debit_reste = excluded.debit_reste, debit_credit = excluded.debit_credit, debit_dit = excluded.debit_dit, "
    "direct_le = excluded.direct_le, troncon_depuis = excluded.troncon_depuis, ecarts = excluded.ecarts, "
    "quarantaine_le = excluded.quarantaine_le";

// In the order of their ids, each once.
void WriteStates(Lease& lease, const std::vector<DeviceState*>& devices) {
  if (devices.empty()) return;
  std::vector<long long> id, contact, newest, accepted, level, credit, told, live, stretch, rungs, quarantined;
  std::vector<int> clock;
  for (DeviceState* device : devices) {
    id.push_back(device->ref.id);
    clock.push_back(static_cast<int>(device->clock));
    contact.push_back(device->seen_at);
    newest.push_back(device->newest_measured_at);
    accepted.push_back(device->rate.accepted_at);
    level.push_back(device->rate.level);
    credit.push_back(device->rate.credit);
    told.push_back(device->rate.told_at);
    live.push_back(device->gaps.heard_at);
    stretch.push_back(device->gaps.stretch_since);
    rungs.push_back(device->gaps.rungs);
    quarantined.push_back(device->quarantined_at);
    device->changed = false;
  }
  Statement(lease, std::string(kInsertStates) + std::string(For(lease.dialect(), kStateValues, kStateArrays)) +
                       std::string(kOnStateConflict))
      .BindColumn("dispositif", id)
      .BindColumn("horloge", clock)
      .BindColumn("contact", contact)
      .BindColumn("horodatage", newest)
      .BindColumn("le", accepted)
      .BindColumn("reste", level)
      .BindColumn("credit", credit)
      .BindColumn("dit", told)
      .BindColumn("direct", live)
      .BindColumn("troncon", stretch)
      .BindColumn("ecarts", rungs)
      .BindColumn("quarantaine", quarantined)
      .Run();
}

void WriteRow(Lease& lease, DeviceState& device) {
  const auto text = [](const std::string& value) {
    return value.empty() ? std::optional<std::string>() : std::optional(value);
  };
  Statement(lease,
            "UPDATE fajma_dispositivesiot SET status = :status, derniere_connexion = :contact, "
            "version_firmware = :firmware, niveau_batterie = :batterie, qualite_signal = :qualite WHERE id = :id")
      .Bind("status", device.status)
      .Bind("contact", device.seen_at)
      .Bind("firmware", text(device.firmware))
      .Bind("batterie", device.battery_percent)
      .Bind("qualite", device.signal_percent)
      .Bind("id", device.ref.id)
      .Run();
  device.row_written_at = device.seen_at;
  device.row_changed = false;
}

// A device, its patient and what is known of it. PostgreSQL locks the device until the end of the transaction, several
// in the order of their ids.
std::string SelectDevices(std::string_view which, Dialect dialect) {
  std::string sql =
      "SELECT d.id, d.adresse_mac, d.status, d.version_firmware, d.niveau_batterie, d.qualite_signal, "
      "d.derniere_connexion, e.horloge, e.dernier_contact, e.dernier_horodatage, e.debit_le, e.debit_reste, "
      "e.debit_credit, e.debit_dit, e.direct_le, e.troncon_depuis, e.ecarts, e.quarantaine_le, p.id, p.identifiant, "
      "p.salle FROM fajma_dispositivesiot d "
      "JOIN fajma_patient p ON p.id = d.patient_id "
      "LEFT JOIN fajma_etat_dispositif e ON e.dispositif_id = d.id WHERE ";
  sql += which;
  sql += " AND d.supprime_le IS NULL";
  if (dialect == Dialect::kPostgres) sql += " ORDER BY d.id FOR UPDATE OF d";
  return sql;
}

std::string SelectAssignments(std::string_view which) {
  return "SELECT a.dispositif_id, a.depuis, a.jusqu_a, p.id, p.identifiant, p.salle FROM fajma_affectation a "
         "JOIN fajma_patient p ON p.id = a.patient_id WHERE " +
         std::string(which) + " ORDER BY a.dispositif_id, a.depuis";
}

// The variables of SelectAssignments.
struct AssignmentRow {
  explicit AssignmentRow(Statement& query) {
    query.Into(device_id, from, to, patient.id, patient.identifier, patient.room);
  }
  std::int64_t device_id = 0;
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
  PatientRef patient;
};

}  // namespace

// The variables of SelectDevices.
class DeviceCache::DeviceRow {
 public:
  explicit DeviceRow(Statement& query) {
    query.Into(id_, mac_, status_, firmware_, battery_, signal_, last_seen_, clock_, contact_, newest_, accepted_,
               level_, credit_, told_, live_, stretch_, rungs_, quarantined_, patient_.id, patient_.identifier,
               patient_.room);
  }
  const PatientRef& patient() const { return patient_; }

  std::unique_ptr<DeviceState> Get() const {
    const std::optional<Mac> mac = Mac::ParseColons(mac_);
    if (!mac) return nullptr;
    auto device = std::make_unique<DeviceState>();
    device->ref = {id_, *mac};
    device->status = status_;
    device->firmware = firmware_.value_or("");
    device->battery_percent = Narrow(battery_);
    device->signal_percent = Narrow(signal_);
    device->row_written_at = last_seen_.value_or(0);
    device->seen_at = contact_.value_or(last_seen_.value_or(0));
    device->clock = static_cast<ClockState>(clock_.value_or(0));
    device->newest_measured_at = newest_.value_or(0);
    device->rate = {accepted_.value_or(0), level_.value_or(0), credit_.value_or(0), told_.value_or(0)};
    device->gaps = {live_.value_or(0), stretch_.value_or(0), rungs_.value_or(0)};
    device->quarantined_at = quarantined_.value_or(0);
    return device;
  }

 private:
  std::int64_t id_ = 0;
  std::string mac_, status_;
  std::optional<std::string> firmware_;
  std::optional<std::int64_t> battery_, signal_, last_seen_, contact_, newest_, clock_, accepted_, level_, credit_,
      told_, live_, stretch_, rungs_, quarantined_;
  PatientRef patient_;
};

void DeviceCache::BeginTransaction(std::int64_t generation) {
  if (generation < 0 || generation != generation_) Forget();
  generation_ = generation;
}

void DeviceCache::Forget() {
  devices_.clear();
  macs_.clear();
  patients_.clear();
}

DeviceState* DeviceCache::Find(Lease& lease, Mac mac) {
  if (const auto found = devices_.find(mac); found != devices_.end()) return found->second.get();
  std::unique_ptr<DeviceState> device = Load(lease, mac);
  if (!device) return nullptr;
  macs_[device->ref.id] = mac;
  return devices_.emplace(mac, std::move(device)).first->second.get();
}

DeviceState* DeviceCache::FindById(Lease& lease, std::int64_t id) {
  if (const auto found = macs_.find(id); found != macs_.end()) return Find(lease, found->second);
  std::string mac;
  {
    Statement query(lease, "SELECT adresse_mac FROM fajma_dispositivesiot WHERE id = :id AND supprime_le IS NULL");
    query.Bind("id", id).Into(mac);
    if (!query.Next()) return nullptr;
  }
  const std::optional<Mac> parsed = Mac::ParseColons(mac);
  return parsed ? Find(lease, *parsed) : nullptr;
}

std::unique_ptr<DeviceState> DeviceCache::Load(Lease& lease, Mac mac) {
  std::unique_ptr<DeviceState> device;
  {
    Statement query(lease, SelectDevices("d.adresse_mac = :mac", lease.dialect()));
    query.Bind("mac", mac.ToColons());
    DeviceRow row(query);
    if (!query.Next()) return nullptr;
    device = Take(row);
  }
  if (!device) return nullptr;
  Statement query(lease, SelectAssignments("a.dispositif_id = :dispositif"));
  query.Bind("dispositif", device->ref.id);
  AssignmentRow row(query);
  while (query.Next()) device->assignments.push_back({Known(row.patient), row.from, row.to});
  return device;
}

void DeviceCache::LoadAll(Lease& lease, const std::vector<Mac>& macs) {
  if (lease.dialect() == Dialect::kSqlite || macs.empty()) return;
  std::vector<std::string> wanted;
  wanted.reserve(macs.size());
  for (const Mac mac : macs) wanted.push_back(mac.ToColons());
  std::unordered_map<std::int64_t, std::unique_ptr<DeviceState>> loaded;
  std::vector<long long> ids;
  {
    Statement query(lease, SelectDevices("d.adresse_mac = ANY(CAST(:macs AS VARCHAR[]))", lease.dialect()));
    query.Bind("macs", ArrayText(wanted));
    DeviceRow row(query);
    while (query.Next()) {
      std::unique_ptr<DeviceState> device = Take(row);
      if (!device) continue;
      ids.push_back(device->ref.id);
      loaded.emplace(device->ref.id, std::move(device));
    }
  }
  if (ids.empty()) return;
  {
    Statement query(lease, SelectAssignments("a.dispositif_id = ANY(CAST(:dispositifs AS BIGINT[]))"));
    query.Bind("dispositifs", ArrayText(ids));
    AssignmentRow row(query);
    while (query.Next()) {
      loaded[row.device_id]->assignments.push_back({Known(row.patient), row.from, row.to});
    }
  }
  for (auto& [id, device] : loaded) {
    const Mac mac = device->ref.mac;
    macs_[id] = mac;
    devices_.emplace(mac, std::move(device));
  }
}

std::unique_ptr<DeviceState> DeviceCache::Take(const DeviceRow& row) {
  std::unique_ptr<DeviceState> device = row.Get();
  if (device) device->patient = Known(row.patient());
  return device;
}

// One object for each patient.
std::shared_ptr<const PatientRef> DeviceCache::Known(const PatientRef& ref) {
  std::shared_ptr<const PatientRef>& patient = patients_[ref.id];
  if (!patient) patient = std::make_shared<PatientRef>(ref);
  return patient;
}

bool DeviceCache::Write(Lease& lease, Micros now) {
  bool rows_written = false;
  std::vector<DeviceState*> changed;
  for (auto& [mac, device] : devices_) {
    if (device->changed || device->row_changed) changed.push_back(device.get());
  }
  std::sort(changed.begin(), changed.end(), [](auto* a, auto* b) { return a->ref.id < b->ref.id; });
  WriteStates(lease, changed);
  for (DeviceState* device : changed) {
    if (device->row_changed || device->seen_at - device->row_written_at >= kRowEvery) {
      WriteRow(lease, *device);
      rows_written = true;
    }
    for (BootState& boot : device->boots) {
      if (boot.changed) WriteBoot(lease, device->ref.id, boot, now);
    }
  }
  return rows_written;
}

BootState& GetBootState(Lease& lease, DeviceState& device, std::int64_t number) {
  for (BootState& boot : device.boots) {
    if (boot.number == number) return boot;
  }
  std::optional<BootState> loaded = LoadBoot(lease, device.ref.id, number);
  if (!loaded) {
    loaded.emplace();
    loaded->number = number;
  }
  if (device.boots.size() >= kMaxBoots) {
    // References are good until the next call: the oldest makes room.
    const auto oldest = std::min_element(device.boots.begin(), device.boots.end(),
                                         [](const auto& a, const auto& b) { return a.seen_at < b.seen_at; });
    if (oldest->changed) WriteBoot(lease, device.ref.id, *oldest, device.seen_at);
    device.boots.erase(oldest);
  }
  return device.boots.emplace_back(std::move(*loaded));
}

BootState* FindInferredBootState(Lease& lease, DeviceState& device) {
  std::int64_t lowest = 0;
  for (const BootState& boot : device.boots) lowest = std::min(lowest, boot.number);
  if (lowest == 0) {
    std::optional<std::int64_t> stored;
    Statement query(lease, "SELECT MIN(boot) FROM fajma_demarrage WHERE dispositif_id = :dispositif");
    query.Bind("dispositif", device.ref.id).Into(stored);
    if (query.Next() && stored) lowest = std::min<std::int64_t>(lowest, *stored);
  }
  return lowest < 0 ? &GetBootState(lease, device, lowest) : nullptr;
}

}  // namespace fajma
