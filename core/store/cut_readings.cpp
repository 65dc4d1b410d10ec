#include "core/store/cut_readings.h"

#include <optional>
#include <string>

namespace fajma {
namespace {

// How many of the patient's rows are looked at for the new end of a series; beyond, the row that was reached last is a
// bound that holds. A type that is measured once a day must not make the writer walk over a day of all others.
constexpr std::int64_t kLookedAt = 200;

// `order`: ASC, the first from `from` on, or DESC, the last up to it.
std::int64_t FindEnd(Lease& lease, const SeriesKey& key, std::int64_t from, bool upwards) {
  std::int64_t reached = from;
  std::int64_t id = 0;
  std::int64_t device = 0;
  int type = 0;
  Statement query(lease, std::string("SELECT id, dispositif_id, type_id FROM fajma_donneescapteursiot"
                                     " WHERE patient_id = :patient AND id ") +
                             (upwards ? ">=" : "<=") + " :de ORDER BY id " + (upwards ? "ASC" : "DESC") +
                             " LIMIT :nombre");
  query.Bind("patient", key.patient_id).Bind("de", from).Bind("nombre", kLookedAt).Into(id, device, type);
  while (query.Next()) {
    reached = id;
    if (device == key.device_id && type == key.type_id) return id;
  }
  return reached;
}

struct SeriesRow {
  std::int64_t count = 0;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  std::optional<std::int64_t> newest;
};

std::optional<SeriesRow> LockRow(Lease& lease, const SeriesKey& key) {
  SeriesRow row;
  Statement query(lease, "SELECT nombre, premiere_id, derniere_id, donnee_id FROM fajma_serie" +
                             std::string(kOfSeries) + std::string(For(lease.dialect(), "", " FOR UPDATE")));
  BindKey(query, key).Into(row.count, row.first, row.last, row.newest);
  return query.Next() ? std::optional(row) : std::nullopt;
}

}  // namespace

std::int64_t CutReadings::Delete(std::int64_t first, std::int64_t last, std::int64_t limit) {
  std::int64_t deleted = 0;
  std::int64_t greatest = first;
  {
    std::int64_t id = 0;
    int type = 0;
    SeriesKey key;
    Statement cut(lease_,
                  "DELETE FROM fajma_donneescapteursiot WHERE id IN (SELECT id FROM fajma_donneescapteursiot"
                  " WHERE id >= :premiere AND id <= :derniere ORDER BY id LIMIT :nombre)"
                  " RETURNING id, type_id, dispositif_id, patient_id");
    cut.Bind("premiere", first).Bind("derniere", last).Bind("nombre", limit);
    cut.Into(id, type, key.device_id, key.patient_id);
    for (; cut.Next(); ++deleted) {
      key.type_id = static_cast<TypeId>(type);
      Gone& gone = gone_[key];
      ++gone.count;
      gone.ids.insert(id);
      greatest = std::max(greatest, id);
    }
  }
  if (deleted != 0) {
    Statement(lease_,
              "UPDATE fajma_alertesiot SET donnee_declencheur_id = NULL WHERE donnee_declencheur_id >= :premiere"
              " AND donnee_declencheur_id <= :derniere")
        .Bind("premiere", first)
        .Bind("derniere", greatest)
        .Run();
  }
  count_ += deleted;
  return deleted;
}

void CutReadings::Finish() {
  for (const auto& [key, gone] : gone_) FinishSeries(key, gone);
  if (!gone_.empty()) Execute(lease_, "UPDATE fajma_base SET corrections = corrections + 1 WHERE id = 1");
}

void CutReadings::FinishSeries(const SeriesKey& key, const Gone& gone) {
  const std::optional<SeriesRow> row = LockRow(lease_, key);
  if (!row) return;
  if (row->count <= gone.count) {
    Statement drop(lease_, "DELETE FROM fajma_serie" + std::string(kOfSeries));
    BindKey(drop, key).Run();
    return;
  }
  const auto bound = [&](const std::optional<std::int64_t>& end, bool upwards) {
    if (!end || !gone.ids.contains(*end)) return end;
    return std::optional(FindEnd(lease_, key, *end, upwards));
  };
  // A lower bound that a cut has left without its row moves with each further one.
  std::optional<std::int64_t> first = row->first;
  if (first && *first <= *gone.ids.rbegin()) first = FindEnd(lease_, key, *first, true);
  const std::optional<std::int64_t> last = bound(row->last, false);
  Statement update(lease_,
                   "UPDATE fajma_serie SET nombre = nombre - :nombre, premiere_id = :premiere,"
                   " derniere_id = :derniere" +
                       std::string(kOfSeries));
  BindKey(update, key).Bind("nombre", gone.count).Bind("premiere", first).Bind("derniere", last).Run();
  if (row->newest && gone.ids.contains(*row->newest)) RefreshNewest(lease_, key);
}

}  // namespace fajma
