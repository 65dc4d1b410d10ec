#include "core/store/quarantine_store.h"

#include "core/store/conditions.h"

namespace fajma {
namespace {
constexpr std::int64_t kMaxPruned = 10'000;  // at a call: the writer is not kept from others for long
}

Page<QuarantineEntry> QuarantineStore::List(std::optional<std::int64_t> device_id, PageRequest page) {
  Lease lease = database_.Read();
  Conditions conditions;
  if (device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *device_id);
  Page<QuarantineEntry> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_quarantaine" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;

  Statement query(lease,
                  "SELECT id, recu, porte, dispositif_id, code, detail, encodage, contenu FROM fajma_quarantaine" +
                      conditions.text() + " ORDER BY id DESC LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  QuarantineEntry row;
  query.Into(row.id, row.received_at, row.door, row.device_id, row.code, row.detail, row.encoding, row.content);
  while (query.Next()) result.rows.push_back(row);
  return result;
}

std::int64_t QuarantineStore::Prune(std::int64_t max_rows) {
  Lease lease = database_.Write();
  return Statement(lease,
                   "DELETE FROM fajma_quarantaine WHERE id IN (SELECT id FROM fajma_quarantaine WHERE id <="
                   " (SELECT id FROM fajma_quarantaine ORDER BY id DESC LIMIT 1 OFFSET :rows)"
                   " ORDER BY id LIMIT :most)")
      .Bind("rows", max_rows)
      .Bind("most", kMaxPruned)
      .Run();
}

}  // namespace fajma
