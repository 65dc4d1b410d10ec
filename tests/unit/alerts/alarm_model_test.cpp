// The alarm explored exhaustively: every order of values, persons' acts, time and restarts, judged by an oracle.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/unit/alerts/explorer.h"

namespace fajma::test {
namespace {

struct NamedSetup {
  const char* name;
  AlarmSetup setup;
};

const NamedSetup kSetups[] = {
    {"AtOnce", {}},
    {"WithDelays", {.on_delay = 2, .off_delay = 1, .repeats = 2}},
    {"OftenEnough", {.off_delay = 2, .repeats = 3}},
    {"Late", {.kind = Kind::kLate}},
    {"Made", {.kind = Kind::kMade}},
    {"CeilingCritical", {.ceiling = 2}},
    {"CeilingWarning", {.ceiling = 1}},
    {"CeilingWarningMade", {.kind = Kind::kMade, .ceiling = 1}},
    {"CeilingLowered", {.ceiling = 1, .lowered_by_restart = true}},
    {"NeverEscalating", {.escalates_warning = 0, .escalates_critical = 0}},
};

// Symbols of a history; FAJMA_MODEL_DEPTH makes it deeper.
int Depth() {
  const char* depth = std::getenv("FAJMA_MODEL_DEPTH");
  return depth == nullptr ? 4 : std::stoi(depth);
}

class AlarmModel : public ::testing::TestWithParam<NamedSetup> {};

TEST_P(AlarmModel, EveryShortHistoryKeepsTheInvariants) {
  const Exploration found = ExploreAll(GetParam().setup, {}, Depth());
  EXPECT_EQ(found.violation, "");
  std::cout << GetParam().name << ": " << found.histories << " histories of up to " << Depth() << " events\n";
}

TEST_P(AlarmModel, EveryStateAndWhatFollowsItKeepsTheInvariants) {
  const Exploration found = ExploreStates(GetParam().setup, {}, 1);
  EXPECT_EQ(found.violation, "");
  std::cout << GetParam().name << ": " << found.states << " states, " << found.coverage.rows.size() << " transitions, "
            << found.coverage.pairs.size() << " pairs of them, " << found.histories << " histories\n";
}

INSTANTIATE_TEST_SUITE_P(Alarm, AlarmModel, ::testing::ValuesIn(kSetups),
                         [](const auto& setup) { return setup.param.name; });

TEST(AlarmTransitions, AreAllTaken) {
  Coverage taken;
  std::uint64_t states = 0;
  for (const NamedSetup& each : kSetups) {
    Exploration found = ExploreStates(each.setup, {}, 0);
    states += found.states;
    taken.rows.merge(found.coverage.rows);
    taken.pairs.merge(found.coverage.pairs);
  }
  EXPECT_EQ(taken.rows.size(), AlarmTransitions().size());
  std::cout << "all setups: " << states << " states, " << taken.rows.size() << " transitions, " << taken.pairs.size()
            << " pairs of them\n";
}

}  // namespace
}  // namespace fajma::test
