// All orders of what may happen, each judged by the oracle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/alerts/subject.h"

namespace fajma::test {

struct Exploration {
  std::uint64_t histories = 0;  // judged
  std::uint64_t states = 0;     // different ones that were reached, where they are counted
  Coverage coverage;
  std::string violation;  // the first: which invariant, after what; empty: none
};

// Every history of up to `depth` symbols.
Exploration ExploreAll(const AlarmSetup& setup, const Tables& tables, int depth);

// Every state that can be reached at all, each by a shortest history, and from each of them every history of up to
// `depth` symbols more.
Exploration ExploreStates(const AlarmSetup& setup, const Tables& tables, int depth);

}  // namespace fajma::test
