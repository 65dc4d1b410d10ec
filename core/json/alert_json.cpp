#include "core/json/alert_json.h"

#include "core/domain/alert_nature.h"

namespace fajma::json {

void AppendAlertMembers(ObjectWriter& writer, const Alert& alert) {
  writer.Integer("id", alert.id);
  writer.String("niveau", NameOf(alert.level));
  writer.String("titre", alert.title);
  writer.String("message", alert.message);
  writer.Bool("acquittee", alert.acknowledged);
  writer.TimeOrNull("date_acquittement", alert.acknowledged_at);
  writer.Time("date_creation", alert.created_at);
  writer.Integer("dispositif", alert.device_id);
  writer.Integer("patient", alert.patient->id);
  writer.IntegerOrNull("donnee_declencheur", alert.trigger_reading_id);
  writer.IntegerOrNull("acquittee_par", alert.acknowledged_by);
  writer.String("nature", NameOf(NatureOf(alert.condition)));
}

void AppendAlarmMembers(ObjectWriter& writer, const Alert& alert) {
  constexpr std::string_view kStates[] = {"close", "presente", "acquittee", "verrouillee"};
  const auto optional_time = [](Micros time) { return time == 0 ? std::nullopt : std::optional(time); };
  writer.String("etat", kStates[static_cast<std::size_t>(alert.alarm.presence)]);
  if (alert.alarm.condition) {
    writer.String("niveau_condition", NameOf(*alert.alarm.condition));
  } else {
    writer.Raw("niveau_condition", "null");
  }
  writer.TimeOrNull("escalade_le", optional_time(alert.alarm.escalates_at));
  writer.TimeOrNull("silence_jusqu", optional_time(alert.alarm.silent_until));
  writer.IntegerOrNull("assignee_a", alert.assigned_to);
  writer.Bool("tardive", alert.late);
}

}  // namespace fajma::json
