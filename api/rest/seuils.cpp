// Thresholds: for all patients or for one, where they differ from the catalogue's.
#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/domain/alert_text.h"
#include "core/json/writer.h"
#include "core/store/threshold_store.h"

namespace fajma::rest {
namespace {

// Seconds on the wire.
std::optional<std::int64_t> ToSeconds(std::optional<Micros> delay) {
  return delay ? std::optional(*delay / kMicrosPerSecond) : std::nullopt;
}
std::optional<Micros> ToMicros(std::optional<std::int64_t> seconds) {
  return seconds ? std::optional(*seconds * kMicrosPerSecond) : std::nullopt;
}

void AppendBounds(json::ObjectWriter& writer, const Threshold& threshold) {
  if (threshold.patient_id == kAllPatients) {
    writer.Null("patient");
  } else {
    writer.Integer("patient", threshold.patient_id);
  }
  writer.String("type_donnee", GetMeasure(threshold.measure).name);
  writer.String("niveau", NameOf(threshold.level));
  writer.NumberOrNull("seuil_bas", threshold.bounds.low);
  writer.NumberOrNull("seuil_haut", threshold.bounds.high);
  writer.NumberOrNull("hysteresis", threshold.dead_band);
  writer.IntegerOrNull("delai_apparition", ToSeconds(threshold.on_delay));
  writer.IntegerOrNull("delai_disparition", ToSeconds(threshold.off_delay));
  writer.IntegerOrNull("repetitions", threshold.repeats);
  const auto& trend = threshold.trend;
  writer.NumberOrNull("variation", trend ? std::optional(trend->amount) : std::nullopt);
  writer.IntegerOrNull("variation_minutes", trend ? std::optional(trend->within / kMicrosPerMinute) : std::nullopt);
}

void AppendThreshold(std::string& out, const Threshold& threshold) {
  json::ObjectWriter writer(out);
  writer.Integer("id", threshold.id);
  AppendBounds(writer, threshold);
  writer.Time("date_modification", threshold.changed_at);
  writer.Integer("modifie_par", threshold.changed_by);
  writer.End();
}

void AppendChange(std::string& out, const ThresholdChange& change) {
  json::ObjectWriter writer(out);
  AppendBounds(writer, change.threshold);
  writer.Bool("en_vigueur", change.in_force);
  writer.Time("depuis", change.threshold.changed_at);
  writer.Integer("modifie_par", change.threshold.changed_by);
  writer.End();
}

http::Response Show(int status, const Threshold& threshold) {
  std::string body;
  AppendThreshold(body, threshold);
  return Json(status, std::move(body));
}

bool Sees(const Call& call, const Threshold& threshold) {
  return threshold.patient_id == kAllPatients || call.identity->Sees(threshold.patient_id);
}

std::optional<Threshold> FindVisibleThreshold(const Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  std::optional<Threshold> found = id ? ThresholdStore(call.app.database).Find(*id) : std::nullopt;
  if (found && !Sees(call, *found)) found.reset();
  return found;
}

Lookups ThresholdLookups(const Call& call) {
  Lookups lookups;
  lookups.exists = [&call](const Field&, std::int64_t patient_id) {
    return call.identity->Sees(patient_id) && call.app.patients.Exists(patient_id);
  };
  return lookups;
}

// Half of it is zero in the other half, and then refused.
std::optional<TrendRule> PatchedTrend(std::optional<TrendRule> trend, const Values& values) {
  std::optional<double> amount;
  std::optional<std::int64_t> minutes;
  if (trend) {
    amount = trend->amount;
    minutes = trend->within / kMicrosPerMinute;
  }
  if (values.Has("variation")) amount = values.Number("variation");
  if (values.Has("variation_minutes")) minutes = values.Integer("variation_minutes");
  if (!amount && !minutes) return std::nullopt;
  return TrendRule{amount.value_or(0), minutes.value_or(0) * kMicrosPerMinute};
}

Threshold Patched(const Call& call, Threshold threshold, const Values& values) {
  if (values.Has("patient")) threshold.patient_id = values.Integer("patient").value_or(kAllPatients);
  if (const auto type = values.Text("type_donnee")) threshold.measure = FindMeasure(*type)->id;
  if (const auto level = values.Text("niveau")) threshold.level = *FindAlertLevel(*level);
  if (values.Has("seuil_bas")) threshold.bounds.low = values.Number("seuil_bas");
  if (values.Has("seuil_haut")) threshold.bounds.high = values.Number("seuil_haut");
  if (values.Has("hysteresis")) threshold.dead_band = values.Number("hysteresis");
  if (values.Has("delai_apparition")) threshold.on_delay = ToMicros(values.Integer("delai_apparition"));
  if (values.Has("delai_disparition")) threshold.off_delay = ToMicros(values.Integer("delai_disparition"));
  if (values.Has("repetitions")) threshold.repeats = values.Integer("repetitions");
  threshold.trend = PatchedTrend(threshold.trend, values);
  threshold.changed_at = call.app.now();
  threshold.changed_by = call.identity->user.id;
  return threshold;
}

void CheckRange(const Measure& measure, std::string_view field, std::optional<double> bound, FieldErrors& errors) {
  if (!bound || (*bound >= measure.min && *bound <= measure.max)) return;
  errors.Add(field, "Valeur hors plage (" + ShortNumber(measure.min) + " à " + ShortNumber(measure.max) + " " +
                        std::string(measure.unit) + ").");
}

// Whether the bounds of a graver level never lie within those of a milder one.
bool AreNested(const Thresholds& thresholds, const Threshold& changed) {
  std::optional<double> low;
  std::optional<double> high;
  for (const AlertLevel level : kThresholdLevels) {
    const Bounds bounds = thresholds.Of(changed.patient_id, changed.measure, level);
    if ((low && bounds.low && *bounds.low < *low) || (high && bounds.high && *bounds.high > *high)) return false;
    if (bounds.low) low = bounds.low;
    if (bounds.high) high = bounds.high;
  }
  return true;
}

void CheckTrend(const Measure& measure, const std::optional<TrendRule>& trend, FieldErrors& errors) {
  if (!trend) return;
  const double most = measure.max - measure.min;
  if (!(trend->amount > 0 && trend->amount <= most)) {
    errors.Add("variation", "Avec variation_minutes, une valeur supérieure à 0 et d'au plus " + ShortNumber(most) +
                                " " + std::string(measure.unit) + " est requise.");
  }
  if (trend->within == 0) errors.Add("variation_minutes", "Avec variation, une durée est requise.");
}

std::optional<http::Response> Refuse(const Call& call, const Threshold& wanted) {
  FieldErrors errors;
  const Measure& measure = GetMeasure(wanted.measure);
  const auto& [low, high] = wanted.bounds;
  CheckRange(measure, "seuil_bas", low, errors);
  CheckRange(measure, "seuil_haut", high, errors);
  const double band = wanted.dead_band.value_or(0);
  if (band < 0 || band > measure.max - measure.min) {
    errors.Add("hysteresis", "Valeur hors plage (0 à " + ShortNumber(measure.max - measure.min) + " " +
                                 std::string(measure.unit) + ").");
  }
  CheckTrend(measure, wanted.trend, errors);
  if (!low && !high) errors.Add(kNonFieldErrors, "Un seuil au moins est requis.");
  if (low && high && *low >= *high) errors.Add(kNonFieldErrors, "Le seuil bas doit être inférieur au seuil haut.");
  if (errors.empty()) {
    Thresholds all = ThresholdStore(call.app.database).Load();
    all.Set(wanted.patient_id, wanted.measure, wanted.level, SettingOf(wanted));
    if (!AreNested(all, wanted)) {
      errors.Add(kNonFieldErrors, "Les seuils d'un niveau plus grave doivent être plus éloignés.");
    }
  }
  return errors.empty() ? std::nullopt : std::optional(BadFields(errors));
}

http::Response NotUnique() {
  return RefuseField(kNonFieldErrors, "The fields patient, type_donnee, niveau must make a unique set.");
}

// Absent: somebody else changed it meanwhile.
std::optional<http::Response> TryUpdate(Call& call, bool partial) {
  const std::optional<Threshold> before = FindVisibleThreshold(call);
  if (!before) return NotFound();
  auto read = ReadValues(call, ThresholdFields(), ThresholdLookups(call), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Threshold wanted = Patched(call, *before, std::get<Values>(read));
  if (auto refusal = Refuse(call, wanted)) return std::move(*refusal);
  switch (ThresholdStore(call.app.database).Update(*before, wanted)) {
    case ThresholdOutcome::kUnknown:
      return NotFound();
    case ThresholdOutcome::kTaken:
      return NotUnique();
    case ThresholdOutcome::kChanged:
      return std::nullopt;
    case ThresholdOutcome::kDone:
      break;
  }
  return Show(200, wanted);
}

// What is not sent stays as somebody else has just set it.
http::Response Update(Call& call, bool partial) {
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    if (auto answer = TryUpdate(call, partial)) return std::move(*answer);
  }
  return Unavailable();
}

}  // namespace

http::Response ListThresholds(Call& call) {
  auto read = ReadFilters(call, ThresholdFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  ThresholdFilter filter;
  filter.patient_id = values.Integer("patient");
  if (const auto type = values.Text("type_donnee")) filter.measure = FindMeasure(*type)->id;
  if (const auto level = values.Text("niveau")) filter.level = FindAlertLevel(*level);
  filter.patients = call.identity->patients;
  return AnswerPage(
      call, [&](PageRequest page) { return ThresholdStore(call.app.database).List(filter, page); }, AppendThreshold);
}

http::Response CreateThreshold(Call& call) {
  auto read = ReadValues(call, ThresholdFields(), ThresholdLookups(call));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Threshold wanted = Patched(call, {}, std::get<Values>(read));
  if (auto refusal = Refuse(call, wanted)) return std::move(*refusal);
  const std::optional<Threshold> created = ThresholdStore(call.app.database).Create(wanted);
  return created ? Show(201, *created) : NotUnique();
}

http::Response ShowThreshold(Call& call) {
  const std::optional<Threshold> threshold = FindVisibleThreshold(call);
  return threshold ? Show(200, *threshold) : NotFound();
}

http::Response ReplaceThreshold(Call& call) { return Update(call, false); }
http::Response ChangeThreshold(Call& call) { return Update(call, true); }

http::Response DeleteThreshold(Call& call) {
  const std::optional<Threshold> threshold = FindVisibleThreshold(call);
  ThresholdStore store(call.app.database);
  if (!threshold || !store.Delete(threshold->id, call.identity->user.id, call.app.now())) return NotFound();
  http::Response response;
  response.status = 204;
  return response;
}

// Of a deleted one too.
http::Response ShowThresholdHistory(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id) return NotFound();
  const std::vector<ThresholdChange> changes = ThresholdStore(call.app.database).History(*id);
  if (changes.empty()) return NotFound();
  for (const ThresholdChange& change : changes) {
    if (!Sees(call, change.threshold)) return NotFound();
  }
  return AnswerArray(changes, AppendChange);
}

}  // namespace fajma::rest
