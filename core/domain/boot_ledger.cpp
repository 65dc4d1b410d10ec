#include "core/domain/boot_ledger.h"

#include <algorithm>
#include <charconv>

namespace fajma {
namespace {

std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

BootLedger::BootLedger(std::uint64_t durable, std::string_view runs) : durable_(durable) {
  while (!runs.empty()) {
    const std::optional<std::uint64_t> first = TakeNumber(runs);
    std::optional<std::uint64_t> last = first;
    if (first && !runs.empty() && runs.front() == '-') {
      runs.remove_prefix(1);
      last = TakeNumber(runs);
    }
    if (!first || !last || *last < *first || (!runs_.empty() && *first <= runs_.back().second)) {
      runs_.clear();
      return;
    }
    runs_.emplace_back(*first, *last);
    if (!runs.empty()) runs.remove_prefix(1);
  }
  Absorb();
}

bool BootLedger::IsSettled(std::uint64_t seq) const {
  if (seq <= durable_) return true;
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), seq,
                                      [](std::uint64_t value, const auto& run) { return value < run.first; });
  return after != runs_.begin() && seq <= std::prev(after)->second;
}

bool BootLedger::Settle(std::uint64_t seq) {
  if (IsSettled(seq)) return true;
  if (seq == durable_ + 1) {
    durable_ = seq;
    Absorb();
    return true;
  }
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), seq,
                                      [](std::uint64_t value, const auto& run) { return value < run.first; });
  const bool joins_after = after != runs_.end() && after->first == seq + 1;
  const bool joins_before = after != runs_.begin() && std::prev(after)->second + 1 == seq;
  if (joins_before && joins_after) {
    std::prev(after)->second = after->second;
    runs_.erase(after);
  } else if (joins_before) {
    std::prev(after)->second = seq;
  } else if (joins_after) {
    after->first = seq;
  } else {
    if (runs_.size() >= kMaxRuns) return false;
    runs_.insert(after, {seq, seq});
  }
  return true;
}

bool BootLedger::SettleBelow(std::uint64_t floor) {
  if (floor == 0 || floor - 1 <= durable_) return false;
  durable_ = floor - 1;
  Absorb();
  return true;
}

void BootLedger::Absorb() {
  auto run = runs_.begin();
  while (run != runs_.end() && run->first <= durable_ + 1) {
    durable_ = std::max(durable_, run->second);
    ++run;
  }
  runs_.erase(runs_.begin(), run);
}

std::string BootLedger::FormatRuns() const {
  std::string out;
  for (const auto& [first, last] : runs_) {
    if (!out.empty()) out += ",";
    out += std::to_string(first);
    if (last != first) out.append("-").append(std::to_string(last));
  }
  return out;
}

}  // namespace fajma
