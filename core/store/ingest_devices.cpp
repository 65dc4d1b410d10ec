#include "core/store/ingest_devices.h"

#include <algorithm>

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

void WriteState(Lease& lease, DeviceState& device) {
  Statement(lease,
            "INSERT INTO fajma_etat_dispositif (dispositif_id, horloge, dernier_contact, dernier_horodatage, debit_le, "
            "debit_reste, debit_credit, debit_dit) VALUES (:dispositif, :horloge, :contact, :horodatage, :le, :reste, "
            ":credit, :dit) ON CONFLICT (dispositif_id) DO UPDATE SET "
            "horloge = excluded.horloge, dernier_contact = excluded.dernier_contact, "
            "dernier_horodatage = excluded.dernier_horodatage, debit_le = excluded.debit_le, "
            "debit_reste = excluded.debit_reste, debit_credit = excluded.debit_credit, debit_dit = excluded.debit_dit")
      .Bind("dispositif", device.ref.id)
      .Bind("horloge", static_cast<int>(device.clock))
      .Bind("contact", device.seen_at)
      .Bind("horodatage", device.newest_measured_at)
      .Bind("le", device.rate.accepted_at)
      .Bind("reste", device.rate.level)
      .Bind("credit", device.rate.credit)
      .Bind("dit", device.rate.told_at)
      .Run();
  device.changed = false;
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

}  // namespace

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
  auto device = std::make_unique<DeviceState>();
  std::int64_t patient_id = 0;
  std::optional<std::string> firmware;
  std::optional<std::int64_t> battery, signal, last_seen, contact, newest, clock;
  std::optional<std::int64_t> accepted, level, credit, told;
  std::string sql =
      "SELECT d.id, d.patient_id, d.status, d.version_firmware, d.niveau_batterie, d.qualite_signal, "
      "d.derniere_connexion, e.horloge, e.dernier_contact, e.dernier_horodatage, "
      "e.debit_le, e.debit_reste, e.debit_credit, e.debit_dit FROM fajma_dispositivesiot d "
      "LEFT JOIN fajma_etat_dispositif e ON e.dispositif_id = d.id "
      "WHERE d.adresse_mac = :mac AND d.supprime_le IS NULL";
  if (lease.dialect() == Dialect::kPostgres) sql += " FOR UPDATE OF d";
  {
    Statement query(lease, sql);
    query.Bind("mac", mac.ToColons());
    query.Into(device->ref.id, patient_id, device->status, firmware, battery, signal, last_seen, clock, contact, newest,
               accepted, level, credit, told);
    if (!query.Next()) return nullptr;
  }
  device->ref.mac = mac;
  device->firmware = firmware.value_or("");
  device->battery_percent = Narrow(battery);
  device->signal_percent = Narrow(signal);
  device->row_written_at = last_seen.value_or(0);
  device->seen_at = contact.value_or(last_seen.value_or(0));
  device->clock = static_cast<ClockState>(clock.value_or(0));
  device->newest_measured_at = newest.value_or(0);
  device->rate = {accepted.value_or(0), level.value_or(0), credit.value_or(0), told.value_or(0)};
  device->patient = Patient(lease, patient_id);
  if (!device->patient) return nullptr;
  LoadAssignments(lease, *device);
  return device;
}

std::shared_ptr<const PatientRef> DeviceCache::Patient(Lease& lease, std::int64_t id) {
  std::shared_ptr<const PatientRef>& patient = patients_[id];
  if (patient) return patient;
  auto loaded = std::make_shared<PatientRef>();
  Statement query(lease, "SELECT id, identifiant, salle FROM fajma_patient WHERE id = :id");
  query.Bind("id", id).Into(loaded->id, loaded->identifier, loaded->room);
  if (query.Next()) patient = std::move(loaded);
  return patient;
}

void DeviceCache::LoadAssignments(Lease& lease, DeviceState& device) {
  struct Row {
    std::int64_t patient_id = 0;
    std::int64_t from = 0;
    std::optional<std::int64_t> to;
  };
  std::vector<Row> rows;
  {
    Row row;
    Statement query(lease,
                    "SELECT patient_id, depuis, jusqu_a FROM fajma_affectation WHERE dispositif_id = :dispositif "
                    "ORDER BY depuis");
    query.Bind("dispositif", device.ref.id).Into(row.patient_id, row.from, row.to);
    while (query.Next()) rows.push_back(row);
  }
  for (const Row& row : rows) {
    if (auto patient = Patient(lease, row.patient_id)) device.assignments.push_back({patient, row.from, row.to});
  }
}

bool DeviceCache::Write(Lease& lease, Micros now) {
  bool rows_written = false;
  std::vector<DeviceState*> changed;
  for (auto& [mac, device] : devices_) {
    if (device->changed || device->row_changed) changed.push_back(device.get());
  }
  std::sort(changed.begin(), changed.end(), [](auto* a, auto* b) { return a->ref.id < b->ref.id; });
  for (DeviceState* device : changed) {
    WriteState(lease, *device);
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
