// A test of the test: each single fault that is put into the tables, or into what a restart keeps, is found.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "tests/unit/alerts/explorer.h"

namespace fajma::test {
namespace {

const AlarmSetup kSetups[] = {
    {},
    {.on_delay = 2, .off_delay = 1, .repeats = 2},
    {.kind = Kind::kLate},
    {.kind = Kind::kMade},
    {.ceiling = 1},
    {.kind = Kind::kMade, .ceiling = 1, .lowered_by_restart = true},
    {.silence = 9, .ceiling = 1, .lowered_by_restart = true},
};

struct Mutation {
  std::string kind;
  std::string name;
  Tables tables;
};

constexpr const char* kEdgeRemoved = "an edge removed";
constexpr const char* kGuardDropped = "a guard dropped";
constexpr const char* kEdgeElsewhere = "an edge to another state";
constexpr const char* kActionDropped = "an action dropped";
constexpr const char* kTimerNotStored = "a timer not stored";
constexpr const char* kStateNotStored = "a state not stored";

std::string NameOf(const AlarmTransition& row) {
  return std::string(kSignalPresenceNames[static_cast<std::size_t>(row.from)]) + " + " +
         std::string(kAlarmInputNames[static_cast<std::size_t>(row.on)]) + " [" +
         std::string(kAlarmGuardNames[static_cast<std::size_t>(row.guard)]) + "]";
}

class Mutations {
 public:
  void Add(const std::string& kind, const std::string& name, const std::function<void(Tables&)>& change) {
    Mutation& mutation = all_.emplace_back();
    mutation.kind = kind;
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
    mutations.Add(kEdgeRemoved, name + " removed",
                  [i](Tables& tables) { tables.alarm.erase(tables.alarm.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (rows[i].guard != AlarmGuard::kAlways) {
      mutations.Add(kGuardDropped, name + " unguarded",
                    [i](Tables& tables) { tables.alarm[i].guard = AlarmGuard::kAlways; });
    }
    for (std::size_t to = 0; to < kSignalPresenceNames.size(); ++to) {
      const auto presence = static_cast<SignalPresence>(to);
      if (presence == rows[i].to) continue;
      mutations.Add(kEdgeElsewhere, name + " to " + std::string(kSignalPresenceNames[to]),
                    [i, presence](Tables& tables) { tables.alarm[i].to = presence; });
    }
    for (std::size_t bit = 0; bit < kAlarmActionNames.size(); ++bit) {
      const auto action = static_cast<AlarmAction>(1U << bit);
      if (!rows[i].actions.Has(action)) continue;
      mutations.Add(kActionDropped, name + " without " + std::string(kAlarmActionNames[bit]),
                    [i, action](Tables& tables) { tables.alarm[i].actions = tables.alarm[i].actions.Without(action); });
    }
  }
}

void AddOfSignal(Mutations& mutations) {
  const auto rows = SignalTransitions();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string name = "signal row " + std::to_string(i);
    mutations.Add(kEdgeRemoved, name + " removed",
                  [i](Tables& tables) { tables.signal.erase(tables.signal.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (rows[i].guard != SignalGuard::kAlways) {
      mutations.Add(kGuardDropped, name + " unguarded",
                    [i](Tables& tables) { tables.signal[i].guard = SignalGuard::kAlways; });
    }
    if (rows[i].guard == SignalGuard::kOften) {
      mutations.Add(kGuardDropped, name + " once",
                    [i](Tables& tables) { tables.signal[i].guard = SignalGuard::kLongEnough; });
    }
    if (rows[i].action != SignalAction::kNone) {
      mutations.Add(kActionDropped, name + " without action",
                    [i](Tables& tables) { tables.signal[i].action = SignalAction::kNone; });
    }
    for (std::size_t to = 0; to < kSignalPhaseNames.size(); ++to) {
      const auto phase = static_cast<SignalPhase>(to);
      if (phase == rows[i].to) continue;
      mutations.Add(kEdgeElsewhere, name + " to " + std::string(kSignalPhaseNames[to]),
                    [i, phase](Tables& tables) { tables.signal[i].to = phase; });
    }
  }
}

void AddOfRestart(Mutations& mutations) {
  mutations.Add(kStateNotStored, "restart forgets the alarm",
                [](Tables& tables) { tables.keep_alarm = [](Alarm) { return Alarm(); }; });
  mutations.Add(kStateNotStored, "restart forgets the level", [](Tables& tables) {
    tables.keep_alarm = [](Alarm kept) { return kept.level = AlertLevel::kInfo, kept; };
  });
  mutations.Add(kStateNotStored, "restart forgets the acknowledgement", [](Tables& tables) {
    tables.keep_alarm = [](Alarm kept) {
      if (kept.presence == SignalPresence::kAcknowledged) kept.presence = SignalPresence::kOn;
      return kept;
    };
  });
  mutations.Add(kStateNotStored, "restart forgets the condition",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.condition.reset(), kept; }; });
  mutations.Add(kTimerNotStored, "restart forgets the escalation",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.escalates_at = 0, kept; }; });
  mutations.Add(kTimerNotStored, "restart forgets the silence",
                [](Tables& tables) { tables.keep_alarm = [](Alarm kept) { return kept.silent_until = 0, kept; }; });
  mutations.Add(kStateNotStored, "restart forgets the signals",
                [](Tables& tables) { tables.keep_signals = [](LevelSignals) { return LevelSignals(); }; });
  mutations.Add(kTimerNotStored, "restart forgets since when", [](Tables& tables) {
    tables.keep_signals = [](LevelSignals kept) {
      for (LevelSignal& signal : kept) signal.since = 0;
      return kept;
    };
  });
  mutations.Add(kStateNotStored, "restart forgets how often", [](Tables& tables) {
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
  std::map<std::string, std::size_t> found;
  for (const Mutation& mutation : mutations.all()) {
    const std::string violation = Judge(mutation.tables);
    EXPECT_NE(violation, "") << "nothing notices: " << mutation.name;
    found[mutation.kind] += violation.empty() ? 0U : 1U;
  }
  std::size_t all = 0;
  for (const auto& [kind, count] : found) {
    std::cout << kind << ": " << count << " found\n";
    all += count;
  }
  EXPECT_EQ(found.size(), 6U) << "of each kind";
  EXPECT_GE(all, 20U);
  std::cout << all << " of " << mutations.all().size() << " mutations found\n";
}

}  // namespace
}  // namespace fajma::test
