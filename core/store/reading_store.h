// Readings as they are read: REST's lists, pages in commit order, what a client missed, the newest values, statistics.
// They are written by ingest; here they are only corrected and deleted, one by one.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/domain/reading.h"
#include "core/store/database.h"
#include "core/store/page.h"
#include "core/store/page_anchors.h"
#include "core/store/ref_cache.h"
#include "core/store/type_catalogue.h"

namespace fajma {

struct Reading {
  std::int64_t id = 0;
  TypeId type_id = 0;
  std::string type;  // `type_donnee`: "heart_rate"
  std::string unit;  // "bpm"
  double value = 0;
  bool integral = false;   // it was sent as 75, not as 75.0
  Micros measured_at = 0;  // `timestamp`
  Micros received_at = 0;
  int quality = 100;
  TimeSource time_source = TimeSource::kReceived;
  bool late = false;
  std::optional<std::string> device_timestamp;  // as it was sent, a JSON token
  std::optional<std::string> metadata;          // a JSON object that a REST client gave
  std::int64_t device_id = 0;
  std::int64_t patient_id = 0;
  Cursor cursor = 0;  // of ListAfter only; else 0
};

struct ReadingFilter {
  std::optional<std::int64_t> device_id;
  std::optional<std::int64_t> patient_id;
  std::optional<std::string> type;        // `type_donnee`, in any unit
  std::optional<std::int64_t> before_id;  // pages that stay fast at any depth: only ids below this one
  std::optional<std::int64_t> after_id;   // back from there: the nearest above this one
  std::optional<Micros> measured_since;   // `count` is then that of the rows given, not of all
  VisiblePatients patients;
};

// What to change of a reading: an absent field stays as it is.
struct ReadingPatch {
  std::optional<std::int64_t> device_id;  // the reading is then of the patient who had that device at its time
  std::optional<TypeId> type_id;
  std::optional<double> value;
  std::optional<int> quality_percent;
  std::optional<std::string> metadata;  // compact JSON
};

// Of one type in one interval of measured time.
struct ReadingStatistics {
  Micros bucket_start = 0;  // 0 when the whole window is one
  std::string type;
  std::string unit;
  std::int64_t count = 0;
  double sum = 0;
  double least = 0;
  double greatest = 0;
  Micros last_measured_at = 0;
  double mean() const { return sum / static_cast<double>(count); }
};

// What follows a cursor. Go on at `next`; `complete`: there was nothing more when it was read.
template <typename Row>
struct FeedPage {
  std::vector<Row> rows;
  Cursor next = 0;
  bool complete = true;
};

inline constexpr Cursor kNoEnd = std::numeric_limits<Cursor>::max();

// The newest live value of one patient and type.
struct LatestValue {
  std::int64_t patient_id = 0;
  std::int64_t device_id = 0;
  TypeId type_id = 0;
  std::string type;
  std::string unit;
  std::int64_t reading_id = 0;
  double value = 0;
  bool integral = false;
  Micros measured_at = 0;
  Micros received_at = 0;
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free; transient when a page took
// longer than the statement timeout).
class ReadingStore {
 public:
  explicit ReadingStore(Database& database) : database_(database), types_(database), refs_(database) {}

  std::optional<Reading> Find(std::int64_t id);
  // Newest first: by id, descending. The count comes from the series, not from counting readings.
  Page<Reading> List(const ReadingFilter& filter, PageRequest page);
  // Both keep the series and rollups right; alerts are not judged anew. No such reading: absent, false. A deleted
  // reading is forgotten: its message, sent once more, may be stored again.
  std::optional<Reading> Correct(std::int64_t id, const ReadingPatch& patch);
  bool Delete(std::int64_t id);
  // Newest first, of the patients given: a device has readings of all who ever wore it.
  std::vector<Reading> LatestOfDevice(std::int64_t device_id, std::int64_t limit, const VisiblePatients& patients);
  // The patients whom the device has readings of, in no order.
  std::vector<std::int64_t> PatientsOfDevice(std::int64_t device_id);

  // In commit order, those after the cursor; each row carries its own.
  // `limit`: rows, at most kMaxPageRows.
  FeedPage<Reading> ListAfter(Cursor after, std::int64_t limit, std::optional<std::int64_t> patient_id = {});
  // The same, those that pass the filter (device, patient, type, patients). A page that is not complete may have fewer
  // rows than asked for: no more than 20,000 are looked at.
  FeedPage<Reading> ListAfter(Cursor after, std::int64_t limit, const ReadingFilter& filter);
  // The same as whole messages: those whose last row has a cursor after `after`, of commits up to that of `up_to`. A
  // message without a vital sign has no rows and is not among them. `limit`: messages, at most kMaxPageRows;
  // a page that is not complete may have fewer, but one at least.
  FeedPage<StoredMessage> MessagesAfter(std::optional<std::int64_t> patient_id, Cursor after, std::int64_t limit,
                                        Cursor up_to = kNoEnd);
  // The same for several patients at once.
  FeedPage<StoredMessage> MessagesOfPatientsAfter(const std::vector<std::int64_t>& patients, Cursor after,
                                                  std::int64_t limit, Cursor up_to = kNoEnd);

  // Of all readings measured from the first microsecond of the minute of `since` on, by bucket, type and unit; a type
  // without a reading has no row. `step`: whole minutes, buckets begin at its multiples since 1970; 0: one bucket. A
  // few rows for each hour and series are read, whatever the number of readings. Of the filter before_id and
  // measured_since do not count.
  std::vector<ReadingStatistics> Statistics(const ReadingFilter& filter, Micros since, Micros step = 0);

  // Up to which cursor retention has cut; 0: nothing. Who reads on from before it, and asks after the page, knows
  // whether that page lacks something.
  Cursor CutUpTo();

  // By patient and type.
  std::vector<LatestValue> LatestValues(std::optional<std::int64_t> patient_id = {});

  // For whoever evaluates live readings and begins at the cursor `up_to`: what was known by then, each value as a
  // message of its own. The newest of each series among those measures, as far as it was measured from `since` on.
  std::vector<StoredMessage> NewestAt(Cursor up_to, std::span<const MeasureId> measures, Micros since);
  // All of one measure and patient (kAllPatients: of everybody) that were measured from `since` on, in no order; of
  // more than `limit` those that came in last.
  std::vector<StoredMessage> LiveAt(Cursor up_to, MeasureId measure, std::int64_t patient_id, Micros since,
                                    std::int64_t limit);

  // See TypeCatalogue::Ensure.
  std::optional<TypeId> EnsureType(const std::string& type, const std::string& unit) {
    return types_.Ensure(type, unit);
  }
  TypeCatalogue& types() { return types_; }

 private:
  Reading Complete(Lease& lease, Reading reading);  // with its type's name and unit
  // Of one patient, of `patients`, or, when neither is given, of all.
  FeedPage<StoredMessage> Messages(std::optional<std::int64_t> patient_id, const std::vector<std::int64_t>* patients,
                                   Cursor after, std::int64_t limit, Cursor up_to);
  std::vector<Reading> RowsOf(Lease& lease, const std::vector<std::int64_t>& ids);

  Database& database_;
  TypeCatalogue types_;
  RefCache refs_;
  PageAnchors anchors_;
};

}  // namespace fajma
