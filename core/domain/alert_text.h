// What an alert says, in French, as documented: "Fréquence cardiaque anormale" / "Fréquence cardiaque : 150 bpm".
#pragma once

#include <string>

#include "core/domain/measure.h"
#include "core/domain/time.h"

namespace fajma {

// As short as it can be read back, without ".0": "150", "38.4".
std::string ShortNumber(double value);

std::string AlertTitle(const Measure& measure);
// Integral values without decimals, others as short as they can be read back.
std::string AlertMessage(const Measure& measure, double value);

// Of a value that was known of only afterwards.
std::string LateAlertTitle(const Measure& measure);
std::string LateAlertMessage(const Measure& measure, double value, Micros measured_at);

// "NEWS2 partiel : au moins 7 (5 paramètres sur 7)"
std::string News2AlertTitle();
std::string News2AlertMessage(int score, int known, int parameters);

// "Fréquence cardiaque : variation de 32 bpm en 9 min": of a part of a minute, the whole minute.
std::string TrendAlertTitle(const Measure& measure);
std::string TrendAlertMessage(const Measure& measure, double amount, Micros within);

std::string ClockAlertTitle();
// `device_time` as it was sent; tells no patient's data.
std::string ClockAlertMessage(const std::string& device_time);

}  // namespace fajma
