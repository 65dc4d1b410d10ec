// What the alert engine asks for: it becomes true when it is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alerts/condition_watch.h"

namespace fajma {

// Of whom and from which device an alert is.
struct AlertSource {
  std::shared_ptr<const PatientRef> patient;
  std::int64_t device_id = 0;
  std::optional<std::int64_t> reading_id;
};

struct AlertText {
  std::string title;
  std::string message;
};

struct AlertRequest {
  AlarmInput input;
  Micros at = 0;  // as of when
  std::shared_ptr<const PatientRef> patient;
  std::int64_t device_id = 0;
  std::string condition;
  std::string title;  // of an alert that begins, or begins again
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
  bool late = false;
};

// A request for each input, appended to `requests`; `inputs` is empty then.
void Ask(std::vector<TimedInput>& inputs, std::string_view condition, const AlertSource& source, const AlertText& text,
         std::vector<AlertRequest>& requests);

}  // namespace fajma
