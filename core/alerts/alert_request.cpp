#include "core/alerts/alert_request.h"

namespace fajma {

void Ask(std::vector<TimedInput>& inputs, std::string_view condition, const AlertSource& source, const AlertText& text,
         std::vector<AlertRequest>& requests) {
  for (const TimedInput& each : inputs) {
    AlertRequest& request = requests.emplace_back();
    request.input = each.input;
    request.at = each.at;
    request.patient = source.patient;
    request.device_id = source.device_id;
    request.condition = condition;
    request.title = text.title;
    request.message = text.message;
    request.trigger_reading_id = source.reading_id;
  }
  inputs.clear();
}

}  // namespace fajma
