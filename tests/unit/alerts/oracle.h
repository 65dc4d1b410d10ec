// What must hold of an alarm, decided from the history of what happened alone. Shares no code with the engine.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/alerts/symbols.h"

namespace fajma::test {

// The invariant that the last symbol of `history` broke, by name; empty: none. `seen` has one row for each symbol.
std::string FindViolation(const AlarmSetup& setup, const History& history, const std::vector<Seen>& seen);

}  // namespace fajma::test
