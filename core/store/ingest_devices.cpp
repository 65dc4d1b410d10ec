#include "core/store/ingest_devices.h"

#include <algorithm>

#include "core/store/ingest_boots.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

// A device's own row tells its last contact at most so much too early; ingest itself knows better.
constexpr Micros kRowEvery = 5 * kMicrosPerSecond;
std::optional<int> Narrow(const std::optional<std::int64_t>& value) {
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
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

constexpr std::string_view kUpdateRow =
    "UPDATE fajma_dispositivesiot SET status = :status, derniere_connexion = :contact, version_firmware = :firmware, "
    "niveau_batterie = :batterie, qualite_signal = :qualite WHERE id = :id";
constexpr std::string_view kUpdateRows =
    "UPDATE fajma_dispositivesiot d SET status = n.status, derniere_connexion = n.contact, "
    "version_firmware = n.firmware, niveau_batterie = n.batterie, qualite_signal = n.qualite "
    "FROM unnest(CAST(:id AS BIGINT[]), CAST(:status AS TEXT[]), CAST(:contact AS BIGINT[]), "
    "CAST(:firmware AS TEXT[]), CAST(:batterie AS INTEGER[]), CAST(:qualite AS INTEGER[])) "
    "AS n(id, status, contact, firmware, batterie, qualite) WHERE d.id = n.id";

// The devices' own rows, as lists of devices show them. False: none is due.
bool WriteRows(Lease& lease, const std::vector<DeviceState*>& devices) {
  std::vector<long long> id, contact;
  std::vector<std::string> status, firmware;
  std::vector<int> battery, signal;
  std::vector<soci::indicator> firmware_null, battery_null, signal_null;
  const auto null_unless = [](bool known) { return known ? soci::i_ok : soci::i_null; };
  for (DeviceState* device : devices) {
    if (!device->row_changed && device->seen_at - device->row_written_at < kRowEvery) continue;
    id.push_back(device->ref.id);
    status.push_back(device->status);
    contact.push_back(device->seen_at);
    firmware.push_back(device->firmware);
    firmware_null.push_back(null_unless(!device->firmware.empty()));
    battery.push_back(device->battery_percent.value_or(0));
    battery_null.push_back(null_unless(device->battery_percent.has_value()));
    signal.push_back(device->signal_percent.value_or(0));
    signal_null.push_back(null_unless(device->signal_percent.has_value()));
    device->row_written_at = device->seen_at;
    device->row_changed = false;
  }
  if (id.empty()) return false;
  Statement(lease, For(lease.dialect(), kUpdateRow, kUpdateRows))
      .BindColumn("id", id)
      .BindColumn("status", status)
      .BindColumn("contact", contact)
      .BindColumn("firmware", firmware, firmware_null)
      .BindColumn("batterie", battery, battery_null)
      .BindColumn("qualite", signal, signal_null)
      .Run();
  return true;
}

// Those that `which` names stay as they are until the end of the transaction, those of a batch locked in the order of
// their ids. What is read of them is read by another statement: one that waits for a lock goes on with what it saw of
// other tables before.
std::string LockDevices(std::string_view which) {
  return "SELECT d.id FROM fajma_dispositivesiot d WHERE " + std::string(which) +
         " AND d.supprime_le IS NULL ORDER BY d.id FOR NO KEY UPDATE";
}

// A device, its patient, what is known of it and who has had it, a row for each assignment (none: NULL).
std::string SelectDevices(std::string_view which) {
  return "SELECT d.id, d.adresse_mac, d.status, d.version_firmware, d.niveau_batterie, d.qualite_signal, "
         "d.derniere_connexion, e.horloge, e.dernier_contact, e.dernier_horodatage, e.debit_le, e.debit_reste, "
         "e.debit_credit, e.debit_dit, e.direct_le, e.troncon_depuis, e.ecarts, e.quarantaine_le, p.id, p.identifiant, "
         "p.salle, a.depuis, a.jusqu_a, w.id, w.identifiant, w.salle FROM fajma_dispositivesiot d "
         "JOIN fajma_patient p ON p.id = d.patient_id "
         "LEFT JOIN fajma_etat_dispositif e ON e.dispositif_id = d.id "
         "LEFT JOIN fajma_affectation a ON a.dispositif_id = d.id LEFT JOIN fajma_patient w ON w.id = a.patient_id "
         "WHERE " +
         std::string(which) + " AND d.supprime_le IS NULL ORDER BY d.id, a.depuis";
}

}  // namespace

