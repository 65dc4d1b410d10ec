// Tells integrators the NEWS2 scores of patients: a part of Mirrors, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/news.h"
#include "bridge/outgoing.h"
#include "core/alerts/news2.h"

namespace fajma {

struct News2MirrorOptions {
  PublishFunction publish;
  std::chrono::milliseconds interval{1'000};  // of one patient at most once in this time
  std::chrono::seconds expiry{15};            // so long after the receipt of its newest value a score is cleared
};

// When the points of a parameter change the score is published at once; else three times within its expiry, so that it
// stays. It counts values that are older than that, as REST does: a score is cleared when nothing comes any more. Keeps
// five values for each patient that it has heard of.
class News2Mirror {
 public:
  using Clock = std::chrono::steady_clock;

  explicit News2Mirror(News2MirrorOptions options) : options_(std::move(options)) {}

  // `fresh_for`: the value is not stale for so long; zero: it counts, and is no reason to publish.
  void Adopt(const ValueKey& key, const NewestValue& newest, Clock::duration fresh_for, Micros now);
  // A device was taken from the patient: cleared unless others still send.
  void Expire(std::int64_t patient_id);
  // What is due, as of `now`; false: the link takes nothing more for now.
  bool Publish(Micros now);
  Clock::time_point NextDue() const;  // max(): never

 private:
  struct Score {
    std::shared_ptr<const PatientRef> patient;
    News2Values values;
    bool changed = false;    // its points, since it was published
    bool fresh = false;      // a value came since
    bool published = false;  // and not cleared
    Clock::time_point last_at{};
    Clock::time_point stale_at{};
    Clock::time_point due_at = Clock::time_point::max();  // of the one entry in due_ that counts
  };
  struct Due {
    Clock::time_point at;
    std::int64_t patient_id;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  void Schedule(std::int64_t patient_id, Score& score);
  bool Send(Score& score, const std::string& topic, Micros now);

  const News2MirrorOptions options_;
  std::unordered_map<std::int64_t, Score> scores_;  // by patient
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace fajma
