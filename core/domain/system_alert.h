// What is wrong with the system itself: of no patient, in no table, told by the process that found it out.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/domain/alert_level.h"
#include "core/domain/time.h"

namespace fajma {

enum class SystemCondition : std::uint8_t {
  kAlarmPath = 0,  // a probe that was due was not seen in time
  kJournal = 1,    // what came in waits too long to be stored
};

struct SystemConditionRow {
  std::string_view name;  // on the wire, in metrics and in /health/ready
  AlertLevel level;
  std::string_view present;  // for people, in French
  std::string_view absent;
};

// By SystemCondition.
inline constexpr std::array<SystemConditionRow, 2> kSystemConditions = {{
    {"alarm_path", AlertLevel::kCritical,
     "L'autotest du chemin des alarmes a échoué : des mesures et des alertes peuvent manquer. Surveillez les patients "
     "directement.",
     "Le chemin des alarmes fonctionne de nouveau."},
    {"journal", AlertLevel::kWarning,
     "Des messages reçus attendent d'être enregistrés : mesures et alertes arrivent en retard.",
     "Les messages reçus sont de nouveau enregistrés sans retard."},
}};

constexpr const SystemConditionRow& RowOf(SystemCondition condition) {
  return kSystemConditions[static_cast<std::size_t>(condition)];
}

struct SystemAlert {
  SystemCondition condition = SystemCondition::kAlarmPath;
  bool present = false;
  Micros since = 0;  // when it began
  bool operator==(const SystemAlert&) const = default;
};

}  // namespace fajma
