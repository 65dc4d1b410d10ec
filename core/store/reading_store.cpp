#include "core/store/reading_store.h"

#include <algorithm>
#include <functional>

#include "core/store/conditions.h"
#include "core/store/reading_bounds.h"
#include "core/store/reading_row.h"

namespace fajma {
namespace {

// Beyond that many rows it is cheaper to walk all readings than to merge those of several patients.
constexpr std::int64_t kMaxMerged = 2000;
constexpr std::int64_t kRare = 50;  // a type with fewer than one reading in so many

// What the series say of one patient's readings that pass the filter.
struct PatientRange {
  std::int64_t patient_id = 0;
  std::int64_t count = 0;
  std::int64_t first_id = 0;
  std::int64_t last_id = kMaxId;
};

// The filter with the type's name resolved.
struct Search {
  const ReadingFilter& filter;
  std::optional<std::vector<std::int64_t>> types;
  std::int64_t least_id = 0;
  bool upwards = false;  // the oldest that pass, not the newest
  bool narrow() const { return filter.device_id || filter.patient_id || filter.patients || types; }
};

void AddTypes(Conditions& conditions, Dialect dialect, const Search& search) {
  if (search.types) conditions.AddIn(dialect, "type_id", "types", *search.types);
}

// The greatest last id first.
std::vector<PatientRange> ReadRanges(Lease& lease, const Search& search) {
  Conditions conditions;
  const ReadingFilter& filter = search.filter;
  if (filter.device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *filter.device_id);
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.patients) conditions.AddIn(lease.dialect(), "patient_id", "patients", *filter.patients);
  AddTypes(conditions, lease.dialect(), search);
  // A bound that one of the series does not know is no bound.
  Statement query(lease,
                  "SELECT patient_id, CAST(SUM(nombre) AS BIGINT), MIN(COALESCE(premiere_id, 0)),"
                  " MAX(COALESCE(derniere_id, 9223372036854775807)) FROM fajma_serie" +
                      conditions.text() + " GROUP BY patient_id ORDER BY 4 DESC");
  conditions.BindTo(query);
  PatientRange row;
  query.Into(row.patient_id, row.count, row.first_id, row.last_id);
  std::vector<PatientRange> ranges;
  while (query.Next()) ranges.push_back(row);
  return ranges;
}

// The ids of the page, in the order of the search: of one patient, or of whom the filter says when `range.patient_id`
// is 0.
std::vector<std::int64_t> ReadIds(Lease& lease, const Search& search, const PatientRange& range, std::int64_t limit,
                                  std::int64_t offset) {
  const ReadingFilter& filter = search.filter;
  Conditions conditions;
  if (range.patient_id != 0) conditions.Add("patient_id = :patient", "patient", range.patient_id);
  if (range.patient_id == 0 && filter.patients) {
    conditions.AddIn(lease.dialect(), "patient_id", "patients", *filter.patients);
  }
  if (filter.device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *filter.device_id);
  AddTypes(conditions, lease.dialect(), search);
  if (filter.measured_since) conditions.Add("\"timestamp\" >= :depuis", "depuis", *filter.measured_since);
  conditions.Add("id >= :premiere", "premiere", std::max(range.first_id, search.least_id));
  const std::int64_t last = filter.before_id ? std::min(range.last_id, *filter.before_id - 1) : range.last_id;
  conditions.Add("id <= :derniere", "derniere", last);

  Statement query(lease, "SELECT id FROM fajma_donneescapteursiot" + conditions.text() + " ORDER BY id " +
                             (search.upwards ? "ASC" : "DESC") + " LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  std::int64_t id = 0;
  query.Bind("limit", limit).Bind("offset", offset).Into(id);
  std::vector<std::int64_t> ids;
  while (query.Next()) ids.push_back(id);
  return ids;
}

// Several patients: the newest of each, merged. A patient whose last reading is older than all that is needed is not
// asked, nor any after it.
std::vector<std::int64_t> MergeIds(Lease& lease, const Search& search, const std::vector<PatientRange>& ranges,
                                   std::int64_t limit, std::int64_t offset) {
  const auto wanted = static_cast<std::size_t>(limit + offset);
  std::vector<std::int64_t> ids;
  for (const PatientRange& range : ranges) {
    if (!search.upwards && ids.size() == wanted && range.last_id < ids.back()) break;
    const std::vector<std::int64_t> more = ReadIds(lease, search, range, limit + offset, 0);
    ids.insert(ids.end(), more.begin(), more.end());
    search.upwards ? std::sort(ids.begin(), ids.end()) : std::sort(ids.begin(), ids.end(), std::greater<>());
    ids.resize(std::min(ids.size(), wanted));
  }
  ids.erase(ids.begin(), ids.begin() + std::min(offset, static_cast<std::int64_t>(ids.size())));
  return ids;
}

// All readings, or those of several patients far back: a walk by id within the bounds of the series.
std::vector<std::int64_t> WalkIds(Lease& lease, const Search& search, const std::vector<PatientRange>& ranges,
                                  std::int64_t limit, std::int64_t offset) {
  PatientRange all;
  if (!ranges.empty()) {
    all.first_id = std::ranges::min(ranges, {}, &PatientRange::first_id).first_id;
    all.last_id = ranges.front().last_id;
  }
  return ReadIds(lease, search, all, limit, offset);
}

std::int64_t TotalCount(Lease& lease) {
  std::int64_t count = 0;
  Statement(lease, "SELECT CAST(COALESCE(SUM(nombre), 0) AS BIGINT) FROM fajma_serie").Into(count).Next();
  return count;
}

// The way that reads least: one patient's index, some patients' merged (a rare type has few and narrow series), or all
// readings.
std::vector<std::int64_t> PageIds(Lease& lease, const Search& search, const std::vector<PatientRange>& ranges,
                                  std::int64_t count, PageRequest page) {
  const ReadingFilter& filter = search.filter;
  const std::int64_t limit = page.bounded_limit();
  const std::int64_t offset = page.bounded_offset();
  const bool of_patients = filter.device_id || filter.patient_id || filter.patients;
  if (of_patients && ranges.size() == 1) return ReadIds(lease, search, ranges.front(), limit, offset);
  const bool merge = of_patients || (search.types && count < TotalCount(lease) / kRare);
  if (merge && offset + limit <= kMaxMerged) return MergeIds(lease, search, ranges, limit, offset);
  return WalkIds(lease, search, ranges, limit, offset);
}

// How many rows of a list are passed over before it is worth knowing where its pages are.
constexpr std::int64_t kFar = 2000;

std::int64_t ReadCorrections(Lease& lease) {
  std::int64_t corrections = 0;
  Statement(lease, "SELECT corrections FROM fajma_base WHERE id = 1").Into(corrections).Next();
  return corrections;
}

// One text for each list.
std::string NameOf(Dialect dialect, const Search& search) {
  const ReadingFilter& filter = search.filter;
  const auto number = [](std::optional<std::int64_t> id) { return std::to_string(id.value_or(0)) + ";"; };
  std::string name = number(filter.device_id) + number(filter.patient_id);
  if (search.types) name += ListText(dialect, *search.types);
  if (filter.patients) name += "p" + ListText(dialect, *filter.patients);
  return name;
}

// A page far from the newest: walked from the nearest row whose place is known, upwards or downwards.
std::vector<std::int64_t> FarIds(Lease& lease, PageAnchors& anchors, Search search,
                                 const std::vector<PatientRange>& ranges, std::int64_t count, PageRequest page) {
  const std::string list = NameOf(lease.dialect(), search);
  const std::int64_t corrections = ReadCorrections(lease);
  const std::int64_t top = count - page.bounded_offset();  // the rank of the page's newest row
  const std::int64_t bottom = std::max<std::int64_t>(top - page.bounded_limit(), 0);
  const PageAnchor end = count - top < bottom ? PageAnchor{count, kMaxId} : PageAnchor{0, -1};
  const PageAnchor anchor = anchors.Nearest(list, corrections, bottom, top, end);
  PatientRange range = ranges.size() == 1 ? ranges.front() : PatientRange{};
  search.upwards = anchor.rank <= bottom;
  if (search.upwards) {
    search.least_id = anchor.id + 1;
  } else {
    range.last_id = std::min(range.last_id, anchor.id);
  }
  const std::int64_t offset = search.upwards ? bottom - anchor.rank : anchor.rank - top;
  std::vector<std::int64_t> ids = ReadIds(lease, search, range, top - bottom, offset);
  if (!ids.empty()) {
    const std::int64_t newest = std::ranges::max(ids);
    if (newest < SettledBelow(lease)) anchors.Put(list, corrections, {top, newest});
  }
  return ids;
}

}  // namespace

Reading ReadingStore::Complete(Lease& lease, Reading reading) {
  ReadingType type = types_.Get(lease, reading.type_id);
  reading.type = std::move(type.name);
  reading.unit = std::move(type.unit);
  return reading;
}

std::optional<Reading> ReadingStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  std::optional<Reading> found;
  {
    Statement query(lease,
                    "SELECT " + std::string(kReadingColumns) + " FROM fajma_donneescapteursiot d WHERE d.id = :id");
    ReadingRow row(query);
    if (query.Bind("id", id).Next()) found = row.Get();
  }
  if (found) found = Complete(lease, *std::move(found));
  return found;
}

