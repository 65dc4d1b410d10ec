// Alerts as they are read.
#include "core/store/alert_store.h"

#include "core/store/alert_row.h"
#include "core/store/conditions.h"

namespace fajma {
namespace {

std::string SelectAlerts() { return "SELECT " + std::string(kAlertColumns) + " FROM fajma_alertesiot"; }

std::string LevelsFrom(AlertLevel minimum) {
  std::string text;
  for (std::size_t level = static_cast<std::size_t>(minimum); level < kAlertLevelNames.size(); ++level) {
    text += text.empty() ? "niveau IN ('" : "', '";
    text += kAlertLevelNames[level];
  }
  return text + "')";
}

// NatureOf as SQL.
std::string IsOf(AlertNature nature) {
  std::string text;
  for (const auto& [code, ceiling] : kTechnicalConditions) {
    text += text.empty() ? "(" : " OR ";
    text += IsOfDevice(code) ? "condition_code LIKE '" : "condition_code = '";
    text += code;
    text += IsOfDevice(code) ? "%'" : "'";
  }
  return (nature == AlertNature::kTechnical ? "" : "NOT ") + text + ")";
}

Conditions ConditionsOf(const AlertFilter& filter, Dialect dialect) {
  Conditions conditions;
  conditions.Add("supprime_le IS NULL");
  if (filter.device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *filter.device_id);
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.level) conditions.Add("niveau = :niveau", "niveau", std::string(NameOf(*filter.level)));
  if (filter.minimum_level != AlertLevel::kInfo) conditions.Add(LevelsFrom(filter.minimum_level));
  if (filter.nature) conditions.Add(IsOf(*filter.nature));
  // The number stands in the text, as in the condition of the index of what is not acknowledged.
  if (filter.acknowledged) conditions.Add(*filter.acknowledged ? "acquittee = 1" : "acquittee = 0");
  if (filter.present_only) conditions.Add("resolue_le IS NULL AND condition_code <> '' AND tardive = 0");
  if (filter.patients) conditions.AddIn(dialect, "patient_id", "patients", *filter.patients);
  return conditions;
}

std::vector<Alert> ReadAlerts(Lease& lease, RefCache& refs, Statement& query) {
  std::vector<Alert> alerts;
  AlertRow row(query);
  while (query.Next()) alerts.push_back(row.Get(lease, refs));
  return alerts;
}

}  // namespace

std::optional<Alert> AlertStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  Statement query(lease, SelectAlerts() + " WHERE id = :id AND supprime_le IS NULL");
  query.Bind("id", id);
  std::vector<Alert> found = ReadAlerts(lease, refs_, query);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Page<Alert> AlertStore::List(const AlertFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  const Conditions conditions = ConditionsOf(filter, lease.dialect());
  Page<Alert> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_alertesiot" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;

  Statement query(lease, SelectAlerts() + conditions.text() + " ORDER BY id DESC LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  result.rows = ReadAlerts(lease, refs_, query);
  return result;
}

std::vector<Alert> AlertStore::Active(AlertLevel minimum_level, const VisiblePatients& patients, std::int64_t limit) {
  AlertFilter filter;
  filter.acknowledged = false;
  filter.minimum_level = minimum_level;
  filter.patients = patients;
  return List(filter, {0, limit}).rows;
}

std::vector<Alert> AlertStore::Present(AlertLevel minimum_level, const VisiblePatients& patients, std::int64_t limit) {
  AlertFilter filter;
  filter.present_only = true;
  filter.minimum_level = minimum_level;
  filter.patients = patients;
  return List(filter, {0, limit}).rows;
}

std::vector<Alert> AlertStore::LoadPresent() {
  Lease lease = database_.Read();
  Statement query(lease, SelectAlerts() +
                             " WHERE resolue_le IS NULL AND \"signal\" <> 0 AND condition_code <> ''"
                             " AND tardive = 0 ORDER BY id");
  return ReadAlerts(lease, refs_, query);
}

std::vector<Alert> AlertStore::LoadOpen() {
  Lease lease = database_.Read();
  Statement query(lease, SelectAlerts() + " WHERE \"signal\" <> 0 AND condition_code <> '' ORDER BY id");
  return ReadAlerts(lease, refs_, query);
}

}  // namespace fajma
