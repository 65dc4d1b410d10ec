#include "core/domain/alert_text.h"

#include <array>
#include <charconv>

namespace fajma {

std::string ShortNumber(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

std::string AlertTitle(const Measure& measure) { return std::string(measure.label) + " anormale"; }

std::string AlertMessage(const Measure& measure, double value) {
  return std::string(measure.label) + " : " + ShortNumber(value) + " " + std::string(measure.unit);
}

std::string LateAlertTitle(const Measure& measure) { return AlertTitle(measure) + " (mesure tardive)"; }

std::string LateAlertMessage(const Measure& measure, double value, Micros measured_at) {
  return AlertMessage(measure, value) + ", mesurée le " + FormatIso(measured_at);
}

std::string ClockAlertTitle() { return "Horloge du dispositif incorrecte"; }

std::string ClockAlertMessage(const std::string& device_time) {
  return "Heure annoncée par le dispositif : " + device_time + ". L'heure de réception est retenue.";
}

}  // namespace fajma
