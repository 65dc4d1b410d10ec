// A test of the test: each single fault that is put into the tables, or into what a restart keeps, is found.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <string>

#include "tests/unit/alerts/explorer.h"

namespace fajma::test {
namespace {

const AlarmSetup kSetups[] = {
    {},
    {.on_delay = 2, .off_delay = 1, .repeats = 2},
    {.kind = Kind::kLate},
    {.kind = Kind::kMade},
};

struct Mutation {
  std::string name;
  Tables tables;
};

std::string NameOf(const AlarmTransition& row) {
  return std::string(kSignalPresenceNames[static_cast<std::size_t>(row.from)]) + " + " +
         std::string(kAlarmInputNames[static_cast<std::size_t>(row.on)]) + " [" +
         std::string(kAlarmGuardNames[static_cast<std::size_t>(row.guard)]) + "]";
}

class Mutations {
 public:
  void Add(const std::string& name, const std::function<void(Tables&)>& change) {
    Mutation& mutation = all_.emplace_back();
    mutation.name = name;
    change(mutation.tables);
  }
  const std::vector<Mutation>& all() const { return all_; }

 private:
  std::vector<Mutation> all_;
};

// In each row of the alarm: the row is not there, its guard always holds, it goes elsewhere, an action is missing, it
// tells nothing.
void AddOfAlarm(Mutations& mutations) {
  const auto rows = AlarmTransitions();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string name = NameOf(rows[i]);
    mutations.Add(name + " removed",
                  [i](Tables& tables) { tables.alarm.erase(tables.alarm.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (rows[i].guard != AlarmGuard::kAlways) {
      mutations.Add(name + " unguarded", [i](Tables& tables) { tables.alarm[i].guard = AlarmGuard::kAlways; });
    }
    for (std::size_t to = 0; to < kSignalPresenceNames.size(); ++to) {
      const auto presence = static_cast<SignalPresence>(to);
      if (presence == rows[i].to) continue;
      mutations.Add(name + " to " + std::string(kSignalPresenceNames[to]),
                    [i, presence](Tables& tables) { tables.alarm[i].to = presence; });
    }
    for (std::size_t bit = 0; bit < kAlarmActionNames.size(); ++bit) {
      const auto action = static_cast<AlarmAction>(1U << bit);
      if (!rows[i].actions.Has(action)) continue;
      mutations.Add(name + " without " + std::string(kAlarmActionNames[bit]),
                    [i, action](Tables& tables) { tables.alarm[i].actions = tables.alarm[i].actions.Without(action); });
    }
  }
}

void AddOfSignal(Mutations& mutations) {
  const auto rows = SignalTransitions();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string name = "signal row " + std::to_string(i);
    mutations.Add(name + " removed",
                  [i](Tables& tables) { tables.signal.erase(tables.signal.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (rows[i].guard != SignalGuard::kAlways) {
      mutations.Add(name + " unguarded", [i](Tables& tables) { tables.signal[i].guard = SignalGuard::kAlways; });
    }
    if (rows[i].guard == SignalGuard::kOften) {
      mutations.Add(name + " once", [i](Tables& tables) { tables.signal[i].guard = SignalGuard::kLongEnough; });
    }
    if (rows[i].action != SignalAction::kNone) {
      mutations.Add(name + " without action", [i](Tables& tables) { tables.signal[i].action = SignalAction::kNone; });
    }
    for (std::size_t to = 0; to < kSignalPhaseNames.size(); ++to) {
      const auto phase = static_cast<SignalPhase>(to);
      if (phase == rows[i].to) continue;
      mutations.Add(name + " to " + std::string(kSignalPhaseNames[to]),
                    [i, phase](Tables& tables) { tables.signal[i].to = phase; });
    }
  }
}

void AddOfRestart(Mutations& mutations) {
  mutations.Add("restart forgets the alarm", [](Tables& tables) { tables.keep_alarm = [](Alarm) { return Alarm(); }; });
  mutations.Add("restart forgets the level", [](Tables& tables) {
    tables.keep_alarm = [](Alarm kept) { return kept.level = AlertLevel::kInfo, kept; };
  });
  mutations.Add("restart forgets the acknowledgement", [](Tables& tables) {
    tables.keep_alarm = [](Alarm kept) {
      if (kept.presence == SignalPresence::kAcknowledged) kept.presence = SignalPresence::kOn;
      return kept;
    };
  });
  mutations.Add("restart forgets the condition",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.condition.reset(), kept; }; });
  mutations.Add("restart forgets the escalation",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.escalates_at = 0, kept; }; });
  mutations.Add("restart forgets the silence",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.silent_until = 0, kept; }; });
  mutations.Add("restart forgets the signals",
                [](Tables& tables) { tables.keep_signals = [](LevelSignals) { return LevelSignals(); }; });
  mutations.Add("restart forgets since when", [](Tables& tables) {
    tables.keep_signals = [](LevelSignals kept) {
      for (LevelSignal& signal : kept) signal.since = 0;
      return kept;
    };
  });
  mutations.Add("restart forgets how often", [](Tables& tables) {
    tables.keep_signals = [](LevelSignals kept) {
      for (LevelSignal& signal : kept) signal.seen = 0;
      return kept;
    };
  });
}

std::string Judge(const Tables& tables) {
  std::string violation;
  for (const AlarmSetup& setup : kSetups) {
    if (violation.empty()) violation = ExploreAll(setup, tables, 3).violation;
  }
  for (const AlarmSetup& setup : kSetups) {
    if (violation.empty()) violation = ExploreStates(setup, tables, 1).violation;
  }
  return violation;
}

TEST(AlarmMutations, AreAllFound) {
  ASSERT_EQ(Judge(Tables()), "") << "without any mutation";
  Mutations mutations;
  AddOfAlarm(mutations);
  AddOfSignal(mutations);
  AddOfRestart(mutations);
  std::size_t found = 0;
  for (const Mutation& mutation : mutations.all()) {
    const std::string violation = Judge(mutation.tables);
    EXPECT_NE(violation, "") << "nothing notices: " << mutation.name;
    found += violation.empty() ? 0U : 1U;
  }
  EXPECT_GE(found, 20U);
  std::cout << found << " of " << mutations.all().size() << " mutations found\n";
}

}  // namespace
}  // namespace fajma::test
