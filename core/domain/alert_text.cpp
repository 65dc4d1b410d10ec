#include "core/domain/alert_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

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

std::string News2AlertTitle() { return "Score NEWS2 élevé"; }

std::string News2AlertMessage(int score, int known, int parameters) {
  const bool partial = known < parameters;
  return std::string("NEWS2 ") + (partial ? "partiel : au moins " : ": ") + std::to_string(score) + " (" +
         std::to_string(known) + " paramètres sur " + std::to_string(parameters) + ")";
}

std::string TrendAlertTitle(const Measure& measure) { return std::string(measure.label) + " : variation rapide"; }

std::string TrendAlertMessage(const Measure& measure, double amount, Micros within) {
  // The difference of two decimal numbers is none: 38.2 - 37.1 = 1.1000000000000014.
  const double rounded = std::round(amount * 1000) / 1000;
  const Micros minutes = std::max<Micros>((within + kMicrosPerMinute - 1) / kMicrosPerMinute, 1);
  return std::string(measure.label) + " : variation de " + ShortNumber(rounded) + " " + std::string(measure.unit) +
         " en " + std::to_string(minutes) + " min";
}

std::string ClockAlertTitle() { return "Horloge du dispositif incorrecte"; }

std::string ClockAlertMessage(const std::string& device_time) {
  return "Heure annoncée par le dispositif : " + device_time + ". L'heure de réception est retenue.";
}

}  // namespace fajma
