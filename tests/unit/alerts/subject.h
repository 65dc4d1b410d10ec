// The engine's pure part under exploration: the signals of one condition and its alarm, with tables that may be
// mutated.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "core/alerts/condition_watch.h"
#include "tests/unit/alerts/symbols.h"

namespace fajma::test {

struct Tables {
  std::vector<AlarmTransition> alarm{AlarmTransitions().begin(), AlarmTransitions().end()};
  std::vector<SignalTransition> signal{SignalTransitions().begin(), SignalTransitions().end()};
  Alarm (*keep_alarm)(Alarm) = [](Alarm kept) { return kept; };  // what is left after a restart
  LevelSignals (*keep_signals)(LevelSignals) = [](LevelSignals kept) { return kept; };
};

// Rows of the alarm's table that were taken, and which followed which.
struct Coverage {
  std::set<std::size_t> rows;
  std::set<std::pair<std::size_t, std::size_t>> pairs;
};

class Subject {
 public:
  Subject(const AlarmSetup& setup, const Tables& tables, Coverage* coverage = nullptr);

  Seen Apply(Symbol symbol);

  // All that decides what comes, times relative to now, and the row that was taken last: two subjects with one
  // fingerprint behave alike, and each pair of rows that may follow each other is reached.
  std::vector<std::int64_t> Fingerprint() const;

 private:
  void Give(const AlarmInput& input, Micros at);
  void GiveAll();
  AlarmInput InputOf(Symbol symbol) const;

  const AlarmSetup* setup_;
  const Tables* tables_;
  Coverage* coverage_;
  AlertRules rules_;
  EscalationRule escalation_;
  ConditionWatch watch_;
  Alarm alarm_;
  Micros now_ = kMicrosPerSecond;
  std::vector<TimedInput> inputs_;
  Seen seen_;
  std::size_t last_row_ = static_cast<std::size_t>(-1);
};

}  // namespace fajma::test