std::vector<Reading> ReadingStore::RowsOf(Lease& lease, const std::vector<std::int64_t>& ids) {
  std::vector<Reading> rows;
  if (ids.empty()) return rows;
  Statement query(lease, "SELECT " + std::string(kReadingColumns) + " FROM fajma_donneescapteursiot d WHERE " +
                             InList(lease.dialect(), "d.id", "ids") + " ORDER BY d.id DESC");
  query.Bind("ids", ListText(lease.dialect(), ids));
  ReadingRow row(query);
  while (query.Next()) rows.push_back(Complete(lease, row.Get()));
  return rows;
}

Page<Reading> ReadingStore::List(const ReadingFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  const bool far = page.bounded_offset() >= kFar && !filter.measured_since && !filter.before_id && !filter.after_id;
  if (far) lease.Begin();  // count and rows of one snapshot
  Search search{filter, std::nullopt, 0, filter.after_id.has_value()};
  if (filter.after_id) search.least_id = *filter.after_id + 1;
  if (filter.type) {
    const std::vector<TypeId> types = types_.FindByName(lease, *filter.type);
    search.types.emplace(types.begin(), types.end());
  }
  if (filter.measured_since) search.least_id = LeastIdSince(lease, *filter.measured_since);

  Page<Reading> result;
  std::vector<PatientRange> ranges;
  if (search.narrow()) {
    ranges = ReadRanges(lease, search);
    for (const PatientRange& range : ranges) result.count += range.count;
  } else {
    result.count = TotalCount(lease);
  }
  if (page.bounded_offset() < result.count && page.bounded_limit() > 0) {
    result.rows = RowsOf(lease, far ? FarIds(lease, anchors_, search, ranges, result.count, page)
                                    : PageIds(lease, search, ranges, result.count, page));
  }
  if (filter.measured_since) result.count = static_cast<std::int64_t>(result.rows.size());
  return result;
}

