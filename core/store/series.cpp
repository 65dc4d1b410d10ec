#include "core/store/series.h"

#include <optional>
#include <string>

namespace fajma {

void RefreshNewest(Lease& lease, const SeriesKey& key) {
  std::optional<std::int64_t> id;
  std::optional<double> value;
  std::optional<int> integral;
  std::optional<std::int64_t> measured_at;
  std::optional<std::int64_t> received_at;
  {
    Statement query(lease, "SELECT id, valeur, entiere, \"timestamp\", recu FROM fajma_donneescapteursiot" +
                               std::string(kOfSeries) +
                               " AND tardive = 0 AND id BETWEEN (SELECT COALESCE(premiere_id, 0) FROM fajma_serie" +
                               std::string(kOfSeries) +
                               ") AND (SELECT COALESCE(derniere_id, 9223372036854775807) FROM fajma_serie" +
                               std::string(kOfSeries) + ") ORDER BY \"timestamp\" DESC, id DESC LIMIT 1");
    BindKey(query, key).Into(id, value, integral, measured_at, received_at).Next();
  }
  Statement update(lease,
                   "UPDATE fajma_serie SET donnee_id = :donnee, valeur = :valeur, entiere = :entiere,"
                   " \"timestamp\" = :ts, recu = :recu" +
                       std::string(kOfSeries));
  update.Bind("donnee", id).Bind("valeur", value.value_or(0)).Bind("entiere", integral).Bind("ts", measured_at);
  BindKey(update, key).Bind("recu", received_at).Run();
}

}  // namespace fajma