// The variables of SelectDevices.
class DeviceCache::DeviceRow {
 public:
  explicit DeviceRow(Statement& query) {
    query.Into(id_, mac_, status_, firmware_, battery_, signal_, last_seen_, clock_, contact_, newest_, accepted_,
               level_, credit_, told_, live_, stretch_, rungs_, quarantined_, patient_.id, patient_.identifier,
               patient_.room, from_, to_, wearer_id_, wearer_, wearer_room_);
  }
  std::int64_t id() const { return id_; }
  const PatientRef& patient() const { return patient_; }
  // Who has had the device, and from when on; absent: nobody.
  std::optional<std::int64_t> from() const { return wearer_id_ ? from_ : std::nullopt; }
  std::optional<std::int64_t> to() const { return to_; }
  PatientRef wearer() const { return {*wearer_id_, wearer_.value_or(""), wearer_room_.value_or("")}; }

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
  std::optional<std::int64_t> from_, to_, wearer_id_;
  std::optional<std::string> wearer_, wearer_room_;
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
  const auto found = devices_.find(mac);
  return found != devices_.end() ? found->second.get() : Load(lease, mac);
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

DeviceState* DeviceCache::Load(Lease& lease, Mac mac) {
  const std::string text = mac.ToColons();
  if (lease.dialect() == Dialect::kPostgres) {
    std::int64_t id = 0;
    Statement lock(lease, LockDevices("d.adresse_mac = :mac"));
    if (!lock.Bind("mac", text).Into(id).Next()) return nullptr;
  }
  Statement query(lease, SelectDevices("d.adresse_mac = :mac"));
  query.Bind("mac", text);
  const std::vector<DeviceState*> loaded = TakeAll(query);
  return loaded.empty() ? nullptr : loaded.front();
}

void DeviceCache::LoadAll(Lease& lease, const std::vector<Mac>& macs) {
  if (lease.dialect() == Dialect::kSqlite || macs.empty()) return;
  std::vector<std::string> wanted;
  wanted.reserve(macs.size());
  for (const Mac mac : macs) wanted.push_back(mac.ToColons());
  std::vector<long long> ids;
  {
    std::int64_t id = 0;
    Statement lock(lease, LockDevices("d.adresse_mac = ANY(CAST(:macs AS VARCHAR[]))"));
    lock.Bind("macs", ArrayText(wanted)).Into(id);
    while (lock.Next()) ids.push_back(id);
  }
  if (ids.empty()) return;
  Statement query(lease, SelectDevices("d.id = ANY(CAST(:dispositifs AS BIGINT[]))"));
  query.Bind("dispositifs", ArrayText(ids));
  TakeAll(query);
}

void DeviceCache::LoadBoots(Lease& lease, const std::vector<std::pair<Mac, std::int64_t>>& boots) {
  if (lease.dialect() == Dialect::kSqlite) return;
  std::vector<BootOfDevice> wanted;
  for (const auto& [mac, number] : boots) {
    if (const auto found = devices_.find(mac); found != devices_.end())
      wanted.emplace_back(found->second.get(), number);
  }
  fajma::LoadBoots(lease, wanted);
}

// The devices of SelectDevices, in its order.
std::vector<DeviceState*> DeviceCache::TakeAll(Statement& query) {
  std::vector<DeviceState*> taken;
  DeviceRow row(query);
  while (query.Next()) {
    if (taken.empty() || taken.back()->ref.id != row.id()) {
      std::unique_ptr<DeviceState> device = row.Get();
      if (!device) continue;
      device->patient = Known(row.patient());
      const Mac mac = device->ref.mac;
      macs_[device->ref.id] = mac;
      taken.push_back(devices_.emplace(mac, std::move(device)).first->second.get());
    }
    if (const auto from = row.from()) taken.back()->assignments.push_back({Known(row.wearer()), *from, row.to()});
  }
  return taken;
}

// One object for each patient.
std::shared_ptr<const PatientRef> DeviceCache::Known(const PatientRef& ref) {
  std::shared_ptr<const PatientRef>& patient = patients_[ref.id];
  if (!patient) patient = std::make_shared<PatientRef>(ref);
  return patient;
}

bool DeviceCache::Write(Lease& lease, Micros now) {
  std::vector<DeviceState*> changed;
  for (auto& [mac, device] : devices_) {
    if (device->changed || device->row_changed) changed.push_back(device.get());
  }
  std::sort(changed.begin(), changed.end(), [](auto* a, auto* b) { return a->ref.id < b->ref.id; });
  WriteStates(lease, changed);
  WriteBoots(lease, changed, now);
  return WriteRows(lease, changed);
}

}  // namespace fajma