std::vector<Reading> ReadingStore::LatestOfDevice(std::int64_t device_id, std::int64_t limit,
                                                  const VisiblePatients& patients) {
  ReadingFilter filter;
  filter.device_id = device_id;
  filter.patients = patients;
  return List(filter, {0, limit}).rows;
}

std::vector<LatestValue> ReadingStore::LatestValues(std::optional<std::int64_t> patient_id) {
  Lease lease = database_.Read();
  Conditions conditions;
  conditions.Add("donnee_id IS NOT NULL");
  if (patient_id) conditions.Add("patient_id = :patient", "patient", *patient_id);
  std::vector<LatestValue> values;
  {
    Statement query(lease,
                    "SELECT patient_id, dispositif_id, type_id, donnee_id, valeur, entiere, \"timestamp\", recu"
                    " FROM fajma_serie" +
                        conditions.text() + " ORDER BY patient_id, type_id, \"timestamp\" DESC, donnee_id DESC");
    conditions.BindTo(query);
    LatestValue row;
    int type = 0;
    query.Into(row.patient_id, row.device_id, type, row.reading_id, row.value, row.integral, row.measured_at,
               row.received_at);
    while (query.Next()) {
      row.type_id = static_cast<TypeId>(type);
      const bool other_device =  // an older value of the same patient and type
          !values.empty() && values.back().patient_id == row.patient_id && values.back().type_id == row.type_id;
      if (!other_device) values.push_back(row);
    }
  }
  for (LatestValue& value : values) {
    ReadingType type = types_.Get(lease, value.type_id);
    value.type = std::move(type.name);
    value.unit = std::move(type.unit);
  }
  return values;
}

}  // namespace fajma
