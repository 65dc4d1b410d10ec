#include "core/store/device_store.h"

#include <utility>

#include "core/store/conditions.h"

namespace fajma {
namespace {

const std::string kSelect =
    "SELECT id, adresse_mac, nom, type_dispositif, adresse_ip, status, derniere_connexion, version_firmware,"
    " niveau_batterie, qualite_signal, date_creation, date_modification, patient_id, intervalle_attendu FROM "
    "fajma_dispositivesiot";

// One row of kSelect.
class DeviceRow {
 public:
  explicit DeviceRow(Statement& query) {
    query.Into(device_.id, mac_, device_.name, device_.type, device_.ip_address, device_.status, device_.last_seen_at,
               device_.firmware, device_.battery_percent, device_.signal_percent, device_.created_at,
               device_.updated_at, device_.patient_id, device_.expected_interval_seconds);
  }
  Device Get() {
    device_.mac = Mac::ParseColons(mac_).value_or(Mac());
    return device_;
  }

 private:
  Device device_;
  std::string mac_;
};

std::optional<Device> FindOne(Statement& query) {
  DeviceRow row(query);
  if (!query.Next()) return std::nullopt;
  return row.Get();
}

std::optional<Device> FindById(Lease& lease, std::int64_t id, std::string_view lock = "") {
  Statement query(lease, kSelect + " WHERE id = :id AND supprime_le IS NULL" + std::string(lock));
  query.Bind("id", id);
  return FindOne(query);
}

Conditions ConditionsOf(const DeviceFilter& filter, Dialect dialect) {
  Conditions conditions;
  conditions.Add("supprime_le IS NULL");
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.status) conditions.Add("status = :status", "status", *filter.status);
  if (filter.type) conditions.Add("type_dispositif = :type", "type", *filter.type);
  if (filter.patients) conditions.AddIn(dialect, "patient_id", "patients", *filter.patients);
  return conditions;
}

void BindColumns(Statement& statement, const Device& device) {
  statement.Bind("mac", device.mac.ToColons())
      .Bind("nom", device.name)
      .Bind("type", device.type)
      .Bind("ip", device.ip_address)
      .Bind("status", device.status)
      .Bind("connexion", device.last_seen_at)
      .Bind("firmware", device.firmware)
      .Bind("batterie", device.battery_percent)
      .Bind("signal", device.signal_percent)
      .Bind("modification", device.updated_at)
      .Bind("patient", device.patient_id)
      .Bind("intervalle", device.expected_interval_seconds);
}

void BeginAssignment(Lease& lease, std::int64_t device_id, std::int64_t patient_id, Micros now) {
  Statement(lease,
            "INSERT INTO fajma_affectation (dispositif_id, patient_id, depuis) VALUES (:dispositif, :patient, :depuis)")
      .Bind("dispositif", device_id)
      .Bind("patient", patient_id)
      .Bind("depuis", now)
      .Run();
}

void EndAssignment(Lease& lease, std::int64_t device_id, Micros now) {
  Statement(lease, "UPDATE fajma_affectation SET jusqu_a = :fin WHERE dispositif_id = :dispositif AND jusqu_a IS NULL")
      .Bind("fin", now)
      .Bind("dispositif", device_id)
      .Run();
}

void Patch(Device& device, const DevicePatch& patch) {
  if (patch.mac) device.mac = *patch.mac;
  if (patch.name) device.name = *patch.name;
  if (patch.type) device.type = *patch.type;
  if (patch.ip_address) device.ip_address = *patch.ip_address;
  if (patch.status) device.status = *patch.status;
  if (patch.last_seen_at) device.last_seen_at = *patch.last_seen_at;
  if (patch.firmware) device.firmware = *patch.firmware;
  if (patch.battery_percent) device.battery_percent = *patch.battery_percent;
  if (patch.signal_percent) device.signal_percent = *patch.signal_percent;
  if (patch.patient_id) device.patient_id = *patch.patient_id;
  if (patch.expected_interval_seconds) device.expected_interval_seconds = *patch.expected_interval_seconds;
}

void WriteRow(Lease& lease, const Device& device) {
  Statement update(lease,
                   "UPDATE fajma_dispositivesiot SET adresse_mac = :mac, nom = :nom, type_dispositif = :type,"
                   " adresse_ip = :ip, status = :status, derniere_connexion = :connexion, version_firmware = :firmware,"
                   " niveau_batterie = :batterie, qualite_signal = :signal, date_modification = :modification,"
                   " patient_id = :patient, intervalle_attendu = :intervalle WHERE id = :id");
  BindColumns(update, device);
  update.Bind("id", device.id).Run();
}

}  // namespace

