#include "tests/unit/alerts/subject.h"

#include <algorithm>

namespace fajma::test {
namespace {

AlertRule RuleOf(const AlarmSetup& setup, double high) {
  AlertRule rule;
  rule.bounds.high = high;
  rule.dead_band = setup.dead_band;
  rule.on_delay = setup.on_delay * kMicrosPerSecond;
  rule.off_delay = setup.off_delay * kMicrosPerSecond;
  rule.repeats = static_cast<std::uint32_t>(setup.repeats);
  return rule;
}

// What is overdue stays so: a mutated table may never do it.
std::int64_t RelativeTo(Micros now, Micros due) {
  return due == 0 ? -kMicrosPerMinute : std::max<Micros>(due - now, -kMicrosPerSecond);
}

bool IsTold(AlarmNews news) { return news == AlarmNews::kRaised || news == AlarmNews::kReturned; }

}  // namespace

Subject::Subject(const AlarmSetup& setup, const Tables& tables, Coverage* coverage)
    : setup_(&setup),
      tables_(&tables),
      coverage_(coverage),
      rules_{RuleOf(setup, setup.emergency), RuleOf(setup, setup.critical), RuleOf(setup, setup.warning)} {
  auto& after = escalation_.delays.after;
  after[static_cast<std::size_t>(AlertLevel::kWarning)] = setup.escalates_warning * kMicrosPerSecond;
  after[static_cast<std::size_t>(AlertLevel::kCritical)] = setup.escalates_critical * kMicrosPerSecond;
  escalation_.ceiling = setup.lowered_by_restart ? AlertLevel::kEmergency : static_cast<AlertLevel>(setup.ceiling);
}

Seen Subject::Apply(Symbol symbol) {
  seen_.raised = seen_.escalated = seen_.told = 0;
  now_ += LengthOf(symbol) * kMicrosPerSecond;
  if (symbol == Symbol::kRestart) {
    alarm_ = tables_->keep_alarm(alarm_);
    watch_ = {tables_->keep_signals(watch_.signals), alarm_.condition};
    escalation_.ceiling = static_cast<AlertLevel>(setup_->ceiling);
  }
  AdvanceTo(watch_, rules_, now_, inputs_, tables_->signal);
  GiveAll();
  Give({}, now_);
  if (IsValue(symbol) && setup_->kind == Kind::kLive) {
    TakeValue(watch_, rules_, ValueOf(symbol), now_, inputs_, tables_->signal);
    GiveAll();
  } else if (!IsValue(symbol) || LevelNamedBy(symbol) != 0) {
    Give(InputOf(symbol), now_);
    watch_.told = alarm_.condition;
    AdvanceTo(watch_, rules_, now_, inputs_, tables_->signal);
    GiveAll();
  }
  seen_.open = alarm_.presence != SignalPresence::kOff;
  seen_.acknowledged = alarm_.presence == SignalPresence::kAcknowledged;
  seen_.present = alarm_.condition.has_value();
  seen_.level = seen_.open ? static_cast<int>(alarm_.level) : 0;
  seen_.silent = alarm_.silent_until != 0;
  seen_.waits = NextDue(alarm_) != 0;
  return seen_;
}

AlarmInput Subject::InputOf(Symbol symbol) const {
  switch (symbol) {
    case Symbol::kAcknowledge:
      return {AlarmInputKind::kAcknowledge};
    case Symbol::kEscalate:
      return {AlarmInputKind::kEscalate};
    case Symbol::kSilence:
      return {AlarmInputKind::kSilence, {}, now_ + setup_->silence * kMicrosPerSecond};
    case Symbol::kUnsilence:
      return {AlarmInputKind::kUnsilence};
    case Symbol::kRemove:
      return {AlarmInputKind::kRemove};
    default:
      break;
  }
  if (!IsValue(symbol)) return {};
  const AlarmInputKind kind = setup_->kind == Kind::kLate ? AlarmInputKind::kLate : AlarmInputKind::kMade;
  return {kind, static_cast<AlertLevel>(LevelNamedBy(symbol))};
}

void Subject::GiveAll() {
  for (const TimedInput& each : inputs_) Give(each.input, each.at);
  inputs_.clear();
}

void Subject::Give(const AlarmInput& input, Micros at) {
  for (const AlarmStep& step : Step(alarm_, input, at, escalation_, tables_->alarm)) {
    alarm_ = step.alarm;
    seen_.raised += IsTold(step.news) ? 1 : 0;
    seen_.escalated += step.news == AlarmNews::kEscalated ? 1 : 0;
    seen_.told += step.news == AlarmNews::kNothing ? 0 : 1;
    if (coverage_ == nullptr) continue;
    coverage_->rows.insert(step.row);
    if (last_row_ != static_cast<std::size_t>(-1)) coverage_->pairs.insert({last_row_, step.row});
    last_row_ = step.row;
  }
}

std::vector<std::int64_t> Subject::Fingerprint() const {
  const Micros longest = std::max(setup_->on_delay, setup_->off_delay) * kMicrosPerSecond;
  std::vector<std::int64_t> all = {static_cast<int>(alarm_.presence),
                                   static_cast<int>(alarm_.level),
                                   alarm_.condition ? static_cast<int>(*alarm_.condition) : -1,
                                   RelativeTo(now_, alarm_.escalates_at),
                                   RelativeTo(now_, alarm_.silent_until),
                                   static_cast<std::int64_t>(escalation_.ceiling),
                                   static_cast<std::int64_t>(last_row_)};
  for (const LevelSignal& signal : watch_.signals) {
    all.push_back(static_cast<int>(signal.phase));
    all.push_back(signal.seen);
    all.push_back(signal.since == 0 ? -1 : std::min(now_ - signal.since, longest));
  }
  return all;
}

}  // namespace fajma::test
