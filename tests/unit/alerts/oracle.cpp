#include "tests/unit/alerts/oracle.h"

#include <algorithm>

namespace fajma::test {
namespace {

constexpr int kLevels = 3;
constexpr Seconds kNever = 1'000'000'000;

struct Moment {
  Seconds at = 0;
  Symbol symbol{};
};

struct Interval {
  Seconds from = 0;
  Seconds to = kNever;
};

// One of the things that concern the alert, in the order in which they took place.
struct Fact {
  std::size_t symbol = 0;  // of the history, that it came with
  Seconds at = 0;
  bool is_act = false;  // a person's or a late value's; otherwise the condition has come to `level`
  Symbol act{};
  int level = 0;
};

std::vector<Moment> MomentsOf(const History& history) {
  std::vector<Moment> moments;
  Seconds now = 1;
  for (const Symbol symbol : history) {
    now += LengthOf(symbol);
    moments.push_back({now, symbol});
  }
  return moments;
}

double BoundOf(const AlarmSetup& setup, int level) {
  const double bounds[] = {0, setup.warning, setup.critical, setup.emergency};
  return bounds[level];
}

// When the level's condition was present: the runs of values outside that lasted and were repeated, each until a run
// inside that lasted.
std::vector<Interval> PresenceOf(const AlarmSetup& setup, const std::vector<Moment>& moments, int level) {
  struct Run {
    bool outside;
    std::vector<Seconds> values;
    Seconds end;
  };
  std::vector<Run> runs;
  bool outside = false;
  for (const Moment& moment : moments) {
    if (!IsValue(moment.symbol)) continue;
    const double value = ValueOf(moment.symbol);
    if (value > BoundOf(setup, level)) outside = true;
    if (value <= BoundOf(setup, level) - setup.dead_band) outside = false;
    if (runs.empty() || runs.back().outside != outside) {
      if (!runs.empty()) runs.back().end = moment.at;
      runs.push_back({outside, {}, kNever});
    }
    runs.back().values.push_back(moment.at);
  }
  std::vector<Interval> intervals;
  bool present = false;
  for (const Run& run : runs) {
    const Seconds start = run.values.front();
    if (run.outside && !present && run.values.size() >= static_cast<std::size_t>(setup.repeats)) {
      const Seconds often = run.values[static_cast<std::size_t>(setup.repeats) - 1];
      const Seconds from = std::max(often, start + setup.on_delay);
      if (from > run.end) continue;
      intervals.push_back({from, kNever});
      present = true;
    } else if (!run.outside && present && start + setup.off_delay <= run.end) {
      intervals.back().to = start + setup.off_delay;
      present = false;
    }
  }
  return intervals;
}

int LevelAt(const std::vector<std::vector<Interval>>& presence, Seconds at) {
  int highest = 0;
  for (std::size_t i = 0; i < presence.size(); ++i) {
    for (const Interval& interval : presence[i]) {
      if (interval.from <= at && at < interval.to) highest = static_cast<int>(i) + 1;
    }
  }
  return highest;
}

// The condition's level as it changed, and what persons did. Each prefix of the history is judged by itself: what was
// present then was present, whatever came at the same second. What was waited for comes before what happened then.
std::vector<Fact> FactsOf(const AlarmSetup& setup, const std::vector<Moment>& moments) {
  std::vector<Fact> facts;
  std::vector<Moment> known;
  std::vector<std::vector<Interval>> presence(kLevels);
  int level = 0;
  Seconds before = 0;
  std::size_t i = 0;
  const auto note = [&](Seconds at) {
    const int now = LevelAt(presence, at);
    if (now != level) facts.push_back({i, at, false, {}, now});
    level = now;
  };
  for (i = 0; i < moments.size(); ++i) {
    const Moment& moment = moments[i];
    for (Seconds at = before + 1; at <= moment.at; ++at) note(at);
    before = moment.at;
    known.push_back(moment);
    if (IsValue(moment.symbol)) {
      if (setup.kind != Kind::kLive) {
        if (LevelNamedBy(moment.symbol) != 0) facts.push_back({i, moment.at, true, moment.symbol, 0});
        continue;
      }
      for (int each = 1; each <= kLevels; ++each) {
        presence[static_cast<std::size_t>(each) - 1] = PresenceOf(setup, known, each);
      }
      note(moment.at);
    }
    if (moment.symbol < Symbol::kAcknowledge || moment.symbol > Symbol::kRemove) continue;
    facts.push_back({i, moment.at, true, moment.symbol, 0});
    // Who deletes an alert does not end its condition.
    if (moment.symbol == Symbol::kRemove && level != 0) facts.push_back({i, moment.at, false, {}, level});
  }
  return facts;
}

// The alert's story told from the facts.
class Story {
 public:
  explicit Story(const AlarmSetup& setup)
      : setup_(setup), ceiling_(setup.lowered_by_restart ? kLevels : setup.ceiling) {}

