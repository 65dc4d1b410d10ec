#include "core/store/access_store.h"

#include "core/store/conditions.h"

namespace fajma {

void AccessStore::Add(const std::vector<Access>& accesses) {
  if (accesses.empty()) return;
  Lease lease = database_.Write(Database::Priority::kBulk);
  lease.Begin();
  for (const Access& access : accesses) {
    Statement(lease,
              "INSERT INTO fajma_journal_acces (minute, utilisateur_id, patient_id, route, nombre) VALUES (:minute,"
              " :utilisateur, :patient, :route, :nombre) ON CONFLICT (minute, utilisateur_id, patient_id, route)"
              " DO UPDATE SET nombre = fajma_journal_acces.nombre + excluded.nombre")
        .Bind("minute", access.minute)
        .Bind("utilisateur", access.user_id)
        .Bind("patient", access.patient_id)
        .Bind("route", access.route)
        .Bind("nombre", access.count)
        .Run();
  }
  lease.Commit();
}

Page<Access> AccessStore::List(const AccessFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  Conditions conditions;
  if (filter.user_id) conditions.Add("utilisateur_id = :utilisateur", "utilisateur", *filter.user_id);
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.route) conditions.Add("route = :route", "route", *filter.route);
  if (filter.from) conditions.Add("minute >= :de", "de", *filter.from);
  if (filter.until) conditions.Add("minute < :a", "a", *filter.until);
  Page<Access> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_journal_acces" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;
  Statement query(lease, "SELECT id, minute, utilisateur_id, patient_id, route, nombre FROM fajma_journal_acces" +
                             conditions.text() + " ORDER BY id DESC LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  Access row;
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  query.Into(row.id, row.minute, row.user_id, row.patient_id, row.route, row.count);
  while (query.Next()) result.rows.push_back(row);
  return result;
}

}  // namespace fajma
