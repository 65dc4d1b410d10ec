// What may happen to one condition of one patient, for the exploration of the alarm engine. Shared by the engine's
// model and the oracle: nothing here is the engine's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fajma::test {

using Seconds = std::int64_t;

enum class Symbol : std::uint8_t {
  kNormal,        // values: well inside
  kWarningBand,   // inside of the warning's bound, within its dead band
  kWarning,       // outside of the warning's bound
  kCriticalBand,  // the same, within the dead band of the critical one
  kCritical,      // outside of the critical bound
  kEmergency,     // outside of all
  kAcknowledge,   // persons
  kEscalate,
  kSilence,
  kUnsilence,
  kRemove,
  kOneSecond,  // time
  kTwoSeconds,
  kLongTime,
  kRestart,  // the process dies and begins anew from what it had stored
};
inline constexpr std::array<std::string_view, 15> kSymbolNames = {
    "normal",  "warning band", "warning", "critical band", "critical", "emergency", "acknowledge", "escalate",
    "silence", "unsilence",    "remove",  "1 s",           "2 s",      "25 s",      "restart"};
inline constexpr std::size_t kSymbols = kSymbolNames.size();

// Seconds that pass.
constexpr Seconds LengthOf(Symbol symbol) {
  if (symbol == Symbol::kOneSecond) return 1;
  if (symbol == Symbol::kTwoSeconds) return 2;
  return symbol == Symbol::kLongTime ? 25 : 0;
}

// What the values of a history are to the alarm: judged as they come, known of too late, or what a person gives the
// alert that he makes.
enum class Kind : std::uint8_t { kLive, kLate, kMade };

// The rules that both are given. One bound a level, all with one dead band.
struct AlarmSetup {
  Kind kind = Kind::kLive;
  double warning = 110, critical = 140, emergency = 180;
  double dead_band = 3;
  Seconds on_delay = 0, off_delay = 0;
  int repeats = 1;
  Seconds escalates_warning = 3, escalates_critical = 4;
  Seconds silence = 2;
  int ceiling = 3;                  // of escalations by time and by hand
  bool lowered_by_restart = false;  // until the first restart it is 3: of an earlier version
};

constexpr double ValueOf(Symbol symbol) {
  constexpr double kValues[] = {75, 109, 115, 138, 145, 185};
  return kValues[static_cast<std::size_t>(symbol)];
}
// Of a value that is not judged by bounds; 0: none.
constexpr int LevelNamedBy(Symbol symbol) {
  constexpr int kNamed[] = {0, 0, 1, 0, 2, 3};
  return kNamed[static_cast<std::size_t>(symbol)];
}
constexpr bool IsValue(Symbol symbol) { return symbol <= Symbol::kEmergency; }

using History = std::vector<Symbol>;

inline std::string ToText(const History& history) {
  std::string text;
  for (const Symbol symbol : history) {
    text += (text.empty() ? "" : ", ") + std::string(kSymbolNames[static_cast<std::size_t>(symbol)]);
  }
  return text;
}

// What can be seen from outside after each symbol. 0: none; 1 to 3: warning, critical, emergency.
struct Seen {
  bool open = false;
  bool acknowledged = false;
  bool present = false;  // the alert says that its condition is
  int level = 0;         // of the open alert
  bool silent = false;
  int raised = 0;      // told by this symbol: alerts that began, or whose condition is there again
  int escalated = 0;   // told: rises of level
  int told = 0;        // all that was told
  bool waits = false;  // something will happen by itself
  bool operator==(const Seen&) const = default;
};

}  // namespace fajma::test