  void Restart() { ceiling_ = setup_.ceiling; }

  void PassTo(Seconds now) {
    for (;;) {
      const Seconds step = std::min(escalates_at_, silent_until_);
      if (step > now) return;
      if (escalates_at_ <= silent_until_) {
        if (level_ >= ceiling_) {
          escalates_at_ = kNever;
          continue;
        }
        Level(level_ + 1, escalates_at_);
        ++escalated_;
      }
      silent_until_ = kNever;
      ++told_;
    }
  }

  void Happen(const Fact& fact) {
    if (!fact.is_act) return Condition(fact.level, fact.at);
    switch (fact.act) {
      case Symbol::kAcknowledge:
        if (!open_ || acknowledged_) return;
        ++told_;
        if (condition_ == 0) return Close();
        acknowledged_ = true;
        escalates_at_ = silent_until_ = kNever;
        return;
      case Symbol::kEscalate:
        if (!open_ || acknowledged_ || level_ >= ceiling_) return;
        ++escalated_;
        ++told_;
        return Level(level_ + 1, fact.at);
      case Symbol::kSilence:
        if (!open_ || acknowledged_) return;
        silent_until_ = fact.at + setup_.silence;
        ++told_;
        return;
      case Symbol::kUnsilence:
        told_ += silent_until_ == kNever ? 0 : 1;
        silent_until_ = kNever;
        return;
      case Symbol::kRemove:
        if (!open_) return;
        condition_ = 0;
        ++told_;
        return Close();
      default:
        return Name(LevelNamedBy(fact.act), fact.at);
    }
  }

  void BeginSymbol() { raised_ = escalated_ = told_ = 0; }
  Seen Look() const {
    Seen seen;
    seen.open = open_;
    seen.acknowledged = acknowledged_;
    seen.present = open_ && condition_ != 0;
    seen.level = level_;
    seen.silent = silent_until_ != kNever;
    seen.waits = seen.silent || escalates_at_ != kNever;
    seen.raised = raised_;
    seen.escalated = escalated_;
    seen.told = told_;
    return seen;
  }

 private:
  // A late value, or an alert that a person makes: there is no condition that could be present.
  void Name(int level, Seconds at) {
    if (open_ && (setup_.kind == Kind::kMade || level <= level_)) return;
    ++(open_ ? escalated_ : raised_);
    ++told_;
    open_ = true;
    Level(level, at);
    if (setup_.kind == Kind::kLate) escalates_at_ = kNever;
  }
  void Condition(int level, Seconds at) {
    const int before = condition_;
    condition_ = level;
    if (level == 0) {
      ++told_;
      if (acknowledged_ || level_ == 1) Close();
      return;
    }
    if (!open_) {
      open_ = true;
      ++raised_;
      ++told_;
      return Level(level, at);
    }
    if (level > level_ || (acknowledged_ && level > before)) {
      acknowledged_ = false;
      ++escalated_;
      ++told_;
      return Level(std::max(level, level_), at);
    }
    if (before == 0) {  // latched, and there again
      ++raised_;
      ++told_;
      silent_until_ = kNever;
    }
  }
  void Level(int level, Seconds at) {
    level_ = level;
    silent_until_ = kNever;
    const Seconds delays[] = {0, setup_.escalates_warning, setup_.escalates_critical, 0};
    escalates_at_ = level >= ceiling_ || delays[level] == 0 ? kNever : at + delays[level];
  }
  void Close() {
    open_ = acknowledged_ = false;
    level_ = 0;
    escalates_at_ = silent_until_ = kNever;
  }

