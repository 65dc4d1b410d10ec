#include "core/runtime/metrics.h"

#include <charconv>

namespace fajma {

void AppendMetricType(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
  out.append(type).append("\n");
}

void AppendMetric(std::string& out, std::string_view name, std::string_view labels, std::uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(digits, end).append("\n");
}

void MessageCounters::CountReceived(Door door, std::uint64_t n) {
  PerDoor& counters = doors_[static_cast<std::size_t>(door)];
  const std::lock_guard lock(counters.mutex);
  counters.counts.received += n;
  counters.counts.in_flight += n;
}

void MessageCounters::CountSettled(Door door, const SettledTally& settled) {
  PerDoor& counters = doors_[static_cast<std::size_t>(door)];
  const std::lock_guard lock(counters.mutex);
  for (std::size_t kind = 0; kind < settled.size(); ++kind) {
    counters.counts.settled[kind] += settled[kind];
    counters.counts.in_flight -= settled[kind];
  }
}

MessageCounters::Snapshot MessageCounters::Get(Door door) const {
  const PerDoor& counters = doors_[static_cast<std::size_t>(door)];
  const std::lock_guard lock(counters.mutex);
  return counters.counts;
}

void MessageCounters::CountReason(std::string_view code) {
  const std::lock_guard lock(reasons_mutex_);
  for (auto& [name, count] : reasons_) {
    if (name == code) {
      ++count;
      return;
    }
  }
  reasons_.emplace_back(code, 1);
}

void MessageCounters::AppendTo(std::string& out) const {
  const std::array<Snapshot, 2> doors = {Get(Door::kMqtt), Get(Door::kApi)};
  const auto append = [&](std::string_view name, std::string_view type, std::string_view help, auto&& figure) {
    AppendMetricType(out, name, type, help);
    for (std::size_t door = 0; door < doors.size(); ++door) {
      AppendMetric(out, name, "door=\"" + std::string(kDoorNames[door]) + "\"", figure(doors[door]));
    }
  };
  append("fajma_messages_received_total", "counter", "Messages taken into the journal.",
         [](const Snapshot& s) { return s.received; });
  for (std::size_t kind = 0; kind < kDispositionCount; ++kind) {
    append("fajma_messages_" + std::string(kDispositionNames[kind]) + "_total", "counter", "Messages settled so.",
           [kind](const Snapshot& s) { return s.settled[kind]; });
  }
  append("fajma_messages_in_flight", "gauge", "Messages in the journal, not yet committed.",
         [](const Snapshot& s) { return s.in_flight; });
  AppendMetricType(out, "fajma_readings_stored_total", "counter", "Values stored.");
  AppendMetric(out, "fajma_readings_stored_total", "", readings_.load());
  const std::lock_guard lock(reasons_mutex_);
  AppendMetricType(out, "fajma_rejections_total", "counter", "Messages quarantined or refused, by reason.");
  for (const auto& [code, count] : reasons_) {
    AppendMetric(out, "fajma_rejections_total", "code=\"" + code + "\"", count);
  }
}

void MetricsPage::Register(std::function<void(std::string&)> source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

std::string MetricsPage::Render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& source : sources_) source(out);
  return out;
}

}  // namespace fajma
