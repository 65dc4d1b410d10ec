#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/domain/alert_text.h"
#include "core/domain/measure.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr std::int64_t kDefaultMinutes = 5;
constexpr std::int64_t kDefaultRecent = 100;

// What a REST client gave, or how a device's time was obtained; the documented name of the latter is device_timestamp.
std::string MetadataOf(const Reading& reading) {
  if (reading.metadata) return *reading.metadata;
  std::string out;
  json::ObjectWriter writer(out);
  if (reading.device_timestamp) writer.Raw("device_timestamp", *reading.device_timestamp);
  if (reading.time_source != TimeSource::kReceived) {
    writer.String("time_source", kTimeSourceNames[static_cast<std::size_t>(reading.time_source)]);
    writer.Time("received_at", reading.received_at);
    if (reading.late) writer.Bool("late", true);
  }
  writer.End();
  return out;
}

NewReading ReadingOf(const Values& values) {
  return {
      .device_id = *values.Integer("dispositif"),
      .type_donnee = *values.Text("type_donnee"),
      .unite = *values.Text("unite"),
      .value = *values.Number("valeur"),
      .quality_percent = static_cast<int>(values.Integer("qualite_donnee").value_or(100)),
      .metadata = values.Text("metadata").value_or("{}"),
  };
}

}  // namespace

http::Response RefuseField(std::string_view field, std::string message) {
  FieldErrors errors;
  errors.Add(field, std::move(message));
  return BadFields(errors);
}

std::optional<http::Response> RefuseOutOfRange(const std::string& type, double value) {
  const Measure* measure = FindMeasure(type);
  if (measure == nullptr || (value >= measure->min && value <= measure->max)) return std::nullopt;
  return RefuseField("valeur", "Valeur hors plage (" + ShortNumber(measure->min) + " à " + ShortNumber(measure->max) +
                                   " " + std::string(measure->unit) + ").");
}

ReadingFilter ReadingFilterOf(const Call& call, const Values& values) {
  ReadingFilter filter;
  filter.device_id = values.Integer("dispositif");
  filter.patient_id = values.Integer("patient");
  filter.type = values.Text("type_donnee");
  filter.patients = call.identity->patients;
  return filter;
}

void NoteReadingsRead(Call& call, const ReadingFilter& filter) {
  call.read_patient = filter.patient_id.value_or(kAnyPatient);
  if (filter.patient_id || !filter.device_id) return;
  std::vector<std::int64_t> shown = call.app.readings.PatientsOfDevice(*filter.device_id);
  std::erase_if(shown, [&call](std::int64_t patient) { return !call.identity->Sees(patient); });
  if (shown.size() == 1) call.read_patient = shown.front();
}

void AppendReading(std::string& out, const Reading& reading) {
  json::ObjectWriter writer(out);
  writer.Integer("id", reading.id);
  writer.String("type_donnee", reading.type);
  writer.Number("valeur", reading.value);
  writer.String("unite", reading.unit);
  writer.Time("timestamp", reading.measured_at);
  writer.Integer("qualite_donnee", reading.quality);
  writer.Raw("metadata", MetadataOf(reading));
  writer.Integer("dispositif", reading.device_id);
  writer.End();
}

http::Response ListReadings(Call& call) {
  if (call.request.FindQuery("apres") != nullptr) return ListReadingsAfter(call);
  if (call.request.FindQuery("curseur") != nullptr) return ListReadingsByCursor(call);
  auto read = ReadFilters(call, ReadingFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const ReadingFilter filter = ReadingFilterOf(call, std::get<Values>(read));
  NoteReadingsRead(call, filter);
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.readings.List(filter, page); }, AppendReading);
}

http::Response CreateReading(Call& call) {
  Lookups lookups;
  lookups.exists = [&call](const Field&, std::int64_t id) {
    const std::optional<Device> device = FindVisibleDevice(call, id);
    return device && call.app.patients.Exists(device->patient_id);  // none is measured after the discharge
  };
  auto read = ReadValues(call, ReadingFields(), lookups);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const NewReading wanted = ReadingOf(std::get<Values>(read));
  if (auto refusal = RefuseOutOfRange(wanted.type_donnee, wanted.value)) return std::move(*refusal);
  const std::optional<TypeId> type = call.app.readings.EnsureType(wanted.type_donnee, wanted.unite);
  if (!type) return RefuseField("type_donnee", "Trop de types de données.");
  if (!call.app.create_reading) return Unavailable();
  const std::optional<CreatedReading> created = call.app.create_reading(wanted, call.options.create_timeout);
  if (!created) return Unavailable();

  Reading reading;
  reading.id = created->id;
  reading.type = wanted.type_donnee;
  reading.unit = wanted.unite;
  reading.value = wanted.value;
  reading.measured_at = created->measured_at;
  reading.quality = wanted.quality_percent;
  reading.metadata = wanted.metadata;
  reading.device_id = wanted.device_id;
  std::string body;
  AppendReading(body, reading);
  return Json(201, std::move(body));
}

http::Response ListRecentReadings(Call& call) {
  auto read = ReadFilters(call, RecentReadingFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  ReadingFilter filter = ReadingFilterOf(call, values);
  NoteReadingsRead(call, filter);
  filter.measured_since = call.app.now() - values.Integer("minutes").value_or(kDefaultMinutes) * kMicrosPerMinute;
  const PageRequest page{0, values.Integer("limit").value_or(kDefaultRecent)};
  return AnswerArray(call.app.readings.List(filter, page).rows, AppendReading);
}

}  // namespace fajma::rest
