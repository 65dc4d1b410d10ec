// The picture in docs/alerts.md is drawn from the table.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/alerts/alarm.h"

namespace fajma {
namespace {

std::string_view NameOf(SignalPresence presence) { return kSignalPresenceNames[static_cast<std::size_t>(presence)]; }

std::string LabelOf(const AlarmTransition& row) {
  std::string label(kAlarmInputNames[static_cast<std::size_t>(row.on)]);
  const std::string_view guard = kAlarmGuardNames[static_cast<std::size_t>(row.guard)];
  if (!guard.empty()) label += " [" + std::string(guard) + "]";
  const std::string_view news = kAlarmNewsNames[static_cast<std::size_t>(row.news)];
  if (!news.empty()) label += " → " + std::string(news);
  return label;
}

std::string ActionsOf(const AlarmTransition& row) {
  std::string actions;
  for (std::size_t bit = 0; bit < kAlarmActionNames.size(); ++bit) {
    if (!row.actions.Has(static_cast<AlarmAction>(1U << bit))) continue;
    actions += (actions.empty() ? "" : ", ") + std::string(kAlarmActionNames[bit]);
  }
  return actions;
}

std::string Picture() {
  std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> Off\n";
  for (const AlarmTransition& row : AlarmTransitions()) {
    text += "  " + std::string(NameOf(row.from)) + " --> " + std::string(NameOf(row.to)) + ": " + LabelOf(row) + "\n";
  }
  text += "```\n\n| from | input [guard] → told | to | does |\n|---|---|---|---|\n";
  for (const AlarmTransition& row : AlarmTransitions()) {
    text += "| " + std::string(NameOf(row.from)) + " | " + LabelOf(row) + " | " + std::string(NameOf(row.to)) + " | " +
            ActionsOf(row) + " |\n";
  }
  return text;
}

TEST(AlarmPicture, InTheDocumentationIsTheTable) {
  std::ifstream file(FAJMA_SOURCE_DIR "/docs/alerts.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(Picture()), std::string::npos) << "docs/alerts.md should hold:\n" << Picture();
}

}  // namespace
}  // namespace fajma
