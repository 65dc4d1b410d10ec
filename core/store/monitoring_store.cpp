#include "core/store/monitoring_store.h"

#include "core/store/sql.h"

namespace fajma {
namespace {

std::vector<MonitoringSnapshot::Device> ReadDevices(Lease& lease) {
  Statement query(lease,
                  "SELECT d.id, p.salle, d.status FROM fajma_dispositivesiot d JOIN fajma_patient p"
                  " ON p.id = d.patient_id WHERE d.supprime_le IS NULL AND p.supprime_le IS NULL");
  MonitoringSnapshot::Device row;
  query.Into(row.id, row.room, row.status);
  std::vector<MonitoringSnapshot::Device> devices;
  while (query.Next()) devices.push_back(row);
  return devices;
}

// The number stands in the text, as in the condition of the index of what is not acknowledged.
std::vector<MonitoringSnapshot::Alert> ReadAlerts(Lease& lease) {
  Statement query(lease,
                  "SELECT a.id, p.salle, a.niveau FROM fajma_alertesiot a JOIN fajma_patient p ON p.id = a.patient_id"
                  " WHERE a.acquittee = 0 AND a.supprime_le IS NULL ORDER BY a.id DESC LIMIT :limit");
  query.Bind("limit", MonitoringStore::kMaxAlerts);
  MonitoringSnapshot::Alert row;
  std::string level;
  query.Into(row.id, row.room, level);
  std::vector<MonitoringSnapshot::Alert> alerts;
  while (query.Next()) {
    row.level = FindAlertLevel(level).value_or(AlertLevel::kInfo);
    alerts.push_back(row);
  }
  return alerts;
}

}  // namespace

MonitoringSnapshot MonitoringStore::Load(const std::string& process) {
  Lease lease = database_.Read();
  lease.Begin();
  MonitoringSnapshot snapshot;
  snapshot.devices = ReadDevices(lease);
  snapshot.alerts = ReadAlerts(lease);
  Statement count(lease, "SELECT COUNT(*) FROM fajma_sessionswebsocket WHERE active = 1 AND processus <> :processus");
  count.Bind("processus", process).Into(snapshot.sessions_elsewhere).Next();
  return snapshot;
}

}  // namespace fajma