std::optional<Device> DeviceStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  return FindById(lease, id);
}

std::optional<Device> DeviceStore::FindByMac(Mac mac) {
  Lease lease = database_.Read();
  Statement query(lease, kSelect + " WHERE adresse_mac = :mac AND supprime_le IS NULL");
  query.Bind("mac", mac.ToColons());
  return FindOne(query);
}

Page<Device> DeviceStore::List(const DeviceFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  const Conditions conditions = ConditionsOf(filter, lease.dialect());
  Page<Device> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_dispositivesiot" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;

  Statement query(lease, kSelect + conditions.text() + " ORDER BY id LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  DeviceRow row(query);
  while (query.Next()) result.rows.push_back(row.Get());
  return result;
}

DeviceResult DeviceStore::Create(const Device& device, Micros now) {
  Device created = device;
  created.created_at = created.updated_at = now;
  Lease lease = database_.Write();
  lease.Begin();
  {
    Statement insert(lease,
                     "INSERT INTO fajma_dispositivesiot (adresse_mac, nom, type_dispositif, adresse_ip, status,"
                     " derniere_connexion, version_firmware, niveau_batterie, qualite_signal, date_creation,"
                     " date_modification, patient_id, intervalle_attendu) VALUES (:mac, :nom, :type, :ip, :status, "
                     ":connexion, :firmware,"
                     " :batterie, :signal, :modification, :modification, :patient, :intervalle)"
                     " ON CONFLICT DO NOTHING RETURNING id");
    BindColumns(insert, created);
    if (!insert.Into(created.id).Next()) return {DeviceOutcome::kMacTaken, std::nullopt};
  }
  BeginAssignment(lease, created.id, created.patient_id, now);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {DeviceOutcome::kDone, std::move(created)};
}

DeviceResult DeviceStore::Update(std::int64_t id, const DevicePatch& patch, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Device> device = FindById(lease, id, For(lease.dialect(), "", " FOR UPDATE"));
  if (!device) return {DeviceOutcome::kUnknown, std::nullopt};
  const std::int64_t patient_before = device->patient_id;
  Patch(*device, patch);
  device->updated_at = now;
  try {
    WriteRow(lease, *device);
  } catch (const ConstraintError&) {  // the only one of the table is the MAC's
    return {DeviceOutcome::kMacTaken, std::nullopt};
  }
  if (device->patient_id != patient_before) {
    EndAssignment(lease, id, now);
    BeginAssignment(lease, id, device->patient_id, now);
  }
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {DeviceOutcome::kDone, std::move(device)};
}

DeviceResult DeviceStore::SetStatus(std::int64_t id, const std::string& status, std::optional<int> battery_percent,
                                    std::optional<int> signal_percent, Micros now) {
  DevicePatch patch;
  patch.status = status;
  patch.last_seen_at = now;
  if (battery_percent) patch.battery_percent = battery_percent;
  if (signal_percent) patch.signal_percent = signal_percent;
  return Update(id, patch, now);
}

bool DeviceStore::Delete(std::int64_t id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::int64_t hidden =
      Statement(lease, "UPDATE fajma_dispositivesiot SET supprime_le = :now WHERE id = :id AND supprime_le IS NULL")
          .Bind("now", now)
          .Bind("id", id)
          .Run();
  if (hidden == 0) return false;
  EndAssignment(lease, id, now);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return true;
}

}  // namespace fajma