  const AlarmSetup& setup_;
  int ceiling_;
  bool open_ = false;
  bool acknowledged_ = false;
  int level_ = 0;
  int condition_ = 0;
  Seconds escalates_at_ = kNever;
  Seconds silent_until_ = kNever;
  int raised_ = 0;
  int escalated_ = 0;
  int told_ = 0;
};

}  // namespace

std::string FindViolation(const AlarmSetup& setup, const History& history, const std::vector<Seen>& seen) {
  const std::vector<Moment> moments = MomentsOf(history);
  const std::vector<Fact> facts = FactsOf(setup, moments);
  const Seen& is = seen.back();
  const Seen was = seen.size() == 1 ? Seen() : seen[seen.size() - 2];

  int condition = 0;
  int gravest = 0;         // level of the condition, or of what a person or a late value named
  bool rose_since = true;  // since the last acknowledgement
  for (const Fact& fact : facts) {
    if (!fact.is_act && fact.level > condition) rose_since = true;
    if (!fact.is_act) condition = fact.level;
    gravest = std::max(gravest, IsValue(fact.act) && fact.is_act ? LevelNamedBy(fact.act) : fact.level);
    if (fact.is_act && fact.act == Symbol::kAcknowledge) rose_since = false;
  }
  const bool is_acknowledged = history.back() == Symbol::kAcknowledge;
  const bool is_removed = history.back() == Symbol::kRemove;
  if (condition != 0 && !(is.open && is.present && is.level >= condition))
    return "no present condition without an alert";
  if (is.acknowledged && rose_since) return "an acknowledgement never hides a higher level";
  if (was.open && was.level >= 2 && !was.acknowledged && !is_acknowledged && !is_removed &&
      (!is.open || is.acknowledged))
    return "critical and emergency stay until they are acknowledged";
  if (setup.kind == Kind::kLive && is.open && is.level == 1 && condition == 0) return "a warning clears by itself";
  if (is.open && was.open && is.level < was.level && !is_removed && condition == 0) return "a level never falls";
  if (is.acknowledged && condition == 0) return "what is acknowledged and absent is over";
  if (!setup.lowered_by_restart && is.level > std::max(gravest, setup.ceiling))
    return "nobody and no time escalates an alert above its ceiling";
  if (is.escalated > 2) return "an alert escalates at most once a level";

  // And exactly what the facts make of it, also in time.
  Story story(setup);
  std::size_t next = 0;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    story.BeginSymbol();
    if (moments[i].symbol == Symbol::kRestart) story.Restart();
    while (next < facts.size() && facts[next].symbol == i) {
      story.PassTo(facts[next].at);
      story.Happen(facts[next]);
      ++next;
    }
    story.PassTo(moments[i].at);
  }
  const Seen expected = story.Look();
  if (is.open != expected.open) return "an alert is open for as long as it must be";
  if (is.level != expected.level) return "the level is what values, persons and time made of it";
  if (is.acknowledged != expected.acknowledged) return "acknowledged is what a person has acknowledged";
  if (is.present != expected.present) return "present is what is present";
  if (is.silent != expected.silent) return "silent is what a person made silent, and for so long";
  if (is.raised != expected.raised) return "each alert is told once";
  if (is.escalated != expected.escalated) return "each rise is told once";
  if (is.told != expected.told) return "each change is told once";
  if (is.waits != expected.waits) return "nothing waits for what cannot come";
  return {};
}

}  // namespace fajma::test
