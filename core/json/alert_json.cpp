#include "core/json/alert_json.h"

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
}

}  // namespace fajma::json
