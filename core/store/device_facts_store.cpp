#include "core/store/device_facts_store.h"

#include <algorithm>

#include "core/store/sql.h"

namespace fajma {
namespace {

constexpr std::string_view kSelect =
    "SELECT a.patient_id, a.depuis, d.id, d.adresse_mac, d.nom, d.status, d.niveau_batterie, d.qualite_signal,"
    " d.intervalle_attendu, e.dernier_contact, e.ecarts, e.quarantaine_le"
    " FROM fajma_affectation a JOIN fajma_dispositivesiot d ON d.id = a.dispositif_id"
    " LEFT JOIN fajma_etat_dispositif e ON e.dispositif_id = a.dispositif_id"
    " WHERE a.jusqu_a IS NULL AND d.supprime_le IS NULL ORDER BY a.dispositif_id";

// One row of kSelect.
class FactsRow {
 public:
  explicit FactsRow(Statement& query) {
    query.Into(patient_id_, facts_.assigned_at, facts_.device.id, mac_, facts_.name, facts_.status,
               facts_.battery_percent, facts_.signal_percent, interval_seconds_, contact_, rungs_, quarantined_);
  }
  std::int64_t patient_id() const { return patient_id_; }

  DeviceFacts Get() const {
    DeviceFacts facts = facts_;
    facts.device.mac = Mac::ParseColons(mac_).value_or(Mac());
    facts.quarantined_at = quarantined_.value_or(0);
    facts.heard_at = std::max(contact_.value_or(0), facts.quarantined_at);
    facts.interval = interval_seconds_ ? *interval_seconds_ * kMicrosPerSecond
                                       : LearntInterval(rungs_.value_or(0)).value_or(kUnknownInterval);
    return facts;
  }

 private:
  DeviceFacts facts_;
  std::int64_t patient_id_ = 0;
  std::string mac_;
  std::optional<int> interval_seconds_;
  std::optional<std::int64_t> contact_, rungs_, quarantined_;
};

}  // namespace

std::vector<DeviceFacts> DeviceFactsStore::OfAssigned() {
  Lease lease = database_.Read();
  std::vector<DeviceFacts> all;
  Statement query(lease, kSelect);
  FactsRow row(query);
  while (query.Next()) {
    all.push_back(row.Get());
    all.back().patient = refs_.Patient(lease, row.patient_id());
  }
  return all;
}

}  // namespace fajma
